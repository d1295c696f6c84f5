"""The requests of a day by the hour."""

from __future__ import annotations

import math

import numpy as np

from nextdollar.errors import require
from nextdollar.units import HOURS_PER_DAY, SECONDS_PER_HOUR, FloatArray

_SHARPEST = 1000.0
_HALVINGS = 80


def daily_curve(
    requests_per_day: float,
    *,
    peak_multiple: float,
    peak_hour: float,
) -> FloatArray:
    """Requests per second in each hour of a day with one peak.

    Parameters
    ----------
    requests_per_day : float
        Above 0.
    peak_multiple : float
        Busiest hour over the mean hour, from 1 (flat) to 20.
    peak_hour : float
        Hour of the peak, counted from 0, in [0, 24).

    Returns
    -------
    array (24,)
        Mean arrivals per second of each hour; together they are the requests of the day.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    The curve is exp(k cos(2 pi (hour - peak) / 24)), with k such that peak over mean is as asked: smooth,
    never below 0, and one number decides how quiet the night is.
    """
    require(
        requests_per_day > 0 and math.isfinite(requests_per_day),
        "requests_per_day",
        "above 0",
        requests_per_day,
    )
    require(1 <= peak_multiple <= 20, "peak_multiple", "at least 1 and at most 20", peak_multiple)
    require(0 <= peak_hour < HOURS_PER_DAY, "peak_hour", "at least 0 and below 24", peak_hour)
    angles = 2.0 * math.pi * (np.arange(HOURS_PER_DAY) - peak_hour) / HOURS_PER_DAY
    low, high = 0.0, _SHARPEST
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        # Measured at a peak on the full hour, so that moving the peak does not change its height.
        if _peak_of(middle) < peak_multiple:
            low = middle
        else:
            high = middle
    weights = np.exp(0.5 * (low + high) * (np.cos(angles) - 1.0))
    per_hour: FloatArray = requests_per_day * weights / weights.sum()
    return per_hour / SECONDS_PER_HOUR


def _peak_of(sharpness: float) -> float:
    """Busiest hour over the mean one."""
    angles = 2.0 * math.pi * np.arange(HOURS_PER_DAY) / HOURS_PER_DAY
    return float(1.0 / np.mean(np.exp(sharpness * (np.cos(angles) - 1.0))))


def peak_multiple(requests_per_s_by_hour: FloatArray) -> float:
    """Busiest hour over the mean hour, at least 1, of loads (n_hours,) of which some are above 0."""
    load = np.asarray(requests_per_s_by_hour, dtype=np.float64)
    require(load.sum() > 0, "requests_per_s_by_hour", "above 0 in some hour", 0.0)
    return float(load.max() / load.mean())
