"""A few constants fitted to rows that come in families, and held back by what was known before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray

_DEGREES_OF_FREEDOM = 4.0
_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Prior:
    """What was known before the rows: mean (k,) and standard deviation (k,) of each constant.

    `family_log` is the standard deviation that all rows of a family share, `residual_log` that of one
    row within its family; both on the scale of the outcome, above 0.
    """

    mean: FloatArray
    sd: FloatArray
    family_log: float
    residual_log: float

    def __post_init__(self) -> None:
        require(np.greater(self.sd, 0), "sd", "above 0", self.sd)
        require(self.family_log > 0, "family_log", "above 0", self.family_log)
        require(self.residual_log > 0, "residual_log", "above 0", self.residual_log)


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Fitted constants (k,) and their covariance (k, k)."""

    coefficients: FloatArray
    covariance_log: FloatArray


def shrunken_fit(
    design_log: FloatArray, outcome_log: FloatArray, families: Sequence[str], *, prior: Prior
) -> Shrunken:
    """Constants of a linear model with a random effect per family.

    Parameters
    ----------
    design_log : array (n_rows, k)
        What each constant multiplies in each row.
    outcome_log : array (n_rows,)
        Log of what was measured.
    families : sequence of str
        Family of each row; rows of one family share an unknown shift.
    prior : Prior
        Prior of the constants, and the sizes of shift and residual.

    Returns
    -------
    Shrunken
        Posterior mean and covariance.

    Raises
    ------
    DomainError
        If the lengths disagree or there is no row.

    Notes
    -----
    Generalised least squares with covariance residual**2 I + family**2 (same family) and a normal
    prior, iterated with the weights (nu + 1) / (nu + r**2) of a Student t of 4 degrees of freedom:
    a run three times slower than any other must not move the constants of all.
    """
    n_rows = len(outcome_log)
    require(n_rows > 0, "outcome_log", "at least one row long", n_rows)
    require(design_log.shape[0] == n_rows, "design_log", f"{n_rows} rows long", design_log.shape[0])
    require(len(families) == n_rows, "families", f"{n_rows} long", len(families))
    names = np.asarray(families)
    shared = prior.family_log**2 * np.equal.outer(names, names)
    weight = np.ones(n_rows)
    precision = 1 / prior.sd**2
    for _ in range(_ROUNDS):
        inverse = np.linalg.inv(shared + np.diag(prior.residual_log**2 / weight))
        information = design_log.T @ inverse @ design_log + np.diag(precision)
        pull = design_log.T @ inverse @ outcome_log + precision * prior.mean
        coefficients = np.linalg.solve(information, pull)
        misfit = outcome_log - design_log @ coefficients
        squared = misfit**2 / (prior.family_log**2 + prior.residual_log**2)
        weight = (_DEGREES_OF_FREEDOM + 1) / (_DEGREES_OF_FREEDOM + squared)
    covariance = np.linalg.inv(information)
    return Shrunken(coefficients.astype(np.float64), covariance.astype(np.float64))
