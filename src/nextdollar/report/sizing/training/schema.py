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


class ModelShape(Shape):
    """Where the shape of the model comes from: memory, and where it was stated the work, follow from it."""

    name: str | None
    how: Literal["catalogue", "shapes", "config.json", "inferred"]
    is_stated: bool = Field(description="whether the user named it; the work is then counted on it")


class LayoutShape(Shape):
    """How a run is cut over accelerators; tensor x pipeline x data is `gpus`."""

    gpus: float
    n_tensor: int
    n_pipeline: int
    n_data: int
    n_expert: int = Field(description="copies that share one set of routed experts")
    recompute: Literal["selective", "full"]


class MemoryShape(Shape):
    """What training keeps on each accelerator, in bytes by use; null where no layout fits."""

    fits: bool
    memory_bytes: float = Field(description="of one accelerator; nine tenths may be filled")
    layout: LayoutShape | None
    total_bytes: float | None
    weights_bytes: float | None
    gradients_bytes: float | None
    optimiser_bytes: float | None
    activations_bytes: float | None
    fewest_gpus: float | None = Field(description="on which it fits, a power of two, where it does not")


class ProjectShape(Shape):
    """The final run with the experiments before it; not part of the figures above."""

    gpu_hours: RangeShape
    cost_usd: RangeShape | None


class DeadlineShape(Shape):
    """What it takes to finish in time."""

    days: float
    gpus: RangeShape | None = Field(description="finish in time with 5, 50 and 95 %; null where none do")
    accel_hours: RangeShape | None = Field(description="on the number that is in time with 95 %")
    cost_usd: RangeShape | None
    in_time_share: float | None = Field(description="how likely the stated count is in time")
    reason: str = Field(description="why no number is given; empty where one is")


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
    carbon_tonnes: RangeShape | None = Field(description="of CO2 equivalent, from energy and the grid")
    project: ProjectShape | None
    model: ModelShape | None
    memory: MemoryShape | None
    deadline: DeadlineShape | None = Field(description="null where none was asked for")
    ladder: LadderShape | None
    reported: ReportedShape
    is_calibrated: bool = Field(description="whether logs of the user are weighed in")
    flags: list[FlagShape]
    notes: list[str]
    refused: list[str] = Field(description="why the row cannot be estimated; empty where it is")


class DevelopmentShape(Shape):
    """All compute of a project over that of its final runs, as published."""

    low_multiple: float
    high_multiple: float
    multiple: RangeShape = Field(
        description="in the figures of `project`: as given, else the published range"
    )


class GridShape(Shape):
    """Carbon of the electricity."""

    kg_per_kwh: RangeShape
    grid_from: str


class EstimateTrainingShape(Envelope):
    """Everything that `nextdollar estimate training --json` prints."""

    schema_: Literal["nextdollar.estimate-training/1.0"] = Field(alias="schema")
    rows: list[TrainingRowShape]
    n_answered: int
    development: DevelopmentShape
    grid: GridShape
    as_of: str | None = Field(description="day of the list prices; null takes the newest")
    deadline_days: float | None
