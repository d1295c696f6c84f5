"""Retention linked to upgrades: a model ages as the frontier moves on, and an upgrade resets it.

Months count as in `retention`: customers pay at the start of a month, row 0 is month 1 and today. The lead
of a month is what customers compare with when they decide whether to pay the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.customers.quality.decades import lost_to_frontier
from nextdollar.customers.quality.parts import Parts, churn_after
from nextdollar.customers.retention import require_churn
from nextdollar.customers.segments import Segment
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

# Past a factor of e**230 no money is meant, and sums of it must stay finite.
_MOST_LOG = 230.0


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A better model that customers get some months from now.

    Parameters
    ----------
    months : float or array (n_draws,)
        When customers get it, 0 or more.
    gained_decades : float or array (n_draws,)
        Its quality above that of today's model, in decades of effective compute.

    Raises
    ------
    DomainError
        If the time is negative or the gain is not finite.
    """

    months: Floats
    gained_decades: Floats

    def __post_init__(self) -> None:
        require(np.greater_equal(self.months, 0), "months", "0 or more", self.months)
        require(np.isfinite(self.gained_decades), "gained_decades", "finite", self.gained_decades)


def lead_by_month(
    n_months: int, upgrades: Sequence[Upgrade] = (), *, frontier_decades_per_year: Floats
) -> FloatArray:
    """Lead over the frontier at the start of each month, against that of today.

    Parameters
    ----------
    n_months : int
        Months of the horizon, at least 1.
    upgrades : sequence of Upgrade
        Models to come, in any order; none lets today's model age. Of those there, the latest serves.
    frontier_decades_per_year : float or array (n_draws,)
        Pace of the frontier in effective compute, 0 or more.

    Returns
    -------
    array (n_months, n_draws or 1)
        Decades: 0 today, less where the model has aged.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    lead(t) = gain of the model that serves at t - g t / 12.
    """
    require(n_months >= 1, "n_months", "1 or more", n_months)
    t = np.arange(n_months, dtype=np.float64).reshape(-1, 1)
    gained: FloatArray = np.zeros((n_months, 1))
    since = np.full((n_months, 1), -1.0)
    for upgrade in upgrades:
        is_latest = (t >= upgrade.months) & (since <= upgrade.months)
        gained = np.where(is_latest, upgrade.gained_decades, gained)
        since = np.where(is_latest, upgrade.months, since)
    lead: FloatArray = gained - lost_to_frontier(t, frontier_decades_per_year=frontier_decades_per_year)
    return lead


def upgrades_in_step(
    every_months: int, n_months: int, *, frontier_decades_per_year: Floats
) -> tuple[Upgrade, ...]:
    """Upgrades at a steady rhythm, each of which gives back the lead of today.

    Parameters
    ----------
    every_months : int
        Months between upgrades, at least 1; the first comes after as many.
    n_months : int
        Months of the horizon, at least 1.
    frontier_decades_per_year : float or array (n_draws,)
        Pace of the frontier in effective compute, 0 or more.

    Returns
    -------
    tuple of Upgrade
        Those within the horizon; none where the rhythm is longer.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    """
    require(every_months >= 1, "every_months", "1 or more", every_months)
    require(n_months >= 1, "n_months", "1 or more", n_months)
    return tuple(
        Upgrade(float(month), lost_to_frontier(month, frontier_decades_per_year=frontier_decades_per_year))
        for month in range(every_months, n_months, every_months)
    )


def churn_by_month(
    churn_per_month: Floats,
    lead_decades: FloatArray,
    *,
    slope_log_per_decade: Floats,
    involuntary_share: Floats = 0.0,
) -> FloatArray:
    """Churn of each month under a lead that changes.

    Parameters
    ----------
    churn_per_month : float or array (n_draws,)
        Share that leaves each month at today's lead, from 0 to 1.
    lead_decades : array (n_months, n_draws or 1)
        Lead against that of today, as `lead_by_month` gives it.
    slope_log_per_decade : float or array (n_draws,)
        Fall of the logarithm of voluntary churn per decade of lead.
    involuntary_share : float or array (n_draws,)
        Share of today's churn that quality cannot cure, from 0 to 1.

    Returns
    -------
    array (n_months, n_draws or 1)
        Share per month, at most 1.

    Raises
    ------
    DomainError
        If a share lies outside its domain.
    """
    return np.asarray(
        churn_after(
            churn_per_month,
            lead_decades,
            slope_log_per_decade=slope_log_per_decade,
            involuntary_share=involuntary_share,
        )
    )


def survival_by_month(churn_per_month: FloatArray) -> FloatArray:
    """Share of today's customers who pay in each month.

    Parameters
    ----------
    churn_per_month : array (n_months, ...)
        Share that leaves at the end of each month, from 0 to 1.

    Returns
    -------
    array (n_months, ...)
        1 in row 0, then the product of what stayed.

    Raises
    ------
    DomainError
        If a churn is no fraction.
    """
    require_churn(churn_per_month)
    stayed = np.cumprod(1.0 - churn_per_month[:-1], axis=0)
    left: FloatArray = np.concatenate([np.ones((1, *churn_per_month.shape[1:])), stayed])
    return left


def customers_under_churn(
    customers: Floats, churn_per_month: FloatArray, *, arrivals_per_month: Floats = 0.0
) -> FloatArray:
    """Customers who pay in each month when churn changes and new ones keep coming.

    Parameters
    ----------
    customers : float or array (n_draws,)
        Customers who pay in month 1, 0 or more.
    churn_per_month : array (n_months, n_draws or 1)
        Share that leaves at the end of each month, from 0 to 1; the same for old and new customers.
    arrivals_per_month : float, array (n_draws,) or array (n_months - 1, n_draws or 1)
        New customers of each month after the first, 0 or more.

    Returns
    -------
    array (n_months, n_draws or 1)
        Paying customers.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    n(t + 1) = n(t) (1 - churn(t)) + arrivals.
    """
    require(np.greater_equal(customers, 0), "customers", "0 or more", customers)
    require(np.greater_equal(arrivals_per_month, 0), "arrivals_per_month", "0 or more", arrivals_per_month)
    require_churn(churn_per_month)
    arriving = np.asarray(arrivals_per_month, dtype=np.float64)
    if arriving.ndim < 2:
        arriving = np.broadcast_to(arriving, (churn_per_month.shape[0] - 1, *arriving.shape))
    shape = np.broadcast_shapes(np.shape(customers), arriving.shape[1:], churn_per_month.shape[1:])
    paying = np.empty((churn_per_month.shape[0], *shape))
    paying[0] = customers
    stayed_share = 1.0 - churn_per_month
    for month in range(1, churn_per_month.shape[0]):
        np.multiply(paying[month - 1], stayed_share[month - 1], out=paying[month])
        paying[month] += arriving[month - 1]
    return paying


def margin_by_month(
    segment: Segment,
    lead_decades: FloatArray,
    parts: Parts,
    *,
    arrivals_per_month: Floats = 0.0,
    uncounted_usd_per_month: Floats = 0.0,
) -> FloatArray:
    """Margin of a segment in each month as the lead of the model changes, part by part.

    Parameters
    ----------
    segment : Segment
        The customers of today; their churn, price and margin are those at today's lead.
    lead_decades : array (n_months, n_draws or 1)
        Lead against that of today, as `lead_by_month` gives it.
    parts : Parts
        What a decade of lead does to churn, conversion, use by one customer and price.
    arrivals_per_month : float, array (n_draws,) or array (n_months - 1, n_draws or 1)
        New customers of each month after the first at today's lead, 0 or more.
    uncounted_usd_per_month : float or array (n_draws,)
        What serving the use of one customer costs beyond what the gross margin holds. It is counted on use
        beyond today's alone: that of today's use is a cost of the model and no part of the margin.

    Returns
    -------
    array (n_months, n_draws or 1)
        USD a month.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    With L the lead of a month: c(L) as `churn_after` has it, arrivals x e^(k_conversion L) by the lead of the
    month in which they decide, the one before their first payment, as those do who stay; and each customer
    brings e^(k_expansion L) (e^(k_price L) price - cost) - (e^(k_expansion L) - 1) uncounted cost: use
    multiplies price and cost alike, a higher price falls into margin as a whole.
    """
    churn = churn_by_month(
        segment.churn_per_month,
        lead_decades,
        slope_log_per_decade=parts.churn_log_per_decade,
        involuntary_share=parts.involuntary_share,
    )
    coming = _times(arrivals_per_month, parts.conversion_log_per_decade, lead_decades[:-1])
    paying = customers_under_churn(segment.customers, churn, arrivals_per_month=coming)
    margin_usd = segment.margin_usd_per_month
    if not _is_at_rest(parts.price_log_per_decade):
        dearer = np.expm1(np.minimum(parts.price_log_per_decade * lead_decades, _MOST_LOG))
        margin_usd = margin_usd + dearer * segment.price_usd_per_month
    further_usd = margin_usd - uncounted_usd_per_month
    used = _times(further_usd, parts.expansion_log_per_decade, lead_decades) - further_usd
    return np.asarray(paying * (margin_usd + used))


def _times(amount: Floats, slope_log_per_decade: Floats, lead_decades: FloatArray) -> Floats:
    """Return an amount that grows with the lead; the amount itself where it does not."""
    if _is_at_rest(slope_log_per_decade):
        return amount
    grown: Floats = amount * np.exp(np.minimum(slope_log_per_decade * lead_decades, _MOST_LOG))
    return grown


def _is_at_rest(slope_log_per_decade: Floats) -> bool:
    return np.ndim(slope_log_per_decade) == 0 and float(slope_log_per_decade) == 0.0
