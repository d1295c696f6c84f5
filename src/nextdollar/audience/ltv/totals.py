"""Lifetime values of several segments together: by heads, by revenue, and by tier and cohort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nextdollar.audience.ltv.answer import TotalAnswer
from nextdollar.audience.ltv.question import LtvSegment
from nextdollar.audience.ltv.segment_value import Worth
from nextdollar.audience.ltv.spread import spread
from nextdollar.customers.lifetime_value.weights import (
    head_weighted_value,
    revenue_shares,
    revenue_weighted_value,
)
from nextdollar.uncertainty import Summary
from nextdollar.units import FloatArray, Floats

ALL = "all"


def totals_of(segments: Sequence[LtvSegment], values: Sequence[Worth]) -> tuple[TotalAnswer, ...]:
    """Return the sums over all segments, then those of each tier and cohort; none without customers."""
    if any(segment.customers is None for segment in segments):
        return ()
    return tuple(_totals(segments, values))


def largest_revenue(segments: Sequence[LtvSegment]) -> tuple[str, Summary] | None:
    """Return the segment that brings most revenue, and its share; None where it is not known."""
    revenue = _revenue(segments)
    if len(segments) < 2 or not _is_positive(revenue):
        return None
    shares = revenue_shares(revenue)
    most = int(np.argmax(shares.reshape(len(segments), -1).mean(axis=1)))
    return segments[most].name, spread(shares[most])


def _totals(segments: Sequence[LtvSegment], values: Sequence[Worth]) -> Iterator[TotalAnswer]:
    every = list(range(len(segments)))
    yield _total(ALL, "all segments", segments, values, every)
    columns = dict.fromkeys(column for segment in segments for column in segment.groups)
    for column in columns:
        names = dict.fromkeys(segment.groups.get(column, "") for segment in segments)
        for name in names:
            places = [i for i in every if segments[i].groups.get(column, "") == name]
            yield _total(column, name or "none", segments, values, places)


def _total(
    group: str,
    name: str,
    segments: Sequence[LtvSegment],
    values: Sequence[Worth],
    places: Sequence[int],
) -> TotalAnswer:
    whole = all(value.whole_usd is not None for value in values)
    worth = [_value(values[i], is_whole=whole) for i in places]
    heads = [_heads(segments[i]) for i in places]
    total = _sum([np.multiply(n, usd) for n, usd in zip(heads, worth, strict=True)])
    all_revenue, revenue = _revenue(segments), _revenue([segments[i] for i in places])
    pays = _is_positive(revenue)
    shares = revenue_shares(revenue) if pays else None
    return TotalAnswer(
        group=group,
        name=name,
        basis="whole lifetime" if whole else "within the horizon",
        customers=spread(_sum(heads)),
        total_usd=spread(total),
        head_weighted_usd=spread(head_weighted_value(worth, heads)) if _is_positive(heads) else None,
        revenue_weighted_usd=spread(revenue_weighted_value(worth, revenue)) if pays else None,
        revenue_share=spread(_sum(revenue) / _sum(all_revenue)) if pays else None,
        equal_segments=None if shares is None else spread(1 / (shares**2).sum(axis=0)),
    )


def _value(worth: Worth, *, is_whole: bool) -> Floats:
    return worth.whole_usd if is_whole and worth.whole_usd is not None else worth.within_usd


def _heads(segment: LtvSegment) -> Floats:
    return 0.0 if segment.customers is None else segment.customers


def _revenue(segments: Sequence[LtvSegment]) -> list[Floats]:
    return [
        np.multiply(_heads(segment), segment.price_usd_per_month)
        if segment.revenue_usd_per_month is None
        else segment.revenue_usd_per_month
        for segment in segments
    ]


def _is_positive(amounts: Sequence[Floats]) -> bool:
    return bool(np.all(_sum(amounts) > 0))


def _sum(amounts: Sequence[Floats]) -> FloatArray:
    return np.asarray(sum(amounts, start=np.zeros(())))
