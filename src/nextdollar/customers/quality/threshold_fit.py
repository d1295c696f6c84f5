"""The threshold curve from measured pass rates of several model versions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from nextdollar.errors import FitError, require
from nextdollar.units import FloatArray, Floats

_MOST_STEPS = 60
_SETTLED = 1e-12
_MOST_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class ThresholdFit:
    """A logistic curve of pass rates over quality: ln(s / (1 - s)) = intercept + slope q.

    `covariance` (2, 2) is that of (intercept, slope), from the curvature of the likelihood at its top; it
    holds what chance leaves open, and nothing of tasks that the tests did not have. `likelihood_log` leaves
    out what does not depend on the curve; `deviance_log` is twice what a rate for each version would add.
    """

    intercept_log: float
    slope_log_per_decade: float
    covariance: FloatArray
    likelihood_log: float
    deviance_log: float

    @property
    def median_decades(self) -> float:
        """Quality at which half of the tasks pass, in decades of effective compute."""
        return -self.intercept_log / self.slope_log_per_decade

    @property
    def width_decades(self) -> float:
        """Scale of the logistic, in decades."""
        return 1 / self.slope_log_per_decade

    @property
    def standard_errors(self) -> tuple[float, float]:
        """Standard errors of intercept and slope."""
        first, second = np.sqrt(np.diag(self.covariance))
        return float(first), float(second)

    def pass_share(self, decades: Floats) -> Floats:
        """Expected pass rate at a quality in decades of effective compute, from 0 to 1."""
        share: Floats = expit(self.intercept_log + self.slope_log_per_decade * np.asarray(decades))
        return share

    def draws(self, normal_scores: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return draws of median and width in decades, each (n_draws,), from scores (2, n_draws).

        A draw whose slope is not above 0 has no threshold: nan.
        """
        lower = np.linalg.cholesky(self.covariance)
        centre = np.array([[self.intercept_log], [self.slope_log_per_decade]])
        intercept, slope = centre + lower @ normal_scores
        rising = np.where(slope > 0, slope, np.nan)
        return -intercept / rising, 1 / rising


def fit_threshold(decades: FloatArray, n_passed: FloatArray, n_tested: FloatArray) -> ThresholdFit:
    """Fit a threshold curve to the pass rates of model versions, by maximum likelihood.

    Parameters
    ----------
    decades : array (n_versions,)
        Quality of each version, in decades of effective compute; at least two different ones.
    n_passed, n_tested : array (n_versions,)
        Tasks that each version passed, and tasks that it was given; 0 <= passed <= tested, tested above 0.

    Returns
    -------
    ThresholdFit
        Median need and width, with their covariance.

    Raises
    ------
    DomainError
        If the counts are impossible or there are fewer than two qualities.
    FitError
        If better versions do not pass more, or all below one quality fail and all above pass, so that
        no curve is the likeliest.

    Notes
    -----
    Logistic regression by Newton steps in centred decades, halved where a step would lower the likelihood.
    """
    q, k, n = (np.asarray(item, dtype=np.float64) for item in (decades, n_passed, n_tested))
    require(np.isfinite(q), "decades", "finite", q)
    require(np.unique(q).size >= 2, "decades", "of two different qualities or more", q.size)
    require(n > 0, "n_tested", "above 0", n)
    require((k >= 0) & (k <= n), "n_passed", "from 0 to the number tested", k)
    _require_overlap(q, k, n)
    centre = float(np.average(q, weights=n))
    x = np.stack([np.ones_like(q), q - centre])
    theta, top = _climbed(x, k, n)
    rate = expit(theta @ x)
    covariance = np.linalg.inv((x * (n * rate * (1 - rate))) @ x.T)
    if theta[1] <= 0:
        raise FitError("better versions do not pass more of these tasks: there is no threshold in them")
    back = np.array([[1.0, -centre], [0.0, 1.0]])
    intercept, slope = back @ theta
    saturated = _saturated(k, n)
    return ThresholdFit(
        float(intercept), float(slope), back @ covariance @ back.T, top, 2 * (saturated - top)
    )


def _require_overlap(q: FloatArray, k: FloatArray, n: FloatArray) -> None:
    """Raise FitError where a step separates passes from failures: the likelihood then has no top."""
    passing, failing = q[k > 0], q[k < n]
    if not passing.size or not failing.size:
        raise FitError("all tasks passed or all failed: no threshold can be told from that")
    if passing.min() >= failing.max() or passing.max() <= failing.min():
        raise FitError(
            "one quality parts all passes from all failures: the width cannot be told; test a version between"
        )


def _log_likelihood(theta: FloatArray, x: FloatArray, k: FloatArray, n: FloatArray) -> float:
    eta = theta @ x
    return float(np.sum(k * eta - n * np.logaddexp(0.0, eta)))


def _climbed(x: FloatArray, k: FloatArray, n: FloatArray) -> tuple[FloatArray, float]:
    """Return the parameters of the largest likelihood and its logarithm (binomial constants left out)."""
    theta = np.zeros(2)
    height = _log_likelihood(theta, x, k, n)
    for _ in range(_MOST_STEPS):
        rate = expit(theta @ x)
        step = np.linalg.solve((x * (n * rate * (1 - rate))) @ x.T, x @ (k - n * rate))
        for _ in range(_MOST_HALVINGS):
            higher = _log_likelihood(theta + step, x, k, n)
            if higher >= height:
                break
            step = step / 2
        theta, height = theta + step, max(higher, height)
        if np.max(np.abs(step)) <= _SETTLED * (1 + np.max(np.abs(theta))):
            break
    return theta, height


def _saturated(k: FloatArray, n: FloatArray) -> float:
    """Return the largest log-likelihood with a pass rate of its own for each version."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(k > 0, k * np.log(k / n), 0.0) + np.where(k < n, (n - k) * np.log1p(-k / n), 0.0)
    return float(np.sum(terms))
