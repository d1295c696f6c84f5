"""Whether more people join while quality is better: what a table tells, and how it is told."""

from __future__ import annotations

import numpy as np

from nextdollar.audience.learning.answer import JoinersAnswer, range_of, ranges_of
from nextdollar.audience.learning.question import LearnQuestion
from nextdollar.audience.learning.table import MONTHS_PER_PERIOD, LearnTable
from nextdollar.customers.learning import (
    CLEAR_RISE_CHANCE,
    JoinersByQuality,
    JoinersFit,
    fit_joiners_by_quality,
)
from nextdollar.errors import FitError
from nextdollar.units import FloatArray, Floats

RECENT_MONTHS, FEWEST_RECENT = 3.0, 4
_LONGEST_LAG = {"week": 8, "month": 3}
_ROWS_PER_LAG = 8
_POINTS = 21
_ONE_POINT_SHARE = 0.01


def fitted_joiners(table: LearnTable, met_share: FloatArray, question: LearnQuestion) -> JoinersFit:
    """Fit of joiners to the quality met (n_rows,); those who are stated to be referred are left out."""
    if not table.knows_versions:
        raise FitError(
            "the table has no column `version`, and quality that moves as smoothly as time cannot be told "
            "from a trend of joiners"
        )
    known = table.joined_is_known
    own = table.joined[known] - referred_per_user(table, question) * table.users[known]
    if (own < 0).any():
        raise FitError("more are stated to be referred than join in some periods of the table")
    longest = min(_LONGEST_LAG[table.period], int(known.sum()) // _ROWS_PER_LAG)
    return fit_joiners_by_quality(
        own, met_share[known], version=table.version[known], most_lag_periods=longest
    )


def referred_per_user(table: LearnTable, question: LearnQuestion) -> float:
    """Users whom a user brings in a period: the middle of what is stated; 0 where nothing is."""
    if question.referrals_per_month is None:
        return 0.0
    low, high = question.referrals_per_month
    return float(np.sqrt(low * high)) * MONTHS_PER_PERIOD[table.period]


def n_recent_rows(table: LearnTable) -> int:
    """Rows at the end of the table that say how many join now."""
    wanted = max(round(RECENT_MONTHS / MONTHS_PER_PERIOD[table.period]), FEWEST_RECENT)
    return min(wanted, table.users.size)


def following(
    table: LearnTable, met_share: FloatArray, *, response: Floats, lag_periods: int | np.ndarray
) -> JoinersByQuality:
    """Joiners that follow quality, as those of the last months met it."""
    rows = np.arange(table.users.size - n_recent_rows(table), table.users.size)
    before = np.maximum(rows[:, None] - np.atleast_1d(lag_periods), 0)
    level = met_share[before].mean(axis=0)
    at: Floats = float(level[0]) if np.ndim(lag_periods) == 0 else level
    return JoinersByQuality(response, at, lag_periods)


def per_point(response: Floats) -> Floats:
    """Relative rise of joiners for one point more of quality."""
    found: Floats = np.expm1(np.multiply(_ONE_POINT_SHARE, response))
    return found


def response_of(per_point_share: Floats) -> Floats:
    """Rise of the log of joiners for a rise of quality from 0 to 1, from that for one point."""
    # A range that reaches below 0 is normal, and its tail could pass -1.
    found: Floats = np.log1p(np.maximum(per_point_share, -0.99)) / _ONE_POINT_SHARE
    return found


def joiners_answer(
    table: LearnTable, met_share: FloatArray, fit: JoinersFit, uniforms: FloatArray
) -> JoinersAnswer:
    """Return what the table says; `uniforms` is (2, n_draws), for the lag and the response."""
    response, lag = fit.draws(uniforms)
    law = following(table, met_share, response=response, lag_periods=lag)
    shares = np.linspace(float(met_share.min()), float(met_share.max()), _POINTS)
    middle = float(np.median(response))
    usual = float(np.median(law.quality_0_share))
    # What is left of each period beside its trend, moved to where recent joiners stand.
    offset = middle * (float(fit.quality_share.mean()) - usual)
    level = fit.over_trend - fit.over_trend.mean() + offset
    return JoinersAnswer(
        fit.is_found,
        fit.no_rise_chance,
        fit.no_rise_without_one if fit.no_rise_chance <= CLEAR_RISE_CHANCE else None,
        range_of(per_point(response)),
        range_of(lag.astype(np.float64)),
        [
            (float(at), spread)
            for at, spread in zip(shares, ranges_of(law.times(shares[:, None])), strict=True)
        ],
        [(float(at), float(seen)) for at, seen in zip(fit.quality_share, np.exp(level), strict=True)],
    )
