"""Rank correlation between inputs: asked as Spearman's, dealt by a Gaussian copula.

Factors of matrices are computed element by element, without BLAS, so that draws are the same bytes whatever
the number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtr, ndtri

from nextdollar.errors import require
from nextdollar.uncertainty.distributions import LEAST_UNIFORM, MOST_UNIFORM
from nextdollar.units import FloatArray, Floats

# A repaired matrix keeps its eigenvalues this far above 0, and its entries to ten decimals: its factor is
# then the same under every kernel that found the eigenvalues.
_LEAST_EIGENVALUE = 1e-6
_DECIMALS = 10
_ROUNDING = 1e-9
_MOST_PROJECTIONS = 1000
_CONVERGED = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Correlations:
    """Spearman correlations between named inputs.

    Parameters
    ----------
    names : tuple of str
        The inputs, in an order of their own: an input is bent towards those before it and moves none of them.
    spearman : array (k, k)
        As asked: symmetric, ones on the diagonal, between -1 and 1.

    Attributes
    ----------
    repair_distance : float
        Most that any correlation had to be changed because the asked ones contradict each other; else 0.
    factor : array (k, k)
        Lower triangle that turns independent normal scores into correlated ones.
    """

    names: tuple[str, ...]
    spearman: FloatArray
    repair_distance: float = field(init=False)
    factor: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        require(len(set(self.names)) == len(self.names), "names", "all different", self.names)
        shape = np.shape(self.spearman)
        require(shape == (len(self.names),) * 2, "spearman", "one row and column for each name", shape)
        factor, distance = _factor_and_distance(self.spearman)
        object.__setattr__(self, "factor", factor)
        object.__setattr__(self, "repair_distance", distance)

    def dealt(self) -> FloatArray:
        """Spearman correlations (k, k) that are dealt: as asked, or after the repair."""
        pearson = (self.factor[:, None, :] * self.factor[None, :, :]).sum(axis=2)
        return np.asarray(spearman_from_pearson(pearson))


def correlations_from_pairs(pairs: Sequence[tuple[str, str, float]]) -> Correlations:
    """Correlations from pairs (name, other name, Spearman's rho); pairs that are not named are 0.

    Where the zeros and the stated pairs contradict each other, the nearest possible matrix is dealt and
    `repair_distance` says how far it lies off.
    """
    names = tuple(dict.fromkeys(name for first, second, _ in pairs for name in (first, second)))
    spearman = np.eye(len(names))
    stated: set[frozenset[str]] = set()
    for first, second, rho in pairs:
        require(first != second, "correlations", "between two different inputs", first)
        pair = frozenset((first, second))
        twice = f"{first} and {second} twice"
        require(pair not in stated, "correlations", "stated once for each pair", twice)
        require(-1 <= rho <= 1, f"correlation of {first} and {second}", "between -1 and 1", rho)
        stated.add(pair)
        i, j = names.index(first), names.index(second)
        spearman[i, j] = spearman[j, i] = rho
    return Correlations(names, spearman)


def pearson_from_spearman(spearman: Floats) -> Floats:
    """Pearson correlation of the normal scores that gives a Spearman correlation: 2 sin(pi rho / 6)."""
    return 2 * np.sin(np.pi / 6 * np.asarray(spearman))


def spearman_from_pearson(pearson: Floats) -> Floats:
    """Spearman correlation of two normals with a Pearson correlation: 6 / pi asin(rho / 2)."""
    return 6 / np.pi * np.arcsin(np.clip(pearson, -1.0, 1.0) / 2)


def correlate(uniforms: FloatArray, spearman: FloatArray) -> FloatArray:
    """Give independent uniforms a Spearman correlation, by a Gaussian copula.

    Parameters
    ----------
    uniforms : array (k, n)
        Independent rows, strictly between 0 and 1.
    spearman : array (k, k)
        Symmetric, ones on the diagonal, between -1 and 1; repaired where no such inputs can exist.

    Returns
    -------
    array (k, n)
        Each row uniform again. Row 0, and every row that is independent of those above it, is unchanged.

    Raises
    ------
    DomainError
        If `spearman` is not symmetric, or off in its diagonal or range.
    """
    shape = np.shape(spearman)
    require(shape == (len(uniforms),) * 2, "spearman", "one row and column for each row of uniforms", shape)
    return bend(uniforms, _factor_and_distance(spearman)[0])


def bend(uniforms: FloatArray, factor: FloatArray) -> FloatArray:
    """Uniforms (k, n) whose normal scores are a lower triangle `factor` (k, k) times those of `uniforms`."""
    scores = [ndtri(row) if np.any(factor[:, i] != 0) else row for i, row in enumerate(uniforms)]
    bent = np.array(uniforms)
    for i, row in enumerate(factor):
        if not np.any(row[:i]):
            continue
        total = row[i] * scores[i]
        for weight, score in zip(row[:i], scores, strict=False):
            if weight != 0:
                total += weight * score
        bent[i] = np.clip(ndtr(total), LEAST_UNIFORM, MOST_UNIFORM)
    return bent


def nearest_correlation(matrix: FloatArray) -> tuple[FloatArray, float]:
    """Nearest correlation matrix, and the most that any entry changed.

    A matrix that is one already comes back unchanged, with distance 0.

    Raises
    ------
    DomainError
        If `matrix` is not square and symmetric with ones on its diagonal and entries between -1 and 1.

    Notes
    -----
    Alternating projections with Dykstra's correction (Higham 2002) onto matrices without negative eigenvalue
    and onto those with a diagonal of ones. "Nearest" is in the root of the summed squares.
    """
    _require_correlation_shape(matrix)
    given = np.asarray(matrix, dtype=np.float64)
    if _lower_factor(given) is not None:
        return given, 0.0
    found, correction = given, np.zeros_like(given)
    for _ in range(_MOST_PROJECTIONS):
        before = found
        target = found - correction
        projected = _without_negative_eigenvalues(target)
        correction = projected - target
        found = projected.copy()
        np.fill_diagonal(found, 1.0)
        if np.max(np.abs(found - before)) < _CONVERGED:
            break
    found = _without_negative_eigenvalues(found)
    scale = np.sqrt(np.diag(found))
    found = np.round(found / scale[:, None] / scale[None, :], _DECIMALS)
    np.fill_diagonal(found, 1.0)
    return found, float(np.max(np.abs(found - given)))


def _without_negative_eigenvalues(matrix: FloatArray) -> FloatArray:
    """Nearest symmetric matrix whose eigenvalues are all a little above 0."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    lifted = vectors * np.maximum(values, _LEAST_EIGENVALUE)
    return np.asarray((lifted[:, None, :] * vectors[None, :, :]).sum(axis=2))


def _factor_and_distance(spearman: FloatArray) -> tuple[FloatArray, float]:
    """Lower factor of the correlation of normal scores, and the largest change of a Spearman correlation."""
    _require_correlation_shape(spearman)
    asked = np.asarray(pearson_from_spearman(spearman))
    np.fill_diagonal(asked, 1.0)
    possible, distance = nearest_correlation(asked)
    factor = _lower_factor(possible)
    require(factor is not None, "spearman", "repairable to a correlation matrix", "none near")
    if distance > 0:
        distance = float(np.max(np.abs(np.asarray(spearman_from_pearson(possible)) - spearman)))
    return np.asarray(factor), distance


def _lower_factor(matrix: FloatArray) -> FloatArray | None:
    """Lower triangle L with L L' = matrix (Cholesky), or None where an eigenvalue is negative."""
    n = len(matrix)
    rows = [[0.0] * n for _ in range(n)]
    for j in range(n):
        pivot = float(matrix[j, j]) - math.fsum(x * x for x in rows[j][:j])
        if pivot < -_ROUNDING:
            return None
        rows[j][j] = math.sqrt(pivot) if pivot > _ROUNDING else 0.0
        for i in range(j + 1, n):
            products = (x * y for x, y in zip(rows[i][:j], rows[j][:j], strict=True))
            rest = float(matrix[i, j]) - math.fsum(products)
            if rows[j][j] > 0:
                rows[i][j] = rest / rows[j][j]
            elif abs(rest) > math.sqrt(_ROUNDING):
                return None
    return np.array(rows)


def _require_correlation_shape(matrix: FloatArray) -> None:
    given = np.asarray(matrix, dtype=np.float64)
    is_square = given.ndim == 2 and given.shape[0] == given.shape[1]
    require(is_square, "correlations", "a square table", given.shape)
    require(np.abs(given) <= 1 + _ROUNDING, "correlations", "between -1 and 1", given)
    require(np.abs(np.diag(given) - 1) <= _ROUNDING, "diagonal of the correlations", "1", np.diag(given))
    require(np.abs(given - given.T) <= _ROUNDING, "correlations", "the same both ways", given)
