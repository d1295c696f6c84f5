"""Tables of contracts by their days: when each customer began, and when he left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.recurring_revenue.cells import day_of, n_of
from nextdollar.audience.retention.cells import NEVER, CellsReader, rows_by, segment_name
from nextdollar.audience.retention.months import Days, begun_months, full_months
from nextdollar.audience.retention.segment import SeenTable, Stays
from nextdollar.audience.retention.stays import seen_stays
from nextdollar.audience.retention.tenure import TenureDates
from nextdollar.catalogue.table_file import refuse
from nextdollar.errors import Fault, OptionsError

_CUSTOMERS = ("customer", "customer_id", "customerid", "account", "account_id", "user", "user_id")
# Cancellations may be planned for the end of the month that is paid; one that lies further off is none.
_FAR_DAYS = 45
# A last start so long after anything else is a slip of the pen, up to which all others would have stayed.
_SILENT_DAYS = 366
# So many leavers expected and none seen: a chance of less than one in a hundred.
_TELLING_LEAVERS = 5.0


@dataclass(frozen=True, slots=True)
class _Watch:
    """The first and the last day of watching, and whether the last was taken from the table."""

    since: np.datetime64 | None
    until: np.datetime64
    is_taken: bool


def seen_contracts(
    table: CustomerTable, dates: TenureDates, *, until: str | None, by: str | None
) -> SeenTable:
    """What each segment of a table of contracts was seen to do, month by month.

    Parameters
    ----------
    table : CustomerTable
        A row for each customer, or for each of his contracts where `dates.customer` tells them apart.
    dates : TenureDates
        Columns with the days of start and end, and since when the table knows who left.
    until : str, optional
        Last day that the table knows of; that of the last start by default.
    by : str, optional
        Column whose contents are the segments.

    Raises
    ------
    OptionsError
        If a day cannot be read, `until` is not given and cannot be told, or customers have several rows.
    RowsError
        With every cell that is no day, and every end before its start.

    Notes
    -----
    A customer is there after renewal t where he is on the day t months after his start. Who leaves within
    a month leaves at its end. A month that was not watched whole, at either end, counts for nobody: of
    those who stayed it is not known whether they would have gone on to its end.
    """
    days = {
        option: _day(option, text)
        for option, text in (("--until", until), ("--watched-since", dates.watched_since))
    }
    cells = CellsReader(table)
    start, end = cells.days(dates.start), cells.days(dates.cancelled, may_be_empty=True)
    for row in np.flatnonzero(end < start) if not cells.faults else ():
        rule = f"must not lie before {dates.start}, {start[row]}"
        cells.refuse("ND1709", dates.cancelled, int(row), rule, str(end[row]), "exchange the two")
    if cells.faults:
        refuse(cells.faults)
    if dates.customer is None:
        _ask_for_customer(table)
    watch = _watch(start, end, days)
    warnings = list(_warnings(start, end, watch, dates))
    segments = []
    for key, rows in rows_by(table, [] if by is None else [by]).items():
        starts, ends = start[rows], end[rows]
        if dates.customer is not None:
            starts, ends = _joined([table.cells[dates.customer][row] for row in rows], starts, ends)
        known = np.array(rows) if dates.customer is None else None
        segments.append(seen_stays(segment_name(key), _stays(starts, ends, watch, known)))
    return SeenTable("month", tuple(segments), tuple(warnings))


def _day(option: str, text: str | None) -> np.datetime64 | None:
    """Return the day that an option states."""
    if text is None:
        return None
    day = day_of(text.strip())
    if day is None:
        rule = "must be a day from 1970 to 2199"
        raise OptionsError([Fault("ND1709", option, rule, f'"{text}"', "such as 2026-01-31")])
    return np.datetime64(day, "D")


def _watch(start: Days, end: Days, days: dict[str, np.datetime64 | None]) -> _Watch:
    """Return from which day to which the table knows who left."""
    since, until = days["--watched-since"], days["--until"]
    is_taken = until is None
    if until is None:
        until = _last_start(start, end)
    if since is not None and since >= until:
        rule = f"must lie before the last day that is known, {until}"
        raise OptionsError([Fault("ND1709", "--watched-since", rule, str(since))])
    return _Watch(since, until, is_taken)


def _last_start(start: Days, end: Days) -> np.datetime64:
    """Return the day of the last start, where it can be that to which the table knows who left."""
    last: np.datetime64 = start.max()
    seen = np.concatenate([start, end[end != NEVER]])
    before = seen[seen < last]
    latest, next_latest = seen.max(), before.max() if before.size else last
    told = ""
    if (latest - last).astype(int) > _FAR_DAYS:
        told = f"the last customer began on {last}, the last left on {latest}"
    elif (last - next_latest).astype(int) > _SILENT_DAYS:
        told = (
            f"the last customer began on {last}, and nothing is known of any day from {next_latest} to then"
        )
    if told:
        rule = "must say to which day the table knows who left"
        hint = f"{told}: state the day on which the table was made"
        raise OptionsError([Fault("ND1711", "--until", rule, "", hint)])
    return last


def _ask_for_customer(table: CustomerTable) -> None:
    """Refuse rows of which several are one customer's, while nothing says whether each counts."""
    for column in table.columns:
        if column.casefold() not in _CUSTOMERS:
            continue
        n_repeats = table.n_rows - len(set(table.cells[column]))
        if n_repeats:
            _refuse_repeats(column, n_repeats)


def _refuse_repeats(column: str, n_repeats: int) -> NoReturn:
    repeat = "repeats" if n_repeats == 1 else "repeat"
    rule = f"must name what tells customers apart: {n_of(n_repeats, 'row')} {repeat} a content of {column}"
    hint = (
        f"--customer {column} makes one stay of contracts that follow on each other, so that a change of "
        "plan is no leaving; a column that differs in every row makes each row a customer"
    )
    raise OptionsError([Fault("ND1712", "--customer", rule, "", hint)])


def _joined(customers: list[str], start: Days, end: Days) -> tuple[Days, Days]:
    """Return stays of customers: contracts of one that overlap or follow on each other are one stay."""
    codes: dict[str, int] = {}
    code = np.array([codes.setdefault(name, len(codes)) for name in customers], dtype=np.int64)
    order = np.lexsort((start, code))
    code, start, end = code[order], start[order], end[order]
    # Ends of a later customer lie above all of an earlier one, so that one pass finds the latest of each.
    apart = code * (int(NEVER.astype(int)) + 1)
    latest = np.maximum.accumulate(apart + end.astype(np.int64))
    is_first = np.ones(code.size, dtype=np.bool_)
    is_first[1:] = (code[1:] != code[:-1]) | (apart[1:] + start[1:].astype(np.int64) > latest[:-1])
    first = np.flatnonzero(is_first)
    return start[first], np.maximum.reduceat(end, first)


def _stays(start: Days, end: Days, watch: _Watch, rows: NDArray[np.int64] | None) -> Stays:
    """Return the renewals of customers up to the last day, those before the first day not watched."""
    has_begun = start <= watch.until
    if watch.since is not None:
        has_begun &= end > watch.since
    start, end = start[has_begun], end[has_begun]
    rows = None if rows is None else rows[has_begun]
    watched = full_months(start, np.broadcast_to(watch.until, start.shape))
    # Who leaves on the day he began has not come to the first renewal either.
    left_at = np.maximum(begun_months(start, end), 1)
    has_left: NDArray[np.bool_] = left_at <= watched
    n_before = np.zeros_like(watched)
    if watch.since is not None:
        since = np.broadcast_to(watch.since, start.shape)
        n_before = np.maximum(begun_months(start, since), 0)
    return Stays(np.where(has_left, left_at, watched), has_left, n_before, rows, end <= watch.until)


def _warnings(start: Days, end: Days, watch: _Watch, dates: TenureDates) -> Iterator[str]:
    """Yield what was taken for granted, and who is left out."""
    until = watch.until
    if watch.is_taken:
        yield f"who left is taken to be known to {until}, the day of the last start; else state --until"
    is_later = (end > until) & (end != NEVER)
    renewals = full_months(start, np.broadcast_to(until, start.shape))
    counts = {
        f"left out, with a start after {until}": start > until,
        f"still there on {until}, with a later end": is_later & (start <= until),
        f"ended in a month that was not over on {until}, which counts neither for nor against": (
            (end <= until) & (renewals < np.maximum(begun_months(start, end), 1))
        ),
    }
    if watch.since is not None:
        is_gone, is_old = end <= watch.since, start < watch.since
        counts[f"left out, with an end by {watch.since}"] = is_gone
        counts[f"begun before {watch.since}, and counted from the first month that was watched whole"] = (
            is_old & ~is_gone
        )
    for words, found in counts.items():
        if found.any():
            yield f"{words}: {n_of(int(np.count_nonzero(found)), 'row')}"
    if watch.since is None:
        yield from _silence(start, end, until)


def _silence(start: Days, end: Days, until: np.datetime64) -> Iterator[str]:
    """Yield that nobody left for long at first, where more must have: the table may not know of them."""
    left = end[end <= until]
    if left.size == 0:
        return
    first = left.min()
    n_days = float((np.minimum(end, until) - start).clip(min=np.timedelta64(0, "D")).astype(np.int64).sum())
    n_days_before = float((first - start[start < first]).astype(np.int64).sum())
    if n_days <= n_days_before:
        return
    n_expected = left.size * n_days_before / (n_days - n_days_before)
    if n_expected > _TELLING_LEAVERS:
        yield (
            f"nobody left before {first}, where about {n_expected:,.0f} would have at the rate of later "
            "days: if the table does not have those who had left by some day, state --watched-since"
        )
