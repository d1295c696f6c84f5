"""A table of real use by customer, one row for each bill, as arrays."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.customers.pricing import Usage
from nextdollar.customers.pricing.usage import NO_TIER
from nextdollar.errors import Fault
from nextdollar.units import FloatArray

_NUMBER = re.compile(r"\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_MOST = 1e18
_COLUMNS = {
    "tokens": (("prompt_tokens", "input_tokens"), ("output_tokens", "completion_tokens")),
    "seats": (("seats",),),
    "predictions": (("predictions",),),
    "accurate": (("accurate",),),
}
"""Columns of what a bill or a cost counts; of several names the first that a table has is read."""


@dataclass(frozen=True, slots=True)
class UsageTable:
    """What customers used, bill by bill.

    Attributes
    ----------
    customers : tuple of str
        Names in the order of their first row.
    n_months : int
        Months of the table; 1 where it names none.
    customer_of : array of int (n_bills,)
        Place of each bill's customer.
    usage : Usage
        Entries (n_bills,).
    paid_usd : array (n_bills,), optional
        What was paid for it, where the table says so.
    """

    file: str
    sha256: str
    customers: tuple[str, ...]
    n_months: int
    customer_of: NDArray[np.int64]
    usage: Usage
    paid_usd: FloatArray | None

    def by_customer(self, per_bill: FloatArray) -> FloatArray:
        """Return a quantity of bills (n_bills,) as that of customers a month (n_customers,)."""
        sums = np.bincount(self.customer_of, weights=per_bill, minlength=len(self.customers))
        return sums / self.n_months


def read_usage(path: Path | str, needs: Sequence[str], *, tiers: Sequence[str] = ()) -> UsageTable:
    """Read a table of use.

    Parameters
    ----------
    path : Path or str
        A CSV file with a column `customer`, and `month` (2026-03) where a customer has several rows.
    needs : sequence of str
        What is counted: "tokens", "seats", "predictions", "accurate". Other columns of use are not read.
    tiers : sequence of str
        Names that a column `tier` may hold; an empty cell states none.

    Returns
    -------
    UsageTable
        Every row.

    Raises
    ------
    RowsError
        With every fault: columns that are missing, cells that are no number of 0 or more, months that are
        none, a customer twice in a month, tiers that the model has not.
    """
    table = read_customer_table(path)
    reader = _Reader(table)
    columns = reader.named(needs)
    customers, customer_of = reader.customers()
    n_months = reader.months(customer_of)
    counts = {name: reader.numbers(column) for name, column in columns.items()}
    paid_usd = reader.numbers("paid_usd") if "paid_usd" in table.columns else None
    tier = reader.tiers(tiers) if tiers and "tier" in table.columns else None
    reader.more_right_than_there_are(counts, columns)
    reader.done()
    nothing = np.zeros(table.n_rows)
    usage = Usage(
        counts.get("prompt_tokens", nothing),
        counts.get("output_tokens", nothing),
        counts.get("seats", nothing),
        counts.get("predictions", nothing),
        counts.get("accurate", nothing),
        tier,
    )
    return UsageTable(table.file, table.sha256, customers, n_months, customer_of, usage, paid_usd)


class _Reader:
    """Reads columns one after the other, keeps what is wrong with each, and says it all at once."""

    def __init__(self, table: CustomerTable) -> None:
        self._table = table
        self._faults: list[Fault] = []

    def named(self, needs: Sequence[str]) -> dict[str, str]:
        """Return the column of each count, by the first of its names."""
        found: dict[str, str] = {}
        if "customer" not in self._table.columns:
            self._missing("customer", "whose bill each row is")
        for need in dict.fromkeys(needs):
            for names in _COLUMNS[need]:
                column = next((name for name in names if name in self._table.columns), None)
                if column is None:
                    self._missing(names[0], f"the price list or a cost counts {need}")
                else:
                    found[names[0]] = column
        return found

    def customers(self) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        """Return the customers, and the place of each row's."""
        cells = self._table.cells.get("customer", [""] * self._table.n_rows)
        places: dict[str, int] = {}
        for line, cell in zip(self._table.lines, cells, strict=True):
            if not cell and "customer" in self._table.columns:
                self._refuse("ND1786", "customer", "must name the customer", "nothing", "", line)
            places.setdefault(cell, len(places))
        return tuple(places), np.array([places[cell] for cell in cells], dtype=np.int64)

    def months(self, customer_of: NDArray[np.int64]) -> int:
        """Return how many months the table has; a customer has one row in each."""
        cells = self._table.cells.get("month", [""] * self._table.n_rows)
        seen: dict[tuple[int, str], int] = {}
        for line, cell, customer in zip(self._table.lines, cells, customer_of.tolist(), strict=True):
            if "month" in self._table.columns and not _MONTH.fullmatch(cell):
                self._refuse("ND1787", "month", "must be a month such as 2026-03", shown(cell), "", line)
            first = seen.setdefault((customer, cell), line)
            if first != line:
                rule = "must have one row for each customer and month"
                hint = f"line {first} has the same; sum them, or add a column month"
                self._refuse("ND1788", "customer", rule, "two", hint, line)
        return len({cell for _, cell in seen})

    def numbers(self, column: str) -> FloatArray:
        """Return the cells of a column, which are 0 or more."""
        found = np.zeros(self._table.n_rows)
        for place, (line, cell) in enumerate(zip(self._table.lines, self._table.cells[column], strict=True)):
            value = float(cell) if _NUMBER.fullmatch(cell) else math.nan
            if not 0 <= value <= _MOST:
                hint = "a plain number such as 1200000, without separators; 0 where there was none"
                rule = f"must be a number from 0 to {_MOST:.0e}".replace("e+", "e")
                self._refuse("ND1786", column, rule, shown(cell) if cell else "nothing", hint, line)
                continue
            found[place] = value
        return found

    def tiers(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Return the place of each row's tier, `NO_TIER` where its cell is empty."""
        places = {"": NO_TIER, **{name: place for place, name in enumerate(names)}}
        for line, cell in zip(self._table.lines, self._table.cells["tier"], strict=True):
            if cell not in places:
                rule = f"must be one of {', '.join(names[:12])}, or empty"
                self._refuse("ND1789", "tier", rule, shown(cell), "name it in the model, or here", line)
        return np.array([places.get(cell, NO_TIER) for cell in self._table.cells["tier"]], dtype=np.int64)

    def more_right_than_there_are(self, counts: dict[str, FloatArray], columns: dict[str, str]) -> None:
        """Note rows in which more answers were right than were given; the excess is cut for what follows."""
        if "accurate" not in counts or "predictions" not in counts:
            return
        over = counts["accurate"] > counts["predictions"]
        for place in np.flatnonzero(over).tolist():
            value = f"{counts['accurate'][place]:g} of {counts['predictions'][place]:g}"
            rule = f"must be at most {columns['predictions']}"
            self._refuse("ND1786", columns["accurate"], rule, value, "", self._table.lines[place])
        counts["accurate"] = np.minimum(counts["accurate"], counts["predictions"])

    def done(self) -> None:
        """Raise RowsError if anything was refused."""
        if self._faults:
            refuse(self._faults)

    def _missing(self, column: str, why: str) -> None:
        found = ", ".join(shown(name) for name in self._table.columns[:12])
        self._refuse("ND1785", "", f"the table must have a column {column}", found, why, 1)

    def _refuse(self, code: str, where: str, rule: str, value: str, hint: str, line: int) -> None:
        self._faults.append(Fault(code, where, rule, value, hint, self._table.file, line))
