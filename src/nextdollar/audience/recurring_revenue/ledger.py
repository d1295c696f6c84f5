"""A ledger of revenue: what each account paid in each month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.recurring_revenue.book import (
    MrrBook,
    MrrSource,
    account_numbers,
    check_size,
    check_sum,
    currency_rates,
    dated_of,
)
from nextdollar.audience.recurring_revenue.cells import (
    MrrCells,
    amount_of,
    few,
    month_number,
    month_of,
    month_words,
    n_of,
    thousands_note,
)
from nextdollar.audience.recurring_revenue.money import Billed, micro_usd_of
from nextdollar.audience.recurring_revenue.valued import ValuedRows, valued_rows
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.errors import Fault

_AMOUNT_RULE = "must be an amount of 0 or more"
_AMOUNT_HINT = "a plain number such as 49.90; refunds and credits are no recurring revenue"
_MONTH_RULE = "must be a month from 1970 to 2199, or a day of it"
_MONTH_HINT = "such as 2026-03 or 2026-03-31"
_Whole = NDArray[np.int64]


def mrr_of_ledger(source: MrrSource) -> MrrBook:
    """Read a ledger: account, month, and mrr_usd or mrr with its currency.

    Raises
    ------
    RowsError
        With every cell that is no amount or month, every month that an account has twice, every month
        between the first and the last of which nobody has a row.
    """
    cells = MrrCells(source.table)
    accounts, n_accounts = account_numbers(source)
    months = cells.read(source.name("month"), month_of, code="ND1732", rule=_MONTH_RULE, hint=_MONTH_HINT)
    billed, money, notes = _money(source, cells)
    if cells.faults:
        refuse(cells.faults)
    numbers = np.array(months, dtype=np.int64)
    first, n_months = int(numbers.min()), int(np.ptp(numbers)) + 1
    check_size(source, n_accounts, n_months)
    places = accounts * n_months + numbers - first
    faults = [*_missing_months(source, numbers - first, first), *_twice(source, places)]
    if faults:
        refuse(faults)
    mrr = np.zeros(n_accounts * n_months, dtype=np.int64)
    np.add.at(mrr, places, money)
    table = mrr.reshape(n_accounts, n_months)
    check_sum(source, table)
    has_row = np.bincount(places, minlength=table.size).reshape(table.shape) > 0
    whole = _whole_months(source, first, n_months)
    if whole < n_months:
        check_size(source, n_accounts, whole)
        left_out = few([month_words(first + place) for place in range(whole, n_months)])
        notes.append(f"left out, as not over on {source.options.as_of}: {left_out}")
        table, has_row = table[:, :whole], has_row[:, :whole]
    valued, rate_notes = _valued(source, billed, accounts, numbers - first, shape=(n_accounts, whole, first))
    table = table if valued is None else valued.table()
    notes = [*rate_notes, *notes, *_notes(table, has_row, month_words(first)), *source.passed_over_notes()]
    return MrrBook("ledger", table, first, False, tuple(notes), valued)


def _valued(
    source: MrrSource,
    billed: Sequence[Billed | None],
    accounts: _Whole,
    months: _Whole,
    *,
    shape: tuple[int, int, int],
) -> tuple[ValuedRows | None, list[str]]:
    """Return the rows of whole months, to be valued at the rates of each; None where one rate holds."""
    currencies = None if source.cells("mrr_usd") is not None else source.cells("currency")
    dated = dated_of(source, currencies)
    if dated is None or currencies is None:
        return None, []
    rows = np.flatnonzero(months < shape[1])
    return valued_rows(
        [billed[row] for row in rows.tolist()],
        [currencies[row] for row in rows.tolist()],
        account=accounts[rows],
        first=months[rows],
        end=months[rows] + 1,
        dated=dated,
        shape=shape,
    )


def _whole_months(source: MrrSource, first: int, n_months: int) -> int:
    """Return how many months of the ledger were over on the day that is stated."""
    stated = source.options.as_of
    if stated is None:
        return n_months
    over = stated + timedelta(days=1)
    return min(max(month_number(over.year, over.month) - first, 0), n_months)


def _money(source: MrrSource, cells: MrrCells) -> tuple[list[Billed | None], _Whole, list[str]]:
    """Return what each row bills, in millionths of a USD too, and at which rates."""
    table, is_usd = source.table, source.cells("mrr_usd") is not None
    column = source.name("mrr_usd" if is_usd else "mrr")
    amounts = cells.read(
        column, amount_of, code="ND1731", rule=_AMOUNT_RULE, hint=_AMOUNT_HINT, empty=Decimal(0)
    )
    currencies = None if is_usd else source.cells("currency")
    rates, notes = currency_rates(source, currencies, cells)
    billed = [
        None if amount is None else Billed(amount, rate) for amount, rate in zip(amounts, rates, strict=True)
    ]
    notes += thousands_note(table.cells[column])
    return billed, micro_usd_of(billed, table.lines, cells, column), notes


def _missing_months(source: MrrSource, places: _Whole, first: int) -> Iterator[Fault]:
    missing = np.flatnonzero(np.bincount(places) == 0)
    if missing.size:
        names = few([month_words(first + int(place)) for place in missing])
        rule = "the ledger must have rows of every month from its first to its last"
        hint = "a month in which nobody pays has rows of 0"
        yield Fault("ND1734", source.name("month"), rule, f"none of {names}", hint, source.table.file, 1)


def _twice(source: MrrSource, places: _Whole) -> Iterator[Fault]:
    """Yield the rows that repeat an account and a month; with a plan or a subscription they add up."""
    if any(source.cells(role) is not None for role in ("plan", "subscription")):
        return
    _, first = np.unique(places, return_index=True)
    if first.size == places.size:
        return
    names, months = source.cells("account") or (), source.cells("month") or ()
    hint = "one row for each, or a column subscription that tells them apart; then they add up"
    for row in np.setdiff1d(np.arange(places.size), first):
        rule = f"must have {months[row]} once"
        yield Fault("ND1733", shown(names[row]), rule, "", hint, source.table.file, source.table.lines[row])


def _notes(mrr: _Whole, has_row: NDArray[np.bool_], first: str) -> Iterator[str]:
    """Yield what was taken for granted."""
    months = np.arange(mrr.shape[1])
    begun = np.maximum.accumulate(mrr > 0, axis=1)
    n_silent = int((begun & ~has_row).sum())
    if n_silent:
        n_gone = int((begun & ~has_row).any(axis=1).sum())
        yield (
            f"{n_of(n_silent, 'month')} of {n_of(n_gone, 'account')} that had paid before without a row: "
            "counted as 0, so that the account is lost"
        )
    n_never = int((~begun[:, -1]).sum())
    if n_never:
        yield f"never paying, and no customers: {n_of(n_never, 'account')}"
    if months.size and (mrr[:, 0] > 0).any():
        yield (
            f"accounts of {first} may be older than the ledger; one that had paid only before it counts as "
            "new when it comes back"
        )
