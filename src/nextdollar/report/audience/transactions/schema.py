"""The shape of what a log of purchases adds to `nextdollar retention --json`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Shape

_IS_CHECKED = (
    "whether a hold-out as far ahead as the forecast came as was expected; else the range holds parameters "
    "and chance only, and not that no law is quite right"
)
_Law = Literal["bg-nbd", "mbg-nbd", "pareto-nbd", "bg-bb"]


class SpreadShape(Shape):
    """Mean, median, and the ends of the range that holds 90 %."""

    mean: float
    p5: float
    p50: float
    p95: float


class LawWeighedShape(Shape):
    """A law that was fitted to the purchases."""

    model: _Law
    weight_share: float = Field(description="its weight in the forecasts, by how well it fits")
    log_likelihood: float
    parameters: dict[str, float]
    alive_now_customers: float = Field(description="customers of the log who are still there by this law")
    last_survival_share: float = Field(description="new customers still active after the last period")


class HoldoutShape(Shape):
    """A forecast from the first two thirds of the log, held against the rest."""

    known_to: str = Field(description="last day of the part that was fitted")
    n_periods: float
    model: _Law
    expected: SpreadShape = Field(description="repeat purchases forecast")
    came: int = Field(description="repeat purchases that came")
    is_within: bool = Field(description="whether what came lies within the range that holds 90 %")


class SpendFitShape(Shape):
    """Spend per purchase (Gamma-Gamma)."""

    parameters: dict[str, float]
    standard_errors: dict[str, float | None]
    log_likelihood: float
    n_customers: int = Field(description="customers with repeat purchases and spend")
    mean_usd: SpreadShape | None = Field(
        description="per purchase over all customers; null where it may be infinite"
    )
    value_usd: SpreadShape | None = Field(
        description="spend of one of today's customers over the periods ahead, undiscounted"
    )
    rank_correlation: float | None = Field(
        description="of spend per purchase with the number of purchases; taken as 0 by the model"
    )


class PurchasesSegmentShape(Shape):
    """One segment of a log of purchases, fitted by itself."""

    segment: str
    n_customers: int
    n_repeat_purchases: int
    laws: list[LawWeighedShape]
    alive_now_customers: SpreadShape
    purchases_ahead: SpreadShape
    purchases_ahead_is_checked: bool = Field(description=_IS_CHECKED)
    holdout: HoldoutShape | None
    spend: SpendFitShape | None


class LeftOutShape(Shape):
    """A segment of which nothing can be said; totals leave it out."""

    segment: str
    n_customers: int
    reason: str


class TransactionsShape(Shape):
    """Customers without a contract, from a log of purchases; totals of all segments that were fitted."""

    n_customers: int
    n_repeat_purchases: int
    period_days: int | None = Field(description="null for summaries whose columns name no days or weeks")
    first_day: str | None = Field(description="null for summaries")
    last_day: str | None = Field(description="last day that the log is taken to cover; null for summaries")
    laws: list[LawWeighedShape] = Field(description="of the one segment; empty where there are several")
    alive_now_customers: SpreadShape = Field(description="its ends reach from law to law")
    purchases_ahead: SpreadShape = Field(description="by all customers over the periods forecast")
    purchases_ahead_is_checked: bool = Field(description=_IS_CHECKED)
    holdout: HoldoutShape | None = Field(
        description="null where the log is too short for it, or has several segments"
    )
    spend: SpendFitShape | None = Field(
        description="null where the log has no spend in USD, or has several segments"
    )
    by_segment: list[PurchasesSegmentShape] = Field(description="one where the log is not split")
    left_out: list[LeftOutShape] = Field(description="segments of which nothing can be said")
