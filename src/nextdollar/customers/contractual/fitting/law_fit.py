"""One law fitted to what was observed: coefficients of maximum likelihood, their errors, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from nextdollar.customers.contractual.laws import BetaDiscreteWeibull, Geometric, ShiftedBetaGeometric
from nextdollar.customers.contractual.retention_draws import RetentionLaw
from nextdollar.units import FloatArray

LawName = Literal["geometric", "sbg", "bdw"]
Limit = Literal["", "alike", "opposite", "no churn", "all churn", "edge"]

# alpha + beta beyond which customers are all alike within the rounding of any table of customers, and
# below which each either leaves at the first renewal or never.
_ALIKE_FROM = 1e5
_OPPOSITE_TO = 1e-3
_C_EDGE = 0.99
# Gain of log-likelihood over the geometric law below which no spread between customers was seen.
_NO_GAIN = 1e-4


@dataclass(frozen=True, slots=True)
class LawFit:
    """One law at its maximum likelihood.

    Attributes
    ----------
    name : "geometric", "sbg" or "bdw"
    law : RetentionLaw
        With the fitted coefficients as plain numbers.
    standard_errors : mapping of str to float
        Of each coefficient, from the curvature of the log-likelihood; nan where it has none to speak of.
    log_likelihood : float
    limit : str
        Empty where the likelihood has a peak of its own. "alike": it rises for ever as alpha + beta grow,
        so that customers do not differ. "opposite": they fall to 0, so that each leaves at once or never.
        "no churn", "all churn": nobody, everybody left. "edge": c runs off.
    """

    name: LawName
    law: RetentionLaw
    standard_errors: Mapping[str, float]
    log_likelihood: float
    limit: Limit

    @property
    def coefficients(self) -> dict[str, float]:
        """Fitted coefficients by the letters of their paper."""
        return {name: float(getattr(self.law, name)) for name in self.standard_errors}

    @property
    def has_endless_mean(self) -> bool:
        """Whether the expected lifetime is infinite: the share left falls too slowly with age."""
        if isinstance(self.law, Geometric):
            return float(self.law.theta) == 0
        c = self.law.c if isinstance(self.law, BetaDiscreteWeibull) else 1.0
        # S(t) falls like t**(-alpha c).
        return bool(self.limit not in ("alike", "no churn") and float(self.law.alpha) * float(c) <= 1)


def geometric_fit(n_left: float, n_stayed: float) -> LawFit:
    """Geometric law: left over at risk. `n_left` and `n_stayed` count renewals of all ages, not both 0."""
    n_at_risk = n_left + n_stayed
    theta = n_left / n_at_risk
    limit: Limit = "no churn" if n_left == 0 else "all churn" if n_stayed == 0 else ""
    error = np.nan if limit else float(np.sqrt(theta * (1 - theta) / n_at_risk))
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = [n * np.log(share) if n > 0 else 0.0 for n, share in ((n_left, theta), (n_stayed, 1 - theta))]
    return LawFit("geometric", Geometric(theta), {"theta": error}, float(sum(terms)), limit)


def beta_law_fit(
    theta: FloatArray, curvature: FloatArray, *, log_likelihood: float, of_geometric: float
) -> LawFit:
    """Law of two or three coordinates (logit mu, log phi[, log c]) from where its likelihood is highest.

    `curvature` (n, n) is that of the log-likelihood; errors are those of its inverse, carried over to
    alpha, beta and c by their slopes. `of_geometric` is the log-likelihood of the geometric law.
    """
    law = law_of(theta)
    if isinstance(law, Geometric):
        raise TypeError("a geometric law has its own fit")
    phi, alpha, beta = float(np.exp(theta[1])), float(law.alpha), float(law.beta)
    names = ("alpha", "beta", "c")[: theta.size]
    limit: Limit = ""
    if phi >= _ALIKE_FROM or (theta.size == 2 and log_likelihood - of_geometric < _NO_GAIN):
        limit = "alike"
    elif phi <= _OPPOSITE_TO:
        limit = "opposite"
    elif theta.size == 3 and abs(theta[2]) > _C_EDGE * 3:
        limit = "edge"
    slopes = np.zeros((theta.size, theta.size))
    slopes[:2, :2] = [[alpha * beta / phi, alpha], [-alpha * beta / phi, beta]]
    if theta.size == 3:
        slopes[2, 2] = np.exp(theta[2])
    errors = np.full(theta.size, np.nan)
    if not limit and np.all(np.linalg.eigvalsh(curvature) < 0):
        errors = np.sqrt(np.diag(slopes @ np.linalg.inv(-curvature) @ slopes.T))
    name: LawName = "sbg" if theta.size == 2 else "bdw"
    return LawFit(name, law, dict(zip(names, errors.tolist(), strict=True)), log_likelihood, limit)


def law_of(theta: FloatArray) -> RetentionLaw:
    """Law with the coordinates theta (..., n_coordinates): one is geometric, two sbg, three bdw."""
    mu = expit(theta[..., 0])[()]
    if theta.shape[-1] == 1:
        return Geometric(mu)
    phi = np.exp(theta[..., 1])[()]
    alpha, beta = mu * phi, expit(-theta[..., 0])[()] * phi
    if theta.shape[-1] == 2:
        return ShiftedBetaGeometric(alpha, beta)
    return BetaDiscreteWeibull(alpha, beta, np.exp(theta[..., 2])[()])
