"""The shape of what a log of purchases adds to `nextdollar ltv --json`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.audience.transactions.schema import HoldoutShape, LeftOutShape, SpreadShape
from nextdollar.report.research.envelope import Shape


class WorthAheadShape(Shape):
    """What customers still bring: margin of the purchases to come, discounted to the last day of the log."""

    name: str
    n_customers: int
    customer_usd: SpreadShape = Field(description="of one customer on average")
    spend_weighted_usd: SpreadShape = Field(
        description="of the customer behind the average dollar of the log"
    )
    total_usd: SpreadShape
    within_horizon_usd: SpreadShape = Field(description="of one customer, within the horizon")
    beyond_horizon_share: SpreadShape = Field(
        description="of expected value; 1 where nothing ends a lifetime"
    )
    beyond_data_share: SpreadShape = Field(
        description="of expected value, further ahead than the log looks back"
    )
    spend_share: float = Field(description="of what all segments spent in the log")


class LawValueShape(Shape):
    """A law, its weight in the draws, and the value of all customers under it alone."""

    model: Literal["bg-nbd", "pareto-nbd"]
    weight_share: float
    total_usd: float


class BestCustomerShape(Shape):
    """One of the customers who are expected to bring most."""

    customer: str
    n_repeats: float
    alive_share: float
    value_usd: float = Field(description="expected")
    low_usd: float | None = Field(description="P5; null where customers are too many for ranges")
    high_usd: float | None = Field(description="P95")


class PurchaseSegmentShape(Shape):
    """One segment of a log, fitted by itself."""

    worth: WorthAheadShape
    new_customer_usd: SpreadShape = Field(
        description="repeat purchases of a customer who makes the first one now"
    )
    top_tenth_share: float | None = Field(description="of expected value, by the tenth that brings most")
    laws: list[LawValueShape]
    holdout: HoldoutShape | None = Field(description="null where the log is too short for it")
    best_customers: list[BestCustomerShape] = Field(description="at most ten, largest first")
    warnings: list[str]


class LtvPurchasesShape(Shape):
    """Value of customers without a contract, from a log of their purchases."""

    last_day: str | None = Field(
        description="last day that the log is taken to cover; value counts from it on; null for summaries"
    )
    period_days: float
    n_periods_back: float = Field(description="for how long the log observes anybody")
    gross_margin_share: SpreadShape
    segments: list[PurchaseSegmentShape]
    total: WorthAheadShape
    range_holds: Literal["parameters and chance"] = Field(
        description="not that no law is quite right: a hold-out checks purchases ahead, no value beyond it"
    )
    left_out: list[LeftOutShape] = Field(description="segments of which nothing can be said")
