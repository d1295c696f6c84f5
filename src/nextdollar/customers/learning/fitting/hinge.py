"""A level that holds for a while after an update and then drifts: fits of the lag, and the chance of none.

Every version of a model has a level of its own. What is common to all versions is the lag, in periods
since the update, and the slope after it. The lag has no smooth likelihood, so it is taken from a grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from nextdollar.errors import require
from nextdollar.units import FloatArray

_MOST_LAGS = 120
_LEAST_STEP_PERIODS = 0.1
_FEWEST_BEYOND = 3
_MOST_CORRELATION = 0.9


@dataclass(frozen=True, slots=True)
class Within:
    """Rows of several versions, centred inside each.

    Parameters
    ----------
    version : array (n_rows,) of int
        Number of the version of each row, from 0.
    weight : array (n_rows,)
        One over the variance of each row, above 0.
    """

    version: np.ndarray
    weight: FloatArray

    def means(self, values: FloatArray) -> FloatArray:
        """Weighted mean of each version at each of its rows; `values` is (..., n_rows)."""
        n_versions = int(self.version.max()) + 1
        member = (self.version == np.arange(n_versions)[:, None]) * self.weight
        by_version: FloatArray = (values @ member.T) / member.sum(axis=1)
        return by_version[..., self.version]

    def centred(self, values: FloatArray) -> FloatArray:
        """Values less the weighted mean of their version, over their standard deviation (..., n_rows)."""
        centred: FloatArray = np.sqrt(self.weight) * (values - self.means(values))
        return centred


def lag_grid(age_periods: FloatArray) -> FloatArray:
    """Lags to try: from 0 to where at least three rows are older, in steps of a tenth of a period or more."""
    ages = np.sort(np.asarray(age_periods, dtype=np.float64))
    last = ages[-_FEWEST_BEYOND] if ages.size >= _FEWEST_BEYOND else 0.0
    last = max(float(last) - 1.0, 0.0)
    n_lags = int(min(_MOST_LAGS, round(last / _LEAST_STEP_PERIODS) + 1))
    return np.linspace(0.0, last, n_lags)


def hinge(age_periods: FloatArray, lag_periods: FloatArray) -> FloatArray:
    """Periods since the lag ended: max(age - lag, 0), shape lag_periods.shape + age_periods.shape."""
    return np.maximum(age_periods - np.asarray(lag_periods)[..., None], 0.0)


@dataclass(frozen=True, slots=True)
class HingeFit:
    """What is known of a lag and of the slope after it.

    Parameters
    ----------
    lag_periods : array (n_lags,)
        The lags tried, evenly apart.
    log_weight : array (n_lags,)
        Log of the plausibility of each lag, up to a constant.
    slope, slope_se : array (n_lags,)
        Best slope per period after each lag, and its standard error.
    p_no_change : float
        Chance of a change as clear as this one where there is none.
    """

    lag_periods: FloatArray
    log_weight: FloatArray
    slope: FloatArray
    slope_se: FloatArray
    p_no_change: float

    def draws(self, u_lag: FloatArray, u_slope: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Draws of lag and slope.

        Parameters
        ----------
        u_lag, u_slope : array (n_draws,)
            Uniforms strictly between 0 and 1.

        Returns
        -------
        pair of array (n_draws,)
            Lag in periods, 0 or more; slope per period, 0 or more.

        Notes
        -----
        The lag by inverse CDF from the grid, spread evenly inside a step. The slope given the lag is normal
        about its best value, cut off at 0: a version that ages does not improve.
        """
        ok = (u_lag > 0) & (u_lag < 1) & (u_slope > 0) & (u_slope < 1)
        require(ok, "u_lag and u_slope", "between 0 and 1", u_lag)
        share = np.exp(self.log_weight - self.log_weight.max())
        upper = np.cumsum(share) / share.sum()
        place = np.minimum(np.searchsorted(upper, u_lag), upper.size - 1)
        lower = np.concatenate([[0.0], upper[:-1]])
        inside = (u_lag - lower[place]) / np.maximum(upper[place] - lower[place], np.finfo(float).tiny)
        step = self.lag_periods[1] - self.lag_periods[0] if self.lag_periods.size > 1 else 0.0
        lag = np.maximum(self.lag_periods[place] + (np.clip(inside, 0.0, 1.0) - 0.5) * step, 0.0)
        slope, spread = self.slope[place], np.maximum(self.slope_se[place], np.finfo(float).tiny)
        below_zero = ndtr(-slope / spread)
        slope = slope + spread * ndtri(np.clip(below_zero + u_slope * (1 - below_zero), 1e-12, 1 - 1e-12))
        return lag, np.maximum(slope, 0.0)


def row_correlation(residual: FloatArray, version: np.ndarray) -> float:
    """Correlation of neighbouring rows of one version, from 0 to 0.9.

    `residual` is (n_rows,) in the order of time, without trend. Below 0 counts as 0: noise that alternates
    by chance must not narrow an interval.
    """
    together = version[1:] == version[:-1]
    scale = float(residual @ residual)
    if scale <= 0 or not together.any():
        return 0.0
    n_pairs, n_rows = int(together.sum()), residual.size
    raw = float(residual[1:][together] @ residual[:-1][together]) / scale * n_rows / n_pairs
    # Centring inside versions of n rows lowers the correlation by about 1 / n.
    bias = (int(version.max()) + 1) / n_rows
    return float(np.clip(raw + bias, 0.0, _MOST_CORRELATION))


def clearest(directions: FloatArray, values: FloatArray, dof: float) -> FloatArray:
    """Largest t statistic of an upward change over all lags, for each column of values (n_rows, n_sets).

    `directions` (n_lags, n_rows) have length 1 and lie, as `values` do, in the space of centred rows.
    """
    along = directions @ values
    best = np.maximum(along.max(axis=0), 0.0)
    rest = np.maximum((values**2).sum(axis=0) - best**2, np.finfo(float).tiny)
    found: FloatArray = best / np.sqrt(rest / dof)
    return found


def no_change_chance(
    within: Within,
    directions: FloatArray,
    residual: FloatArray,
    *,
    correlation: float,
    rng: np.random.Generator,
    n_null: int = 999,
) -> float:
    """Chance of a change at least as clear as the one seen, where there is none.

    Parameters
    ----------
    within : Within
        Versions and weights of the rows.
    directions : array (n_lags, n_rows)
        Centred hinges of length 1.
    residual : array (n_rows,)
        Centred values, over their standard deviation up to a constant.
    correlation : float
        Of neighbouring rows, from 0 to below 1.
    rng : numpy Generator
        Deals the rows without a change.
    n_null : int
        How many tables without a change are tried.

    Returns
    -------
    float
        (1 + tables at least as clear) / (n_null + 1), never 0.

    Notes
    -----
    A Monte Carlo test of the largest t over all lags: trying many lags finds a change by chance more often
    than one t test says. The noise of the tables is normal and correlated as the rows are.
    """
    n_rows = residual.size
    dof = max(n_rows - int(within.version.max()) - 2, 1)
    noise = rng.standard_normal((n_rows, n_null))
    if correlation > 0:
        fresh = np.sqrt(1 - correlation**2)
        for row in range(1, n_rows):
            if within.version[row] == within.version[row - 1]:
                noise[row] = correlation * noise[row - 1] + fresh * noise[row]
    unit = np.sqrt(within.weight)
    null = within.centred(noise.T / unit).T
    seen = clearest(directions, residual[:, None], dof)[0]
    n_clearer = int((clearest(directions, null, dof) >= seen).sum())
    return (1 + n_clearer) / (n_null + 1)


def unit_rows(rows: FloatArray) -> FloatArray:
    """Rows (n_lags, n_rows) over their length; a row of zeros stays one."""
    length = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return rows / np.where(length > 0, length, 1.0)
