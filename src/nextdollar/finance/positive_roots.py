"""All positive real roots of many polynomials at once, one polynomial a column.

Descartes: a polynomial whose coefficients change sign s times has at most s positive roots, and
exactly one when s is 1. Multiplying coefficient k by (k - m), with m the place of the first
change, gives (up to a factor) the slope of p(v) / v**m and takes one sign change away. Doing so
until one change is left and then walking back finds every root: between two neighbouring roots
of one polynomial, the one before it crosses zero at most once. A root that is only touched sits
at such an edge, and is found there as exactly as a crossing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.finance.bracketed_root import root_between
from nextdollar.units import FloatArray

LANES_PER_BLOCK = 8192
"""Columns worked on together: 37 rows of this many float64 stay in a 2 MiB cache."""

_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs of the coefficients of each column, a zero taking the sign of a neighbour."""

    positive: NDArray[np.bool_]

    @property
    def changes(self) -> NDArray[np.int64]:
        """Number of sign changes per column; zeros do not count."""
        counter = np.uint8 if len(self.positive) <= np.iinfo(np.uint8).max else np.int64
        changes = np.add.reduce(self._differs.view(np.uint8), axis=0, dtype=counter)
        return np.asarray(changes, dtype=np.int64)

    @property
    def first_change(self) -> NDArray[np.int64]:
        """Row of the first coefficient after the first sign change, per column."""
        return np.asarray(np.argmax(self._differs, axis=0) + 1, dtype=np.int64)

    @property
    def first(self) -> FloatArray:
        """Sign of the lowest coefficient that is not zero, per column: 1 or -1."""
        return np.where(self.positive[0], 1.0, -1.0)

    @property
    def last(self) -> FloatArray:
        """Sign of the highest coefficient that is not zero, per column: 1 or -1."""
        return np.where(self.positive[-1], 1.0, -1.0)

    @property
    def _differs(self) -> NDArray[np.bool_]:
        return np.asarray(self.positive[1:] != self.positive[:-1])


def signs(coefficients: FloatArray) -> Signs:
    """Signs of the coefficients (n_rows, n); a column of zeros counts as negative."""
    positive = coefficients > 0
    zero = coefficients == 0
    if zero.any():
        for row in range(1, len(zero)):
            np.copyto(positive[row], positive[row - 1], where=zero[row])
            zero[row] &= zero[row - 1]
        for row in range(len(zero) - 2, -1, -1):
            np.copyto(positive[row], positive[row + 1], where=zero[row])
    return Signs(positive)


def roots_of_few_changes(coefficients: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Solve all columns that change sign at most twice side by side.

    Parameters
    ----------
    coefficients : array (n_rows, n)
        Row k multiplies v**k.

    Returns
    -------
    tuple of three arrays (n,)
        Sign changes; number of positive roots, a double one counted twice, of the columns with at
        most two changes; and the root where there is one change, nan elsewhere.

    Notes
    -----
    Two changes are two roots or none. The only root of the slope's polynomial is where the column
    turns; its sign there decides, and finding it costs nothing beside the other columns.
    """
    its_signs = signs(coefficients)
    changes, last = its_signs.changes, its_signs.last
    scratch, twice = coefficients.copy(), np.flatnonzero(changes == 2)
    if twice.size:
        slope = _slope(coefficients[:, twice], Signs(its_signs.positive[:, twice]))
        scratch[:, twice] = slope
        last[twice] = signs(slope).last
    wanted = (changes == 1) | (changes == 2)
    root = root_between(scratch, np.zeros(last.shape), np.full(last.shape, np.inf), last, wanted=wanted)
    n_roots = changes.copy()
    if twice.size:
        at_turn = _sign_at(coefficients[:, twice], root[twice])
        n_roots[twice] = np.where(at_turn == its_signs.last[twice], 0, 2)
    return changes, n_roots, np.where(changes == 1, root, np.nan)


def positive_roots(coefficients: FloatArray, n_changes: int) -> FloatArray:
    """Return every positive root of polynomials that all have the same number of sign changes.

    Parameters
    ----------
    coefficients : array (n_rows, n)
        Row k multiplies v**k; every column changes sign exactly `n_changes` times. Sizes up to
        about 1e100 do not overflow.
    n_changes : int
        At least 1.

    Returns
    -------
    array (n_changes, n)
        Roots in ascending order, a double root twice, then nan where there are fewer.

    Notes
    -----
    A root counts as touched (double) when the polynomial there is below 2 n_rows eps of the sum
    of its terms' sizes; two roots closer than about the square root of that cannot be told apart
    in float64 and come out as a double root between them.
    """
    levels = [(coefficients, signs(coefficients))]
    for _ in range(n_changes - 1):
        slope = _slope(*levels[-1])
        levels.append((slope, signs(slope)))
    roots = np.empty((0, coefficients.shape[1]))
    for level, its_signs in reversed(levels):
        roots = _roots_between(level, its_signs, roots)
    return roots


def _slope(coefficients: FloatArray, its_signs: Signs) -> FloatArray:
    """Coefficients of the slope of p(v) / v**m, m the first sign change: one change less."""
    power = np.arange(len(coefficients), dtype=np.float64)[:, None]
    slope = coefficients * (power - its_signs.first_change)
    return np.asarray(slope / np.abs(slope).max(axis=0))


def _roots_between(coefficients: FloatArray, its_signs: Signs, edges: FloatArray) -> FloatArray:
    """Roots (n_edges + 1, n), nan last, given edges (n_edges, n) between which there is at most one."""
    bounds = np.empty((len(edges) + 2, edges.shape[1]))
    bounds[0], bounds[1:-1], bounds[-1] = 0.0, np.where(np.isnan(edges), np.inf, edges), np.inf
    sign = np.empty_like(bounds)
    sign[0], sign[-1] = its_signs.first, its_signs.last
    for row in range(1, len(edges) + 1):
        sign[row] = np.where(np.isinf(bounds[row]), sign[-1], _sign_at(coefficients, bounds[row]))
    crossed = np.full((len(edges) + 1, edges.shape[1]), np.nan)
    interval, lane = np.nonzero(sign[:-1] * sign[1:] < 0)
    for first in range(0, lane.size, LANES_PER_BLOCK):
        rows, lanes = interval[first : first + LANES_PER_BLOCK], lane[first : first + LANES_PER_BLOCK]
        crossed[rows, lanes] = root_between(
            np.take(coefficients, lanes, axis=1),
            bounds[rows, lanes],
            bounds[rows + 1, lanes],
            sign[rows + 1, lanes],
            wanted=np.ones(lanes.size, dtype=np.bool_),
        )
    # A root that is only touched is an edge: m equal edges are m + 1 equal roots.
    touched = np.where(sign[1:-1] == 0, edges, np.nan)
    once_more = touched.copy()
    once_more[1:][edges[1:] == edges[:-1]] = np.nan
    return np.sort(np.concatenate((crossed, touched, once_more)), axis=0)[: len(crossed)]


def _sign_at(coefficients: FloatArray, point: FloatArray) -> FloatArray:
    """Sign of each polynomial at its point above 0; 0 where rounding hides it."""
    with np.errstate(divide="ignore", under="ignore"):
        far = point > 1
        x = np.where(far, 1 / point, point)
    # Above 1 the polynomial is turned round, as p(v) / v**n in 1 / v: no power overflows.
    ascending = np.where(far, coefficients[::-1], coefficients)
    value, size = np.zeros_like(x), np.zeros_like(x)
    for term, term_size in zip(ascending[::-1], np.abs(ascending[::-1]), strict=True):
        value *= x
        value += term
        size *= x
        size += term_size
    hidden = np.abs(value) <= 2 * len(coefficients) * _EPS * size
    return np.where(hidden, 0.0, np.sign(value))
