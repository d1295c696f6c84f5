"""Cells of tables of customers as numbers; what is wrong with them is noted, not raised."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.catalogue.table_file import shown
from nextdollar.errors import Fault

_YES = ("yes", "y", "true", "1", "churned", "left")
_NO = ("no", "n", "false", "0", "", "active", "stayed")
_WORDS = frozenset((*_YES, *_NO))
_WHOLE_TO = 1e-9
MOST_PERIODS = 10_000
_NAMED_PERIODS = ("year", "quarter", "month", "week", "day")


class CellsReader:
    """Reads cells of a table one after the other, and keeps what is wrong with each."""

    def __init__(self, table: CustomerTable) -> None:
        self.table = table
        self.faults: list[Fault] = []

    def number(self, column: str, row: int, *, low: float = 0.0, high: float = math.inf) -> float:
        """Number of a cell from `low` to `high`; nan where it is none."""
        text = self.table.cells[column][row]
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not low <= found <= high or math.isinf(found):
            ends = f"{low:g} or more" if math.isinf(high) else f"from {low:g} to {high:g}"
            self.refuse("ND1705", column, row, f"must be a number, {ends}", text)
            return math.nan
        return found

    def period(self, column: str, row: int) -> int:
        """Whole number of periods of a cell; -1 where it is none."""
        text = self.table.cells[column][row]
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not 0 <= found <= MOST_PERIODS or abs(found - round(found)) > _WHOLE_TO:
            rule = f"must be a whole number of periods from 0 to {MOST_PERIODS:,}"
            hint = "contracts are renewed period by period: round down to full periods"
            self.refuse("ND1702", column, row, rule, text, hint)
            return -1
        return round(found)

    def periods(self, column: str) -> NDArray[np.int64]:
        """Whole numbers of periods of a column, (n_rows,); see `period`."""
        texts = self.table.cells[column]
        # A long table has few different tenures: each text is read once.
        read = {text: row for row, text in enumerate(texts)}
        known = {text: self.period(column, row) for text, row in read.items()}
        wrong = {text for text, value in known.items() if value < 0}
        for row, text in enumerate(texts):
            if text in wrong and row != read[text]:
                self.period(column, row)
        return np.array([known[text] for text in texts], dtype=np.int64)

    def flags(self, column: str) -> NDArray[np.bool_]:
        """Whether cells of a column say yes, (n_rows,); an empty one says no."""
        texts = self.table.cells[column]
        for row, text in enumerate(texts):
            if text.casefold() not in _WORDS:
                self.refuse("ND1703", column, row, "must be yes or no", text, "or true and false, 1 and 0")
        return np.array([text.casefold() in _YES for text in texts], dtype=np.bool_)

    def refuse(self, code: str, column: str, row: int, rule: str, text: str, hint: str = "") -> None:
        """Note a fault of a cell."""
        table = self.table
        self.faults.append(Fault(code, column, rule, shown(text), hint, table.file, table.lines[row]))


def period_word(column: str) -> str:
    """Name of one period: "month" of a column `month` or `tenure_months`, "period" where it does not say."""
    last = column.casefold().rpartition("_")[2].removesuffix("s")
    return last if last in _NAMED_PERIODS else "period"


def rows_by(table: CustomerTable, columns: Sequence[str]) -> dict[tuple[str, ...], list[int]]:
    """Rows of each different content of some columns, in the order of the table."""
    found: dict[tuple[str, ...], list[int]] = {}
    for row, key in enumerate(zip(*(table.cells[name] for name in columns), strict=True)):
        found.setdefault(key, []).append(row)
    return found or {(): list(range(table.n_rows))}
