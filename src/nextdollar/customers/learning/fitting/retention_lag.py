"""The retention decay lag: how long after an update churn stays as it was, and how it rises after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.customers.learning.fitting.hinge import (
    HingeFit,
    Within,
    hinge,
    lag_grid,
    no_change_chance,
    row_correlation,
    unit_rows,
)
from nextdollar.errors import FitError, require
from nextdollar.units import FloatArray

FEWEST_ROWS = 6
_STEPS = 60
_MOST_STEP = 1.0
_MOST_LOG_RISE = 20.0


@dataclass(frozen=True, slots=True)
class RetentionLag:
    """Fit of a churn that holds for a lag after each update and then rises at a steady rate.

    Parameters
    ----------
    fit : HingeFit
        Lag in periods since the update; slope is the rise of the log of churn in each period after it.
    overdispersion : float
        Variance of the leavers over that of chance alone, 1 or more.
    correlation : float
        Of neighbouring periods.
    longest_age_periods : float
        Oldest age that was seen: nothing is known beyond.
    """

    fit: HingeFit
    overdispersion: float
    correlation: float
    longest_age_periods: float


def fit_retention_lag(
    lost: FloatArray,
    users: FloatArray,
    age_periods: FloatArray,
    *,
    version: np.ndarray,
    rng: np.random.Generator,
) -> RetentionLag:
    """Fit of the lag after which churn rises, and of its rise.

    Parameters
    ----------
    lost : array (n_rows,)
        Users who left in each period, 0 or more, in the order of time.
    users : array (n_rows,)
        Users at its start, above 0.
    age_periods : array (n_rows,)
        Periods since the version's update, 0 or more.
    version : array (n_rows,) of int
        Number of the version, from 0; each has a churn of its own.
    rng : numpy Generator
        For the chance that churn does not rise.

    Returns
    -------
    RetentionLag

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    FitError
        If there are fewer than six rows, nobody left, or no version has a second age.

    Notes
    -----
    log churn = level of the version + slope max(age - lag, 0), leavers Poisson. The levels drop out of
    the likelihood given the leavers of each version (McCullagh & Nelder 1989, section 6.4), so many
    versions bias nothing; what is left has one maximum in the slope for each lag, found by Newton steps.
    Log likelihoods are divided by the overdispersion times (1 + r) / (1 - r), r the correlation of
    neighbouring periods; the overdispersion is the larger of Pearson's and the sandwich's.
    """
    require(users > 0, "users", "above 0", users)
    require((lost >= 0) & (lost <= users), "lost", "from 0 to users", lost)
    require(age_periods >= 0, "age_periods", "0 or more", age_periods)
    totals = np.bincount(version, weights=lost)
    kept = totals[version] > 0
    dof = int(kept.sum()) - int((totals > 0).sum()) - 1
    if kept.sum() < FEWEST_ROWS or dof < 2:
        raise FitError("too few periods per version in which users left to tell whether churn rises")
    _, version = np.unique(version[kept], return_inverse=True)
    lost, users, ages = lost[kept], users[kept], age_periods[kept]
    totals = totals[totals > 0]
    churn = (totals / np.bincount(version, weights=users))[version]
    within = Within(version, users * churn)
    lags = lag_grid(ages)
    rows = within.centred(hinge(ages, lags))
    moves = (rows**2).sum(axis=1) > 0
    if not moves.any():
        raise FitError("no version was seen at a second age")
    lags, rows = lags[moves], rows[moves]
    residual = (lost - users * churn) / np.sqrt(users * churn)
    slope, curvature, log_likelihood = _slopes(hinge(ages, lags), lost, users, version=version)
    best = int(log_likelihood.argmax())
    since = hinge(ages, lags[best])
    overdispersion, rest = _beyond_chance(since, slope[best], lost, users, version=version)
    correlation = row_correlation(rest, version)
    scale = overdispersion * (1 + correlation) / (1 - correlation)
    p_none = no_change_chance(within, unit_rows(rows), residual, correlation=correlation, rng=rng)
    spread = np.sqrt(scale / curvature)
    found = HingeFit(lags, log_likelihood / scale, slope, spread, p_none)
    return RetentionLag(found, overdispersion, correlation, float(ages.max()))


def _beyond_chance(
    since: FloatArray, slope: float, lost: FloatArray, users: FloatArray, *, version: np.ndarray
) -> tuple[float, FloatArray]:
    """Variance of the leavers over that of chance, 1 or more, and the Pearson residuals (n_rows,).

    The larger of Pearson's and of the sandwich's for the slope (Huber 1967): where the noise is a share of
    churn, old ages are noisier than Poisson numbers, and it is they that tell the slope.
    """
    weight = users * np.exp(slope * since)
    level = np.bincount(version, weights=lost) / np.bincount(version, weights=weight)
    expected = level[version] * weight
    pearson: FloatArray = (lost - expected) / np.sqrt(expected)
    across = Within(version, expected).centred(since) ** 2
    dof = lost.size - int(version.max()) - 2
    plain = float(pearson @ pearson) / dof
    at_slope = float(across @ pearson**2) / float(across.sum()) * lost.size / dof
    return max(plain, at_slope, 1.0), pearson


def _slopes(
    since: FloatArray, lost: FloatArray, users: FloatArray, *, version: np.ndarray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Best slope of each lag, the curvature there, and the log likelihood gained over a slope of 0."""
    member = (version == np.arange(int(version.max()) + 1)[:, None]).astype(float)
    totals = member @ lost
    most = _MOST_LOG_RISE / np.maximum(since.max(axis=1), np.finfo(float).tiny)
    slope = np.zeros(since.shape[0])
    seen = since @ lost
    for _ in range(_STEPS):
        weight = users * np.exp(slope[:, None] * since)
        mass = weight @ member.T
        mean = ((weight * since) @ member.T) / mass
        square = ((weight * since**2) @ member.T) / mass
        curvature = np.maximum((square - mean**2) @ totals, np.finfo(float).tiny)
        # A step moves the log of churn at the oldest age by 1 at most: Newton overshoots far from the best.
        longest = _MOST_STEP / np.maximum(since.max(axis=1), np.finfo(float).tiny)
        step = np.clip((seen - mean @ totals) / curvature, -longest, longest)
        slope = np.clip(slope + step, 0.0, most)
        if np.abs(step / np.maximum(longest, 1e-300)).max() < 1e-10:
            break
    mass = (users * np.exp(slope[:, None] * since)) @ member.T
    gained = slope * seen - (np.log(mass) - np.log(member @ users)) @ totals
    return slope, curvature, gained
