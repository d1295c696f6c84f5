"""Rows of revenue in their own currencies, valued month by month at the rates of any month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.recurring_revenue.dated_rates import DatedRates, dated_notes
from nextdollar.audience.recurring_revenue.money import Billed
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.recurring_revenue.mrr_table import MrrTable

_Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ValuedRows:
    """What each row bills, in which months, and at which rates.

    Attributes
    ----------
    account, first, end : array of int (n_rows,)
        Whose row it is; it is paid from month `first` of the table to the month before `end`.
    place : array of int (n_rows,)
        Place of its bill in `bills`.
    bills : sequence of (Billed, currency)
        All different; the rate within is that of currencies that have none by month.
    dated : DatedRates
        Rates by month, without gaps over the table.
    known : dict
        Amounts that have been worked out, by place and month of the rate: several tables share most.
    """

    account: _Whole
    first: _Whole
    end: _Whole
    place: _Whole
    bills: Sequence[tuple[Billed, str]]
    dated: DatedRates
    n_accounts: int
    first_month: int
    n_months: int
    known: dict[tuple[int, int], int] = field(default_factory=dict, compare=False, repr=False)

    def table(self, lag_months: int = 0) -> MrrTable:
        """Return MRR (n_accounts, n_months), each month at the rates of `lag_months` before it.

        Months that have none so long before them are valued at the rates of the first.
        """
        found = np.zeros((self.n_accounts, self.n_months), dtype=np.int64)
        for month in range(self.n_months):
            pays = np.flatnonzero((self.first <= month) & (month < self.end))
            places, which = np.unique(self.place[pays], return_inverse=True)
            at = self.first_month + max(month - lag_months, 0)
            money = np.array([self._micro_usd(place, at) for place in places.tolist()], dtype=np.int64)
            if pays.size:
                np.add.at(found[:, month], self.account[pays], money[which])
        return found

    def _micro_usd(self, place: int, month: int) -> int:
        billed, currency = self.bills[place]
        by_month = self.dated.usd.get(currency)
        # What has one rate for all months is worth the same in each.
        key = (place, month if by_month is not None else -1)
        if key not in self.known:
            rate = billed.usd_per_unit if by_month is None else by_month[month]
            valued = Billed(billed.amount, rate, billed.quantity, billed.months)
            self.known[key] = valued.micro_usd_per_month()
        return self.known[key]


def valued_rows(
    billed: Sequence[Billed | None],
    currencies: Sequence[str],
    *,
    account: _Whole,
    first: _Whole,
    end: _Whole,
    dated: DatedRates,
    shape: tuple[int, int, int],
) -> tuple[ValuedRows, list[str]]:
    """Return rows that can be valued at any month's rates, and what is said of the rates.

    `shape` is accounts, months, and the number of the first month.

    Raises
    ------
    RowsError
        With every currency of the rows that lacks the rate of a month of the table.
    """
    n_accounts, n_months, first_month = shape
    months = range(first_month, first_month + n_months)
    used = Counter(name.upper() for name in currencies)
    counts: Mapping[str, int] = {name: used[name] for name in used if name in dated.usd and name != "USD"}
    faults = list(dated.missing(list(counts), months))
    if faults:
        refuse(faults)
    numbers: dict[tuple[Billed, str], int] = {}
    place = [
        numbers.setdefault((item, name.upper()), len(numbers)) if item is not None else -1
        for item, name in zip(billed, currencies, strict=True)
    ]
    rows = ValuedRows(
        account, first, end, np.array(place, dtype=np.int64), tuple(numbers), dated, n_accounts,
        first_month, n_months,
    )  # fmt: skip
    return rows, dated_notes(dated, counts, months)
