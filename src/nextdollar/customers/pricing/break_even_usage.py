"""How much more use turns a margin into a loss, and when growth gets there."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def multiple_at_break_even(
    usage_multiple: FloatArray, revenue_usd_per_month: FloatArray, *, cost_usd_per_month: FloatArray
) -> FloatArray:
    """Use, as a multiple of today's, at which cost reaches revenue.

    Parameters
    ----------
    usage_multiple : array (n_points,)
        Rising multiples of today's use, the first 1.
    revenue_usd_per_month : array (n_points,)
        Revenue at each: it may stand still (seats), jump (tiers) or grow (tokens).
    cost_usd_per_month : array (n_points, n_draws)
        Cost at each.

    Returns
    -------
    array (n_draws,)
        1 where cost is not below revenue today, nan where it never is within the multiples.

    Raises
    ------
    DomainError
        If the multiples do not rise from 1.

    Notes
    -----
    First point at which revenue - cost is 0 or less, and from there back on a straight line: exact where
    both are straight between points.
    """
    rises = len(usage_multiple) > 1 and usage_multiple[0] == 1 and bool((np.diff(usage_multiple) > 0).all())
    require(rises, "usage_multiple", "rising from 1", usage_multiple)
    left_usd = np.subtract(revenue_usd_per_month[:, np.newaxis], cost_usd_per_month)
    is_lost = left_usd <= 0
    first = np.argmax(is_lost, axis=0)
    before, draws = np.maximum(first - 1, 0), np.arange(left_usd.shape[1])
    above_usd, below_usd = left_usd[before, draws], left_usd[first, draws]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(first > 0, above_usd / (above_usd - below_usd), 0.0)
    found = usage_multiple[before] + share * (usage_multiple[first] - usage_multiple[before])
    return np.where(is_lost.any(axis=0), found, np.nan)


def growth_to_break_even(usage_multiple: Floats, n_months: int) -> Floats:
    """Growth of use a month that reaches a multiple in so many months.

    Parameters
    ----------
    usage_multiple : float or array (n_draws,)
        At least 1; nan (never) stays nan.
    n_months : int
        At least 1.

    Returns
    -------
    float or array (n_draws,)
        Fraction a month, 0 or more.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    (1 + g)**n = multiple, so g = multiple**(1 / n) - 1.
    """
    require(n_months >= 1, "n_months", "1 or more", n_months)
    ok = np.greater_equal(usage_multiple, 1) | np.isnan(usage_multiple)
    require(ok, "usage_multiple", "1 or more", usage_multiple)
    growth: Floats = np.expm1(np.log(usage_multiple) / n_months)
    return growth


def month_of_break_even(revenue_usd: FloatArray, cost_usd: FloatArray) -> FloatArray:
    """First month in which cost is not below revenue.

    Parameters
    ----------
    revenue_usd, cost_usd : array (n_months, n_draws)
        Revenue and cost of each month; row 0 is today.

    Returns
    -------
    array (n_draws,)
        Month from 0, nan where there is none.
    """
    is_lost = cost_usd >= revenue_usd
    return np.where(is_lost.any(axis=0), np.argmax(is_lost, axis=0).astype(np.float64), np.nan)
