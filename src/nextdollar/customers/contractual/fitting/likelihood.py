"""Log-likelihood of a risk table under each law, with its slope and its curvature.

Coefficients stand in coordinates without edges, theta (..., n_coordinates): the logit of the mean
mu = alpha / (alpha + beta), the log of phi = alpha + beta, and the log of c. alpha and beta themselves
are nearly collinear. Every renewal adds left x log h + stayed x log(1 - h), h the chance to leave there:
censoring, truncation and different ages are in the counts already.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, psi, zeta

from nextdollar.customers.contractual.laws.gamma_ratio import (
    digamma_fall,
    log_gamma_fall,
    trigamma_fall,
)
from nextdollar.customers.contractual.risk_table import RiskTable
from nextdollar.units import FloatArray

# Rounding leaves no smaller chance of a difference of logarithms; 0 would have no logarithm.
_LEAST_CHANCE = 1e-14
# Of what a float can hold the exponential of.
_MOST_LOG = 700.0


@dataclass(frozen=True, slots=True)
class Terms:
    """A function of theta: its value (...), slope (..., n) and curvature (..., n, n)."""

    value: FloatArray
    slope: FloatArray
    curvature: FloatArray

    def __add__(self, other: Terms) -> Terms:
        """Sum of two functions."""
        return Terms(self.value + other.value, self.slope + other.slope, self.curvature + other.curvature)


def geometric_value(theta: FloatArray, table: RiskTable) -> FloatArray:
    """Log-likelihood of the geometric law; theta (..., 1), result (...)."""
    log_odds = theta[..., 0]
    n_left, n_stayed = table.n_left.sum(axis=-1), table.n_stayed.sum(axis=-1)
    value: FloatArray = -n_left * np.logaddexp(0, -log_odds) - n_stayed * np.logaddexp(0, log_odds)
    return value


def sbg_value(theta: FloatArray, table: RiskTable) -> FloatArray:
    """Log-likelihood of the shifted-beta-geometric law; theta (..., 2), result (...)."""
    mu, older, phi = _sbg_parts(theta, table.n_periods)
    log_chance = np.log(mu * phi / (phi + older))
    return _value(log_chance, np.log1p(-np.exp(log_chance)), table)


def sbg_terms(theta: FloatArray, table: RiskTable) -> Terms:
    """Log-likelihood of the shifted-beta-geometric law with slope and curvature; theta (..., 2).

    With h = mu phi / (phi + t - 1), the slopes of log h are 1 - mu and (t - 1) / (phi + t - 1).
    """
    mu, older, phi = _sbg_parts(theta, table.n_periods)
    chance = mu * phi / (phi + older)
    bends = older / (phi + older)
    first = np.empty((*bends.shape, 2))
    first[..., 0], first[..., 1] = 1 - mu, bends
    pull = table.n_left - table.n_stayed * chance / (1 - chance)
    stiff = -table.n_stayed * chance / (1 - chance) ** 2
    slope = np.sum(pull[..., None] * first, axis=-2)
    curvature = np.einsum("...t,...ti,...tj->...ij", stiff, first, first)
    curvature[..., 0, 0] -= np.sum(pull * mu * (1 - mu), axis=-1)
    curvature[..., 1, 1] -= np.sum(pull * bends * (1 - bends), axis=-1)
    return Terms(_value(np.log(chance), np.log1p(-chance), table), slope, curvature)


def dw_value(theta: FloatArray, table: RiskTable) -> FloatArray:
    """Log-likelihood of the discrete Weibull law; theta (..., 2): logit theta, log c; result (...)."""
    rate, aged = _dw_parts(theta, table.n_periods)
    log_kept = -rate * _steps(aged)
    return _value(_log_chance(log_kept), log_kept, table)


def dw_terms(theta: FloatArray, table: RiskTable) -> Terms:
    """Log-likelihood of the discrete Weibull law with slope and curvature; theta (..., 2).

    The log of what is kept at renewal t is log(1 - theta) (t**c - (t - 1)**c).
    """
    rate, aged = _dw_parts(theta, table.n_periods)
    mu = expit(theta[..., :1])
    by_log_c = np.exp(theta[..., 1:2]) * _log_age(table.n_periods)
    step, by_c = _steps(aged), _steps(aged * by_log_c)
    by_c_2 = _steps(aged * by_log_c * (1 + by_log_c))
    first = np.array([-mu * step, -rate * by_c])
    both = -mu * by_c
    second = np.array([[-mu * (1 - mu) * step, both], [both, -rate * by_c_2]])
    return _terms(-rate * step, first, second, table)


def bdw_value(theta: FloatArray, table: RiskTable) -> FloatArray:
    """Log-likelihood of the beta-discrete-Weibull law; theta (..., 3), result (...)."""
    aged, beta, alpha = _bdw_parts(theta, table.n_periods)
    log_kept = _steps(log_gamma_fall(beta + aged, alpha))
    return _value(_log_chance(log_kept), log_kept, table)


def bdw_terms(theta: FloatArray, table: RiskTable) -> Terms:
    """Log-likelihood of the beta-discrete-Weibull law with slope and curvature; theta (..., 3).

    The log of what is kept at renewal t is the difference from t - 1 to t of
    g = log Gamma(beta + t**c) - log Gamma(alpha + beta + t**c); all derivatives are those of g.
    """
    aged, beta, alpha = _bdw_parts(theta, table.n_periods)
    log_kept = _steps(log_gamma_fall(beta + aged, alpha))
    first, second = _bdw_slopes(theta, aged, beta, alpha)
    return _terms(log_kept, first, second, table)


def _terms(log_kept: FloatArray, first: FloatArray, second: FloatArray, table: RiskTable) -> Terms:
    """Return the terms from the log of what is kept (..., n_periods) and its slopes (n, ...), (n, n, ...)."""
    odds = 1 / np.maximum(np.expm1(np.minimum(-log_kept, _MOST_LOG)), _LEAST_CHANCE)
    # d/dy of left log(1 - e**y) + stayed y, y the log of what is kept; odds = e**y / (1 - e**y).
    pull = table.n_stayed - table.n_left * odds
    stiff = -table.n_left * odds * (1 + odds)
    slope = np.einsum("...t,i...t->...i", pull, first)
    curvature = np.einsum("...t,i...t,j...t->...ij", stiff, first, first)
    curvature += np.einsum("...t,ij...t->...ij", pull, second)
    return Terms(_value(_log_chance(log_kept), log_kept, table), slope, curvature)


def _sbg_parts(theta: FloatArray, n_periods: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mu (..., 1), ages before each renewal (n_periods,), and phi (..., 1)."""
    return expit(theta[..., :1]), np.arange(n_periods, dtype=np.float64), np.exp(theta[..., 1:2])


def _dw_parts(theta: FloatArray, n_periods: int) -> tuple[FloatArray, FloatArray]:
    """Return -log(1 - theta) (..., 1) and t**c for t from 0 (..., n_periods + 1)."""
    age = np.arange(n_periods + 1, dtype=np.float64)
    return np.logaddexp(0, theta[..., :1]), np.power(age, np.exp(theta[..., 1:2]))


def _log_age(n_periods: int) -> FloatArray:
    """Return log t for t from 0; 0 at 0, where t**c has no slope."""
    logs: FloatArray = np.log(np.maximum(np.arange(n_periods + 1, dtype=np.float64), 1.0))
    return logs


def _bdw_parts(theta: FloatArray, n_periods: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return t**c for t from 0 (..., n_periods + 1), beta (..., 1) and alpha (..., 1)."""
    age = np.arange(n_periods + 1, dtype=np.float64)
    phi = np.exp(theta[..., 1:2])
    mu_odds = theta[..., :1]
    return np.power(age, np.exp(theta[..., 2:3])), phi * expit(-mu_odds), phi * expit(mu_odds)


def _bdw_slopes(
    theta: FloatArray, aged: FloatArray, beta: FloatArray, alpha: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return first (3, ..., n_periods) and second derivatives (3, 3, ..., n_periods) of the log kept."""
    mu = expit(theta[..., :1])
    by_log_c = np.exp(theta[..., 2:3]) * _log_age(aged.shape[-1] - 1)
    by_beta, by_beta_2 = psi(beta + aged), zeta(2, beta + aged)
    fall, fall_2 = digamma_fall(beta + aged, alpha), trigamma_fall(beta + aged, alpha)
    # beta = phi (1 - mu): its slopes in logit mu and log phi; aged = t**c: its slope in log c.
    beta_mu, aged_c = -beta * mu, aged * by_log_c
    first = [
        by_beta * beta_mu,
        # psi(beta + aged) beta - psi(phi + aged) phi, and phi = alpha + beta.
        fall * (beta + alpha) - by_beta * alpha,
        fall * aged_c,
    ]
    by_phi_2 = fall_2 - by_beta_2
    upper = {
        (0, 0): by_beta_2 * beta_mu**2 + by_beta * beta_mu * (1 - 2 * mu),
        (0, 1): by_beta_2 * beta_mu * beta + by_beta * beta_mu,
        (0, 2): by_beta_2 * beta_mu * aged_c,
        (1, 1): by_beta_2 * beta**2 + by_phi_2 * (alpha + beta) ** 2 + first[1],
        (1, 2): (fall_2 * (alpha + beta) - by_beta_2 * alpha) * aged_c,
        (2, 2): fall_2 * aged_c**2 + fall * aged_c * (1 + by_log_c),
    }
    rows = [[upper[min(i, j), max(i, j)] for j in range(3)] for i in range(3)]
    return _steps(np.array(first)), _steps(np.array(rows))


def _steps(by_age: FloatArray) -> FloatArray:
    """Return differences along the last axis: np.diff is slow on the few ages of a cohort."""
    steps: FloatArray = by_age[..., 1:] - by_age[..., :-1]
    return steps


def _log_chance(log_kept: FloatArray) -> FloatArray:
    return np.log(np.maximum(-np.expm1(log_kept), _LEAST_CHANCE))


def _value(log_chance: FloatArray, log_kept: FloatArray, table: RiskTable) -> FloatArray:
    value: FloatArray = np.sum(table.n_left * log_chance + table.n_stayed * log_kept, axis=-1)
    return value
