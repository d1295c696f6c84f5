"""Exchange rates by month: what one unit of a currency was worth in USD at the end of each."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.audience.recurring_revenue.cells import day_of, few, month_of, month_words, n_of
from nextdollar.audience.recurring_revenue.money import USD, rate_of
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.errors import Fault

_WHEN, _WHOSE = ("month", "date", "day"), ("currency", "base")
_USD_NAMES = ("usd", "usd_per_unit")
_WANTED = "month (or date), currency and usd, or date, base, quote and rate"
_FAR_DAYS = 7
_LARGE_STEP = Decimal("1.5")


@dataclass(frozen=True, slots=True)
class DatedRates:
    """USD for one unit by currency and month number, exact.

    `lines` has the last line of each currency; `notes` what was taken for granted.
    """

    file: str
    sha256: str
    usd: Mapping[str, Mapping[int, Decimal]]
    lines: Mapping[str, int]
    notes: tuple[str, ...]

    def missing(self, currencies: Sequence[str], months: range) -> Iterator[Fault]:
        """Yield the currencies that have no rate for some of the months, with these."""
        for name in currencies:
            absent = [month_words(month) for month in months if month not in self.usd[name]]
            if absent:
                rule = f"must have a rate for every month from {month_words(months[0])} on, as the table has"
                hint = "add the rows; a month without a rate is never filled in from another"
                value = f"none for {few(absent, 6)}"
                yield Fault("ND1747", name, rule, value, hint, self.file, self.lines[name])


@dataclass(frozen=True, slots=True)
class _Quote:
    """The rate of one row; `day` is None where the row names a month only."""

    currency: str
    month: int
    day: date | None
    usd: Decimal
    line: int


def read_dated_rates(path: Path | str) -> DatedRates:
    """Read exchange rates: month or date, currency, usd (what one unit costs in USD).

    Also date, base, quote and rate where every quote is USD. Of several days of a month the last counts,
    as MRR is that of a month's last day.

    Raises
    ------
    RowsError
        With every fault: columns that are missing, cells that are no rate, no currency or no month, a
        currency twice on a day.
    """
    table = read_customer_table(path)
    when, whose, price = _columns(table)
    faults: list[Fault] = []
    quotes = [
        quote
        for row, line in enumerate(table.lines)
        if (quote := _quote(table, row, line, names=(when, whose, price), faults=faults)) is not None
    ]
    faults += _twice(quotes, table.file, when)
    if faults:
        refuse(faults)
    latest: dict[tuple[str, int], _Quote] = {}
    for quote in sorted(quotes, key=lambda item: (item.month, item.day or date.min)):
        latest[quote.currency, quote.month] = quote
    usd: dict[str, dict[int, Decimal]] = {}
    lines: dict[str, int] = {}
    for (name, month), quote in latest.items():
        usd.setdefault(name, {})[month] = quote.usd
        lines[name] = quote.line
    notes = [*_early_notes(list(latest.values())), *_step_notes(usd)]
    return DatedRates(table.file, table.sha256, usd, lines, tuple(notes))


def _columns(table: CustomerTable) -> tuple[str, str, str]:
    """Return the columns of when, of which currency, and of the price in USD."""
    plain = {re.sub(r"[\s_]+", "_", name.casefold()): name for name in table.columns}
    when = next((plain[name] for name in _WHEN if name in plain), None)
    whose = next((plain[name] for name in _WHOSE if name in plain), None)
    price = next((plain[name] for name in _USD_NAMES if name in plain), None)
    if price is None and "quote" in plain:
        price = plain.get("rate")
    if when is None or whose is None or price is None:
        found = ", ".join(shown(name) for name in table.columns[:12])
        hint = "a bare rate does not say which of the two currencies it is the price of"
        refuse([Fault("ND1744", "", f"the table must have columns {_WANTED}", found, hint, table.file, 1)])
    return when, whose, price


def _quote(
    table: CustomerTable, row: int, line: int, *, names: tuple[str, str, str], faults: list[Fault]
) -> _Quote | None:
    """Return the rate of a row; what is wrong with it is added to the faults."""
    when, whose, price = names
    before = len(faults)

    def refused(column: str, rule: str, hint: str) -> None:
        text = table.cells[column][row]
        value = shown(text) if text else "nothing"
        faults.append(Fault("ND1745", column, rule, value, hint, table.file, line))

    month, day = month_of(table.cells[when][row]), day_of(table.cells[when][row])
    if month is None:
        refused(when, "must be a month or a day from 1970 to 2199", "such as 2026-03 or 2026-03-31")
    name = table.cells[whose][row].upper()
    if not re.fullmatch("[A-Z]{3}", name):
        refused(whose, "must be a currency of three letters", "such as EUR")
    usd = rate_of(table.cells[price][row])
    if usd is None:
        refused(price, "must be above 0 and at most 1e6 USD", "what one unit costs in USD, such as 1.08")
    elif name == USD and usd != 1:
        refused(price, "must be 1, as it is the price of a USD in USD", "")
    quoted = next((column for column in table.columns if column.casefold() == "quote"), None)
    if price.casefold() == "rate" and quoted is not None and table.cells[quoted][row].upper() != USD:
        refused(quoted, "must be USD", "state what one unit of the other currency costs in USD")
    if len(faults) > before or month is None or usd is None:
        return None
    return _Quote(name, month, day, usd, line)


def _twice(quotes: Sequence[_Quote], file: str, when: str) -> Iterator[Fault]:
    """Yield rows that state a currency again on the same day, or in the same month without days."""
    seen: dict[tuple[str, int, date | None], int] = {}
    for quote in quotes:
        first = seen.setdefault((quote.currency, quote.month, quote.day), quote.line)
        if first != quote.line:
            rule = f"must have one rate of {quote.currency}"
            value = str(quote.day or month_words(quote.month))
            yield Fault("ND1746", when, rule, value, f"line {first} has another", file, quote.line)


def _early_notes(latest: Sequence[_Quote]) -> Iterator[str]:
    """Yield the months whose last rate lies well before their end."""
    early = sorted(
        {str(quote.day) for quote in latest if quote.day is not None and _days_left(quote.day) > _FAR_DAYS}
    )
    if early:
        yield f"the last rates of some months are from days well before their end: {few(early)}"


def _days_left(day: date) -> int:
    return monthrange(day.year, day.month)[1] - day.day


def _step_notes(usd: Mapping[str, Mapping[int, Decimal]]) -> Iterator[str]:
    """Yield steps so large that a slip is likelier than the market."""
    for name, by_month in usd.items():
        months = sorted(by_month)
        steps = [
            month_words(now)
            for before, now in pairwise(months)
            if not 1 / _LARGE_STEP < by_month[now] / by_month[before] < _LARGE_STEP
        ]
        if steps:
            yield f"{name} moves by half or more in {few(steps)}: are all its rates USD for one {name}?"


def dated_notes(rates: DatedRates, counts: Mapping[str, int], months: range) -> list[str]:
    """Return at which rates amounts were counted: currency, first and last rate, and rows."""
    told = [
        f"{name} from {rates.usd[name][months[0]].normalize():f} to "
        f"{rates.usd[name][months[-1]].normalize():f} USD ({n_of(count, 'row')})"
        for name, count in sorted(counts.items())
    ]
    notes = [f"exchange rates of {n_of(len(months), 'month')}, each at its end: {few(told)}"] if told else []
    unused = sorted(name for name in rates.usd if name not in counts and name != USD)
    if unused:
        notes.append(f"no amount is in {few(unused)}: its rates are not used")
    return [*notes, *rates.notes]
