"""Rows of a table of customers with a contract, brought to what one segment was seen to do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.contractual import RiskTable, table_of_customers
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class Stays:
    """Renewals that customers came to, whether they left at the last, and how many were not watched.

    Every array is (n_customers,). Who had `n_before` renewals behind him when watching began was watched
    from the next one on; at none where he came to no more. `rows` are their places in the table, None where
    one customer may have several. `is_gone` is who is no customer any more, where that is more than
    `has_left`: who left within a period that was not over counts at no renewal.
    """

    n_periods: NDArray[np.int64]
    has_left: NDArray[np.bool_]
    n_before: NDArray[np.int64]
    rows: NDArray[np.int64] | None = None
    is_gone: NDArray[np.bool_] | None = None

    def of(self, places: NDArray[np.int64] | list[int]) -> Stays:
        """Those at some places."""
        rows = None if self.rows is None else self.rows[places]
        gone = None if self.is_gone is None else self.is_gone[places]
        return Stays(self.n_periods[places], self.has_left[places], self.n_before[places], rows, gone)

    @property
    def is_there(self) -> NDArray[np.bool_]:
        """Who is still a customer."""
        return ~(self.has_left if self.is_gone is None else self.is_gone)

    @property
    def is_watched(self) -> NDArray[np.bool_]:
        """Who was watched at a renewal."""
        return self.n_periods > self.n_before

    @property
    def left_at_once(self) -> NDArray[np.bool_]:
        """Who left before the first renewal."""
        found: NDArray[np.bool_] = self.has_left & (self.n_periods == 0) & (self.n_before == 0)
        return found

    def table(self, weights: FloatArray | None = None) -> RiskTable:
        """Customers at risk by renewal; one renewal without anybody where nobody was watched at any.

        With `weights` (n_customers,), each counts for so many.
        """
        places = np.flatnonzero(self.is_watched)
        seen = self.of(places)
        if seen.n_periods.size == 0:
            return RiskTable(np.zeros(1), np.zeros(1))
        return table_of_customers(
            seen.n_periods,
            seen.has_left,
            n_periods_before=seen.n_before,
            weights=None if weights is None else weights[places],
        )


@dataclass(frozen=True, slots=True)
class SeenSegment:
    """One segment as it was watched.

    `n_customers` are all its rows or the size of its cohorts; of `n_at_start` who were watched from their
    start, `n_left_at_start` left at age 0, before the first renewal: the table does not have them. `stays`
    are its customers one by one, where they are known.
    """

    segment: str
    n_customers: float
    table: RiskTable
    n_at_start: float = 0.0
    n_left_at_start: float = 0.0
    notes: tuple[str, ...] = ()
    stays: Stays | None = None

    def weighted(self, weights: FloatArray) -> SeenSegment:
        """The same where customers of `stays` count by `weights` (n_customers,), 0 or more.

        Those at each renewal count together as (sum w)**2 / sum w**2 customers of one weight, whose share
        that leaves has the same variance (Kish 1965, Survey Sampling, section 11.7).
        """
        if self.stays is None:
            return self
        table, squares = self.stays.table(weights), self.stays.table(np.square(weights)).n_at_risk
        is_seen = squares > 0
        scale = np.divide(table.n_at_risk, squares, out=np.zeros_like(squares), where=is_seen)
        begins = weights[self.stays.n_before == 0]
        total = begins.sum()
        at_start = total / np.square(begins).sum() if total > 0 else 0.0
        # Where a row tells of one renewal alone, nobody at age 0 is known to be all who left there.
        at_once = weights[self.stays.left_at_once].sum() if self.n_left_at_start else 0.0
        return replace(
            self,
            table=RiskTable(table.n_at_risk * scale, table.n_left * scale),
            n_at_start=float(total * at_start),
            n_left_at_start=float(at_once * at_start),
        )


@dataclass(frozen=True, slots=True)
class SeenTable:
    """All segments of a table, the name of one period, and what must be said of all of them."""

    period: str
    segments: tuple[SeenSegment, ...]
    warnings: tuple[str, ...] = ()
