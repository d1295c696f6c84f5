"""What was observed of customers with a contract: how many could leave at each renewal, and how many did.

Right censoring (who is still there), cohorts of different ages, and left truncation (who was already old
when watching began) all come down to these two counts by age: a customer counts at a renewal only where
he was watched at it. Laws of retention are fitted to the counts, since nothing else enters a likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.units import FloatArray

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class RiskTable:
    """Customers at each renewal: column t - 1 is the renewal number t of their lives.

    Parameters
    ----------
    n_at_risk : array (..., n_periods)
        Customers who came to renewal t and were watched there; not negative, and no whole numbers where
        they stem from shares.
    n_left : array (..., n_periods)
        Those of them who left there, at most `n_at_risk`.

    Raises
    ------
    DomainError
        If the shapes differ, there is no period, or a count lies outside its domain.
    """

    n_at_risk: FloatArray
    n_left: FloatArray

    def __post_init__(self) -> None:
        shape = np.shape(self.n_at_risk)
        require(shape == np.shape(self.n_left), "n_left", f"of the shape {shape}", np.shape(self.n_left))
        require(len(shape) > 0 and shape[-1] > 0, "n_at_risk", "a row of one period or more", shape)
        ok = np.isfinite(self.n_left) & np.greater_equal(self.n_left, 0)
        require(ok, "n_left", "finite and not negative", self.n_left)
        ok = np.isfinite(self.n_at_risk) & np.less_equal(self.n_left, self.n_at_risk)
        require(ok, "n_at_risk", "finite and not below n_left", self.n_at_risk)

    @property
    def n_periods(self) -> int:
        """Renewals that somebody may have been watched at."""
        return int(np.shape(self.n_at_risk)[-1])

    @property
    def n_stayed(self) -> FloatArray:
        """Customers who renewed, (..., n_periods)."""
        return self.n_at_risk - self.n_left


def table_of_cohort(customers: FloatArray, *, n_periods_before: int = 0) -> RiskTable:
    """Risk table of customers who began together.

    Parameters
    ----------
    customers : array (n_counts,)
        Customers left after each renewal, the first entry before the first of them; two or more, falling.
    n_periods_before : int
        Renewals that the first entry had behind it already; those who left before are not known.

    Returns
    -------
    RiskTable
        (n_periods_before + n_counts - 1,), without anybody at the renewals before.

    Raises
    ------
    DomainError
        If there are fewer than two counts, one is negative, or one lies above the count before.
    """
    counts = np.asarray(customers, dtype=np.float64)
    require(counts.ndim == 1 and counts.size >= 2, "customers", "two counts or more", counts.shape)
    require(n_periods_before >= 0, "n_periods_before", "0 or more", n_periods_before)
    require(np.isfinite(counts) & (counts >= 0), "customers", "finite and not negative", counts)
    require(np.diff(counts) <= 0, "customers", "falling from period to period", counts)
    before = np.zeros(n_periods_before)
    return RiskTable(np.concatenate([before, counts[:-1]]), np.concatenate([before, -np.diff(counts)]))


def table_of_customers(
    n_periods: NDArray[np.int64],
    has_left: NDArray[np.bool_],
    *,
    n_periods_before: NDArray[np.int64] | None = None,
    weights: FloatArray | None = None,
) -> RiskTable:
    """Risk table of customers one by one.

    Parameters
    ----------
    n_periods : array of int (n_customers,)
        Renewals that each customer came to, 0 or more. One with 0 has had no chance to leave yet and
        counts nowhere.
    has_left : array of bool (n_customers,)
        Whether the customer left at the last of them; who did not is still there after it.
    n_periods_before : array of int (n_customers,), optional
        Renewals that the customer had behind him when watching began (left truncation); 0 by default.
    weights : array (n_customers,), optional
        How many each counts for, 0 or more; 1 by default.

    Returns
    -------
    RiskTable
        (largest n_periods,), one period where it is 0.

    Raises
    ------
    DomainError
        If an array is empty or of another length, a number is negative, somebody left without a renewal,
        or was watched only after the last one.
    """
    came = np.asarray(n_periods, dtype=np.int64)
    left = np.asarray(has_left, dtype=np.bool_)
    require(came.ndim == 1 and came.size > 0, "n_periods", "a row of one customer or more", came.shape)
    require(came.shape == left.shape, "has_left", f"of the shape {came.shape}", left.shape)
    require(came >= 0, "n_periods", "0 or more", came)
    require(~left | (came > 0), "n_periods", "1 or more for a customer who left", came)
    n_columns = max(int(came.max()), 1)
    enough = n_columns + 1
    if weights is not None:
        require(np.shape(weights) == came.shape, "weights", f"of the shape {came.shape}", np.shape(weights))
        require(np.isfinite(weights) & np.greater_equal(weights, 0), "weights", "0 or more", weights)
    n_left = np.bincount(came[left], None if weights is None else weights[left], minlength=enough)
    n_ended = np.bincount(came, weights, minlength=enough)
    # Those at risk at t came to t or further: all, less those who ended before.
    n_at_risk = np.cumsum(n_ended[::-1])[::-1]
    if n_periods_before is not None:
        before = np.asarray(n_periods_before, dtype=np.int64)
        require(before.shape == came.shape, "n_periods_before", f"of the shape {came.shape}", before.shape)
        require(before >= 0, "n_periods_before", "0 or more", before)
        ok = (before < came) | ((came == 0) & (before == 0))
        require(ok, "n_periods_before", "below n_periods", before)
        n_entered = np.cumsum(np.bincount(before, weights, minlength=enough))
        n_at_risk[1:] -= n_entered[-1] - n_entered[:-1]
    if weights is not None:
        # Sums of weights leave a rest where nobody is left.
        n_at_risk = np.where(n_at_risk > _ROUNDING * n_ended.sum(), n_at_risk, 0.0)
        n_at_risk = np.maximum(n_at_risk, n_left)
    return RiskTable(n_at_risk[1:].astype(np.float64), n_left[1:].astype(np.float64))


def merged(tables: Sequence[RiskTable]) -> RiskTable:
    """Risk table of all customers together: cohorts of different ages add up, age by age."""
    whole = stacked(tables)
    return RiskTable(whole.n_at_risk.sum(axis=0), whole.n_left.sum(axis=0))


def stacked(tables: Sequence[RiskTable]) -> RiskTable:
    """Tables side by side, (n_tables, most periods), each filled up with periods that nobody came to.

    Raises DomainError where there is none, or one is not a single row.
    """
    require(len(tables) > 0, "tables", "one or more", "none")
    ranks = np.array([np.ndim(table.n_at_risk) for table in tables])
    require(ranks == 1, "tables", "of one row each", ranks)
    n_columns = max(table.n_periods for table in tables)
    return RiskTable(
        _filled([table.n_at_risk for table in tables], n_columns),
        _filled([table.n_left for table in tables], n_columns),
    )


def _filled(rows: Sequence[FloatArray], n_columns: int) -> FloatArray:
    """Return rows of different length as one table, filled up with 0."""
    whole = np.zeros((len(rows), n_columns))
    for place, row in zip(whole, rows, strict=True):
        place[: row.size] = row
    return whole
