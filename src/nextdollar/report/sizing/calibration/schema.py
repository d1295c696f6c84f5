"""The shape of `nextdollar calibrate --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.sizing.shapes import RangeShape

_Quantity = Literal["tpot_ms", "ttft_ms", "out_tok_s_per_gpu"]


class LogReadShape(Shape):
    """A log that was read."""

    file: str
    format: str
    format_words: str
    n_used: int = Field(description="measurements, or entries of steps")
    set_aside: list[str] = Field(description="what was not used, and why")
    notes: list[str] = Field(description="what was assumed")


class BandRangeShape(Shape):
    """Measured over predicted at 5 and 95 percent."""

    p5_factor: float
    p95_factor: float


class QuantityErrorShape(Shape):
    """How far predictions are off: medians of absolute errors."""

    quantity: _Quantity
    n_rows: int
    before_percent: float
    after_percent: float = Field(description="of the rows that the constants were fitted to")
    left_out_percent: float | None = Field(description="of rows left out of the fit; null for a single row")
    band_before: BandRangeShape
    band_after: BandRangeShape


class ConstantMovedShape(Shape):
    """A constant of the serving model that moved; `engine` is empty for one of the hardware."""

    name: str
    engine: str
    before: float
    after: float


class ServingCalibratedShape(Shape):
    """One model on one accelerator with one engine."""

    model: str
    accelerator: str
    engine: str
    n_rows: int
    is_kept_back: bool = Field(
        description="the constants of the catalogue stay: no better ones were found for rows left out"
    )
    errors: list[QuantityErrorShape]
    constants: list[ConstantMovedShape]


class MeasuredRowShape(Shape):
    """A measurement beside its predictions, in the unit that `quantity` names."""

    file: str
    line: int
    accelerator: str
    engine: str
    model: str
    n_concurrent: float | None
    quantity: _Quantity
    measured: float
    before: float
    after: float


class TrainingLogShape(Shape):
    """The utilisation of one run; shares of the dense bf16 peak while stepping."""

    file: str
    accelerator: str
    params: float
    params_active: float
    gpus: float
    tokens_per_sequence: float | None
    is_fp8: bool
    mfu: float
    sd_log: float = Field(description="of the log of the whole run's utilisation around this one")
    tokens_per_s_per_gpu: float
    mfu_before: RangeShape
    mfu_after: RangeShape
    n_steps: int
    hours: float
    n_entries: int
    n_warm_up: int = Field(description="entries at the start that were left out")
    n_interrupted: int = Field(
        description="entries that were far slower: checkpoints, evaluation, stragglers"
    )
    interrupted_share: float = Field(description="time that these cost; part of goodput, not of the MFU")
    halves_log: float | None = Field(description="log of the speed of the second half over the first")


class CalibrateShape(Envelope):
    """Everything that `nextdollar calibrate --json` prints."""

    schema_: Literal["nextdollar.calibrate/1.0"] = Field(alias="schema")
    logs: list[LogReadShape]
    serving: list[ServingCalibratedShape]
    rows: list[MeasuredRowShape]
    training: list[TrainingLogShape]
    saved_to: str | None
