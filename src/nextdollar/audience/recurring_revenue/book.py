"""What a table of revenue comes to: accounts by months, exact, with what was taken for granted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.recurring_revenue.cells import MrrCells, month_words
from nextdollar.audience.recurring_revenue.columns import MrrColumns, TableKind
from nextdollar.audience.recurring_revenue.dated_rates import DatedRates
from nextdollar.audience.recurring_revenue.money import MICRO_PER_USD, USD, rate_notes, rates_of
from nextdollar.audience.recurring_revenue.valued import ValuedRows
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.recurring_revenue.mrr_table import MrrTable
from nextdollar.errors import Fault

_MOST_CELLS = 10_000_000
_MOST_USD_PER_MONTH = 4_000_000_000_000


@dataclass(frozen=True, slots=True)
class MrrOptions:
    """What is stated of a table: rates in USD, for all months or by month, how it is billed, its last day."""

    rates: Mapping[str, Decimal]
    billed: str | None = None
    as_of: date | None = None
    dated: DatedRates | None = None


@dataclass(frozen=True, slots=True)
class MrrBook:
    """MRR of accounts by month, `mrr_micro_usd` (n_accounts, n_months), from month number `first_month` on.

    `starts_are_known` is whether the table also says who began before its first month. `valued` values
    its rows at the rates of other months, where rates differ by month.
    """

    kind: TableKind
    mrr_micro_usd: MrrTable
    first_month: int
    starts_are_known: bool
    notes: tuple[str, ...]
    valued: ValuedRows | None = None

    @property
    def months(self) -> tuple[str, ...]:
        """The months as "2026-03", in order."""
        n_months = self.mrr_micro_usd.shape[1]
        return tuple(month_words(self.first_month + i) for i in range(n_months))


@dataclass(frozen=True, slots=True)
class MrrSource:
    """A table with its columns and what is stated about it."""

    table: CustomerTable
    columns: MrrColumns
    options: MrrOptions

    def cells(self, role: str) -> Sequence[str] | None:
        """Return the cells of a role, None where the table has none."""
        return self.columns.cells(self.table, role)

    def name(self, role: str) -> str:
        """Return what the table calls a role."""
        return self.columns.names[role]

    def passed_over_notes(self) -> list[str]:
        """Return which columns are not read although their names would do."""
        return [f"the column {name} is not read: another of its kind is" for name in self.columns.passed_over]


def account_numbers(source: MrrSource) -> tuple[np.ndarray, int]:
    """Return the number of each row's account, in order of first appearance, and how many there are.

    Raises
    ------
    RowsError
        With every row that names no account.
    """
    names = source.cells("account") or ()
    column = source.name("account")
    empty = [line for line, name in zip(source.table.lines, names, strict=True) if not name]
    if empty:
        rule = "must name an account"
        refuse([Fault("ND1741", column, rule, "nothing", "", source.table.file, line) for line in empty])
    numbers: dict[str, int] = {}
    rows = np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
    return rows, len(numbers)


def currency_rates(
    source: MrrSource, currencies: Sequence[str] | None, cells: MrrCells
) -> tuple[list[Decimal], list[str]]:
    """Return USD for one unit by row, and which rates were used; all rows are in USD without currencies.

    A currency whose rates differ by month has the highest of them here.
    """
    if currencies is None:
        return [Decimal(1)] * source.table.n_rows, rate_notes((), source.options.rates)
    dated = {} if source.options.dated is None else source.options.dated.usd
    # Of rates by month the highest, so that no month's amount is larger than what is checked here.
    highest = {name: max(by_month.values()) for name, by_month in dated.items()}
    found = rates_of(
        currencies,
        source.table.lines,
        rates={**source.options.rates, **highest},
        cells=cells,
        column=source.name("currency"),
    )
    return found, rate_notes(currencies, source.options.rates)


def dated_of(source: MrrSource, currencies: Sequence[str] | None) -> DatedRates | None:
    """Return the rates by month where some amount is in a currency that has them, else None."""
    dated = source.options.dated
    if dated is None or currencies is None:
        return None
    return dated if any(name.upper() in dated.usd and name.upper() != USD for name in currencies) else None


def check_size(source: MrrSource, n_accounts: int, n_months: int) -> None:
    """Refuse a table of one month, or of more accounts times months than are held at once."""
    file = source.table.file
    if n_months < 2:
        rule = "the table must span two months or more: with one, nothing has moved"
        refuse([Fault("ND1739", "", rule, f"{n_months}", "", file, 1)])
    if n_accounts * n_months > _MOST_CELLS:
        rule = f"accounts times months must be at most {_MOST_CELLS:,}"
        found = f"{n_accounts:,} accounts by {n_months:,} months"
        refuse([Fault("ND1742", "", rule, found, "a day far off makes many months: check the days", file, 1)])


def check_sum(source: MrrSource, mrr_micro_usd: MrrTable) -> None:
    """Refuse a table in which nobody ever pays, or more is paid than sums are exact for."""
    total = float(np.max(mrr_micro_usd.sum(axis=0, dtype=np.float64), initial=0.0)) / MICRO_PER_USD
    if total <= 0:
        refuse([Fault("ND1739", "", "somebody must pay in some month", "nobody", "", source.table.file, 1)])
    if total > _MOST_USD_PER_MONTH:
        rule = f"all accounts must pay at most {_MOST_USD_PER_MONTH:,} USD a month"
        refuse([Fault("ND1731", "", rule, f"{total:.3g} USD", "check the amounts", source.table.file, 1)])
