"""What to hold against lifetime values, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nextdollar.audience.ltv.answer import WITHIN_DATA, SegmentAnswer
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
        yield from (f"in {name}: {note}" for note in _notes_on_curve(item, stays, setting))
    elif item.beyond_horizon_share.mean > _MUCH and item.whole_usd is not None:
        share = percent(item.beyond_horizon_share.mean)
        yield f"in {name}: {share} of the value lies beyond {setting.horizon_months} months"
    if item.segment.density is not None and item.without_density_usd is not None:
        multiple = (
            plain(item.value_usd.mean / item.without_density_usd.mean)
            if item.without_density_usd.mean
            else ""
        )
        yield f"in {name}: growth and decay of value make it {multiple} times what it is without"
    winning = item.winning
    if winning is not None and winning.payback_months.never_share > 0:
        share = percent(winning.payback_months.never_share)
        within = winning.payback_within_months
        yield f"in {name}: the cost of acquisition is not back within {within} months in {share} of draws"


def _notes_on_curve(item: SegmentAnswer, stays: RetentionCurve, setting: LtvSetting) -> Iterator[str]:
    """Yield from when on a curve holds, and what lies beyond what was seen."""
    value, beyond = item.value_usd, item.beyond_data_share
    if stays.from_period:
        months = _months(stays.from_month)
        first = "month" if stays.from_month == 1 else months
        yield (
            f"too few customers, or none, were watched in their first {first}: the value is of one who stays "
            f"{months}, from then on; what a new one is worth cannot be said"
        )
    n_followed = stays.n_followed * stays.n_months_per_period
    followed = _months(n_followed)
    if item.basis == WITHIN_DATA:
        yield (
            "the laws miss what was observed, so that what comes later cannot be relied on: the value is "
            f"that within the {followed} in which enough customers were watched{_if_laws_held(item)}"
        )
        if n_followed < setting.horizon_months:
            yield f"the horizon of {setting.horizon_months} months is cut to these {followed}, in sums too"
    elif stays.n_followed:
        yield f"the laws miss what was observed: it is followed itself for {followed}, and the laws after it"
    if item.basis != WITHIN_DATA and beyond is not None and beyond.mean > _MUCH:
        months = _months(stays.n_observed * stays.n_months_per_period)
        yield f"{percent(beyond.mean)} of the value lies beyond the {months} of data"
    law_usd = item.main_law_usd
    if law_usd is not None and value.mean > 0 and abs(law_usd.mean / value.mean - 1) > _APART:
        yield f"{plain(law_usd.mean)} USD if it were sure that {stays.law}; here laws are averaged"
    heads = item.by_heads_usd
    if heads is not None and value.mean > 0 and abs(heads.mean / value.mean - 1) > _APART:
        off = heads.mean / value.mean - 1
        way = "more" if off > 0 else "less"
        held = ", which the range holds" if value.p5 <= heads.mean <= value.p95 else ""
        yield (
            f"mean spend times the time that customers stay would say {plain(heads.mean)} USD, "
            f"{percent(abs(off))} {way}{held}"
        )


def _if_laws_held(item: SegmentAnswer) -> str:
    laws, beyond = item.by_laws_usd, item.beyond_data_share
    if laws is None:
        return ""
    share = "" if beyond is None else f", {percent(beyond.mean)} of it beyond the data"
    return f"; {plain(laws.mean)} USD if they held{share}"


def _months(n_months: int) -> str:
    return "1 month" if n_months == 1 else f"{n_months} months"


def sources_of(found: Sequence[SegmentAnswer]) -> Iterator[Source]:
    """Yield where the formulas come from."""
    if any(isinstance(item.segment.stays, ConstantChurn) for item in found):
        yield Geometric.source
    if any(isinstance(item.segment.stays, RetentionCurve) for item in found):
        yield ShiftedBetaGeometric.source
        yield ShiftedBetaGeometric.residual_source
