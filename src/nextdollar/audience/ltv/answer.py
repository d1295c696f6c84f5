"""What is said of lifetime values: figures with their ranges, and why one is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nextdollar.audience.ltv.question import LtvSegment, LtvSetting
from nextdollar.sources import Source
from nextdollar.uncertainty import ReachedSummary, Summary

WHOLE, WITHIN, WITHIN_DATA = "whole lifetime", "within the horizon", "within the data"


@dataclass(frozen=True, slots=True, kw_only=True)
class WinningAnswer:
    """What a customer cost to win, and when that is back.

    Parts add up to `adjusted_cac_usd`: sales + trials + free tier + onboarding - what AI saves of it.
    Payback counts months of payments, not discounted; `simple_payback_months` ignores churn.
    """

    sales_usd: Summary
    trial_inference_usd: Summary
    free_tier_usd: Summary
    onboarding_usd: Summary
    onboarding_saving_usd: Summary
    adjusted_cac_usd: Summary
    paid_cac_usd: Summary | None
    simple_payback_months: ReachedSummary
    payback_months: ReachedSummary
    payback_within_months: int
    ltv_to_cac: Summary | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraChurn:
    """The same segment at a higher churn; None where the value or the payback is not known."""

    value_usd: Summary
    change_share: Summary
    payback_months: ReachedSummary | None


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """Expected margin of one customer won by the end of a month, less what he or she cost."""

    month: int
    net_usd: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentAnswer:
    """One segment.

    `value_usd` is the whole lifetime where it has an end, else what falls within the horizon; where laws miss
    the data and much of it would rest on them, what falls within the data, and `by_laws_usd` is what they
    would make of it: `basis` says which. Where `segment.from_month` is above 0, all is of a customer who
    stays so long, from then on. `by_heads_usd` is the mean spend times the time that customers stay, where
    `value_usd` follows dollars. `simple_usd` is margin / churn, `main_law_usd` the whole under the published
    law alone, where `value_usd` averages over laws. Means of `beyond_horizon_share` and `beyond_data_share`
    are shares of the mean value (of `by_laws_usd` where there is one), `drivers` shares of the variance of
    `value_usd`. What is None has its reason in `reasons`, by the name of the field.
    """

    segment: LtvSegment
    basis: str
    value_usd: Summary
    simple_usd: Summary | None
    whole_usd: Summary | None
    by_laws_usd: Summary | None
    by_heads_usd: Summary | None
    within_horizon_usd: Summary
    beyond_horizon_share: Summary
    beyond_data_share: Summary | None
    main_law_usd: Summary | None
    residual_usd: Summary | None
    without_density_usd: Summary | None
    winning: WinningAnswer | None
    drivers: Mapping[str, float]
    extra_churn: ExtraChurn
    months: tuple[MonthSoFar, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalAnswer:
    """Segments taken together: all of them, or those of one tier or cohort.

    `revenue_share` is their share of all revenue a month; `equal_segments` how many segments of one size
    would be as concentrated.
    """

    group: str
    name: str
    basis: str
    customers: Summary
    total_usd: Summary
    head_weighted_usd: Summary | None
    revenue_weighted_usd: Summary | None
    revenue_share: Summary | None
    equal_segments: Summary | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LtvAnswer:
    """Lifetime values of all segments, together and by tier and cohort.

    `totals` starts with all segments; it is empty where customers are not counted. `extra_total` has the
    same sums for all segments at the higher churn.
    """

    setting: LtvSetting
    segments: tuple[SegmentAnswer, ...]
    totals: tuple[TotalAnswer, ...]
    extra_total: TotalAnswer | None
    largest_revenue: tuple[str, Summary] | None
    notes: tuple[str, ...]
    sources: tuple[Source, ...]
    files: tuple[tuple[str, str], ...]
    is_uncertain: bool
