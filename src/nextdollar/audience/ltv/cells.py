"""Cells of a table of segments: a number, a share in per cent, or a range that holds 90 %."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.catalogue.table_file import shown
from nextdollar.errors import Fault
from nextdollar.uncertainty import Constant, Distribution, Truncated, interval_90
from nextdollar.units import PERCENT

_NUMBER = r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_CELL = re.compile(rf"({_NUMBER})(?:\s*to\s*({_NUMBER}))?\s*(%?)")


@dataclass(frozen=True, slots=True)
class Field:
    """What a column may hold: from `low` to `high`.

    A share may be written in per cent; a count is one whole number, without a range.
    """

    column: str
    low: float
    high: float
    is_share: bool = False
    low_open: bool = False
    is_count: bool = False

    def holds(self, value: float) -> bool:
        """Whether a number lies in the domain."""
        return (self.low < value if self.low_open else self.low <= value) and value <= self.high

    @property
    def rule(self) -> str:
        """The domain in words."""
        least = f"above {self.low:g}" if self.low_open else f"at least {self.low:g}"
        return f"must be {least}" + ("" if math.isinf(self.high) else f" and at most {self.high:g}")


class LtvCells:
    """Reads cells of one table, keeps what is wrong with each, and leaves it to the caller to refuse."""

    def __init__(self, table: CustomerTable) -> None:
        self._table = table
        self.faults: list[Fault] = []

    def text(self, column: str, row: int) -> str:
        """Return a cell, empty where there is no such column."""
        cells = self._table.cells.get(column)
        return "" if cells is None else cells[row]

    def has(self, column: str) -> bool:
        """Whether the table has a column."""
        return column in self._table.cells

    def value(self, field: Field, row: int) -> Distribution | None:
        """Return what a cell states; None where it is empty, or refused."""
        text = self.text(field.column, row)
        if not text:
            return None
        match = _CELL.fullmatch(text)
        if match is None:
            example = '0.04 or "3 to 5 %"' if field.is_share else '20 or "15 to 30"'
            self.refuse(field, row, "must be a number or a range", f"for example {example}", "ND1751")
            return None
        low_text, high_text, percent = match.groups()
        if percent and not field.is_share:
            self.refuse(field, row, "is no share, so that per cent mean nothing here", "", "ND1751")
            return None
        if field.is_count and (high_text is not None or not float(low_text).is_integer()):
            self.refuse(field, row, "must be a whole number", "for example 6", "ND1751")
            return None
        factor = PERCENT if percent else 1.0
        low = float(low_text.replace("_", "")) * factor
        high = low if high_text is None else float(high_text.replace("_", "")) * factor
        if not (field.holds(low) and field.holds(high)):
            wrong = high if field.holds(low) else low
            hint = f"{wrong:g} % is written {wrong / 100:g}" if field.is_share and 1 < wrong <= 100 else ""
            self.refuse(field, row, field.rule, hint, "ND1752")
            return None
        if low > high:
            self.refuse(field, row, "must go from low to high", f"{high_text} to {low_text}", "ND1752")
            return None
        return Constant(low) if low == high else _within(interval_90(low, high), field)

    def refuse(self, field: Field, row: int, rule: str, hint: str, code: str) -> None:
        """Note a fault of a cell."""
        text, table = self.text(field.column, row), self._table
        found = shown(text) if text else ""
        self.faults.append(Fault(code, field.column, rule, found, hint, table.file, table.lines[row]))


def _within(distribution: Distribution, field: Field) -> Distribution:
    """Return a distribution cut to the domain of its column, where it reaches beyond."""
    low, high = distribution.support()
    if low >= field.low and high <= field.high:
        return distribution
    return Truncated(distribution, field.low, field.high)
