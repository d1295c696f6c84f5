"""The unit of quality: decades of effective compute.

Quality is log10 of the compute-optimal training compute that reaches a model's loss. Of all units only
this one has randomised evidence behind it; it does not depend on tokeniser or corpus and adds up over time.
A lead over rivals is a difference of two such numbers, and time takes it away at the frontier's pace.
"""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import MONTHS_PER_YEAR, Floats


def decades_of_compute(effective_flop: Floats) -> Floats:
    """Quality of a model in decades of effective compute.

    Parameters
    ----------
    effective_flop : float or array (...)
        Least training compute, in FLOP, whose best split reaches the model's loss; finite and above 0.

    Returns
    -------
    float or array (...)
        log10 of it; only differences mean something to customers.

    Raises
    ------
    DomainError
        If the compute is not finite and above 0, as where a loss lies below the floor of its law.
    """
    ok = np.isfinite(effective_flop) & np.greater(effective_flop, 0)
    require(ok, "effective_flop", "finite and above 0", effective_flop)
    decades: Floats = np.log10(effective_flop)
    return decades


def with_progress(decades: Floats, years: Floats, *, progress_decades_per_year: Floats) -> Floats:
    """Quality of a run of the same compute that is trained `years` later, by better algorithms.

    Parameters
    ----------
    decades : float or array (...)
        Quality of the run today, in decades of effective compute.
    years : float or array (...)
        How much later it is trained; negative for a run of the past.
    progress_decades_per_year : float or array (...)
        Algorithmic progress, 0 or more; 8 months to halve the compute are 0.45 (Ho et al. 2024).

    Returns
    -------
    float or array (...)
        Decades of effective compute.

    Raises
    ------
    DomainError
        If the progress is negative.
    """
    _require_pace("progress_decades_per_year", progress_decades_per_year)
    return decades + progress_decades_per_year * years


def lost_to_frontier(months: Floats, *, frontier_decades_per_year: Floats) -> Floats:
    """Lead over the frontier that a model which stays as it is has lost after some months.

    Parameters
    ----------
    months : float or array (...)
        Months passed, 0 or more.
    frontier_decades_per_year : float or array (...)
        Pace of the frontier in effective compute, 0 or more.

    Returns
    -------
    float or array (...)
        Decades, 0 or more: g t / 12.

    Raises
    ------
    DomainError
        If the months or the pace are negative.
    """
    require(np.greater_equal(months, 0), "months", "0 or more", months)
    _require_pace("frontier_decades_per_year", frontier_decades_per_year)
    return frontier_decades_per_year * months / MONTHS_PER_YEAR


def lead_months(lead_decades: Floats, *, frontier_decades_per_year: Floats) -> Floats:
    """Months until the frontier has caught up with a lead: 12 x lead / g, and infinite where it stands still.

    Parameters
    ----------
    lead_decades : float or array (...)
        Lead in decades of effective compute, 0 or more.
    frontier_decades_per_year : float or array (...)
        Pace of the frontier, 0 or more.

    Returns
    -------
    float or array (...)
        Months, 0 or more.

    Raises
    ------
    DomainError
        If the lead or the pace is negative.
    """
    require(np.greater_equal(lead_decades, 0), "lead_decades", "0 or more", lead_decades)
    _require_pace("frontier_decades_per_year", frontier_decades_per_year)
    with np.errstate(divide="ignore", invalid="ignore"):
        months = np.divide(np.multiply(MONTHS_PER_YEAR, lead_decades), frontier_decades_per_year)
    caught: Floats = np.where(np.equal(lead_decades, 0), 0.0, months)[()]
    return caught


def _require_pace(name: str, pace: Floats) -> None:
    require(np.isfinite(pace) & np.greater_equal(pace, 0), name, "finite and 0 or more", pace)
