"""A table as its file has it: names of columns, rows of text cells, and where each stands."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from nextdollar.errors import Fault
from nextdollar.research.reading.refusal import shown

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MISSING = frozenset({"", "nan", "na", "n/a", "none", "null", "-"})
_INFINITE = {
    "inf": math.inf,
    "+inf": math.inf,
    "infinity": math.inf,
    "-inf": -math.inf,
    "-infinity": -math.inf,
}
_SUFFIXED = re.compile(r"([0-9.]+) ?([kKmMbBgGtT])")
_ZEROS = {"k": 3, "m": 6, "b": 9, "g": 9, "t": 12}
_DECIMAL_COMMA = re.compile(r"[0-9.]*[0-9],[0-9]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text cells; `lines` are the lines of the rows, or their numbers in a file without lines.

    `source_lines` is empty where the file is not text. `dropped` names columns that cannot be cells.
    """

    file: str
    sha256: str
    names: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    source_lines: tuple[str, ...] = ()
    separator: str = ","
    dropped: tuple[str, ...] = ()

    def column(self, name: str) -> list[str]:
        """Return the cells of a column, one a row."""
        index = self.names.index(name)
        return [row[index] for row in self.rows]

    def cell(self, row: int, name: str) -> str:
        """Return one cell."""
        return self.rows[row][self.names.index(name)]

    def fault(self, row: int, column: str, code: str, rule: str, *, value: str = "", hint: str = "") -> Fault:
        """Return a fault at a cell, with its line and column where the file has them."""
        line = self.lines[row]
        text = self.source_lines[line - 1] if 0 < line <= len(self.source_lines) else ""
        start, end = _span(text, self.names.index(column), self.separator) if text else (0, 0)
        where = column if self.source_lines else f"{column} of row {line}"
        return Fault(code, where, rule, value, hint, self.file, line, start, end, text)

    def file_fault(self, code: str, rule: str, *, value: str = "", hint: str = "", where: str = "") -> Fault:
        """Return a fault of the table as a whole."""
        return Fault(code, where, rule, value, hint, self.file)


def number(text: str) -> float:
    """Return a cell as a number: nan where it is empty or says so, ValueError where it is none.

    Only plain notation is a number: digits with a decimal point and an exponent. Grouping, currency,
    decimal commas and underscores are refused, since they mean different things in different places.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        found = float(text)
        if math.isinf(found):
            raise ValueError("is beyond the range of numbers")
        return found
    lowered = text.lower()
    if lowered in _MISSING:
        return math.nan
    if lowered in _INFINITE:
        return _INFINITE[lowered]
    raise ValueError("must be a number")


def number_hint(text: str) -> str:
    """Return how a cell that is no number should be written."""
    text = text.strip()
    if _SUFFIXED.fullmatch(text):
        digits, suffix = text[:-1].strip(), text[-1].lower()
        return f"write {digits}e{_ZEROS[suffix]}"
    if "_" in text:
        return f"write {text.replace('_', '')[:40]}"
    if _DECIMAL_COMMA.fullmatch(text):
        return "a comma may mark thousands or decimals: write it with a point, or without"
    if text[:1] in "$€£" or text[-1:] == "%":
        return "write the bare number, without a sign"
    return "write digits, a decimal point and an exponent, such as 7e9"


def is_number(text: str) -> bool:
    """Whether a cell is a finite number."""
    try:
        return math.isfinite(number(text))
    except ValueError:
        return False


def shown_cell(text: str) -> str:
    """Return a cell as messages quote it."""
    return shown(text) if text.strip() else "an empty cell"


def _span(line: str, index: int, separator: str) -> tuple[int, int]:
    """Return columns (from 1, end exclusive) of cell `index` of a line, (0, 0) if it ends before."""
    start, seen, is_quoted = 0, 0, False
    for position, character in enumerate(line + separator):
        if character == '"':
            is_quoted = not is_quoted
        elif character == separator and not is_quoted:
            if seen == index:
                return start + 1, max(position, start + 1) + 1
            seen, start = seen + 1, position + 1
    return 0, 0
