"""Fits of the learning curve to versions that were trained on different amounts of data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from nextdollar.customers.learning.laws.learning_curve import LearningCurve
from nextdollar.errors import FitError, require
from nextdollar.units import FloatArray

FEWEST_VERSIONS = 4
_N_FLOORS, _N_EXPONENTS = 80, 80
_LEAST_EXPONENT, _MOST_EXPONENT = 0.02, 2.0
_LEAST_GAIN_OF_DATA = 1.05


@dataclass(frozen=True, slots=True)
class LearningFit:
    """Plausibility of each floor and exponent on a grid, and the scale given both.

    Parameters
    ----------
    floors, exponents : array (n_floors,), (n_exponents,)
        The grid, evenly apart.
    log_weight, scale, scale_se : array (n_floors, n_exponents)
        Log of the plausibility up to a constant; best scale and its standard error.
    dof : int
        Degrees of freedom of the scale.
    data_0 : float
        Data at which the scale holds.
    p_no_gain : float
        Chance of a rise of quality with data as clear as this one where there is none.
    """

    floors: FloatArray
    exponents: FloatArray
    log_weight: FloatArray
    scale: FloatArray
    scale_se: FloatArray
    dof: int
    data_0: float
    p_no_gain: float

    def draws(self, uniforms: FloatArray) -> LearningCurve:
        """Curve whose numbers are draws.

        `uniforms` is (5, n_draws), strictly between 0 and 1: for the floor, the exponent given the floor,
        both inside their step of the grid, and the scale.
        """
        ok = (uniforms > 0) & (uniforms < 1)
        require(ok, "uniforms", "between 0 and 1", uniforms)
        weight = np.exp(self.log_weight - self.log_weight.max())
        by_floor = np.cumsum(weight.sum(axis=1))
        row = np.minimum(np.searchsorted(by_floor / by_floor[-1], uniforms[0]), self.floors.size - 1)
        within = np.cumsum(weight, axis=1)[row]
        column = (within < uniforms[1][:, None] * within[:, -1:]).sum(axis=1)
        floor = self.floors[row] + (uniforms[2] - 0.5) * _step(self.floors)
        exponent = self.exponents[column] + (uniforms[3] - 0.5) * _step(self.exponents)
        scale, spread = self.scale[row, column], self.scale_se[row, column]
        below_zero = stdtr(self.dof, -scale / spread)
        at = np.clip(below_zero + uniforms[4] * (1 - below_zero), 1e-12, 1 - 1e-12)
        drawn = np.maximum(scale + spread * stdtrit(self.dof, at), np.finfo(float).tiny)
        return LearningCurve(np.clip(floor, 0.0, 1 - 1e-9), drawn, np.maximum(exponent, 1e-3), self.data_0)


def fit_learning_curve(quality_share: FloatArray, data: FloatArray, *, weight: FloatArray) -> LearningFit:
    """Fit of the learning curve to the quality of versions that were trained on different amounts of data.

    Parameters
    ----------
    quality_share : array (n_versions,)
        Quality of each version at its launch, from 0 to 1.
    data : array (n_versions,)
        What it was trained on, above 0, in any unit.
    weight : array (n_versions,)
        How much each counts, above 0: trials behind it.

    Returns
    -------
    LearningFit

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    FitError
        If there are fewer than four versions, or their data differ by less than 5 %.

    Notes
    -----
    Weighted least squares in the scale for each floor and exponent of a grid. Before the data speak, floors
    from 0 to the least error seen are equally plausible, and so are the logs of exponents from 0.02 to 2.
    The size of the noise is not assumed but integrated out: a pair counts as RSS**(-(n - 1) / 2) (Jeffreys'
    prior of the variance; Box & Tiao 1973, section 2.4), and the scale is a t variable with n - 1 degrees
    of freedom. Versions that scatter about the curve widen it; a floor that the data cannot tell stays wide.
    The form has no falling branch, so whether quality rises at all is asked apart: a one-sided t test of
    its slope in the log of the data.
    """
    require((quality_share >= 0) & (quality_share <= 1), "quality_share", "from 0 to 1", quality_share)
    require(data > 0, "data", "above 0", data)
    require(weight > 0, "weight", "above 0", weight)
    if quality_share.size < FEWEST_VERSIONS:
        raise FitError(f"a learning curve needs {FEWEST_VERSIONS} versions, there are {quality_share.size}")
    if float(data.max() / data.min()) < _LEAST_GAIN_OF_DATA:
        raise FitError("the versions were trained on the same data, so what data does cannot be told")
    share = weight / weight.mean()
    error = 1.0 - quality_share
    data_0 = float(np.exp(np.mean(np.log(data))))
    floors = (np.arange(_N_FLOORS) + 0.5) * max(float(error.min()), 1e-6) / _N_FLOORS
    exponents = np.linspace(_LEAST_EXPONENT, _MOST_EXPONENT, _N_EXPONENTS)
    powers = (data / data_0) ** -exponents[:, None]
    across = (share * powers**2).sum(axis=1)
    above = error - floors[:, None]
    along = np.einsum("v,ev,fv->fe", share, powers, above)
    rest = (share * above**2).sum(axis=1)[:, None] - along**2 / across
    least = np.finfo(float).eps * float((share * error**2).sum()) + np.finfo(float).tiny
    rest = np.where(along > 0, np.maximum(rest, least), (share * above**2).sum(axis=1)[:, None])
    dof = quality_share.size - 1
    spread = np.sqrt(rest / (dof * across))
    log_weight = -0.5 * dof * np.log(rest) - np.log(exponents)
    return LearningFit(
        floors,
        exponents,
        log_weight,
        along / across,
        spread,
        dof,
        data_0,
        _no_gain_chance(quality_share, data, weight),
    )


def _no_gain_chance(quality_share: FloatArray, data: FloatArray, weight: FloatArray) -> float:
    """One-sided t test of the slope of quality in the log of the data, weighted."""
    logs = np.log(data) - np.average(np.log(data), weights=weight)
    risen = quality_share - np.average(quality_share, weights=weight)
    across = float(weight @ logs**2)
    slope = float(weight @ (logs * risen)) / across
    dof = quality_share.size - 2
    rest = float(weight @ (risen - slope * logs) ** 2)
    least = np.finfo(float).eps * float(weight.sum())
    return float(stdtr(dof, -slope * np.sqrt(dof * across / max(rest, least))))


def _step(grid: FloatArray) -> float:
    return float(grid[1] - grid[0])
