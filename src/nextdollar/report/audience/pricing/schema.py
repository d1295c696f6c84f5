"""The shape of `nextdollar price --json`, version 1.0; amounts are a month's average over the table."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.figure_schema import Figure
from nextdollar.report.research.envelope import Envelope, Shape


class DrawnShape(Shape):
    """Mean and quantiles of draws."""

    mean: float
    p5: float
    p50: float
    p95: float


class ListPriceShape(Shape):
    """One price of the list; `advised_usd` is null where no price is advised."""

    name: str
    list_usd: float
    advised_usd: float | None
    unit: str


class DecileShape(Shape):
    """A tenth of the customers by what serving them costs, the cheapest first."""

    decile: int
    customers: int
    least_tokens_per_month: float
    most_tokens_per_month: float
    revenue_usd_per_month: float
    cost_usd_per_month: Figure
    margin_usd_per_month: Figure
    margin_share: Figure
    customers_losing: int = Field(description="who cost more than they pay in over half of the draws")


class CustomerMarginShape(Shape):
    """Margin of one customer."""

    mean: float
    p5: float
    p95: float


class LosingCustomerShape(Shape):
    """A customer who may cost more than the bill."""

    customer: str
    bill_usd_per_month: float
    margin_usd_per_month: CustomerMarginShape
    loss_share: float = Field(description="share of the draws in which the margin is negative")


class LosingShape(Shape):
    """Customers who cost more than they pay."""

    customers_likely: int = Field(description="in over half of the draws")
    customers_likely_share: float
    customers: DrawnShape
    lost_usd_per_month: DrawnShape
    worst: list[LosingCustomerShape]


class BreakEvenShape(Shape):
    """Use at which a bill pays for its serving; null where the price list has no such point."""

    tokens_per_seat: Figure
    accurate_share: Figure
    accurate_today_share: float | None
    accuracy_point_usd_per_month: float | None = Field(
        description="what one more right answer in a hundred brings"
    )


class BestPriceShape(Shape):
    """A price, as a multiple of the list."""

    multiple: float
    is_at_limit: bool
    bound: Literal["", "low", "high"] = Field(description="end of the range searched at which it lies")
    margin_usd_per_month: Figure
    gain_usd_per_month: Figure = Field(description="over what is paid today, on the same draws")
    gain_likely_share: float = Field(description="share of the draws in which it earns more than today")
    each_best_multiple: Figure = Field(description="best price of each draw, had it been known")
    value_of_knowing_usd_per_month: float
    n_optima: int
    churn_per_month: Figure


class BillChangesShape(Shape):
    """Bills at the list against what is paid today."""

    paid_usd_per_month: float
    customers_up: int
    customers_down: int
    customers_free_today: int
    customers_unbilled: int
    customers_held: int
    p5_multiple: float
    p50_multiple: float
    p95_multiple: float


class CurvePointShape(Shape):
    """Margin at one price."""

    multiple: float
    margin_usd_per_month: DrawnShape


class PriceAdviceShape(Shape):
    """What price to ask; `refused` says why where there is none."""

    elasticity: Figure
    form: Literal["constant", "linear"]
    margin_at_list_usd_per_month: Figure = Field(description="once customers have responded to their bills")
    margin_today_usd_per_month: Figure = Field(description="at what is paid today; the list, if unknown")
    volume_multiple: Figure = Field(description="use at the advised price over today's")
    refused_share: float = Field(description="share of the draws in which no finite price is best")
    refused: str | None
    best: BestPriceShape | None = Field(description="without a churn limit")
    limit_per_month: float | None
    certainty_share: float | None
    limit_multiple: float | None = Field(description="highest price that the churn limit allows")
    under_limit: BestPriceShape | None
    churn_at_list_per_month: Figure
    churn_at_limit_per_month: Figure
    bill_changes: BillChangesShape | None
    curve: list[CurvePointShape]


class SeenShape(Shape):
    """A measured number and the range that holds the true one with 90 %."""

    measured: float
    p5: float
    p50: float
    p95: float


class PriceArmShape(Shape):
    """One price that was shown to one segment."""

    price_usd: float
    segment: str = Field(description="empty where there is one")
    offered: int
    bought: int
    bought_share: SeenShape
    fitted_share: float | None = Field(description="at the likeliest elasticity; null where it says nothing")
    usd_per_offered: SeenShape = Field(description="price times share: what one person shown it brings")


class SegmentElasticityShape(Shape):
    """What one segment alone says of the elasticity."""

    segment: str
    p5: float
    p50: float
    p95: float


class PriceTestShape(Shape):
    """A test of prices and the elasticity that it leaves possible, nothing ruled out."""

    arms: list[PriceArmShape]
    form: Literal["constant", "linear"]
    today_usd: float | None
    least_elasticity: float = Field(description="ruled out below; 0 where nothing is")
    elasticity: SegmentElasticityShape = Field(description="of all segments, each at a level of its own")
    likeliest_elasticity: float
    at_most_one_share: float = Field(description="probability of an elasticity of at most 1")
    misfit_share: float | None = Field(description="chance of counts as far from the form; null: too few")
    segments: list[SegmentElasticityShape]
    segments_differ_share: float | None = Field(description="chance of segments as unlike; null: one")


class MonthShape(Shape):
    """One month at the stated growth; 0 is today."""

    month: int
    revenue_usd_per_month: DrawnShape
    cost_usd_per_month: DrawnShape


class UsagePointShape(Shape):
    """Revenue and cost at a multiple of today's use."""

    multiple: float
    revenue_usd_per_month: float
    cost_usd_per_month: DrawnShape


class PriceGrowthShape(Shape):
    """Where use grows out of its bill."""

    usage_multiple: Figure = Field(description="use over today's at which cost reaches revenue; null: never")
    already_share: float
    horizon_months: int | None
    serving_price_per_month: Figure = Field(description="how the price of serving moves")
    growth_per_month: Figure = Field(description="growth of use that gets there at the horizon")
    month: Figure = Field(description="first month in which cost is not below revenue, at the stated growth")
    never_by_horizon_share: float | None
    by_month: list[MonthShape]
    by_usage: list[UsagePointShape]


class PriceShape(Envelope):
    """Everything that `nextdollar price --json` prints."""

    schema_: Literal["nextdollar.price/1.0"] = Field(alias="schema")
    title: str
    model: Literal["per_token", "per_seat", "per_outcome", "hybrid", "tiered"]
    price_list: list[ListPriceShape]
    customers: int
    n_months: int
    revenue_usd_per_month: float = Field(description="at the list")
    paid_usd_per_month: float | None = Field(description="today; null where the table does not say")
    cost_usd_per_month: Figure
    margin_usd_per_month: Figure
    margin_share: Figure
    deciles: list[DecileShape]
    losing: LosingShape
    break_even: BreakEvenShape
    price: PriceAdviceShape | None
    no_price: str | None = Field(description="why demand is stated and no price can be looked for")
    price_test: PriceTestShape | None = Field(description="what demand rests on; null without a test")
    growth: PriceGrowthShape
