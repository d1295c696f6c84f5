"""A law of pay-as-you-go customers at its likeliest parameters, with what the data leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from scipy.special import ndtr

from nextdollar.customers.pay_as_you_go.fitting.coordinates import Coordinates
from nextdollar.customers.pay_as_you_go.fitting.posterior import Posterior
from nextdollar.customers.pay_as_you_go.laws import PURCHASE_LAWS, BgBb, BgNbd, GammaGamma, MbgNbd, ParetoNbd
from nextdollar.errors import require
from nextdollar.units import FloatArray

PurchaseLaw = BgNbd | MbgNbd | ParetoNbd | BgBb
Law = TypeVar("Law", BgNbd, MbgNbd, ParetoNbd, BgBb, GammaGamma, PurchaseLaw)

COORDINATES = {
    "bg-nbd": Coordinates(("gamma", "beta")),
    "mbg-nbd": Coordinates(("gamma", "beta")),
    "pareto-nbd": Coordinates(("gamma", "gamma")),
    "bg-bb": Coordinates(("beta", "beta")),
    "gamma-gamma": Coordinates(("log", "gamma")),
}
_LETTERS = {
    "bg-nbd": ("r", "alpha", "a", "b"),
    "mbg-nbd": ("r", "alpha", "a", "b"),
    "pareto-nbd": ("r", "alpha", "s", "beta"),
    "bg-bb": ("alpha", "beta", "gamma", "delta"),
    "gamma-gamma": ("p", "q", "v"),
}


@dataclass(frozen=True, slots=True)
class Fitted(Generic[Law]):
    """A law at its likeliest parameters, and how far the data leave them open.

    Parameters
    ----------
    name : str
        "bg-nbd", "mbg-nbd", "pareto-nbd", "bg-bb" or "gamma-gamma".
    law : law
        At the maximum of the likelihood.
    theta, covariance : array (k,), array (k, k)
        Coordinates of the maximum and their covariance; rows and columns of a limit are 0.
    log_likelihood : float
        Of all customers.
    n_customers : float
        Customers fitted.
    limits : tuple of str
        What the data drive to a limit of the law, in words; empty where nothing.
    posterior : Posterior, optional
        What the draws come from; None for the curvature at the maximum.
    """

    name: str
    law: Law
    theta: FloatArray
    covariance: FloatArray
    log_likelihood: float
    n_customers: float
    limits: tuple[str, ...]
    posterior: Posterior | None = None

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters by the letter of the paper."""
        return {letter: float(getattr(self.law, letter)) for letter in _LETTERS[self.name]}

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard error of each parameter, by the delta method; nan for a parameter that is a limit."""
        jacobian = COORDINATES[self.name].jacobian(self.theta)
        variance = np.diag(jacobian @ self.covariance @ jacobian.T)
        fixed = np.diag(self.covariance) == 0
        known = ~np.any((jacobian != 0) & fixed, axis=1)
        errors = np.where(known, np.sqrt(variance), np.nan)
        return dict(zip(_LETTERS[self.name], errors.tolist(), strict=True))


def parameter_draws(fitted: Fitted[Law], scores: FloatArray) -> FloatArray:
    """Draws of the parameters, array (k, n_draws), in the order of the law's letters.

    Parameters
    ----------
    fitted : Fitted
        The fit.
    scores : array (k, n_draws)
        Standard normal scores, one row a coordinate.

    Notes
    -----
    Where the fit has a posterior with candidates, each draw is one of them, as often as its share asks; the
    first row of scores chooses. Otherwise normal in the coordinates of the fit around the top of the
    posterior, or of the likelihood, with the inverse curvature there (Laplace), cut to the box of the fit.
    Parameters stay above 0 either way.
    """
    k = len(fitted.theta)
    require(scores.ndim == 2 and len(scores) == k, "scores", f"an array ({k}, n_draws)", scores.shape)
    coordinates, found = COORDINATES[fitted.name], fitted.posterior
    if found is not None and found.share.size:
        places = np.searchsorted(np.cumsum(found.share), ndtr(scores[0]))
        return np.stack(coordinates.letters(found.theta[:, np.minimum(places, found.share.size - 1)]))
    if found is None:
        bends, axes = np.linalg.eigh(fitted.covariance)
        centre, root = fitted.theta, axes * np.sqrt(np.maximum(bends, 0.0))
    else:
        centre, root = found.centre, found.root
    low, high = coordinates.bounds()
    theta = np.clip(centre[:, None] + root @ scores, low[:, None], high[:, None])
    return np.stack(coordinates.letters(theta))


def law_at(name: str, letters: Sequence[float]) -> PurchaseLaw:
    """Law of purchases with the given parameters."""
    return PURCHASE_LAWS[name](*(float(letter) for letter in letters))
