"""Pareto/NBD: purchases at random at a customer's own rate, until the customer leaves at any moment.

Letters as in the paper. The rate of purchases is Gamma(r, rate alpha) across customers, the rate of leaving
Gamma(s, rate beta). A customer may leave before ever coming back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from scipy.special import digamma, expit, exprel, gammaln

from nextdollar.customers.pay_as_you_go.histories import Histories
from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import FloatArray, Floats

# What the likelihood of having left adds beyond this many e-folds is below the rounding of the rest.
_E_FOLDS = 45.0
_MOST_E_FOLDS = 600.0
_N_NODES = 32
# Rows at a time: 32 nodes of each stay within the processor's cache.
_ROWS = 4096
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(_N_NODES)


class _Left(NamedTuple):
    """Having left, per history: the log of its likelihood, and means over the moment of leaving."""

    log_likelihood: FloatArray
    log_alpha: FloatArray
    log_beta: FloatArray
    per_alpha: FloatArray
    per_beta: FloatArray


@dataclass(frozen=True, slots=True)
class ParetoNbd:
    """Pareto / negative binomial distribution.

    Parameters
    ----------
    r, alpha : float or array (n_draws,)
        Shape and rate of the purchase rate across customers; above 0. Alpha is in periods.
    s, beta : float or array (n_draws,)
        Shape and rate of the rate of leaving; above 0. Beta is in periods.
    """

    r: Floats
    alpha: Floats
    s: Floats
    beta: Floats

    source: ClassVar = Source(
        "Fader and Hardie 2005",
        "note on deriving the Pareto/NBD model, likelihood, P(alive) and expectations",
        "http://brucehardie.com/notes/009/",
    )

    def __post_init__(self) -> None:
        for name in ("r", "alpha", "s", "beta"):
            value = getattr(self, name)
            require(np.isfinite(value) & np.greater(value, 0), name, "finite and above 0", value)

    def log_likelihood(self, histories: Histories) -> FloatArray:
        """Log-likelihood of one customer of each history, array (n,)."""
        parts = [self._log_likelihood(part, self._left(part)) for part in _parts(histories)]
        return np.concatenate(parts)

    def slopes(self, histories: Histories) -> FloatArray:
        """Slopes of the log-likelihood of each history to r, alpha, s and beta, array (4, n)."""
        return self.likelihood_and_slopes(histories)[1]

    def likelihood_and_slopes(self, histories: Histories) -> tuple[FloatArray, FloatArray]:
        """Log-likelihood and slopes in one pass: (n,) and (4, n)."""
        parts = [(part, self._left(part)) for part in _parts(histories)]
        likelihoods = np.concatenate([self._log_likelihood(part, left) for part, left in parts])
        return likelihoods, np.concatenate([self._slopes(part, left) for part, left in parts], axis=1)

    def alive_share(self, histories: Histories) -> FloatArray:
        """Chance that a customer of each history is still one at the end of the observation, array (n,)."""
        shares = [
            expit(self._log_alive(part) - self._left(part).log_likelihood) for part in _parts(histories)
        ]
        return np.concatenate(shares)

    def survival(self, n_periods: Floats) -> Floats:
        """Share of new customers still active after `n_periods`: (beta / (beta + t))**s."""
        share: Floats = np.exp(-self.s * np.log1p(n_periods / self.beta))
        return share

    def survival_of(self, histories: Histories, n_periods: Floats) -> FloatArray:
        """Chance that a customer of each history is active `n_periods` from the end of the observation."""
        ratio = n_periods / (self.beta + histories.n_periods_observed)
        stay: FloatArray = self.alive_share(histories) * np.exp(-self.s * np.log1p(ratio))
        return stay

    def expected_purchases(self, n_periods: Floats) -> Floats:
        """Repeat purchases that a new customer makes within `n_periods`.

        Notes
        -----
        r beta / (alpha (s - 1)) (1 - (beta / (beta + t))**(s - 1)); the limit at s = 1 is the logarithm.
        """
        return self._purchases_if_alive(0.0, 0.0, n_periods)

    def expected_purchases_if_alive(self, histories: Histories, n_periods: Floats) -> FloatArray:
        """Purchases in the next `n_periods` of a customer who is alive, array (n,); t_x plays no part."""
        ahead = self._purchases_if_alive(histories.n_repeats, histories.n_periods_observed, n_periods)
        return np.asarray(ahead, dtype=np.float64)

    def _purchases_if_alive(self, x: Floats, seen: Floats, n_periods: Floats) -> Floats:
        passed = np.log1p(n_periods / (self.beta + seen))
        # (1 - exp(-(s - 1) g)) / (s - 1) = g exprel(-(s - 1) g), which is g at s = 1.
        stay = passed * exprel(-np.subtract(self.s, 1) * passed)
        purchases: Floats = (self.r + x) * (self.beta + seen) / (self.alpha + seen) * stay
        return purchases

    def _log_alive(self, histories: Histories) -> FloatArray:
        x, seen = histories.n_repeats, histories.n_periods_observed
        log_alive: FloatArray = -(self.r + x) * np.log(self.alpha + seen) - self.s * np.log(self.beta + seen)
        return log_alive

    def _log_likelihood(self, histories: Histories, left: _Left) -> FloatArray:
        x = histories.n_repeats
        scale = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha)
        scale = scale + self.s * np.log(self.beta)
        total: FloatArray = scale + np.logaddexp(self._log_alive(histories), left.log_likelihood)
        return total

    def _slopes(self, histories: Histories, left: _Left) -> FloatArray:
        x, seen = histories.n_repeats, histories.n_periods_observed
        gone = expit(left.log_likelihood - self._log_alive(histories))
        here = 1 - gone
        log_alpha = here * np.log(self.alpha + seen) + gone * left.log_alpha
        log_beta = here * np.log(self.beta + seen) + gone * left.log_beta
        per_alpha = here / (self.alpha + seen) + gone * left.per_alpha
        per_beta = here * self.s / (self.beta + seen) + gone * (self.s + 1) * left.per_beta
        return np.stack(
            [
                digamma(self.r + x) - digamma(self.r) + np.log(self.alpha) - log_alpha,
                self.r / self.alpha - (self.r + x) * per_alpha,
                np.log(self.beta) - log_beta + gone / self.s,
                self.s / self.beta - per_beta,
            ]
        )

    def _left(self, histories: Histories) -> _Left:
        """Likelihood of having left between the last purchase and the end of the observation.

        s times the integral over u from t_x to T of (alpha + u)**-(r + x) (beta + u)**-(s + 1), by
        Gauss-Legendre in log(c + u) with c the smaller of alpha and beta, in which the integrand is smooth
        at every scale. The published difference of two hypergeometric functions is the same number.
        """
        x, last = histories.n_repeats, histories.n_periods_to_last
        smaller = min(float(self.alpha), float(self.beta))
        # The integrand falls throughout: past so many e-folds of its first factor nothing is left of it.
        end = (self.alpha + last) * np.exp(np.minimum(_E_FOLDS / (self.r + x), _MOST_E_FOLDS)) - self.alpha
        end = np.minimum(histories.n_periods_observed, end)
        half = np.log1p((end - last) / (smaller + last))[:, None] / 2
        u = smaller * np.expm1(half * (1 + _NODES)) + last[:, None] * np.exp(half * (1 + _NODES))
        log_alpha, log_beta = np.log(self.alpha + u), np.log(self.beta + u)
        exponent = (self.r + x)[:, None] * log_alpha + (self.s + 1) * log_beta
        exponent = np.log(smaller + u) - exponent
        highest = exponent.max(axis=1)
        parts = np.exp(exponent - highest[:, None]) * _WEIGHTS
        total = parts.sum(axis=1)
        with np.errstate(divide="ignore"):
            log_likelihood = highest + np.log(total * half[:, 0]) + np.log(self.s)
        means = [
            (parts * what).sum(axis=1) / total
            for what in (log_alpha, log_beta, 1 / (self.alpha + u), 1 / (self.beta + u))
        ]
        return _Left(log_likelihood, *means)


def _parts(histories: Histories) -> list[Histories]:
    n_rows = len(histories.n_repeats)
    return [histories.rows(slice(start, start + _ROWS)) for start in range(0, n_rows, _ROWS)]
