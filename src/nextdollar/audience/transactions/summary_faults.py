"""What no customer can have done, in a table of summaries: each cell with its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.catalogue.table_file import shown
from nextdollar.errors import Fault
from nextdollar.units import FloatArray

_MOST_CUSTOMERS = 2_000_000


@dataclass(frozen=True, slots=True)
class SummaryColumns:
    """Names of the columns by what they hold; empty where there is none."""

    purchases: str
    recency: str
    seen: str
    count: str
    spend: str
    customer: str
    counts_first: bool


def impossible_cells(
    table: CustomerTable,
    columns: SummaryColumns,
    numbers: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> Iterator[Fault]:
    """Yield cells that no customer can have, whatever the columns mean; nan was refused before."""
    repeats, recency, seen, counts = numbers
    least = 1 if columns.counts_first else 0
    for column, bad, rule, hint in (
        (
            columns.purchases,
            (repeats < 0) | (repeats % 1 > 0),
            f"must be a whole number, {least} or more",
            "",
        ),
        (columns.seen, seen < 0, "must be 0 or more", ""),
        (columns.recency, recency < 0, "must be 0 or more", ""),
        (
            columns.recency,
            recency > seen,
            f"must be at most {columns.seen}",
            "nobody can have bought after the end, nor before the first purchase",
        ),
        (columns.purchases, (seen == 0) & (repeats > 0), f"must be 0 where {columns.seen} is 0", ""),
        (columns.count, (counts < 1) | (counts % 1 > 0), "must be a whole number, 1 or more", ""),
    ):
        for place in np.flatnonzero(bad).tolist():
            yield _fault(table, column, rule, hint, place)
    if np.nansum(counts) > _MOST_CUSTOMERS:
        rule = f"must add up to at most {_MOST_CUSTOMERS:,} customers"
        yield Fault("ND1763", columns.count, rule, f"{np.nansum(counts):,.0f}", "", table.file, 1)


def _fault(table: CustomerTable, column: str, rule: str, hint: str, place: int) -> Fault:
    cell = table.cells[column][place]
    return Fault("ND1763", column, rule, shown(cell), hint, table.file, table.lines[place])


def impossible_spend(
    table: CustomerTable,
    columns: SummaryColumns,
    spend_usd: FloatArray,
    *,
    repeats: FloatArray,
    counts: FloatArray,
) -> Iterator[Fault]:
    """Yield a mean spend below 0, of nobody, or of several customers."""
    for place in np.flatnonzero(spend_usd < 0).tolist():
        yield _fault(table, columns.spend, "must be 0 or more", "", place)
    first = np.flatnonzero((repeats == 0) & (spend_usd > 0))
    if len(first):
        rule = "must be the mean of repeat purchases, 0 where there is none"
        hint = f"{len(first):,} rows without a repeat have some: a mean that counts the first purchase?"
        yield _fault(table, columns.spend, rule, hint, int(first[0]))
    many = np.flatnonzero((repeats > 0) & (spend_usd > 0) & (counts > 1))
    if len(many):
        rule = "must be of one customer"
        hint = "a mean over several hides how they differ: a row for each, or leave the column out"
        yield _fault(table, columns.spend, rule, hint, int(many[0]))


def named_again(table: CustomerTable, columns: SummaryColumns) -> Iterator[Fault]:
    """Yield customers who have a row already."""
    if not columns.customer or columns.count:
        return
    seen: set[str] = set()
    for line, name in zip(table.lines, table.cells[columns.customer], strict=True):
        if name in seen:
            rule, hint = "must have one row", "a table with a row for each purchase is a log: customer, date"
            yield Fault("ND1763", columns.customer, rule, shown(name), hint, table.file, line)
        seen.add(name)
