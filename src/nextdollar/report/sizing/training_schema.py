"""The shape of `nextdollar estimate training --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.sizing.shapes import FlagShape, RangeShape


class LadderShape(Shape):
    """What leads from the work to the bill, each factor by name; their medians multiply exactly."""

    flop: float = Field(description="6 N D, and attention with a causal mask")
    peak_flop_per_s: float = Field(description="dense bf16 peak of one accelerator")
    ideal_gpu_hours: float = Field(description="the work at that peak")
    mfu: RangeShape = Field(description="share of the bf16 peak while stepping")
    goodput_share: float = Field(description="left after checkpoints, failures and restarts")
    calendar_share: RangeShape = Field(description="left after everything else that is billed")
    least_gpu_hours: float = Field(description="the work at the peak of the precision in use: the bound")
    gpus: float
    gpus_are_assumed: bool
    usd_per_gpu_hour: RangeShape | None
    price_from: str | None
    power_watts: float | None = Field(description="rated power of one accelerator")
    system_share: RangeShape = Field(description="power with the share of the host over the rated power")
    pue: RangeShape


class ReportedShape(Shape):
    """What the row says was measured: no input."""

    accel_hours: float | None
    wall_days: float | None
    energy_mwh: float | None


class TrainingRowShape(Shape):
    """One row of the table; where it is refused its figures and its ladder are null."""

    line: int
    name: str
    hardware: str
    accelerator: str | None
    accel_hours: RangeShape | None = Field(description="GPU-hours on the bill")
    wall_days: RangeShape | None
    cost_usd: RangeShape | None
    energy_mwh: RangeShape | None = Field(description="worked out from rated power, not measured")
    ladder: LadderShape | None
    reported: ReportedShape
    flags: list[FlagShape]
    notes: list[str]
    refused: list[str] = Field(description="why the row cannot be estimated; empty where it is")


class DevelopmentShape(Shape):
    """All compute of a project over that of its final runs, as published."""

    low_multiple: float
    high_multiple: float


class EstimateTrainingShape(Envelope):
    """Everything that `nextdollar estimate training --json` prints."""

    schema_: Literal["nextdollar.estimate-training/1.0"] = Field(alias="schema")
    rows: list[TrainingRowShape]
    n_answered: int
    development: DevelopmentShape
