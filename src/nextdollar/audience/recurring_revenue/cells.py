"""Cells of a table of revenue as exact amounts, days and months; what is wrong is noted, all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.catalogue.table_file import shown
from nextdollar.errors import Fault
from nextdollar.units import MONTHS_PER_YEAR

_AMOUNT = re.compile(r"[+-]?\d{1,15}(\.\d{0,12})?")
_MONTH = re.compile(r"(\d{4})-(\d{2})(-\d{2})?")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}| UTC)?)?")
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_MAYBE_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_COUNT = re.compile(r"\d{1,9}")

_Value = TypeVar("_Value")


class MrrCells:
    """Reads the cells of a table column by column; `faults` holds all that is wrong with them."""

    def __init__(self, table: CustomerTable) -> None:
        self._table = table
        self.faults: list[Fault] = []

    def read(
        self,
        column: str,
        reader: Callable[[str], _Value | None],
        *,
        code: str,
        rule: str,
        hint: str = "",
        empty: _Value | None = None,
    ) -> list[_Value | None]:
        """Return the values of a column; those that `reader` has no value for are noted and None.

        A text is read once, however often it stands there. An empty cell is `empty` where that is
        given, else a fault.
        """
        known: dict[str, _Value | None] = {} if empty is None else {"": empty}
        found = []
        for line, text in zip(self._table.lines, self._table.cells[column], strict=True):
            if text not in known:
                known[text] = reader(text)
            value = known[text]
            if value is None:
                self.refuse(code, column, rule, shown(text) if text else "nothing", hint, line)
            found.append(value)
        return found

    def refuse(self, code: str, where: str, rule: str, value: str, hint: str, line: int) -> None:
        """Note what is wrong with a line."""
        self.faults.append(Fault(code, where, rule, value, hint, self._table.file, line))


def amount_of(text: str) -> Decimal | None:
    """Return a plain amount of 0 or more, exact; None where a text is none."""
    if not _AMOUNT.fullmatch(text):
        return None
    value = Decimal(text)
    return value if value >= 0 else None


def thousands_note(texts: Sequence[str]) -> list[str]:
    """Return a word on amounts that somebody may have meant in thousands: "1.200" is read as 1.2."""
    doubtful = [text for text in texts if _MAYBE_THOUSANDS.fullmatch(text)]
    if not doubtful:
        return []
    first, rows = doubtful[0], n_of(len(doubtful), "row")
    return [f"the point is that of decimals: {shown(first)} is {Decimal(first).normalize():f} ({rows})"]


def count_of(text: str) -> int | None:
    """Return a whole number of 0 or more, None where a text is none."""
    return int(text) if _COUNT.fullmatch(text) else None


def month_of(text: str) -> int | None:
    """Return the number of a month "2026-03", or of the month of a day, None where a text is none."""
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= MONTHS_PER_YEAR or not is_of_our_time(int(found[1])):
        return None
    if found[3] is not None and day_of(text) is None:
        return None
    return month_number(int(found[1]), int(found[2]))


def day_of(text: str) -> date | None:
    """Return the day of "2026-03-31", with or without a time of day; None where a text is none."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        return None
    return day if is_of_our_time(day.year) else None


def is_of_our_time(year: int) -> bool:
    """Return whether a year is one in which somebody may have paid: 9999 stands for "never" in exports."""
    return _FIRST_YEAR <= year <= _LAST_YEAR


def month_number(year: int, month: int) -> int:
    """Return months since the year 0, so that months can be counted."""
    return year * MONTHS_PER_YEAR + month - 1


def month_words(number: int) -> str:
    """Return a month as "2026-03"."""
    year, month = divmod(number, MONTHS_PER_YEAR)
    return f"{year:04d}-{month + 1:02d}"


def n_of(count: int, noun: str) -> str:
    """Return a number of things: "1 row", "12 rows"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def few(names: Sequence[str], most: int = 4) -> str:
    """Return names in words, the first of them where they are many."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
