"""The coupled law that runs and prior make most likely, and draws of the laws that they leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.scaling.fitting.minimise import minimise
from nextdollar.scaling.fitting.problem import Problem, QuadraticPrior
from nextdollar.scaling.forecasting.anchored import (
    ALPHA,
    BETA,
    COEFFICIENTS,
    LEVEL,
    LOWER,
    PARAMS_SHARE,
    TOKENS_SHARE,
    UPPER,
    K,
    surface_of,
)
from nextdollar.scaling.forecasting.prior import Prior
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

DEGREES = 4.0
"""Degrees of freedom of the t distribution of residuals and of misfits: tails that forgive a few bad runs."""
NOISE_RUNS = 4.0
"""Runs that the pooled noise is worth beside the table's own."""
WIDEST_MIX = 3.0
"""A draw is at most this many times wider than a normal one: beyond, no law is left to speak of."""
LOCALITY = 2.0
"""A law that fits the best runs is off by this times the squared log of how far a loss lies above theirs."""
_FIRST_NOISE_LOG = 0.02
_FIRST_ROUNDS, _MOST_ROUNDS = 8, 60
_STEPS_PER_ROUND = 4
_STEADY = 1e-6
_NO_FLOOR = 8.0
"""Added to the logs of shortage over floor: the floor is then a thousandth of the loss."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """The most likely coefficients (6,), draws of them (n_draws, 6), and a score (n_draws,) for the misfit.

    Draws and scores are t-distributed together: a draw with wide coefficients has a wide misfit too.
    `noise_log` is the spread of log losses about the law near the best runs.
    """

    theta: FloatArray
    noise_log: float
    draws: FloatArray
    scores: FloatArray


@dataclass(frozen=True, slots=True)
class MostLikely:
    """The most likely coefficients (6,), the noise there, and what each run weighs (n_runs,)."""

    theta: FloatArray
    noise_log: float
    weights: FloatArray


def posterior(runs: Runs, prior: Prior, *, n_draws: int, generator: np.random.Generator) -> Posterior:
    """Draws of the coupled law given runs and a prior.

    Parameters
    ----------
    runs : Runs
        At least one; checkpoints of a run weigh together what one run does.
    prior : Prior
        What other studies say of the shape of the law.
    n_draws : int
        At least 1.
    generator : numpy.random.Generator
        Where the draws come from; their order does not depend on the order of the runs.

    Returns
    -------
    Posterior
        Most likely coefficients, draws and misfit scores.

    Notes
    -----
    Laplace's approximation in the coefficients of `anchored`, which are nearly linear there, widened to
    a t distribution: theta + sqrt(nu / chi2_nu) L z with L L' the inverse of the information of runs
    and prior. Draws come in pairs, one the mirror image of the other, so that their middle is exact.
    """
    likely = most_likely(runs, prior)
    surface = surface_of(_ordered(runs))
    jacobian = surface.at(likely.theta[None]).jacobian[0]
    information = (jacobian * likely.weights) @ jacobian.T + _precision(prior)
    factor = np.linalg.cholesky(np.linalg.inv(information))
    half = (n_draws + 1) // 2
    mix = np.minimum(np.sqrt(DEGREES / generator.chisquare(DEGREES, half)), WIDEST_MIX)[:, None]
    away = mix * (generator.standard_normal((half, len(COEFFICIENTS))) @ factor.T)
    scores = mix[:, 0] * generator.standard_normal(half)
    draws = np.clip(likely.theta + np.concatenate([away, -away]), LOWER, UPPER)
    return Posterior(
        likely.theta, likely.noise_log, draws[:n_draws], np.concatenate([scores, -scores])[:n_draws]
    )


def most_likely(runs: Runs, prior: Prior, *, k_log: float | None = None, floor: bool = True) -> MostLikely:
    """The coupled law that runs and prior make most likely.

    Parameters
    ----------
    runs : Runs
        At least one.
    prior : Prior
        What other studies say of the shape of the law.
    k_log : float, optional
        Holds ln k at a value: 0 gives the law of Hoffmann et al.
    floor : bool
        False leaves E so small that it does not count, with exponents to match.

    Returns
    -------
    MostLikely
        Coefficients, noise, and the weights of the runs in the order of `posterior`.

    Notes
    -----
    ln L_i is t-distributed about the law with scale**2 = s**2 + (2 g_i**2)**2, where g_i is how far
    ln L_i lies above the least loss that the law gives any of the runs. A smooth law that is right near
    the best runs is off by the square of the distance elsewhere; so runs that were cut short, or are
    far smaller, do not bend the forecast. Expectation-maximisation: weights
    (nu + 1) / (nu + r**2 / scale**2), then least squares with the prior, then s, which four runs' worth
    of the pooled noise steady.
    """
    return _Climb(_ordered(runs), prior, k_log=k_log, floor=floor).run()


class _Climb:
    """Expectation-maximisation of coefficients and noise."""

    def __init__(self, runs: Runs, prior: Prior, *, k_log: float | None, floor: bool) -> None:
        self.surface, self.log_loss = surface_of(runs), np.log(runs.loss_nats)
        _, cluster, sizes = np.unique(runs.run, return_inverse=True, return_counts=True)
        self.shares = 1.0 / sizes[cluster]
        self.pooled_noise_log = prior.noise_log
        mean = np.append(0.0, prior.mean)
        if k_log is not None:
            mean[K] = k_log
        if not floor:
            shortage_log = np.logaddexp(mean[PARAMS_SHARE], mean[TOKENS_SHARE])
            mean[[PARAMS_SHARE, TOKENS_SHARE]] += _NO_FLOOR
            mean[[ALPHA, BETA]] -= np.log1p(np.exp(-shortage_log))
        self.terms = QuadraticPrior(mean, _precision(prior))
        self.fixed = np.array([k_log is not None and i == K for i in range(len(COEFFICIENTS))])

    def run(self) -> MostLikely:
        """Climb from several starts at a wide noise, then from the best of them at the runs' own."""
        theta = self._starts()
        for _ in range(_FIRST_ROUNDS):
            theta = self._step(theta, _FIRST_NOISE_LOG)
        theta = theta[np.argmin(self._objective(theta, _FIRST_NOISE_LOG))][None]
        noise_log = _FIRST_NOISE_LOG
        for _ in range(_MOST_ROUNDS):
            moved = self._step(theta, noise_log)
            quieter = self._noise(moved, noise_log)
            steady = np.abs(moved - theta).max() < _STEADY and abs(quieter / noise_log - 1) < _STEADY
            theta, noise_log = moved, quieter
            if steady:
                break
        return MostLikely(theta[0], noise_log, self._weights(theta, noise_log)[0])

    def _starts(self) -> FloatArray:
        """Return the prior's mean and four other shapes (5, 6), each at the level of the runs."""
        starts = np.repeat(self.terms.mean[None], 5, axis=0)
        starts[1, [ALPHA, BETA]] += (-0.3, 0.3)
        starts[2, [ALPHA, BETA]] += (0.3, -0.3)
        starts[3, [PARAMS_SHARE, TOKENS_SHARE, ALPHA, BETA]] += (0.7, 0.7, -0.3, -0.3)
        starts[4, [PARAMS_SHARE, TOKENS_SHARE, ALPHA, BETA]] += (-0.5, -0.5, 0.3, 0.3)
        starts[:, LEVEL] = np.median(self.log_loss - self.surface.at(starts).value, axis=1)
        return starts

    def _step(self, theta: FloatArray, noise_log: float) -> FloatArray:
        """Return the least squares of the weights at theta (n, 6)."""
        weights = self._weights(theta, noise_log)
        problem = Problem(
            self.surface, self.log_loss, weights, "squares-log", prior=self.terms, fixed=self.fixed
        )
        return minimise(problem, theta, max_iterations=_STEPS_PER_ROUND).theta

    def _scale2(self, theta: FloatArray, noise_log: float) -> tuple[FloatArray, FloatArray]:
        """Return residuals and squared scales (n, n_runs)."""
        value = self.surface.at(theta).value
        above = np.maximum(self.log_loss - value.min(axis=1, keepdims=True), 0.0)
        return self.log_loss - value, noise_log**2 + (LOCALITY * above**2) ** 2

    def _weights(self, theta: FloatArray, noise_log: float) -> FloatArray:
        """Return what each run weighs in the next least squares (n, n_runs)."""
        residual, scale2 = self._scale2(theta, noise_log)
        precision = self.shares / scale2
        return precision * (DEGREES + 1) / (DEGREES + precision * residual**2)

    def _noise(self, theta: FloatArray, noise_log: float) -> float:
        """Return the spread about the law near the best runs, steadied by the pooled noise."""
        residual, scale2 = self._scale2(theta, noise_log)
        near = self.shares * noise_log**2 / scale2
        pull = (DEGREES + 1) / (DEGREES + self.shares * residual**2 / scale2)
        total = NOISE_RUNS * self.pooled_noise_log**2 + (near * pull * residual**2).sum()
        return float(np.sqrt(total / (NOISE_RUNS + near.sum())))

    def _objective(self, theta: FloatArray, noise_log: float) -> FloatArray:
        """Return minus twice the log posterior (n,), up to a constant."""
        residual, scale2 = self._scale2(theta, noise_log)
        t_terms = (DEGREES + 1) * np.log1p(self.shares * residual**2 / scale2 / DEGREES)
        away = theta - self.terms.mean
        quadratic = np.einsum("bi,ij,bj->b", away, self.terms.precision, away)
        return np.asarray((t_terms + np.log(scale2)).sum(axis=1) + quadratic)


def _ordered(runs: Runs) -> Runs:
    """Return the runs in an order of their own, so that sums do not depend on the table's."""
    return runs.take(np.lexsort((runs.loss_nats, runs.tokens, runs.params)).astype(np.int64))


def _precision(prior: Prior) -> FloatArray:
    """Return the precision (6, 6) of the prior, with none for the level."""
    return np.diag(np.append(0.0, prior.sd**-2))
