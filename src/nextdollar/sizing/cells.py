"""Cells of one row as numbers and words; what is wrong with them is noted, all of it."""

from __future__ import annotations

import math
import re

from nextdollar.catalogue import accelerator
from nextdollar.compute import Accelerator
from nextdollar.errors import CatalogueError
from nextdollar.sizing.rows_file import TableRow, shown

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


class CellReader:
    """Reads the cells of a row; `refused` holds why it cannot be estimated, `notes` what to know."""

    def __init__(self, row: TableRow) -> None:
        self._cells = row.cells
        self.refused: list[str] = []
        self.notes: list[str] = []

    def text(self, *columns: str) -> str:
        """Return the first cell that is not empty."""
        return next((self._cells[name] for name in columns if self._cells.get(name)), "")

    def count(self, column: str, low: float, high: float, hint: str = "") -> float | None:
        """Return a count from `low` to `high`, None where it is empty or refused."""
        text = self._cells.get(column, "")
        if not text:
            return None
        value = number_of(text)
        if value is None:
            self.refused.append(f"{column} must be a plain number such as 7e9, got {shown(text)}")
        elif not low <= value <= high:
            more = f" ({hint})" if hint and value < low else ""
            self.refused.append(f"{column} must lie between {low:g} and {high:g}, got {value:g}{more}")
            return None
        return value

    def reported(self, column: str) -> float | None:
        """Return a measured number above 0, None where there is none; one that is odd is only noted."""
        text = self._cells.get(column, "")
        value = number_of(text)
        if text and (value is None or value <= 0):
            self.notes.append(f"{column} is not read: {shown(text)} is no number above 0")
            return None
        return value

    def accelerator(self, column: str) -> Accelerator | None:
        """Return the accelerator that a cell names, None where it is empty or unknown."""
        text = self._cells.get(column, "")
        if not text:
            self.refused.append(f"{column} is empty: name an accelerator, such as H100-SXM")
            return None
        try:
            return accelerator(text[:100])
        except CatalogueError as error:
            self.refused.append(f"{column}: {error}")
            return None

    def flag(self, column: str) -> bool:
        """Return whether a cell says yes; an empty one says no."""
        text = self._cells.get(column, "").casefold()
        if text in ("true", "1", "yes"):
            return True
        if text not in ("", "false", "0", "no"):
            self.refused.append(f"{column} must be True or False, got {shown(text)}")
        return False


def number_of(text: str) -> float | None:
    """Return a plain finite number, None where a text is not one."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None
