"""What subscriptions cost a month: amount, seats, currency and billing period, none of them guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.recurring_revenue.book import MrrSource, currency_rates
from nextdollar.audience.recurring_revenue.cells import MrrCells, amount_of, count_of, few, thousands_note
from nextdollar.audience.recurring_revenue.money import BILLED_RULE, Billed, billed_months, micro_usd_of
from nextdollar.catalogue.table_file import shown

_CENTS = Decimal("0.01")
_YEARLY = re.compile(r"annual|year|12[\s-]?month|quarter|week", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Billing:
    """Millionths of a USD a month by row, (n_rows,), what they follow from, and what was taken for granted.

    Where rates differ by month these are amounts at the highest.
    """

    micro_usd_per_month: NDArray[np.int64]
    billed: Sequence[Billed | None]
    currencies: Sequence[str] | None
    notes: tuple[str, ...]


def billing_of(source: MrrSource, cells: MrrCells) -> Billing:
    """Return what each subscription costs a month; what cannot be read is noted in `cells`."""
    role = next(role for role in ("amount", "amount_usd", "amount_cents") if source.cells(role) is not None)
    column = source.name(role)
    hint = "a plain number such as 49.90 or 0, without a sign of its currency"
    amounts = cells.read(column, amount_of, code="ND1731", rule="must be an amount of 0 or more", hint=hint)
    currencies = None if role == "amount_usd" else source.cells("currency")
    rates, notes = currency_rates(source, currencies, cells)
    months, billed_notes = _months(source, cells)
    seats = _seats(source, cells)
    unit = _CENTS if role == "amount_cents" else Decimal(1)
    billed = [
        None if amount is None or n_seats is None or period is None
        else Billed(amount * unit, rate, n_seats, period)
        for amount, rate, n_seats, period in zip(amounts, rates, seats, months, strict=True)
    ]  # fmt: skip
    money = micro_usd_of(billed, source.table.lines, cells, column)
    return Billing(
        money, billed, currencies, (*notes, *billed_notes, *thousands_note(source.cells(role) or ()))
    )


def _seats(source: MrrSource, cells: MrrCells) -> Sequence[int | None]:
    if source.cells("quantity") is None:
        return [1] * source.table.n_rows
    rule = "must be a whole number of 0 or more"
    return cells.read(source.name("quantity"), count_of, code="ND1731", rule=rule, empty=1)


def _months(source: MrrSource, cells: MrrCells) -> tuple[Sequence[Decimal | None], list[str]]:
    """Return the months of each billing period, and a word where they are taken for granted."""
    n_rows, stated = source.table.n_rows, source.options.billed
    if source.cells("billed") is None:
        if stated is not None:
            period = billed_months(stated)
            return [period] * n_rows, []
        _refuse_telling_plans(source, cells)
        note = (
            "amounts are taken as those of a month: no column says how often they are billed (--billed year)"
        )
        return [Decimal(1)] * n_rows, [note]
    hint = "or leave the column out and state --billed"
    default = None if stated is None else billed_months(stated)
    months = cells.read(
        source.name("billed"), billed_months, code="ND1736", rule=BILLED_RULE, hint=hint, empty=default
    )
    if source.cells("billed_count") is None:
        return months, []
    rule = "must be a whole number of 1 or more"
    times = cells.read(source.name("billed_count"), _times, code="ND1736", rule=rule, empty=1)
    return [
        None if period is None or n is None else period * n for period, n in zip(months, times, strict=True)
    ], []


def _times(text: str) -> int | None:
    return count_of(text) or None


def _refuse_telling_plans(source: MrrSource, cells: MrrCells) -> None:
    """Note plans whose name speaks of years where nothing says how often amounts are billed."""
    plans = source.cells("plan") or ()
    telling = list(dict.fromkeys(plan for plan in plans if _YEARLY.search(plan)))
    if telling:
        rule = "a column interval or --billed must say how often amounts are billed"
        found = f"plans called {few([shown(plan) for plan in telling])}"
        line = source.table.lines[plans.index(telling[0])]
        hint = "add a column interval with month or year, or state --billed where all are the same"
        cells.refuse("ND1736", source.name("plan"), rule, found, hint, line)
