"""The shape of `nextdollar ltv --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.audience.transactions.value_schema import LtvPurchasesShape
from nextdollar.report.research.envelope import Envelope, Shape


class FigureShape(Shape):
    """Mean and quantiles of draws; all equal where the number is certain."""

    mean: float
    p5: float
    p50: float
    p95: float
    standard_error: float | None = Field(description="of the mean, from sampling; null where unknown")


class ReachedShape(Shape):
    """Months until something is reached; null is never, which counts as later than all others."""

    mean: float | None = Field(description="null where some draws never arrive")
    p5: float | None
    p50: float | None
    p95: float | None
    standard_error: float | None
    never_share: float = Field(description="share of draws that do not arrive")


class CurveShape(Shape):
    """How a cohort thins out, where it was fitted."""

    law: str
    n_months_per_period: int
    n_observed: int = Field(description="renewals that the data reach")
    n_followed: int = Field(
        description="renewals up to which the observed curve stands for laws that miss it"
    )
    has_endless_mean: bool


class AcquisitionShape(Shape):
    """What one new customer cost. Parts: sales + trials + free tier + onboarding - saving = adjusted CAC."""

    sales_usd: FigureShape
    trial_inference_usd: FigureShape = Field(
        description="of all trials, or all unpaid use, behind one customer"
    )
    free_tier_usd: FigureShape
    onboarding_usd: FigureShape
    onboarding_saving_usd: FigureShape
    adjusted_cac_usd: FigureShape
    paid_cac_usd: FigureShape | None = Field(description="spend over the customers it brought")
    simple_payback_months: ReachedShape = Field(description="CAC / margin, as if nobody left")
    payback_months: ReachedShape = Field(description="payments of those who stay, not discounted")
    payback_within_months: int = Field(description="how far payments are followed")
    ltv_to_cac: FigureShape | None


class ExtraChurnShape(Shape):
    """The same at a higher churn."""

    value_usd: FigureShape
    change_share: FigureShape
    payback_months: ReachedShape | None


class SoFarShape(Shape):
    """Margin so far of one customer won, less what he or she cost; not discounted."""

    month: int
    net_usd: FigureShape


class ReasonShape(Shape):
    """Why a field is null."""

    field: str
    reason: str


class LtvDriverShape(Shape):
    """An uncertain input, and how much of the range of the value it decides."""

    input: str
    variance_share: float = Field(description="of the first order, 0 to 1; largest first")


class LtvSegmentShape(Shape):
    """One segment; values are of one customer."""

    segment: str
    groups: dict[str, str]
    customers: FigureShape | None
    price_usd_per_month: FigureShape | None = Field(description="null for a log of purchases")
    margin_usd_per_month: FigureShape | None
    churn_per_month: FigureShape | None = Field(description="null where a curve was fitted")
    curve: CurveShape | None
    basis: Literal["whole lifetime", "within the horizon", "within the data"] = Field(
        description="what value_usd counts; within the data: where laws miss it, as far as it was followed"
    )
    value_usd: FigureShape
    simple_usd: FigureShape | None = Field(description="margin / churn, not discounted")
    whole_usd: FigureShape | None
    by_laws_usd: FigureShape | None = Field(
        description="whole lifetime if laws that miss the data held; null where they keep to it"
    )
    by_heads_usd: FigureShape | None = Field(
        description="mean spend times the time heads stay, where value_usd follows dollars"
    )
    from_month: int = Field(
        description="all is of a customer who stays so many months, from then on; 0: a new one"
    )
    within_horizon_usd: FigureShape
    beyond_horizon_share: FigureShape = Field(
        description="of the whole lifetime; 1 where it has no end; its mean is the share of the mean value"
    )
    beyond_data_share: FigureShape | None = Field(
        description="of value_usd, or of by_laws_usd where it is there, past what was observed; its mean is "
        "the share of the mean value"
    )
    main_law_usd: FigureShape | None = Field(
        description="whole lifetime under the law of `curve` alone; value_usd averages over laws"
    )
    residual_usd: FigureShape | None = Field(description="of a customer of age_months, before a renewal")
    without_growth_usd: FigureShape | None = Field(description="without growth of value; null where none")
    acquisition: AcquisitionShape | None
    drivers: list[LtvDriverShape] = Field(description="empty where fewer than two inputs are uncertain")
    at_extra_churn: ExtraChurnShape | None = Field(description="null for a log of purchases")
    months: list[SoFarShape]
    reasons: list[ReasonShape]


class LtvTotalShape(Shape):
    """Segments together: all of them, or those of one tier or cohort."""

    group: str
    name: str
    basis: Literal["whole lifetime", "within the horizon"]
    customers: FigureShape
    total_usd: FigureShape
    head_weighted_usd: FigureShape | None
    revenue_weighted_usd: FigureShape | None
    revenue_share: FigureShape | None
    equal_segments: FigureShape | None = Field(description="segments of one size that are as concentrated")


class LargestShape(Shape):
    """The segment that brings most revenue."""

    segment: str
    revenue_share: FigureShape


class LtvShape(Envelope):
    """Everything that `nextdollar ltv --json` prints."""

    schema_: Literal["nextdollar.ltv/1.0"] = Field(alias="schema")
    discount_per_year: FigureShape
    pays_at: Literal["start", "end"] | None = Field(
        description="null for a log of purchases, which count when they fall"
    )
    horizon_months: int
    age_months: int | None
    extra_churn_per_month: float | None
    segments: list[LtvSegmentShape]
    totals: list[LtvTotalShape] = Field(description="all segments first; empty where customers are not known")
    total_at_extra_churn: LtvTotalShape | None
    largest_revenue: LargestShape | None
    purchases: LtvPurchasesShape | None = Field(
        description="what a log of purchases says beside `segments`; null where there is a contract"
    )
