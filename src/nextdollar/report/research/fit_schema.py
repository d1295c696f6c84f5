"""The shape of `nextdollar fit --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.research.ranges import Range
from nextdollar.report.research.runs_view import ConventionsShape, FlagShape, LeftOutShape, PointShape
from nextdollar.research.saved_fit_shape import SavedDomain


class ComparedShape(Shape):
    """A form that was tried, and its mean error on larger runs held out."""

    law: str
    error_share: float


class ChoiceShape(Shape):
    """Why this form was taken."""

    asked: str = Field(description="a form, or auto")
    why: str
    compared: list[ComparedShape]
    left_out: dict[str, str] = Field(description="forms that could not be fitted, and why")


class BestShape(Shape):
    """The best split of a budget; ranges are of the coefficients alone."""

    flop: float
    params: float
    tokens: float
    loss_nats: float
    params_range: Range | None
    tokens_range: Range | None
    loss_nats_range: Range | None
    decades_beyond: float


class AheadShape(Shape):
    """What ten times the quantity of a law in one quantity buys, from the largest run."""

    variable: Literal["params", "tokens", "flop"]
    value: float
    loss_nats: float
    loss_after_nats: float


class SensitivityShape(Shape):
    """The same runs by another objective, and the best split that follows at the last budget."""

    objective: str
    parameters: dict[str, float]
    params: float | None
    tokens: float | None


class ProfileShape(Shape):
    """Where the other coefficients, fitted again, let this one be; open ends are ends of the search."""

    low: float
    high: float
    open_low: bool
    open_high: bool


class InfluenceShape(Shape):
    """What leaving out one run does."""

    row: int
    label: str
    shift_standard_errors: float | None = Field(description="largest move of a coefficient")
    best_params_change_share: float | None
    is_determined: bool = Field(description="whether the other runs determine the law")


class TrendShape(Shape):
    """Change of the log residual per decade of a quantity."""

    quantity: str
    share_per_decade: float
    standard_error: float


class ResidualShape(Shape):
    """What the law leaves over, as shares of the loss."""

    median_share: float
    p90_share: float
    largest_share: float
    mean_share: float
    trends: list[TrendShape]
    outlier_rows: list[int]


class CurveShape(Shape):
    """Loss along a line of models; all lists are as long."""

    held: Literal["", "params", "tokens", "flop", "experts"] = Field(description="what is the same all along")
    fixed: float | None
    params: list[float]
    tokens: list[float]
    flop: list[float]
    loss_nats: dict[str, list[float]]


class CurvesShape(Shape):
    """The lines of the pictures."""

    along_params: list[CurveShape]
    along_tokens: list[CurveShape]
    isoflop: list[CurveShape]
    frontier: CurveShape | None


class FitShape(Envelope):
    """Everything that `nextdollar fit --json` prints."""

    schema_: Literal["nextdollar.fit/1.0"] = Field(alias="schema")
    law: str
    form: str
    formula: str
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    interval_95: dict[str, list[float]]
    settings: dict[str, float | str]
    objective: float
    objective_kind: Literal["huber-log", "squares-log", "squares"]
    huber_delta: float
    n_runs: int
    n_clusters: int
    n_starts: int
    starts_agreeing: int
    cpu_seconds: float = Field(description="CPU time of choice, fit and resamples")
    n_rows: int
    where: str
    left_out: list[LeftOutShape]
    flagged: list[FlagShape]
    conventions: ConventionsShape
    domain: SavedDomain
    choice: ChoiceShape
    best_at: list[BestShape]
    ahead: AheadShape | None = Field(description="null where a budget has a best split")
    sensitivity: list[SensitivityShape]
    profile_95: dict[str, ProfileShape]
    influence: list[InfluenceShape]
    residuals: ResidualShape
    points: list[PointShape]
    curves: CurvesShape
