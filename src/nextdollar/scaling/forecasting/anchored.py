"""The coupled law in coefficients that mean the same in every study, so that studies can be pooled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.scaling.fitting.surfaces.surface import Curvature
from nextdollar.scaling.laws.coupled import Coupled
from nextdollar.scaling.laws.domain import UNBOUNDED, Domain
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

ANCHOR_PARAMS = 1e9
ANCHOR_TOKENS = 2e10
"""The model at which shares of the loss are compared: a billion parameters, 20 tokens for each."""

COEFFICIENTS = ("level_log", "params_share_log", "tokens_share_log", "alpha_log", "beta_log", "k_log")
"""Logs of: the loss at the anchor; A / N**alpha and B / D**beta there, each over E; alpha, beta, k.

All but the first are free of the unit of the loss and of the tokeniser.
"""
LEVEL, PARAMS_SHARE, TOKENS_SHARE, ALPHA, BETA, K = range(6)
LOWER = np.array([-30.0, -12.0, -12.0, np.log(0.02), np.log(0.02), -3.0])
UPPER = np.array([30.0, 12.0, 12.0, np.log(3.0), np.log(3.0), 2.0])


@dataclass(frozen=True, slots=True)
class AnchoredSurface:
    """Log loss of the coupled law at given runs; both arrays (n_runs,) count from the anchor."""

    log_params: FloatArray
    log_tokens: FloatArray

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each coefficient."""
        return COEFFICIENTS

    @property
    def lower(self) -> FloatArray:
        """Least coefficients (6,) that are searched."""
        return LOWER

    @property
    def upper(self) -> FloatArray:
        """Largest coefficients (6,) that are searched."""
        return UPPER

    def at(self, theta: FloatArray) -> AnchoredJet:
        """Return value and slopes at coefficients (n_batch, 6)."""
        alpha, beta, k = (np.exp(theta[:, i : i + 1]) for i in (ALPHA, BETA, K))
        params_share, tokens_share = theta[:, PARAMS_SHARE, None], theta[:, TOKENS_SHARE, None]
        here = _Joined.of(params_share - alpha * self.log_params, tokens_share - beta * self.log_tokens, k)
        anchor = _Joined.of(params_share, tokens_share, k)
        jacobian = np.empty((theta.shape[0], len(COEFFICIENTS), self.log_params.size))
        jacobian[:, LEVEL] = 1.0
        jacobian[:, PARAMS_SHARE] = here.per_params - anchor.per_params
        jacobian[:, TOKENS_SHARE] = here.per_tokens - anchor.per_tokens
        jacobian[:, ALPHA] = -here.per_params * alpha * self.log_params
        jacobian[:, BETA] = -here.per_tokens * beta * self.log_tokens
        jacobian[:, K] = here.per_log_k - anchor.per_log_k
        return AnchoredJet(theta[:, LEVEL, None] + here.value - anchor.value, jacobian)


@dataclass(frozen=True, slots=True)
class AnchoredJet:
    """Log loss (n_batch, n_runs) and its change per coefficient (n_batch, 6, n_runs)."""

    value: FloatArray
    jacobian: FloatArray

    def curvature(self, slopes: FloatArray) -> Curvature | None:
        """None: Gauss-Newton steps, since the prior keeps every direction bent."""
        del slopes
        return None


@dataclass(frozen=True, slots=True)
class _Joined:
    """ln(1 + (exp(u / k) + exp(v / k))**k), and its slopes in u, v and ln k."""

    value: FloatArray
    per_params: FloatArray
    per_tokens: FloatArray
    per_log_k: FloatArray

    @classmethod
    def of(cls, u: FloatArray, v: FloatArray, k: FloatArray) -> _Joined:
        """Return the value and slopes at log shares u and v of the floor."""
        gap = (u - v) / k
        # The share of the parameters in the sum; exp of at most 0 cannot overflow.
        small = np.exp(-np.abs(gap))
        of_params = np.where(gap >= 0, 1.0, small) / (1 + small)
        joined = np.maximum(u, v) + k * np.log1p(small)
        reducible = np.exp(-np.logaddexp(0.0, -joined))
        entropy = np.log1p(small) + np.abs(gap) * small / (1 + small)
        return cls(
            np.logaddexp(0.0, joined),
            reducible * of_params,
            reducible * (1 - of_params),
            reducible * k * entropy,
        )


def surface_of(runs: Runs) -> AnchoredSurface:
    """Return the surface over the sizes of runs."""
    return AnchoredSurface(np.log(runs.params / ANCHOR_PARAMS), np.log(runs.tokens / ANCHOR_TOKENS))


def coupled_of(theta: FloatArray, domain: Domain = UNBOUNDED) -> Coupled:
    """Return the law of coefficients (6,), or with arrays (n_draws,) of those of (n_draws, 6)."""
    level, params_share, tokens_share, alpha_log, beta_log, k_log = np.moveaxis(theta, -1, 0)
    alpha, beta, k = np.exp(alpha_log), np.exp(beta_log), np.exp(k_log)
    joined = np.maximum(params_share, tokens_share) + k * np.log1p(
        np.exp(-np.abs(params_share - tokens_share) / k)
    )
    floor_log = level - np.logaddexp(0.0, joined)
    coefficients = {
        "E": np.exp(floor_log),
        "A": np.exp(floor_log + params_share + alpha * np.log(ANCHOR_PARAMS)),
        "alpha": alpha,
        "B": np.exp(floor_log + tokens_share + beta * np.log(ANCHOR_TOKENS)),
        "beta": beta,
        "k": k,
    }
    if theta.ndim == 1:
        coefficients = {name: float(value) for name, value in coefficients.items()}
    return Coupled(**coefficients, domain=domain)
