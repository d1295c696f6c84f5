"""An export of subscriptions: who pays how much for what, from which day to which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from nextdollar.audience.recurring_revenue.billing import Billing, billing_of
from nextdollar.audience.recurring_revenue.book import (
    MrrBook,
    MrrSource,
    account_numbers,
    check_size,
    check_sum,
    dated_of,
)
from nextdollar.audience.recurring_revenue.cells import MrrCells, day_of, month_number, month_words, n_of
from nextdollar.audience.recurring_revenue.valued import ValuedRows, valued_rows
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.recurring_revenue import mrr_of_subscriptions

_DAY_RULE = "must be a day from 1970 to 2199"
_DAY_HINT = "such as 2026-03-31, with or without a time"
_PAYS = ("active", "past_due", "canceled", "cancelled", "ended", "")
_PAYS_NOT = ("trialing", "unpaid", "incomplete", "incomplete_expired", "paused")
_ENDED = ("canceled", "cancelled", "ended")
_NEVER = date.max
_FAR_DAYS = 45


@dataclass(frozen=True, slots=True)
class _Dates:
    """From which day each row is paid, to which, and whether it counts at all."""

    starts: Sequence[date]
    ends: Sequence[date]
    counts: Sequence[bool]
    notes: Sequence[str]


def mrr_of_export(source: MrrSource) -> MrrBook:
    """Read subscriptions: customer, plan, amount, currency, start, cancelled.

    Raises
    ------
    RowsError
        With every cell that cannot be read, every end before its start, every currency without a rate,
        and billing periods that nothing states.

    Notes
    -----
    The MRR of a month is that of its last day. A subscription is paid from the day it starts (or its
    trial ends) to the day before it is cancelled.
    """
    cells = MrrCells(source.table)
    accounts, n_accounts = account_numbers(source)
    billing = billing_of(source, cells)
    dates = _dates(source, cells)
    if cells.faults:
        refuse(cells.faults)
    last_day, last_notes = _last_day(source, dates)
    counts = np.array(dates.counts)
    starts = np.array([month_number(day.year, day.month) for day in dates.starts], dtype=np.int64)
    # Of the month of its end a subscription has not paid the last day.
    ends = np.array([month_number(day.year, day.month) for day in dates.ends], dtype=np.int64)
    last = month_number(last_day.year, last_day.month)
    counts &= starts <= last
    first = int(starts.min(where=counts, initial=last))
    check_size(source, n_accounts, last - first + 1)
    spans = (starts[counts] - first, np.maximum(ends, starts)[counts] - first)
    shape = (n_accounts, last - first + 1, first)
    valued, rate_notes = _valued(
        source, billing, np.flatnonzero(counts), accounts=accounts[counts], spans=spans, shape=shape
    )
    mrr = (
        valued.table()
        if valued is not None
        else mrr_of_subscriptions(
            accounts[counts],
            billing.micro_usd_per_month[counts],
            first_month=spans[0],
            end_month=spans[1],
            n_accounts=n_accounts,
            n_months=last - first + 1,
        )
    )
    check_sum(source, mrr)
    notes = [*rate_notes, *billing.notes, *dates.notes, *last_notes]
    notes += [*_paid_notes(billing, starts, ends, counts), *_repeat_notes(source)]
    return MrrBook("subscriptions", mrr, first, True, (*notes, *source.passed_over_notes()), valued)


def _valued(
    source: MrrSource,
    billing: Billing,
    rows: np.ndarray,
    *,
    accounts: np.ndarray,
    spans: tuple[np.ndarray, np.ndarray],
    shape: tuple[int, int, int],
) -> tuple[ValuedRows | None, list[str]]:
    """Return the rows that count, to be valued at the rates of each month; None where one rate holds."""
    dated = dated_of(source, billing.currencies)
    if dated is None or billing.currencies is None:
        return None, []
    billed = [billing.billed[row] for row in rows.tolist()]
    currencies = [billing.currencies[row] for row in rows.tolist()]
    return valued_rows(
        billed, currencies, account=accounts, first=spans[0], end=spans[1], dated=dated, shape=shape
    )


def _dates(source: MrrSource, cells: MrrCells) -> _Dates:
    """Return the days of each row; ends before their start and unknown words are noted."""
    starts = cells.read(source.name("start"), day_of, code="ND1732", rule=_DAY_RULE, hint=_DAY_HINT)
    ends = cells.read(source.name("end"), day_of, code="ND1732", rule=_DAY_RULE, hint=_DAY_HINT, empty=_NEVER)
    notes: list[str] = []
    paid = list(starts)
    if source.cells("trial_end") is not None:
        trials = cells.read(
            source.name("trial_end"), day_of, code="ND1732", rule=_DAY_RULE, hint=_DAY_HINT, empty=date.min
        )
        n_trials = 0
        for place, (start, trial) in enumerate(zip(starts, trials, strict=True)):
            if start is not None and trial is not None and trial > start:
                paid[place], n_trials = trial, n_trials + 1
        if n_trials:
            notes.append(f"paid from the end of a trial: {n_of(n_trials, 'subscription')}")
    for line, start, end in zip(source.table.lines, starts, ends, strict=True):
        if start is not None and end is not None and end < start:
            rule, hint = f"must not lie before its start, {start}", "exchange the two"
            cells.refuse("ND1737", source.name("end"), rule, f"{end}", hint, line)
    counts, status_notes = _statuses(source, cells, ends)
    missing = date.min
    return _Dates(
        [day or missing for day in paid], [day or missing for day in ends], counts, [*notes, *status_notes]
    )


def _statuses(
    source: MrrSource, cells: MrrCells, ends: Sequence[date | None]
) -> tuple[list[bool], list[str]]:
    """Return which rows count, by their status, and how many do not."""
    texts = source.cells("status")
    if texts is None:
        return [True] * source.table.n_rows, []
    words = [text.casefold().replace(" ", "_") for text in texts]
    column = source.name("status")
    for line, word, end in zip(source.table.lines, words, ends, strict=True):
        if word not in (*_PAYS, *_PAYS_NOT):
            hint = f"one of {', '.join(word for word in (*_PAYS, *_PAYS_NOT) if word)}"
            cells.refuse("ND1743", column, "must be a known status", word, hint, line)
        elif word in _ENDED and end == _NEVER:
            rule = f"must have a day in {source.name('end')} where it is {word}"
            cells.refuse("ND1737", column, rule, "none", "the day on which it ended", line)
    left_out = Counter(word for word in words if word in _PAYS_NOT)
    notes = [
        f"{word.replace('_', ' ')} and not counted: {n_of(count, 'subscription')}"
        for word, count in left_out.items()
    ]
    n_late = words.count("past_due")
    if n_late:
        notes.append(f"past due and counted as paid: {n_of(n_late, 'subscription')}")
    return [word not in _PAYS_NOT for word in words], notes


def _last_day(source: MrrSource, dates: _Dates) -> tuple[date, list[str]]:
    """Return the last day of the last month that is known whole, and how it is known."""
    stated = source.options.as_of
    if stated is not None:
        if (stated + timedelta(days=1)).day == 1:
            return stated, []
        month = month_words(month_number(stated.year, stated.month))
        return stated.replace(day=1) - timedelta(days=1), [
            f"{month} is left out: it was not over on {stated}"
        ]
    last_start = max(dates.starts)
    last_end = max((day for day in dates.ends if day != _NEVER), default=last_start)
    last = max(last_start, last_end)
    what = "start" if last_start >= last_end else "cancellation"
    month = month_words(month_number(last.year, last.month))
    notes = [f"{month} is the last month, that of the last {what} ({last}); else state --as-of"]
    n_days = (last_end - last_start).days
    if n_days > _FAR_DAYS:
        notes.append(
            f"the last cancellation lies {n_days:,} days after the last start: if it is only planned, "
            "months that have not happened are counted; state --as-of"
        )
    return last, notes


def _repeat_notes(source: MrrSource) -> Iterator[str]:
    rows = Counter(zip(*source.table.cells.values(), strict=True))
    n_repeats = sum(count - 1 for count in rows.values())
    if n_repeats:
        yield f"the same as another in every cell, and counted all the same: {n_of(n_repeats, 'row')}"


def _paid_notes(billing: Billing, starts: np.ndarray, ends: np.ndarray, counts: np.ndarray) -> Iterator[str]:
    n_short = int((counts & (ends <= starts)).sum())
    if n_short:
        yield f"begun and ended within a month, and in no month's MRR: {n_of(n_short, 'subscription')}"
    n_free = int((counts & (billing.micro_usd_per_month == 0)).sum())
    if n_free:
        yield f"at no cost, and no customer who has nothing else: {n_of(n_free, 'subscription')}"
