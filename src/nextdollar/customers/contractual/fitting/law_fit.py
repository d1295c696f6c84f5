"""One law fitted to what was observed: coefficients of maximum likelihood, their errors, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from nextdollar.customers.contractual.fitting.prior import COORDINATES, LawName
from nextdollar.customers.contractual.laws import (
    BetaDiscreteWeibull,
    DiscreteWeibull,
    Geometric,
    ShiftedBetaGeometric,
)
from nextdollar.customers.contractual.retention_draws import RetentionLaw
from nextdollar.units import FloatArray

Limit = Literal["", "alike", "opposite", "no churn", "all churn", "edge", "prior"]

LETTERS: dict[LawName, tuple[str, ...]] = {
    "geometric": ("theta",),
    "sbg": ("alpha", "beta"),
    "dw": ("theta", "c"),
    "bdw": ("alpha", "beta", "c"),
}
"""Coefficients of each law, as its paper calls them."""

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
    name : "geometric", "sbg", "dw" or "bdw"
    law : RetentionLaw
        With the fitted coefficients as plain numbers.
    standard_errors : mapping of str to float
        Of each coefficient, from the curvature of the log-likelihood; nan where it has none to speak of.
    log_likelihood : float
    limit : str
        Empty where the likelihood has a peak of its own. "alike": it rises for ever as alpha + beta grow,
        so that customers do not differ. "opposite": they fall to 0, so that each leaves at once or never.
        "no churn", "all churn": nobody, everybody left. "edge": c runs off. "prior":
        fewer renewals were watched than the law has coefficients, or nobody left, or nobody stayed; they are
        then the likeliest under the prior.
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
        if isinstance(self.law, Geometric | DiscreteWeibull):
            return float(self.law.theta) == 0
        c = self.law.c if isinstance(self.law, BetaDiscreteWeibull) else 1.0
        # S(t) falls like t**(-alpha c).
        return bool(self.limit not in ("alike", "prior") and float(self.law.alpha) * float(c) <= 1)


def geometric_fit(n_left: float, n_stayed: float) -> LawFit:
    """Geometric law: left over at risk. `n_left` and `n_stayed` count renewals of all ages, not both 0."""
    n_at_risk = n_left + n_stayed
    theta = n_left / n_at_risk
    limit: Limit = "no churn" if n_left == 0 else "all churn" if n_stayed == 0 else ""
    error = np.nan if limit else float(np.sqrt(theta * (1 - theta) / n_at_risk))
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = [n * np.log(share) if n > 0 else 0.0 for n, share in ((n_left, theta), (n_stayed, 1 - theta))]
    return LawFit("geometric", Geometric(theta), {"theta": error}, float(sum(terms)), limit)


def law_fit(
    name: LawName, theta: FloatArray, curvature: FloatArray, *, log_likelihood: float, of_geometric: float
) -> LawFit:
    """Law of two or three coordinates, see `COORDINATES`, from where its likelihood is highest.

    `curvature` (n, n) is that of the log-likelihood; errors are those of its inverse, carried over to
    the letters of the law by their slopes. `of_geometric` is the log-likelihood of the geometric law.
    """
    limit = _limit(name, theta, log_likelihood - of_geometric)
    slopes = _slopes(name, theta)
    errors = np.full(theta.size, np.nan)
    if not limit and np.all(np.linalg.eigvalsh(curvature) < 0):
        errors = np.sqrt(np.diag(slopes @ np.linalg.inv(-curvature) @ slopes.T))
    named = dict(zip(LETTERS[name], errors.tolist(), strict=True))
    return LawFit(name, law_of(name, theta), named, log_likelihood, limit)


def prior_fit(name: LawName, theta: FloatArray, *, log_likelihood: float) -> LawFit:
    """Law whose coefficients the data do not tell, at its likeliest under the prior."""
    named = dict.fromkeys(LETTERS[name], np.nan)
    return LawFit(name, law_of(name, theta), named, log_likelihood, "prior")


def law_of(name: LawName, theta: FloatArray) -> RetentionLaw:
    """Law with the coordinates theta (..., n_coordinates), see `COORDINATES`."""
    mu = expit(theta[..., 0])[()]
    if name == "geometric":
        return Geometric(mu)
    second = np.exp(theta[..., 1])[()]
    if name == "dw":
        return DiscreteWeibull(mu, second)
    alpha, beta = mu * second, expit(-theta[..., 0])[()] * second
    if name == "sbg":
        return ShiftedBetaGeometric(alpha, beta)
    return BetaDiscreteWeibull(alpha, beta, np.exp(theta[..., 2])[()])


def _limit(name: LawName, theta: FloatArray, gain: float) -> Limit:
    """Return what the likelihood runs to; `gain` is that of its logarithm over the geometric law."""
    place = {coordinate: number for number, coordinate in enumerate(COORDINATES[name])}
    if "spread" in place:
        phi = float(np.exp(theta[place["spread"]]))
        if phi >= _ALIKE_FROM or (name == "sbg" and gain < _NO_GAIN):
            return "alike"
        if phi <= _OPPOSITE_TO:
            return "opposite"
    if "ageing" in place and abs(theta[place["ageing"]]) > _C_EDGE * 3:
        return "edge"
    return ""


def _slopes(name: LawName, theta: FloatArray) -> FloatArray:
    """Return slopes (n, n) of the letters of a law to its coordinates."""
    slopes = np.zeros((theta.size, theta.size))
    mu = float(expit(theta[0]))
    if name == "dw":
        return np.diag([mu * (1 - mu), float(np.exp(theta[1]))])
    alpha, beta = np.exp(theta[1]) * mu, np.exp(theta[1]) * expit(-theta[0])
    slopes[:2, :2] = [[alpha * (1 - mu), alpha], [-beta * mu, beta]]
    if name == "bdw":
        slopes[2, 2] = np.exp(theta[2])
    return slopes
