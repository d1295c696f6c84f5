"""How steeply voluntary churn falls with quality: from a gain of value, or from a fall of all churn.

What is seen or said of churn is of all of it, and only the voluntary part can follow quality.
"""

from __future__ import annotations

import math

import numpy as np

from nextdollar.customers.quality.parts import require_involuntary
from nextdollar.errors import require
from nextdollar.units import Floats

LEAST_LEFT_SHARE = 0.1
"""Least share of voluntary churn that a step may leave. A fall that leaves less is hardly one of quality,
and the slope through it would send a model that ages a little into churn without measure."""


def churn_slope_of(revenue_log_per_decade: Floats, *, involuntary_share: Floats = 0.0) -> Floats:
    """Slope of voluntary churn at which retention alone gives a gain of lifetime value per decade.

    Parameters
    ----------
    revenue_log_per_decade : float or array (...)
        Gain of lifetime value per decade, as a logarithm.
    involuntary_share : float or array (...)
        Share of churn that quality cannot cure, from 0 to below 1.

    Returns
    -------
    float or array (...)
        Fall of the logarithm of voluntary churn per decade.

    Raises
    ------
    DomainError
        If all churn is involuntary.

    Notes
    -----
    Lifetime value goes with 1 / churn, of which only 1 - i moves: k = gain / (1 - i). Exact for small steps;
    for large ones less, since the involuntary part stays.
    """
    require_involuntary(involuntary_share)
    require(np.less(involuntary_share, 1), "involuntary_share", "below 1", involuntary_share)
    return revenue_log_per_decade / np.subtract(1.0, involuntary_share)


def voluntary_left_share(
    fall_log_per_decade: Floats, *, step_decades: Floats = 1.0, involuntary_share: Floats = 0.0
) -> Floats:
    """Share of voluntary churn that is left where all churn falls by a stated rate over a step.

    Parameters
    ----------
    fall_log_per_decade : float or array (...)
        Fall of the logarithm of all churn per decade, the involuntary part included; below 0: a rise.
    step_decades : float or array (...)
        Step of quality over which that was seen or is said, in decades of effective compute; not 0.
    involuntary_share : float or array (...)
        Share of churn before the step that quality cannot cure, from 0 to below 1.

    Returns
    -------
    float or array (...)
        (f - i) / (1 - i) with f = exp(-fall x step): 1 where nothing changes, above 1 where churn rises; 0 or
        less where it falls by more than its voluntary part, which no quality can do.

    Raises
    ------
    DomainError
        If the step is 0 or all churn is involuntary.
    """
    ok = np.isfinite(step_decades) & np.not_equal(step_decades, 0)
    require(ok, "step_decades", "finite and not 0", step_decades)
    require_involuntary(involuntary_share)
    require(np.less(involuntary_share, 1), "involuntary_share", "below 1", involuntary_share)
    change_log = np.minimum(-np.multiply(fall_log_per_decade, step_decades), math.log(1e300))
    left: Floats = 1.0 + np.expm1(change_log) / np.subtract(1.0, involuntary_share)
    return left


def churn_slope_of_fall(
    fall_log_per_decade: Floats, *, step_decades: Floats = 1.0, involuntary_share: Floats = 0.0
) -> Floats:
    """Slope of voluntary churn at which all churn falls by a stated rate, exactly so at the stated step.

    Parameters
    ----------
    fall_log_per_decade : float or array (...)
        Fall of the logarithm of all churn per decade, the involuntary part included; below 0: a rise.
    step_decades : float or array (...)
        Step of quality over which that was seen or is said, in decades of effective compute; not 0.
    involuntary_share : float or array (...)
        Share of churn before the step that quality cannot cure, from 0 to below 1.

    Returns
    -------
    float or array (...)
        Fall of the logarithm of voluntary churn per decade.

    Raises
    ------
    DomainError
        If the step is 0 or all churn is involuntary.

    Notes
    -----
    With f = exp(-fall x step): k = -ln((f - i) / (1 - i)) / step where churn falls, fall / (1 - i) where it
    rises, so that `churn_after` the step is f times churn. A step that would leave less than
    `LEAST_LEFT_SHARE` of voluntary churn is taken to leave that much; `voluntary_left_share` says where.
    """
    left = voluntary_left_share(
        fall_log_per_decade, step_decades=step_decades, involuntary_share=involuntary_share
    )
    change_log = -np.multiply(fall_log_per_decade, step_decades)
    rising = change_log / np.subtract(1.0, involuntary_share)
    moved_log = np.where(change_log > 0, rising, np.log(np.maximum(left, LEAST_LEFT_SHARE)))
    slope: Floats = (-moved_log / step_decades)[()]
    return slope
