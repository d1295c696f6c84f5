"""Amounts of any currency and billing period as whole millionths of a USD a month."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.recurring_revenue.cells import MrrCells, few, n_of
from nextdollar.catalogue.table_file import shown
from nextdollar.errors import Fault, OptionsError
from nextdollar.units import DAYS_PER_MONTH, MONTHS_PER_YEAR

USD = "USD"
MICRO_PER_USD = 1_000_000
_MOST_MICRO_USD = 10**15
_DAYS_PER_WEEK = 7
# Wider than any product of an amount, a rate and a number of seats that the readers let through.
_EXACT = Context(prec=60)

_MONTHS: Mapping[str, Decimal] = {
    "day": 1 / Decimal(DAYS_PER_MONTH),
    "week": _DAYS_PER_WEEK / Decimal(DAYS_PER_MONTH),
    "month": Decimal(1),
    "quarter": Decimal(MONTHS_PER_YEAR) / 4,
    "year": Decimal(MONTHS_PER_YEAR),
}
_WORDS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
    "annum": "year",
}
_BILLED = re.compile(r"(?:(?:every|per|each)\s+)?(?:(\d{1,2})[\s-]*)?([a-z]+?)s?")
BILLED_RULE = "must be a billing period: day, week, month, quarter, year, or several such as 6 months"


def billed_months(text: str) -> Decimal | None:
    """Return how many months a billing period has: "year" is 12, "6 months" 6; None where it is none."""
    found = _BILLED.fullmatch(text.casefold().strip())
    if found is None:
        return None
    unit = _MONTHS.get(_WORDS.get(found[2], found[2]))
    times = int(found[1] or 1)
    return None if unit is None or times == 0 else times * unit


def checked_rates(usd_per_unit: Mapping[str, str | int | float | Decimal]) -> dict[str, Decimal]:
    """Return USD for one unit of each currency, exact, with the USD itself.

    Raises
    ------
    OptionsError
        With every rate that is none: a code of three letters, above 0; that of the USD is 1.
    """
    found = {USD: Decimal(1)}
    faults = []
    for code, rate in usd_per_unit.items():
        name, value = code.strip().upper(), rate_of(str(rate))
        if not re.fullmatch("[A-Z]{3}", name):
            rule = "must be a currency of three letters and its price in USD"
            faults.append(Fault("ND1738", "--rate", rule, f"{code}={rate}", "for example EUR=1.08"))
        elif value is None or (name == USD and value != 1):
            rule = "must be 1" if name == USD else "must be above 0 and at most 1e6 USD"
            faults.append(Fault("ND1738", f"--rate {name}", rule, str(rate), f"for example {name}=1.08"))
        else:
            found[name] = value
    if faults:
        raise OptionsError(faults)
    return found


def rate_of(text: str) -> Decimal | None:
    """Return what one unit costs in USD, above 0 and at most a million; None where a text is no such rate."""
    if not re.fullmatch(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", text.strip()):
        return None
    value = Decimal(text.strip())
    return value if 0 < value <= MICRO_PER_USD else None


class Billed(NamedTuple):
    """What is billed: an amount of a currency, times a quantity, every so many months.

    A tuple, since one is made for every row of a table.
    """

    amount: Decimal
    usd_per_unit: Decimal
    quantity: int = 1
    months: Decimal = Decimal(1)

    def micro_usd_per_month(self) -> int:
        """Return millionths of a USD a month, rounded half to even."""
        paid = _EXACT.multiply(self.amount, self.usd_per_unit)
        paid = _EXACT.multiply(paid, Decimal(self.quantity * MICRO_PER_USD))
        return int(_EXACT.divide(paid, self.months).to_integral_value(ROUND_HALF_EVEN))


def micro_usd_of(
    billed: Sequence[Billed | None], lines: Sequence[int], cells: MrrCells, column: str
) -> NDArray[np.int64]:
    """Return millionths of a USD a month by row; those that are too large are noted, and 0 as None is."""
    known: dict[Billed, int] = {}
    found = np.zeros(len(billed), dtype=np.int64)
    for place, item in enumerate(billed):
        if item is None:
            continue
        if item not in known:
            known[item] = item.micro_usd_per_month()
        if known[item] > _MOST_MICRO_USD:
            rule = f"must be at most {_MOST_MICRO_USD // MICRO_PER_USD:,} USD a month"
            cells.refuse("ND1731", column, rule, f"{item.amount}", "check the amount", lines[place])
        else:
            found[place] = known[item]
    return found


def rates_of(
    currencies: Sequence[str],
    lines: Sequence[int],
    *,
    rates: Mapping[str, Decimal],
    cells: MrrCells,
    column: str,
) -> list[Decimal]:
    """Return the rate of each row; currencies without one are noted once each, at their first line."""
    names = [text.upper() for text in currencies]
    counts = Counter(names)
    for name in counts:
        if name in rates:
            continue
        hint = f"state --rate {name}=..., the price of one {name} in USD"
        if not re.fullmatch("[A-Z]{3}", name):
            hint = "a code of three letters such as EUR"
        rule = "must be a currency whose price in USD is stated"
        rows = n_of(counts[name], "row")
        found = f"{shown(name)} in {rows}" if name else f"nothing in {rows}"
        cells.refuse("ND1735", column, rule, found, hint, lines[names.index(name)])
    return [rates.get(name, Decimal(1)) for name in names]


def rate_notes(currencies: Sequence[str], rates: Mapping[str, Decimal]) -> list[str]:
    """Return at which rates amounts were counted, and which stated ones nothing uses."""
    used = Counter(text.upper() for text in currencies)
    foreign = [
        f"{name} at {rates[name].normalize():f} USD ({n_of(used[name], 'row')})"
        for name in sorted(used)
        if name in rates and name != USD
    ]
    unused = sorted(name for name in rates if name not in used and name != USD)
    notes = []
    if foreign:
        notes.append(f"one rate for all months, so that exchange rates move nothing: {few(foreign)}")
    if unused:
        notes.append(f"no amount is in {few(unused)}: the rate stated for it is not used")
    return notes
