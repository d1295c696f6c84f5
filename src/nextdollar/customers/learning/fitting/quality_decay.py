"""How long a version of a model keeps its quality, from quality measured period by period."""

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
_LEAST_MOVED = 1e-14


@dataclass(frozen=True, slots=True)
class QualityDecay:
    """Fit of a quality that holds for a lag after each update and then falls at a steady rate.

    Parameters
    ----------
    fit : HingeFit
        Lag in periods since the update; slope is the share of quality lost in each period after it.
    correlation : float
        Of neighbouring periods; it widens every interval.
    longest_age_periods : float
        Oldest age at which quality was measured: nothing is known beyond.
    """

    fit: HingeFit
    correlation: float
    longest_age_periods: float


def fit_quality_decay(
    quality_share: FloatArray,
    age_periods: FloatArray,
    version: np.ndarray,
    *,
    rng: np.random.Generator,
) -> QualityDecay:
    """Fit of lag and loss of quality after an update.

    Parameters
    ----------
    quality_share : array (n_rows,)
        Quality in the order of time: share of answers that are right, from 0 to 1.
    age_periods : array (n_rows,)
        Periods since the version's update, 0 or more.
    version : array (n_rows,) of int
        Number of the version, from 0; each has a level of its own.
    rng : numpy Generator
        For the chance that there is no decay.

    Returns
    -------
    QualityDecay

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    FitError
        If there are fewer than six rows, none with a second age in its version, or quality did not move.

    Notes
    -----
    quality = level of the version - slope max(age - lag, 0) + noise. Least squares for each lag of a grid;
    a lag counts as RSS**(-dof / 2), the likelihood with the noise integrated out and a unit-information
    prior of the slope (Zellner 1986, g-prior). dof = (rows - versions - 1) (1 - r) / (1 + r), r the
    correlation of neighbouring rows (Bartlett 1946).
    """
    require((quality_share >= 0) & (quality_share <= 1), "quality_share", "from 0 to 1", quality_share)
    require(age_periods >= 0, "age_periods", "0 or more", age_periods)
    within = Within(version, np.ones(quality_share.size))
    lags = lag_grid(age_periods)
    rows = within.centred(hinge(age_periods, lags))
    moves = (rows**2).sum(axis=1) > 0
    dof = quality_share.size - int(version.max()) - 2
    if quality_share.size < FEWEST_ROWS or dof < 2 or not moves.any():
        raise FitError("quality has too few periods per version to tell whether it decays")
    lags, rows = lags[moves], rows[moves]
    fallen = -within.centred(quality_share)
    if float(fallen @ fallen) < _LEAST_MOVED:
        raise FitError("quality did not move while a version was in use")
    across, along = (rows**2).sum(axis=1), rows @ fallen
    slope = along / across
    rest = np.maximum(float(fallen @ fallen) - along**2 / across, np.finfo(float).eps)
    best = int(rest.argmin())
    correlation = row_correlation(fallen - slope[best] * rows[best], version)
    dof_left = max(dof * (1 - correlation) / (1 + correlation), 1.0)
    kept = np.where(slope > 0, rest, float(fallen @ fallen))
    p_none = no_change_chance(within, unit_rows(rows), fallen, correlation=correlation, rng=rng)
    spread = np.sqrt(rest / (dof_left * across))
    found = HingeFit(lags, -0.5 * dof_left * np.log(kept), slope, spread, p_none)
    return QualityDecay(found, correlation, float(age_periods.max()))


def launch_levels(
    quality_share: FloatArray, lost_share: FloatArray, version: np.ndarray, *, trials: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Quality of each version at its launch, and the trials behind it.

    Parameters
    ----------
    quality_share, lost_share : array (n_rows,)
        Quality measured, and what decay has taken from it by then.
    version : array (n_rows,) of int
        Number of the version, from 0 without gaps.
    trials : array (n_rows,)
        Answers judged in each row, above 0: the weight of the row.

    Returns
    -------
    pair of array (n_versions,)
        Mean of quality plus what was lost; sum of trials.
    """
    weight = np.bincount(version, weights=trials).astype(np.float64)
    level = np.bincount(version, weights=trials * (quality_share + lost_share)) / weight
    return level, weight
