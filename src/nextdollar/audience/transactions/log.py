"""Logs of purchases: who bought when, and for how much, read from a table as it stands."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.audience.transactions.oddities import oddities
from nextdollar.audience.transactions.split import ALL, Split, split_of
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.errors import Fault
from nextdollar.units import FloatArray

_CUSTOMER = ("customer", "customer_id", "customerid", "account", "account_id", "user", "user_id", "id")
_DATE = (
    "date",
    "day",
    "purchased_on",
    "purchase_date",
    "transaction_date",
    "order_date",
    "timestamp",
    "time",
)
_NOT_A_LOG = ("tenure", "churn", "churned", "survival_pct", "survivors", "started", "cancelled", "canceled")
_DATE_FORM = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})([T ]\d{2}:?\d{2}.*)?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_DATE_HINT = "write dates as 2026-01-31; a time of day after it is passed over"


@dataclass(frozen=True, slots=True)
class TransactionLog:
    """Purchases of a log, one row each, in the order of the file.

    Parameters
    ----------
    file, sha256 : str
        Where they were read, and the digest of its bytes.
    customers : tuple of str
        Names of the customers, in the order of their first row.
    places : array (n,) of int
        Place of the customer of each purchase among `customers`.
    at_days : array (n,)
        Day of each purchase, counted from 1 January of year 1.
    spend_usd : array (n,), optional
        What was spent, in USD; None where the log has no such column.
    spend_column : str
        Its name; empty where there is none.
    notes : tuple of str
        What was set aside, and what was not read, and why.
    segments : tuple of str
        Names of the segments, in the order of their first row; one, "all", where none were asked for.
    segment_of : array (n_customers,) of int, optional
        Place of the segment of each customer among `segments`; None where there is one.
    """

    file: str
    sha256: str
    customers: tuple[str, ...]
    places: NDArray[np.intp]
    at_days: FloatArray
    spend_usd: FloatArray | None
    spend_column: str
    notes: tuple[str, ...]
    segments: tuple[str, ...] = (ALL,)
    segment_of: NDArray[np.intp] | None = None

    @property
    def last_day(self) -> str:
        """Day of the last purchase, as 2026-01-31."""
        return iso(float(self.at_days.max()))

    @property
    def first_day(self) -> str:
        """Day of the first purchase, as 2026-01-31."""
        return iso(float(self.at_days.min()))


def iso(at_days: float) -> str:
    """Day that is counted from 1 January of year 1, as 2026-01-31."""
    return datetime.date.fromordinal(int(at_days)).isoformat()


def day_of(text: str) -> int | None:
    """Count of days of a date such as 2026-01-31 or 20260131, None where a text is no such date."""
    found = _DATE_FORM.fullmatch(text)
    if found is None:
        return None
    try:
        return datetime.date(int(found[1]), int(found[2]), int(found[3])).toordinal()
    except ValueError:
        return None


def looks_like_transactions(columns: Sequence[str]) -> bool:
    """Whether a table with these columns is a log of purchases: a customer and a date, and no end."""
    plain = [name.casefold() for name in columns]
    has_both = any(name in _CUSTOMER for name in plain) and any(name in _DATE for name in plain)
    return has_both and not any(name in _NOT_A_LOG for name in plain)


def read_transactions(
    path: Path | str,
    *,
    customer: str | None = None,
    date: str | None = None,
    spend: str | None = None,
    by: str | None = None,
) -> TransactionLog:
    """Log of purchases in a CSV file.

    Parameters
    ----------
    path : Path or str
        A table with one row a purchase.
    customer, date : str, optional
        Names of the columns; by default the first of the usual names that is there.
    spend : str, optional
        Column with what was spent, in USD; by default the only column whose name ends in `_usd`.
    by : str, optional
        Column whose contents are the segments, one for each customer; a segment is fitted by itself.

    Raises
    ------
    RowsError
        With every fault: of the table's form, a column that is missing or could be several, a date that
        can be read in two ways, a customer without a name or in two segments, an amount that is no number.

    Notes
    -----
    Rows with a negative amount are refunds, no purchases: they are set aside and counted.
    """
    return transactions_of(read_customer_table(path), customer=customer, date=date, spend=spend, by=by)


def transactions_of(
    table: CustomerTable,
    *,
    customer: str | None = None,
    date: str | None = None,
    spend: str | None = None,
    by: str | None = None,
) -> TransactionLog:
    """Log of purchases in a table that has been read; otherwise as `read_transactions`."""
    faults: list[Fault] = []
    who_column = _column(table, customer, _CUSTOMER, "customer", faults)
    when_column = _column(table, date, _DATE, "date", faults)
    spend_column, notes = _spend_column(table, spend, faults)
    if by is not None and by not in table.columns:
        faults.append(_missing(table, f"the table must have the column {shown(by)}"))
    if faults:
        refuse(faults)
    who, when = table.cells[who_column], table.cells[when_column]
    faults += _empty(table, who_column)
    days = {text: day_of(text) for text in set(when)}
    faults += _wrong_dates(table, when_column, days)
    spend_usd = _amounts(table, spend_column, faults) if spend_column else None
    names: dict[str, int] = {}
    places = np.array([names.setdefault(name, len(names)) for name in who], dtype=np.intp)
    split = Split((ALL,), None) if by is None else split_of(table, by, who_column, faults)
    if faults:
        refuse(faults)
    at_days = np.array([days[text] for text in when], dtype=np.float64)
    log = TransactionLog(
        table.file,
        table.sha256,
        tuple(names),
        places,
        at_days,
        spend_usd,
        spend_column,
        notes,
        split.segments,
        split.segment_of,
    )
    if spend_usd is not None and (spend_usd < 0).any():
        log = _without_refunds(log, table.lines[0])
    odd = oddities(log.places, log.at_days, log.spend_usd, (log.first_day, log.last_day))
    return replace(log, notes=(*log.notes, *odd))


def _column(
    table: CustomerTable, asked: str | None, usual: Sequence[str], what: str, faults: list[Fault]
) -> str:
    if asked is not None:
        if asked not in table.columns:
            faults.append(_missing(table, f"the table must have the column {shown(asked)}"))
        return asked
    by_plain = {name.casefold(): name for name in table.columns}
    found = [by_plain[name] for name in usual if name in by_plain]
    if not found:
        faults.append(_missing(table, f"the log must have a column {what} ({', '.join(usual[:4])})"))
        return ""
    return found[0]


def _missing(table: CustomerTable, rule: str) -> Fault:
    found = ", ".join(shown(name) for name in table.columns[:12])
    return Fault("ND1720", "", rule, found, "a log has one row a purchase: customer,date", table.file, 1)


def _spend_column(
    table: CustomerTable, asked: str | None, faults: list[Fault]
) -> tuple[str, tuple[str, ...]]:
    """Return the column with what was spent, empty where there is none, and what to know of it."""
    if asked is not None:
        if asked not in table.columns:
            faults.append(_missing(table, f"the table must have the column {shown(asked)}"))
        return asked, ()
    in_usd = [name for name in table.columns if name.casefold().endswith("_usd")]
    if len(in_usd) > 1:
        rule = "the log must have one column of money, or its name must be given"
        hint = "keep the one with what the customer paid"
        faults.append(Fault("ND1720", "", rule, ", ".join(in_usd), hint, table.file, 1))
    if in_usd:
        return in_usd[0], ()
    other = [name for name in table.columns if name.casefold() in ("amount", "spend", "revenue", "price")]
    if not other:
        return "", ()
    rule = f"{shown(other[0])} is not read: its name states no currency (name it {other[0].casefold()}_usd)"
    return "", (rule,)


def _empty(table: CustomerTable, column: str) -> Iterator[Fault]:
    for line, cell in zip(table.lines, table.cells[column], strict=True):
        if not cell:
            hint = "a purchase without a customer cannot be counted"
            yield Fault("ND1722", column, "must name a customer", "nothing", hint, table.file, line)


def _wrong_dates(table: CustomerTable, column: str, days: dict[str, int | None]) -> Iterator[Fault]:
    if None not in days.values():
        return
    for line, cell in zip(table.lines, table.cells[column], strict=True):
        if days[cell] is None:
            rule = "must be a date"
            yield Fault("ND1721", column, rule, shown(cell), _DATE_HINT, table.file, line)


def _amounts(table: CustomerTable, column: str, faults: list[Fault]) -> FloatArray:
    cells = table.cells[column]
    hint = "plain digits with a decimal point, without a currency"
    wrong: Iterable[int] = [k for k, cell in enumerate(cells) if not _NUMBER.fullmatch(cell)]
    for place in wrong:
        found, line = shown(cells[place]), table.lines[place]
        faults.append(Fault("ND1723", column, "must be a number", found, hint, table.file, line))
    return np.array([]) if wrong else np.array([float(cell) for cell in cells])


def _without_refunds(log: TransactionLog, first_line: int) -> TransactionLog:
    kept = np.greater_equal(0.0 if log.spend_usd is None else log.spend_usd, 0)
    if not kept.any():
        rule = "the log must have a purchase"
        refuse([Fault("ND1723", log.spend_column, rule, "refunds only", "", log.file, first_line)])
    n_refunds = int((~kept).sum())
    note = f"{n_refunds:,} rows with a negative amount are refunds, no purchases, and were set aside"
    left = rows_of(log, kept)
    return replace(left, notes=(*log.notes, note))


def rows_of(log: TransactionLog, rows: NDArray[np.bool_]) -> TransactionLog:
    """Some rows of a log, at least one, with the customers who have one."""
    present, places = np.unique(log.places[rows], return_inverse=True)
    return replace(
        log,
        customers=tuple(log.customers[place] for place in present),
        places=places.astype(np.intp),
        at_days=log.at_days[rows],
        spend_usd=None if log.spend_usd is None else log.spend_usd[rows],
        segment_of=None if log.segment_of is None else log.segment_of[present],
    )
