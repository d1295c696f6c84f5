"""Cells of one row as numbers and words; what is wrong with them is noted, all of it."""

from __future__ import annotations

import math
import re
from typing import TypeAlias

from nextdollar.catalogue import accelerator
from nextdollar.catalogue.table_file import shown
from nextdollar.compute import Accelerator
from nextdollar.errors import CatalogueError
from nextdollar.sizing.rows_file import TableRow

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")

Chips: TypeAlias = dict[str, Accelerator | str]
"""Accelerators by the name that a table gives them, or why there is none: a name is looked up once."""


class CellReader:
    """Reads the cells of a row; `refused` holds why it cannot be estimated, `notes` what to know.

    `chips`, one for all rows of a table, keeps what each name of an accelerator came to.
    """

    def __init__(self, row: TableRow, chips: Chips | None = None) -> None:
        self._cells = row.cells
        self._chips: Chips = {} if chips is None else chips
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
        if text not in self._chips:
            try:
                self._chips[text] = accelerator(text[:100])
            except CatalogueError as error:
                self._chips[text] = str(error)
        found = self._chips[text]
        if isinstance(found, str):
            self.refused.append(f"{column}: {found}")
            return None
        return found

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
