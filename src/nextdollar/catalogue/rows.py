"""Rows of the package's CSV files: read, checked, and blamed by file and line."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from importlib.resources import files
from typing import TypeVar

from nextdollar.errors import CatalogueError, InputError
from nextdollar.sources import Source

KINDS = ("vendor", "dataset", "index", "secondary", "published", "refit", "reading")
"""Where a row was read: the vendor's own page, a data set, a price index, someone else's account;
for a law the paper itself, a fit to its data, or a reading that makes given figures agree."""

SOURCE_COLUMNS = ("source", "place", "link", "kind", "checked_on", "note")
"""Columns that every row has, whatever it is about."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file, with its place and its cells."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a cell that must not be empty."""
        value = self.cells[column]
        if not value:
            raise self.fault(column, "given", "nothing")
        return value

    def number(self, column: str) -> float:
        """Return a cell as a finite number."""
        value = self.text(column)
        try:
            number = float(value)
        except ValueError:
            raise self.fault(column, "a number", value) from None
        if not math.isfinite(number):
            raise self.fault(column, "finite", value)
        return number

    def optional_number(self, column: str) -> float | None:
        """Return a cell as a number, or None where it is empty."""
        return self.number(column) if self.cells[column] else None

    def day(self, column: str) -> date:
        """Return a cell as a date, written 2026-11-21."""
        value = self.text(column)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.fault(column, "a date like 2026-11-21", value) from None

    def one_of(self, column: str, words: Sequence[str]) -> str:
        """Return a cell that must be one of a closed set of words."""
        value = self.text(column)
        if value not in words:
            raise self.fault(column, f"one of {', '.join(words)}", value)
        return value

    def source(self) -> Source:
        """Return where the row comes from; only a reading may go without a link."""
        kind = self.one_of("kind", KINDS)
        self.day("checked_on")
        link = self.cells["link"] if kind == "reading" else self.text("link")
        if link and not link.startswith("https://"):
            raise self.fault("link", "an address that starts with https://", link)
        return Source(self.text("source"), self.cells["place"], link)

    def fault(self, column: str, rule: str, value: str) -> CatalogueError:
        """Say which cell is wrong, and where."""
        return CatalogueError(f"{self.file}:{self.line}: {column} must be {rule}, got {value}")


def read(file: str) -> list[str]:
    """Return the lines of a CSV file that ships with the package."""
    text = (files("nextdollar.catalogue") / file).read_text(encoding="utf-8")
    return text.splitlines(keepends=True)


def rows(
    lines: Iterable[str], file: str, columns: Sequence[str], *, optional: Sequence[str] = ()
) -> Iterator[Row]:
    """Yield the rows of a CSV file; CatalogueError if a column is missing or a row is ragged.

    A column of `optional` may be missing as a whole: its cells are then empty.
    """
    reader = csv.DictReader(lines)
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise CatalogueError(f"{file}:1: header must have {', '.join(columns)}, lacks {', '.join(missing)}")
    for cells in reader:
        named = {name: (cells.get(name) or "").strip() for name in (*columns, *optional)}
        row = Row(file, reader.line_num, named)
        if None in cells or None in cells.values():
            raise CatalogueError(f"{file}:{row.line}: row must have {len(reader.fieldnames or ())} cells")
        yield row


def collect(found: Iterable[Row], parse: Callable[[Row], _Item]) -> list[tuple[Row, _Item]]:
    """Parse every row, then raise one CatalogueError that holds every fault."""
    items: list[tuple[Row, _Item]] = []
    faults: list[str] = []
    for row in found:
        try:
            items.append((row, parse(row)))
        except CatalogueError as fault:
            faults.append(str(fault))
        except InputError as fault:
            faults.append(f"{row.file}:{row.line}: {fault}")
    if faults:
        raise CatalogueError("; ".join(faults))
    return items


def by_name(items: Iterable[tuple[Row, str, _Item]]) -> dict[str, _Item]:
    """Return items by name; CatalogueError if two rows have the same name."""
    named: dict[str, _Item] = {}
    for row, name, item in items:
        if name in named:
            raise row.fault("name", "given once", name)
        named[name] = item
    return named


def unknown(what: str, name: str, known: Iterable[str]) -> CatalogueError:
    """Say that the catalogue has no such name, and which names come nearest."""
    names = list(known)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"nearest: {', '.join(near)}" if near else f"known: {', '.join(sorted(names))}"
    return CatalogueError(f"{what} must be a name of the catalogue, got {name} ({hint})")
