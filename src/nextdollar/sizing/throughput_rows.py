"""A row with the columns of a table of training speeds as the step that the model takes."""

from __future__ import annotations

from dataclasses import dataclass

from nextdollar.compute import Accelerator
from nextdollar.compute.framework_mfu import FrameworkStep
from nextdollar.sizing.cells import CellReader
from nextdollar.sizing.rows_file import TableRow, shown

NEEDED = (("params",), ("seq_len",), ("gpu",), ("gpus",))
"""Columns that a table must have."""

_PRECISIONS = {
    **dict.fromkeys(("", "bf16", "amp_bf16", "fp16", "amp_fp16"), False),
    **dict.fromkeys(("fp8", "amp_fp8"), True),
}


@dataclass(frozen=True, slots=True)
class ThroughputRow:
    """One row: `step` and `accelerator` are None where it is `refused`, with every reason.

    `reported_tokens_per_s_per_gpu` is what the row says was measured: no input. `peak_in_use_flop_per_s` is
    that of fp8 where products are in fp8.
    """

    line: int
    name: str
    hardware: str
    accelerator: Accelerator | None
    step: FrameworkStep | None
    peak_in_use_flop_per_s: float | None
    reported_tokens_per_s_per_gpu: float | None
    refused: tuple[str, ...]
    notes: tuple[str, ...]


def throughput_row(row: TableRow) -> ThroughputRow:
    """Read one row.

    `params`, `seq_len`, `gpu` and `gpus` must be there; `precision`, `micro_batch` and `act_ckpt` may be.
    Measured speed and utilisation are read as reported, and are no inputs.
    """
    cells = CellReader(row)
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
    step = peak = None
    if chip is not None and params is not None and tokens_per_sequence is not None and gpus is not None:
        peak = chip.fp8_peak_flop_per_s if is_fp8 else chip.peak_flop_per_s
        if micro_batch is None:
            cells.notes.append("micro_batch is empty: one that fills the GPU is assumed")
        step = FrameworkStep(
            params=params,
            tokens_per_sequence=tokens_per_sequence,
            gpus=gpus,
            peak_flop_per_s=chip.peak_flop_per_s,
            bandwidth_bytes_per_s=chip.bandwidth_bytes_per_s,
            tokens_per_microbatch=None if micro_batch is None else micro_batch * tokens_per_sequence,
            recomputes=recomputes,
            fp8_peak_flop_per_s=chip.fp8_peak_flop_per_s if is_fp8 else None,
        )
    if cells.refused:
        step = peak = None
    name = cells.text("id", "model", "name") or f"line {row.line}"
    refused, notes = tuple(cells.refused), tuple(cells.notes)
    return ThroughputRow(row.line, name, cells.text("gpu"), chip, step, peak, reported, refused, notes)


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
