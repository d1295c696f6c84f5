"""What to hold against lifetime values, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nextdollar.audience.ltv.answer import SegmentAnswer
from nextdollar.audience.ltv.question import ConstantChurn, LtvSetting, RetentionCurve
from nextdollar.customers.contractual.laws import Geometric, ShiftedBetaGeometric
from nextdollar.sources import Source
from nextdollar.uncertainty.reading import percent, plain

_MUCH = 0.5
_APART = 0.01


def notes_of(found: Sequence[SegmentAnswer], setting: LtvSetting) -> Iterator[str]:
    """Yield what to know about the answer, as sentences without a full stop."""
    if np.all(np.equal(setting.discount_per_month, 0)):
        yield "nothing is discounted: a dollar in ten years counts like one today; state --discount"
    if setting.pays_at == "end":
        yield "payment is at the end of each period, by those who are still there"
    if any(isinstance(item.segment.stays, ConstantChurn) for item in found):
        yield (
            "churn is taken as constant; where customers differ, those likely to leave go first and the "
            "value is another: a table of survival counts that in"
        )
    for item in found:
        yield from _notes_on(item, setting)


def _notes_on(item: SegmentAnswer, setting: LtvSetting) -> Iterator[str]:
    name, stays = item.segment.name, item.segment.stays
    if isinstance(stays, RetentionCurve):
        if item.beyond_data_share is not None and item.beyond_data_share.p50 > _MUCH:
            share, months = percent(item.beyond_data_share.p50), stays.n_observed * stays.n_months_per_period
            yield f"in {name}: {share} of the value lies beyond the {months} months of data"
        if stays.n_followed:
            months = stays.n_followed * stays.n_months_per_period
            yield f"in {name}: the observed curve is followed for {months} months, and the laws after it"
        law_usd = item.main_law_usd
        if law_usd is not None and abs(law_usd.p50 / item.value_usd.p50 - 1) > _APART:
            alone = f"{plain(law_usd.p50)} USD if it were sure that {stays.law}"
            yield f"in {name}: {alone}; here laws are averaged"
    elif item.beyond_horizon_share.p50 > _MUCH and item.whole_usd is not None:
        share = percent(item.beyond_horizon_share.p50)
        yield f"in {name}: {share} of the value lies beyond {setting.horizon_months} months"
    if item.segment.density is not None and item.without_density_usd is not None:
        multiple = (
            plain(item.value_usd.p50 / item.without_density_usd.p50) if item.without_density_usd.p50 else ""
        )
        yield f"in {name}: growth and decay of value make it {multiple} times what it is without"
    winning = item.winning
    if winning is not None and winning.payback_months.never_share > 0:
        share = percent(winning.payback_months.never_share)
        within = winning.payback_within_months
        yield f"in {name}: the cost of acquisition is not back within {within} months in {share} of draws"


def sources_of(found: Sequence[SegmentAnswer]) -> Iterator[Source]:
    """Yield where the formulas come from."""
    if any(isinstance(item.segment.stays, ConstantChurn) for item in found):
        yield Geometric.source
    if any(isinstance(item.segment.stays, RetentionCurve) for item in found):
        yield ShiftedBetaGeometric.source
        yield ShiftedBetaGeometric.residual_source
