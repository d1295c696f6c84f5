"""Cells of a table by period as numbers; what is wrong with them is noted, not raised."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.catalogue.table_file import shown
from nextdollar.errors import Fault
from nextdollar.units import MONTHS_PER_YEAR, FloatArray

_Name = TypeVar("_Name", bound=str)
_DAYS_PER_WEEK = 7
_YEAR_MONTH_CHARACTERS = len("2026-01")


class LearnCells:
    """Reads the columns of a table, and keeps every fault of its cells."""

    def __init__(self, table: CustomerTable) -> None:
        self._table = table
        self.faults: list[Fault] = []

    def refuse(self, code: str, where: str, rule: str, value: str, hint: str, line: int = 1) -> None:
        """Note what is wrong with a line."""
        self.faults.append(Fault(code, where, rule, value, hint, self._table.file, line))

    def missing(self, name: str, meaning: str) -> None:
        """Note that a column is not there."""
        columns = ", ".join(self._table.columns)
        self.refuse("ND1770", name, "must be a column", "", f"{meaning}; the table has {columns}")

    def one_of(self, names: Sequence[_Name], code: str) -> _Name | None:
        """Return which one of some columns the table has; more or fewer than one is a fault."""
        found = [name for name in names if name in self._table.columns]
        if len(found) == 1:
            return found[0]
        choice = " or ".join(names)
        columns = ", ".join(self._table.columns)
        rule = "must be a column" if not found else "must be one column, not both"
        self.refuse(code, choice, rule, "", f"the table has {columns}")
        return None

    def numbers(self, column: str, *, low: float = 0.0, high: float = math.inf, hint: str = "") -> FloatArray:
        """Numbers of a column from `low` to `high`, nan where a cell is none."""
        rule = (
            f"must be a number, {low:g} or more" if math.isinf(high) else f"must be from {low:g} to {high:g}"
        )
        found = np.full(self._table.n_rows, np.nan)
        for row, text in enumerate(self._table.cells[column]):
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            if low <= value <= high and math.isfinite(value):
                found[row] = value
            else:
                told = shown(text) if text else "nothing"
                self.refuse("ND1771", column, rule, told, hint, self._table.lines[row])
        return found

    def check(self, column: str, ok: np.ndarray, code: str, rule: str) -> None:
        """Note the rows of a column in which `ok` does not hold and nothing is noted yet."""
        for row in np.flatnonzero(~ok).tolist():
            text = self._table.cells[column][row]
            if text and not self._is_noted(self._table.lines[row]):
                self.refuse(code, column, rule, shown(text), "", self._table.lines[row])

    def periods(self, column: str) -> Sequence[str]:
        """Names of the periods, which must follow one another without a gap."""
        texts = self._table.cells[column]
        places = [_place(text, column) for text in texts]
        what = "a whole number" + (" or a date" if column == "week" else ", a month or a date")
        for row, (text, place) in enumerate(zip(texts, places, strict=True)):
            line = self._table.lines[row]
            if place is None:
                self.refuse("ND1772", column, f"must be {what}", shown(text), "for example 2026-01-05", line)
                continue
            before = places[row - 1] if row else None
            if before is not None and place != before + 1:
                hint = f"rows stand in the order of time, one {column} after the other; fill gaps"
                rule = f"must be the {column} after {texts[row - 1]}"
                self.refuse("ND1772", column, rule, shown(text), hint, line)
        return texts

    def _is_noted(self, line: int) -> bool:
        return any(fault.line == line for fault in self.faults)


def _place(text: str, column: str) -> float | None:
    """Number of a period on a line without gaps; None where a text is none."""
    if text.isascii() and text.isdigit():
        return float(text)
    if column == "month" and len(text) == _YEAR_MONTH_CHARACTERS:
        text = f"{text}-01"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    if column == "month":
        return float(day.year * MONTHS_PER_YEAR + day.month)
    return (day - date(1970, 1, 1)) / timedelta(days=_DAYS_PER_WEEK)
