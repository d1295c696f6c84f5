"""Tables of customers by what they did: repeat purchases, recency, age, and what they spent on average."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.transactions.split import ALL, MOST_SEGMENTS
from nextdollar.audience.transactions.summary_faults import (
    SummaryColumns,
    impossible_cells,
    impossible_spend,
    named_again,
)
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.errors import Fault
from nextdollar.units import FloatArray

_REPEATS = ("frequency", "repeats", "n_repeats", "repeat_purchases", "x")
_PURCHASES = ("purchases", "orders", "n_purchases", "n_orders")
_AT_LAST, _SINCE_LAST = ("t_x", "tx", "age_at_last"), ("since_last", "recency_since_last")
_RECENCY = ("recency", *_AT_LAST, *_SINCE_LAST)
_CHANCES = ("n", "periods", "n_periods", "opportunities", "n_opportunities", "chances")
_SEEN = ("t", "age", *_CHANCES)
_COUNT = ("customers", "n_customers", "weights", "weight", "count", "donors")
_SPEND = ("monetary_value", "monetary", "mean_spend", "m_x")
_CUSTOMER = ("customer", "customer_id", "customerid", "account", "account_id", "user", "user_id", "id")
_UNIT = re.compile(r"_(day|week|month|year|period)s$")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


@dataclass(frozen=True, slots=True)
class SummaryRows:
    """Rows of a table of summaries as they stand, n of them.

    Parameters
    ----------
    table : CustomerTable
        What they were read from.
    customers : tuple of str
        Names; the line of the file where the table names nobody.
    n_repeats, recency_periods, n_periods_observed, n_customers : array (n,)
        Purchases after the first; recency in either of its meanings; age; customers in the row.
    repeat_spend_usd : array (n,), optional
        Mean spend of a repeat purchase, 0 where there is none; None where the table has no money.
    segments : tuple of str, segment_of : array (n,) of int
        Names of segments, and the place of each row's among them.
    columns : tuple of str
        Names of the columns of purchases, of recency and of age.
    told_recency : "age-at-last", "since-last" or None
        What the name of the column says of recency.
    counts_chances : bool
        Whether the name of the column of age says that it counts chances to buy.
    period : str
        "day", "week", "month", "year", or "period" where no name says.
    notes : tuple of str
        What was taken for granted.
    """

    table: CustomerTable
    customers: tuple[str, ...]
    n_repeats: FloatArray
    recency_periods: FloatArray
    n_periods_observed: FloatArray
    n_customers: FloatArray
    repeat_spend_usd: FloatArray | None
    segments: tuple[str, ...]
    segment_of: NDArray[np.intp]
    columns: tuple[str, str, str]
    told_recency: str | None
    counts_chances: bool
    period: str
    notes: tuple[str, ...]

    @property
    def lines(self) -> NDArray[np.intp]:
        """Line of the file of each row, array (n,)."""
        return np.array(self.table.lines, dtype=np.intp)


def looks_like_summary(columns: Sequence[str]) -> bool:
    """Whether a table with these columns has customers by purchases, recency and age."""
    plain = {_plain(name) for name in columns}
    has_purchases = plain & {*_REPEATS, *_PURCHASES}
    return bool(has_purchases and plain & {*_RECENCY} and plain & {*_SEEN})


def read_summary_rows(table: CustomerTable, *, by: str | None = None) -> SummaryRows:
    """Read a table of summaries.

    Parameters
    ----------
    table : CustomerTable
        With columns of purchases (`frequency`, `repeats`, `x`; or `purchases`, the first one counted), of
        recency (`recency`, `t_x`) and of age (`T`, `age`, `n`), each with or without `_weeks` and the like.
    by : str, optional
        Column whose contents are the segments.

    Raises
    ------
    RowsError
        With every fault of the columns, or else of the cells.
    """
    columns = _columns(table, by)
    faults: list[Fault] = []
    purchases = _numbers(table, columns.purchases, faults)
    recency = _numbers(table, columns.recency, faults)
    seen = _numbers(table, columns.seen, faults)
    counts = _numbers(table, columns.count, faults) if columns.count else np.ones(table.n_rows)
    spend_usd = _numbers(table, columns.spend, faults, blank=0.0) if columns.spend else None
    repeats = purchases - 1 if columns.counts_first else purchases
    faults += impossible_cells(table, columns, (repeats, recency, seen, counts))
    if spend_usd is not None:
        faults += impossible_spend(table, columns, spend_usd, repeats=repeats, counts=counts)
    faults += named_again(table, columns)
    segments, segment_of = _segments(table, by, faults)
    if faults:
        refuse(faults)
    return SummaryRows(
        table,
        _names(table, columns, counts),
        repeats,
        recency,
        seen,
        counts,
        spend_usd,
        segments,
        segment_of,
        (columns.purchases, columns.recency, columns.seen),
        _told_recency(columns.recency),
        _plain(columns.seen) in _CHANCES,
        _unit(columns.seen) or "period",
        tuple(_notes(columns, repeats, counts)),
    )


def _plain(column: str) -> str:
    plain = column.casefold().replace(" ", "_")
    return plain if plain in _SEEN else _UNIT.sub("", plain.removesuffix("_usd"))


def _unit(column: str) -> str:
    found = _UNIT.search(column.casefold().replace(" ", "_"))
    return "" if found is None or _plain(column) in _CHANCES else found[1]


def _told_recency(column: str) -> str | None:
    if _plain(column) in _AT_LAST:
        return "age-at-last"
    return "since-last" if _plain(column) in _SINCE_LAST else None


def _columns(table: CustomerTable, by: str | None) -> SummaryColumns:
    faults: list[Fault] = []

    def one(names: Sequence[str], what: str) -> str:
        """Name of the one column that holds something; what is wrong is noted."""
        found = [name for name in table.columns if _plain(name) in names and name != by]
        if len(found) > 1:
            hint = "leave the other out"
            rule = f"the table must have one column of {what}"
            faults.append(Fault("ND1762", "", rule, ", ".join(map(shown, found)), hint, table.file, 1))
        if not found and what in ("purchases", "recency", "age"):
            rule = f"the table must have a column of {what} ({', '.join(names[:5])})"
            named = ", ".join(shown(name) for name in table.columns[:12])
            faults.append(Fault("ND1762", "", rule, named, "", table.file, 1))
        return found[0] if found else ""

    columns = SummaryColumns(
        one((*_REPEATS, *_PURCHASES), "purchases"),
        one(_RECENCY, "recency"),
        one(_SEEN, "age"),
        one(_COUNT, "customers in a row"),
        one(_SPEND, "mean spend"),
        one(_CUSTOMER, "names of customers"),
        any(_plain(name) in _PURCHASES for name in table.columns),
    )
    faults += _mismatched(table, columns, by)
    if faults:
        refuse(faults)
    return columns


def _mismatched(table: CustomerTable, columns: SummaryColumns, by: str | None) -> Iterator[Fault]:
    """Yield periods that differ, and a column of segments that is not there."""
    units = {_unit(name) for name in (columns.recency, columns.seen)} - {""}
    if len(units) > 1:
        rule, named = "recency and age must count the same periods", f"{columns.recency}, {columns.seen}"
        yield Fault("ND1762", "", rule, named, "", table.file, 1)
    if by is not None and by not in table.columns:
        named = ", ".join(shown(name) for name in table.columns[:12])
        rule = f"must name a column of the table, not {shown(by)}"
        yield Fault("ND1762", "--by", rule, named, "", table.file, 1)


def _numbers(
    table: CustomerTable, column: str, faults: list[Fault], *, blank: float | None = None
) -> FloatArray:
    found = np.full(table.n_rows, np.nan)
    for place, cell in enumerate(table.cells[column]):
        if not cell and blank is not None:
            found[place] = blank
        elif _NUMBER.fullmatch(cell):
            found[place] = float(cell)
        else:
            said, line = shown(cell) if cell else "nothing", table.lines[place]
            hint = "plain digits with a decimal point"
            faults.append(Fault("ND1763", column, "must be a number", said, hint, table.file, line))
    return found


def _segments(
    table: CustomerTable, by: str | None, faults: list[Fault]
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    if by is None:
        return (ALL,), np.zeros(table.n_rows, dtype=np.intp)
    names: dict[str, int] = {}
    places = [names.setdefault(cell, len(names)) for cell in table.cells[by]]
    for line, cell in zip(table.lines, table.cells[by], strict=True):
        if not cell:
            faults.append(Fault("ND1728", by, "must name a segment", "nothing", "", table.file, line))
    if len(names) > MOST_SEGMENTS:
        rule = f"must have at most {MOST_SEGMENTS} different contents: each segment is fitted by itself"
        faults.append(Fault("ND1729", by, rule, f"{len(names):,}", "", table.file, 1))
    return tuple(names), np.array(places, dtype=np.intp)


def _names(table: CustomerTable, columns: SummaryColumns, counts: FloatArray) -> tuple[str, ...]:
    if columns.customer:
        return tuple(table.cells[columns.customer])
    if columns.count:
        return tuple(
            f"each of {count:,.0f} in line {line}" for line, count in zip(table.lines, counts, strict=True)
        )
    return tuple(f"line {line}" for line in table.lines)


def _notes(columns: SummaryColumns, repeats: FloatArray, counts: FloatArray) -> Iterator[str]:
    if columns.spend and not columns.spend.casefold().endswith("_usd"):
        yield f"{shown(columns.spend)} is taken to be in USD: its name states no currency"
    if columns.count and counts.max() > 1:
        yield f"{shown(columns.count)} counts the customers of a row: {counts.sum():,.0f} in all"
    if not (repeats == 0).any():
        yield (
            "everybody in the table came back: if customers who bought once were left out, or frequency "
            "counts the first purchase too, all that is said here is wrong"
        )
