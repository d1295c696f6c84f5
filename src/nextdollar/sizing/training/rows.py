"""A row with the columns of a table of training runs as the run that the model takes."""

from __future__ import annotations

from dataclasses import dataclass

from nextdollar.catalogue.table_file import shown
from nextdollar.compute import Accelerator
from nextdollar.compute.training.mfu_model import OLD_SOFTWARE_BEFORE_YEAR
from nextdollar.sizing.cells import CellReader, Chips
from nextdollar.sizing.rows_file import TableRow
from nextdollar.sizing.training.shapes import RunShape, RunShapes, agrees, has_routed_experts

NEEDED = (("tokens",), ("hardware",), ("params_total", "params_active", "shape"))
"""Columns that a table must have; of each tuple one is enough."""

_LEAST_PARAMS, _MOST_PARAMS = 1e5, 1e15
_LEAST_TOKENS, _MOST_TOKENS = 1e5, 1e18
_PLAIN_COUNTS = "counts are plain: 7e9, not 7"
_SIXTEEN_BIT = ("", "bf16", "fp16", "bfloat16", "float16", "half", "amp_bf16", "amp_fp16", "mixed", "16-bit")
_OTHER_WIDTHS = ("fp32", "float32", "tf32", "fp64", "int8", "fp4", "nvfp4", "mxfp4", "mxfp8")
# Accelerators whose runs are among those that the constants were fitted to.
_MEASURED = ("A100-SXM-40", "A100-SXM-80", "A800-SXM-80", "H100-SXM", "H800-SXM", "TPU-v4")


@dataclass(frozen=True, slots=True)
class Reported:
    """What a row says was measured; never an input, only held against the physical bound."""

    accel_hours: float | None
    wall_days: float | None
    energy_mwh: float | None
    mfu_share: float | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured that could be held against a bound."""
        return self.accel_hours is None and self.wall_days is None and self.mfu_share is None


@dataclass(frozen=True, slots=True)
class StatedRun:
    """The run that a row states; fields as in `TrainingRun`, None where the row is silent."""

    params_active: float
    params: float
    tokens: float
    gpus: float | None
    tokens_per_sequence: float | None
    is_fp8: bool
    is_old_software: bool


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One row: `run` and `accelerator` are None where it is `refused`, with every reason.

    `shape` is None where only the size of the model is known.
    """

    line: int
    name: str
    hardware: str
    accelerator: Accelerator | None
    run: StatedRun | None
    shape: RunShape | None
    reported: Reported
    refused: tuple[str, ...]
    notes: tuple[str, ...]


def training_row(row: TableRow, shapes: RunShapes, chips: Chips) -> TrainingRow:
    """Read one row.

    `tokens`, `hardware` and `params_total` or `params_active` must be there, or a `shape` that says them;
    `accel_count`, `seq_len`, `train_dtype`, `arch`, `model` and `date` may be. Hours, days, energy and
    utilisation are read as reported, and are no inputs.
    """
    cells = CellReader(row, chips)
    reported = Reported(
        cells.reported("accel_hours"),
        cells.reported("wall_days"),
        cells.reported("energy_mwh"),
        cells.reported("mfu_reported"),
    )
    shape = shapes.of(cells)
    sizes = _sizes(cells, shape)
    tokens = cells.count("tokens", _LEAST_TOKENS, _MOST_TOKENS, _PLAIN_COUNTS)
    if not cells.text("tokens"):
        cells.refused.append("tokens is empty: work is 6 x params x tokens")
    chip = cells.accelerator("hardware")
    gpus = cells.count("accel_count", 1, 1e7)
    tokens_per_sequence = cells.count("seq_len", 16, 1e8)
    is_fp8, is_old = _is_fp8(cells, chip), _is_old(cells)
    run = None
    if chip is not None and sizes is not None and tokens is not None and not cells.refused:
        if chip.name not in _MEASURED:
            cells.notes.append(f"no training run on {chip.name} is among those behind the constants")
        shape = _checked(cells, shape, sizes[1])
        run = StatedRun(*sizes, tokens, gpus, tokens_per_sequence, is_fp8, is_old)
    name = cells.text("id", "model", "name", "shape") or f"line {row.line}"
    refused, notes = tuple(cells.refused), tuple(cells.notes)
    return TrainingRow(row.line, name, cells.text("hardware"), chip, run, shape, reported, refused, notes)


def _sizes(cells: CellReader, shape: RunShape | None) -> tuple[float, float] | None:
    """Return active and all parameters: as the row states them, what it leaves out from its shape."""
    active = cells.count("params_active", _LEAST_PARAMS, _MOST_PARAMS, _PLAIN_COUNTS)
    total = cells.count("params_total", _LEAST_PARAMS, _MOST_PARAMS, _PLAIN_COUNTS)
    if not cells.text("params_total", "params_active"):
        if shape is not None:
            counted = shape.model.shape
            return float(counted.params_active), float(counted.params)
        cells.refused.append("params_total and params_active are empty: one of them is needed")
        return None
    has_experts = "moe" in cells.text("arch").casefold() or "expert" in cells.text("arch").casefold()
    if not cells.text("params_active"):
        if shape is not None and total is not None and has_routed_experts(shape) and agrees(shape, total):
            active = min(float(shape.model.shape.params_active), total)
        elif has_experts:
            cells.refused.append("params_active is empty: the work of a mixture of experts follows from it")
            return None
    if active is not None and total is not None and active > total:
        cells.refused.append(f"params_active must be at most params_total, {total:g}, got {active:g}")
        return None
    if active is None:
        active = total
    if total is None:
        total = active
    return None if active is None or total is None else (active, total)


def _checked(cells: CellReader, shape: RunShape | None, params: float) -> RunShape | None:
    """Return the shape of a row if it may be that of its size; one that was stated is kept and said."""
    if shape is None:
        return None
    if agrees(shape, params):
        return shape
    if not shape.is_stated:
        return None
    counted = float(shape.model.shape.params)
    cells.notes.append(
        f"the shape {shape.model.name} has {counted:.3g} parameters, the row says {params:.3g}"
    )
    return shape


def _is_fp8(cells: CellReader, chip: Accelerator | None) -> bool:
    """Return whether a row says fp8 and nothing more; other words are read as 16-bit."""
    words = cells.text("train_dtype").casefold()
    if words == "fp8":
        if chip is not None and chip.fp8_peak_flop_per_s is None:
            cells.refused.append(f"train_dtype is fp8, which {chip.name} has no products in")
        return True
    if words in _OTHER_WIDTHS:
        cells.refused.append(f"train_dtype must be bf16, fp16 or fp8, got {shown(words)}")
    elif words not in _SIXTEEN_BIT:
        cells.notes.append(f"train_dtype {shown(words)} is read as 16-bit: only a plain fp8 is fp8")
    return False


def _is_old(cells: CellReader) -> bool:
    """Return whether a run was published before today's training software."""
    words = cells.text("date")
    year = words[:4]
    if not words:
        return False
    if len(year) < 4 or not year.isdecimal() or not 2000 <= int(year) <= 2100:
        cells.notes.append(f"date {shown(words)} names no year: today's software is assumed")
        return False
    return int(year) < OLD_SOFTWARE_BEFORE_YEAR
