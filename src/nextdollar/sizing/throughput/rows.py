"""A row with the columns of a table of training speeds as the step that the model takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.catalogue.table_file import shown
from nextdollar.compute import Accelerator
from nextdollar.compute.training.framework_mfu import FrameworkStep
from nextdollar.sizing.cells import CellReader, Chips
from nextdollar.sizing.rows_file import TableRow
from nextdollar.units import FloatArray

NEEDED = (("params",), ("seq_len",), ("gpu",), ("gpus",))
"""Columns that a table must have."""

_PRECISIONS = {
    **dict.fromkeys(("", "bf16", "amp_bf16", "fp16", "amp_fp16"), False),
    **dict.fromkeys(("fp8", "amp_fp8"), True),
}


@dataclass(frozen=True, slots=True)
class RowStep:
    """The step of one row, in plain numbers.

    `tokens_per_microbatch` is endless where the row names no micro-batch, `fp8_peak_flop_per_s` 0 where
    products are not in fp8.
    """

    params: float
    tokens_per_sequence: float
    gpus: float
    peak_flop_per_s: float
    bandwidth_bytes_per_s: float
    tokens_per_microbatch: float
    recomputes: bool
    fp8_peak_flop_per_s: float

    @property
    def peak_in_use_flop_per_s(self) -> float:
        """Dense peak of the precision that products are in."""
        return self.fp8_peak_flop_per_s or self.peak_flop_per_s


@dataclass(frozen=True, slots=True)
class ThroughputRow:
    """One row: `step` is None where it is `refused`, with every reason.

    `reported_tokens_per_s_per_gpu` is what the row says was measured: no input.
    """

    line: int
    name: str
    hardware: str
    accelerator: Accelerator | None
    step: RowStep | None
    reported_tokens_per_s_per_gpu: float | None
    refused: tuple[str, ...]
    notes: tuple[str, ...]


def throughput_row(row: TableRow, chips: Chips) -> ThroughputRow:
    """Read one row.

    `params`, `seq_len`, `gpu` and `gpus` must be there; `precision`, `micro_batch` and `act_ckpt` may be.
    Measured speed and utilisation are read as reported, and are no inputs. `chips` is one for all rows.
    """
    cells = CellReader(row, chips)
    reported = cells.reported("tokens_per_s_per_gpu")
    for column in ("params", "seq_len", "gpus"):
        if not cells.text(column):
            cells.refused.append(f"{column} is empty")
    params = cells.count("params", 1e5, 1e15, "counts are plain: 7e9, not 7")
    tokens_per_sequence = cells.count("seq_len", 16, 1e8)
    gpus = cells.count("gpus", 1, 1e7)
    micro_batch = cells.count("micro_batch", 1, 1e6)
    recomputes = cells.flag("act_ckpt")
    chip = cells.accelerator("gpu")
    is_fp8 = _is_fp8(cells, chip)
    step = None
    if chip is not None and params is not None and tokens_per_sequence is not None and gpus is not None:
        if micro_batch is None:
            cells.notes.append("micro_batch is empty: one that fills the GPU is assumed")
        step = RowStep(
            params=params,
            tokens_per_sequence=tokens_per_sequence,
            gpus=gpus,
            peak_flop_per_s=chip.peak_flop_per_s,
            bandwidth_bytes_per_s=chip.bandwidth_bytes_per_s,
            tokens_per_microbatch=math.inf if micro_batch is None else micro_batch * tokens_per_sequence,
            recomputes=recomputes,
            fp8_peak_flop_per_s=(chip.fp8_peak_flop_per_s or 0.0) if is_fp8 else 0.0,
        )
    if cells.refused:
        step = None
    name = cells.text("id", "model", "name") or f"line {row.line}"
    refused, notes = tuple(cells.refused), tuple(cells.notes)
    return ThroughputRow(row.line, name, cells.text("gpu"), chip, step, reported, refused, notes)


def framework_step(steps: Sequence[RowStep]) -> FrameworkStep:
    """Return many steps as one of arrays (n_steps,)."""
    columns: dict[str, FloatArray] = {
        name: np.array([getattr(step, name) for step in steps], dtype=np.float64)
        for name in RowStep.__slots__
    }
    return FrameworkStep(**columns)


def _is_fp8(cells: CellReader, chip: Accelerator | None) -> bool:
    """Return whether products are in fp8; other widths than 8 and 16 bits are refused."""
    words = cells.text("precision").casefold()
    if words not in _PRECISIONS:
        cells.refused.append(f"precision must be bf16, fp16 or fp8, got {shown(words)}")
        return False
    if _PRECISIONS[words] and chip is not None and chip.fp8_peak_flop_per_s is None:
        cells.refused.append(f"precision is fp8, which {chip.name} has no products in")
        return False
    return _PRECISIONS[words]
