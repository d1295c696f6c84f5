"""Fits of churn to quality, from periods in which users met different quality."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from nextdollar.customers.learning.fitting.hinge import row_correlation
from nextdollar.customers.learning.laws.churn_by_quality import ChurnByQuality
from nextdollar.errors import FitError, require
from nextdollar.units import FloatArray

FEWEST_ROWS = 4
_STEPS = 100
_LEAST_SPREAD_SHARE = 1e-4
_MOST_LOG = 30.0


def fit_churn_by_quality(
    lost: FloatArray,
    users: FloatArray,
    quality_share: FloatArray,
    *,
    version: np.ndarray,
    involuntary_of_churn_share: FloatArray,
    uniforms: FloatArray,
) -> ChurnByQuality:
    """Fit of churn to quality, with draws.

    Parameters
    ----------
    lost, users : array (n_rows,)
        Users who left in each period, and those at its start, in the order of time.
    quality_share : array (n_rows,)
        Quality that they met, from 0 to 1.
    version : array (n_rows,) of int
        Number of the version, for the correlation of neighbouring rows.
    involuntary_of_churn_share : array (n_draws,)
        Part of all churn that quality does not cure, from 0 to below 1.
    uniforms : array (2, n_draws)
        Strictly between 0 and 1.

    Returns
    -------
    ChurnByQuality
        Of draws.

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    FitError
        If there are fewer than four rows, nobody left, or quality did not move.

    Notes
    -----
    Leavers are Poisson with mean users (c0 + exp(a - b (q - q0))), c0 the part of the mean churn that is
    involuntary. For each draw of it, maximum likelihood by Fisher scoring (McCullagh & Nelder 1989, section
    2.5), then (a, b) normal about the maximum; variances are multiplied by the overdispersion (Pearson) and
    by (1 + r) / (1 - r), r the correlation of neighbouring rows.
    """
    require(users > 0, "users", "above 0", users)
    require((lost >= 0) & (lost <= users), "lost", "from 0 to users", lost)
    involuntary = involuntary_of_churn_share
    ok = (involuntary >= 0) & (involuntary < 1)
    require(ok, "involuntary_of_churn_share", "from 0 to below 1", involuntary)
    if lost.size < FEWEST_ROWS or lost.sum() <= 0:
        raise FitError("too few periods in which users left to tell how churn answers to quality")
    if float(np.ptp(quality_share)) < _LEAST_SPREAD_SHARE:
        raise FitError("quality did not move, so how churn answers to it cannot be told")
    middle = float(np.average(quality_share, weights=users))
    fixed = involuntary * lost.sum() / users.sum()
    lead = quality_share - middle
    level, slope, information = _scored(lost, users, lead, fixed=fixed)
    half = int(np.argsort(fixed)[fixed.size // 2])
    expected = users * (fixed[half] + np.exp(level[half] + slope[half] * lead))
    pearson = (lost - expected) / np.sqrt(expected)
    overdispersion = max(float(pearson @ pearson) / (lost.size - 2), 1.0)
    correlation = row_correlation(pearson, version)
    scale = np.sqrt(overdispersion * (1 + correlation) / (1 - correlation))
    i_level, i_cross, i_slope = information
    sd_level = scale / np.sqrt(i_level)
    sd_slope = scale / np.sqrt(np.maximum(i_slope - i_cross**2 / i_level, np.finfo(float).tiny))
    slope_step = sd_slope * ndtri(uniforms[0])
    level_step = sd_level * ndtri(uniforms[1]) - i_cross / i_level * slope_step
    # A log of churn beyond these cannot be told from none or all: the bound keeps the exponential finite.
    drawn = np.clip(level + level_step, -_MOST_LOG, 0.0)
    return ChurnByQuality(fixed, np.exp(drawn), -(slope + slope_step), middle)


def _scored(
    lost: FloatArray, users: FloatArray, lead: FloatArray, *, fixed: FloatArray
) -> tuple[FloatArray, FloatArray, tuple[FloatArray, FloatArray, FloatArray]]:
    """Level and slope of the log of voluntary churn at the maximum, for each draw, and the information."""
    mean = lost.sum() / users.sum()
    level, slope = np.log(np.maximum(mean - fixed, 1e-3 * mean)), np.zeros_like(fixed)
    reach = 1.0 / max(float(np.abs(lead).max()), np.finfo(float).tiny)
    for _ in range(_STEPS):
        voluntary = users * np.exp(np.clip(level[:, None] + slope[:, None] * lead, -_MOST_LOG, 0.0))
        expected = users * fixed[:, None] + voluntary
        pull = (lost / expected - 1.0) * voluntary
        weight = voluntary**2 / expected
        i_level, i_cross, i_slope = weight.sum(axis=1), weight @ lead, weight @ lead**2
        det = np.maximum(i_level * i_slope - i_cross**2, np.finfo(float).tiny)
        toward, along = pull.sum(axis=1), pull @ lead
        level_step = np.clip((i_slope * toward - i_cross * along) / det, -1.0, 1.0)
        slope_step = np.clip((i_level * along - i_cross * toward) / det, -reach, reach)
        level = np.clip(level + level_step, -_MOST_LOG, 0.0)
        slope = np.clip(slope + slope_step, -_MOST_LOG * reach, _MOST_LOG * reach)
        if max(np.abs(level_step).max(), np.abs(slope_step).max() / reach) < 1e-9:
            break
    return level, slope, (i_level, i_cross, i_slope)
