"""Lifetime values: what a customer is worth, by segment and together, and when the cost of one is back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nextdollar.audience.ltv.answer import (
    WHOLE,
    WITHIN,
    WITHIN_DATA,
    ExtraChurn,
    LtvAnswer,
    MonthSoFar,
    SegmentAnswer,
    WinningAnswer,
)
from nextdollar.audience.ltv.drivers import drivers_of
from nextdollar.audience.ltv.notes import notes_of, sources_of
from nextdollar.audience.ltv.question import LtvSegment, LtvSetting
from nextdollar.audience.ltv.segment_value import SegmentValue, Worth, segment_value
from nextdollar.audience.ltv.spread import is_uncertain, spread, spread_reached, spread_share
from nextdollar.audience.ltv.table import read_segments
from nextdollar.audience.ltv.totals import largest_revenue, totals_of
from nextdollar.audience.recurring_revenue.cells import n_of
from nextdollar.customers.acquisition.cost import ltv_to_cac
from nextdollar.customers.acquisition.payback import simple_payback_months
from nextdollar.errors import require
from nextdollar.units import Floats

_MOST_MONTHS_SHOWN = 120


def ltv(
    segments: Sequence[LtvSegment] | Path | str,
    setting: LtvSetting | None = None,
    *,
    notes: Sequence[str] = (),
    files: Sequence[tuple[str, str]] = (),
) -> LtvAnswer:
    """Return what customers are worth over the time that they stay.

    Parameters
    ----------
    segments : sequence of LtvSegment, or Path or str
        One or more, with names of their own; or a table of them (`read_segments`).
    setting : LtvSetting, optional
        Discount, timing of payments, horizon; None: no discount, paid at the start, 36 months.
    notes : sequence of str
        What the reader of the segments has to say about them.
    files : sequence of (file, SHA-256)
        What they were read from.

    Returns
    -------
    LtvAnswer
        Values with their 90 % ranges by segment, together and by tier and cohort; the share beyond the
        data and beyond the horizon; cost of acquisition, payback and LTV to CAC; all of it again at a
        higher churn.

    Raises
    ------
    DomainError
        If there is no segment, or two have one name.
    RowsError
        With every fault of a table.

    Notes
    -----
    LTV = sum over t of m g_t S(t) / (1 + d)**t. What is uncertain is drawn once: every figure of a draw
    rests on the same customers.
    """
    asked = LtvSetting() if setting is None else setting
    if isinstance(segments, str | Path):
        read = read_segments(segments, n_draws=asked.n_draws, seed=asked.seed)
        return ltv(read.segments, asked, notes=(*read.notes, *notes), files=(*read.files, *files))
    require(len(segments) > 0, "segments", "one or more", "none")
    names = [segment.name for segment in segments]
    require(len(set(names)) == len(names), "names of segments", "all different", ", ".join(names))
    found: list[SegmentAnswer] = []
    today: list[Worth] = []
    worse: list[Worth] = []
    for segment in segments:
        # Tables by month and draw are large: one segment's at a time.
        value = segment_value(segment, asked)
        extra = segment_value(segment, asked, extra_churn_per_month=asked.extra_churn_per_month)
        found.append(_segment_answer(segment, asked, value, extra))
        today.append(value.worth)
        worse.append(extra.worth)
    return LtvAnswer(
        setting=asked,
        segments=tuple(found),
        totals=totals_of(segments, today),
        extra_total=next(iter(totals_of(segments, worse)), None),
        largest_revenue=largest_revenue(segments),
        notes=(*notes, *notes_of(found, asked)),
        sources=tuple(dict.fromkeys(sources_of(found))),
        files=tuple(files),
        is_uncertain=any(is_uncertain(worth.within_usd) for worth in today)
        or any(is_uncertain(_cac(segment)) for segment in segments),
    )


def _segment_answer(
    segment: LtvSegment, setting: LtvSetting, today: SegmentValue, worse: SegmentValue
) -> SegmentAnswer:
    reasons = dict(today.reasons)
    without = None
    if segment.density is not None:
        without = segment_value(segment, setting, has_density=False)
    by_heads = None
    if segment.of_heads is not None:
        by_heads = segment_value(replace(segment, stays=segment.of_heads), setting)
    if segment.acquisition is None:
        reasons["winning"] = "no cost of acquisition is stated"
    elif segment.cost_to_win is None:
        stay = n_of(segment.from_month, "month")
        reasons["acquisition"] = f"nobody knows how many of those who are won stay {stay}"
    by_laws = today.by_laws_usd if today.rests_on_data else None
    _say_missed(today, reasons)
    weight = today.value_usd if by_laws is None else by_laws
    return SegmentAnswer(
        segment=segment,
        basis=_basis(today),
        value_usd=spread(today.value_usd),
        simple_usd=None if today.simple_usd is None else spread(today.simple_usd),
        whole_usd=None if today.whole_usd is None else spread(today.whole_usd),
        by_laws_usd=None if by_laws is None else spread(by_laws),
        by_heads_usd=None if by_heads is None else spread(today.like(by_heads)),
        within_horizon_usd=spread(today.within_usd),
        beyond_horizon_share=spread_share(today.beyond_horizon_share, weight),
        beyond_data_share=None
        if today.beyond_data_share is None
        else spread_share(today.beyond_data_share, weight),
        main_law_usd=None if today.main_law_usd is None else spread(today.main_law_usd),
        residual_usd=None if today.residual_usd is None else spread(today.residual_usd),
        without_density_usd=None if without is None else spread(today.like(without)),
        winning=_winning(segment, today, reasons),
        drivers=drivers_of(segment, setting, today.value_usd),
        extra_churn=_extra_churn(segment, today, worse),
        months=tuple(_months(segment, today)),
        reasons=reasons,
    )


def _basis(value: SegmentValue) -> str:
    if value.rests_on_data:
        return WITHIN_DATA
    return WITHIN if value.whole_usd is None else WHOLE


def _say_missed(value: SegmentValue, reasons: dict[str, str]) -> None:
    """Note why the whole is not given, where laws miss the data and much of it would rest on them."""
    if value.rests_on_data and value.by_laws_usd is not None:
        reasons["whole_usd"] = "much of it would rest on laws that miss what was observed"


def _winning(segment: LtvSegment, value: SegmentValue, reasons: dict[str, str]) -> WinningAnswer | None:
    cost = segment.cost_to_win
    if cost is None:
        return None
    adjusted = cost.adjusted_cac_usd
    ratio = None
    if np.any(np.equal(adjusted, 0)):
        reasons["ltv_to_cac"] = "customers who cost nothing have no such ratio"
    else:
        ratio = spread(ltv_to_cac(value.value_usd, adjusted))
    paid = segment.paid_cac_usd
    return WinningAnswer(
        sales_usd=spread(cost.sales_usd),
        trial_inference_usd=spread(cost.trial_inference_usd),
        free_tier_usd=spread(cost.free_tier_usd),
        onboarding_usd=spread(cost.onboarding_usd),
        onboarding_saving_usd=spread(cost.onboarding_saving_usd),
        adjusted_cac_usd=spread(adjusted),
        paid_cac_usd=None if paid is None else spread(paid),
        simple_payback_months=spread_reached(simple_payback_months(adjusted, segment.margin_usd_per_month)),
        payback_months=spread_reached(value.payback_months(adjusted)),
        payback_within_months=len(value.undiscounted_usd) * value.n_months_per_period,
        ltv_to_cac=ratio,
    )


def _extra_churn(segment: LtvSegment, today: SegmentValue, worse: SegmentValue) -> ExtraChurn:
    before, after = today.value_usd, today.like(worse)
    safe = np.where(np.equal(before, 0), 1.0, before)
    cost = segment.cost_to_win
    return ExtraChurn(
        value_usd=spread(after),
        change_share=spread(np.where(np.equal(before, 0), 0.0, (after - before) / safe)),
        payback_months=None if cost is None else spread_reached(worse.payback_months(cost.adjusted_cac_usd)),
    )


def _months(segment: LtvSegment, value: SegmentValue) -> Iterator[MonthSoFar]:
    """Yield the margin so far of one customer won, less what he or she cost, up to the horizon."""
    cost = _cac(segment)
    so_far = np.cumsum(value.undiscounted_usd[: value.n_horizon], axis=0) - cost
    yield MonthSoFar(0, spread(-np.asarray(cost)))
    every = -(-len(so_far) // _MOST_MONTHS_SHOWN)
    for place in range(every - 1, len(so_far), every):
        yield MonthSoFar((place + 1) * value.n_months_per_period, spread(so_far[place]))


def _cac(segment: LtvSegment) -> Floats:
    return 0.0 if segment.cost_to_win is None else segment.cost_to_win.adjusted_cac_usd
