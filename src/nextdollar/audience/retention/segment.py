"""Rows of a table of customers with a contract, brought to what one segment was seen to do."""

from __future__ import annotations

from dataclasses import dataclass

from nextdollar.customers.contractual import RiskTable


@dataclass(frozen=True, slots=True)
class SeenSegment:
    """One segment as it was watched.

    `n_customers` are all its rows or the size of its cohorts; `share_at_start` is what of them was left
    before the first period, below 1 only where somebody left at age 0.
    """

    segment: str
    n_customers: float
    table: RiskTable
    share_at_start: float = 1.0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenTable:
    """All segments of a table, the name of one period, and what must be said of all of them."""

    period: str
    segments: tuple[SeenSegment, ...]
    warnings: tuple[str, ...] = ()
