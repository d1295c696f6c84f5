"""Cells of tables of customers as numbers; what is wrong with them is noted, not raised."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.recurring_revenue.cells import day_of
from nextdollar.catalogue.table_file import shown
from nextdollar.errors import Fault

_YES = ("yes", "y", "true", "1", "churned", "left")
_NO = ("no", "n", "false", "0", "", "active", "stayed")
_WORDS = frozenset((*_YES, *_NO))
_WHOLE_TO = 1e-9
MOST_PERIODS = 10_000
NEVER = np.datetime64("9999-12-31", "D")
"""The day of an end that has no day."""
_NO_DAY = ("", "null", "none", "nan", "nat")
THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
"""A number that is twelve thousand to some and twelve and a half to others."""
NUMBER_HINT = "with a point for decimals, and nothing between thousands"
RISE_HINT = (
    "customers who left do not come back: what rises again counts who was active and not who stayed; "
    "give those who have not cancelled, or the log of purchases (customer, date)"
)
_NAMED_PERIODS = ("year", "quarter", "month", "week", "day")


class CellsReader:
    """Reads cells of a table one after the other, and keeps what is wrong with each."""

    def __init__(self, table: CustomerTable) -> None:
        self.table = table
        self.faults: list[Fault] = []

    def number(
        self, column: str, row: int, *, low: float = 0.0, high: float = math.inf, may_have_sign: bool = False
    ) -> float:
        """Number of a cell from `low` to `high`, after which a % may stand; nan where it is none."""
        text = self.table.cells[column][row]
        try:
            found = float(text.removesuffix("%") if may_have_sign else text)
        except ValueError:
            found = math.nan
        if not low <= found <= high or math.isinf(found):
            ends = f"{low:g} or more" if math.isinf(high) else f"from {low:g} to {high:g}"
            hint = "leave the % sign out" if text.endswith("%") else NUMBER_HINT if "," in text else ""
            self.refuse("ND1705", column, row, f"must be a number, {ends}", text, hint)
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
        """Whether cells of a column say yes, (n_rows,); an empty one says no where no other word does."""
        texts = self.table.cells[column]
        words = {text.casefold() for text in texts}
        says_no = words.intersection(_NO) - {""}
        for row, text in enumerate(texts):
            if text.casefold() not in _WORDS:
                self.refuse("ND1703", column, row, "must be yes or no", text, "or true and false, 1 and 0")
            elif not text and says_no:
                rule = f"must be yes or no: beside {min(says_no)}, an empty cell says nothing"
                self.refuse("ND1703", column, row, rule, text, "or leave the row out")
        return np.array([text.casefold() in _YES for text in texts], dtype=np.bool_)

    def days(self, column: str, *, may_be_empty: bool = False) -> NDArray[np.datetime64]:
        """Days of a column, (n_rows,), without their time of day; `NEVER` where one is empty and may be."""
        known: dict[str, np.datetime64] = {}
        texts = self.table.cells[column]
        for text in set(texts):
            day = day_of(text)
            known[text] = NEVER if day is None else np.datetime64(day, "D")
        rule = "must be a day from 1970 to 2199, such as 2026-01-31"
        wrong = {
            text
            for text, day in known.items()
            if day == NEVER and not (may_be_empty and text.casefold() in _NO_DAY)
        }
        for row, text in enumerate(texts if wrong else ()):
            if text in wrong:
                hint = "leave it empty for who is still there" if may_be_empty else "year, month, day"
                self.refuse("ND1709", column, row, rule, text, hint)
        return np.array([known[text] for text in texts], dtype="datetime64[D]")

    def refuse(self, code: str, column: str, row: int, rule: str, text: str, hint: str = "") -> None:
        """Note a fault of a cell."""
        table = self.table
        self.faults.append(Fault(code, column, rule, shown(text), hint, table.file, table.lines[row]))


def period_word(column: str) -> str:
    """Name of one period: "month" of a column `month` or `tenure_months`, "period" where it does not say."""
    last = column.casefold().rpartition("_")[2].removesuffix("s")
    return last if last in _NAMED_PERIODS else "period"


def segment_name(key: tuple[str, ...]) -> str:
    """Name of the segment of a content: "all" where nothing splits the table, never empty."""
    return (key[0] or "(blank)") if key else "all"


def rows_by(table: CustomerTable, columns: Sequence[str]) -> dict[tuple[str, ...], list[int]]:
    """Rows of each different content of some columns, in the order of the table."""
    found: dict[tuple[str, ...], list[int]] = {}
    for row, key in enumerate(zip(*(table.cells[name] for name in columns), strict=True)):
        found.setdefault(key, []).append(row)
    return found or {(): list(range(table.n_rows))}
