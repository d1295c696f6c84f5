"""The shape of `nextdollar forecast --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.research.fit_schema import CurveShape
from nextdollar.report.research.ranges import LossRange
from nextdollar.report.research.runs_view import ConventionsShape, FlagShape, LeftOutShape, PointShape


class RowShape(Shape):
    """One target."""

    name: str
    params: float
    tokens: float
    flop: float
    loss: LossRange = Field(description="in nats per token")
    cannot_say: bool = Field(description="laws that fit the runs equally well part too far here")
    distance: float = Field(description="decades beyond the runs, 0 inside")
    law_disagreement_share: float
    observed_loss: float | None = Field(description="what happened, where the table of targets says so")
    metric: LossRange | None
    metric_cannot_say: bool | None
    observed_metric: float | None


class HappenedShape(Shape):
    """How forecasts compare with what happened; targets of which nothing can be said are left out."""

    n_targets: int
    inside_50_share: float
    inside_80_share: float
    inside_90_share: float
    mean_error_share: float
    bias_share: float


class ForecastShape(Envelope):
    """Everything that `nextdollar forecast --json` prints."""

    schema_: Literal["nextdollar.forecast/1.0"] = Field(alias="schema")
    rows: list[RowShape]
    metric: str | None
    metric_doubts: list[str] = Field(description="why no forecast of the metric can be trusted")
    what_happened: HappenedShape | None
    n_runs: int
    n_clusters: int
    cpu_seconds: float
    n_rows: int
    where: str
    left_out: list[LeftOutShape]
    flagged: list[FlagShape]
    conventions: ConventionsShape
    most_disagreement_share: float
    points: list[PointShape]
    curve: CurveShape
