"""Rows of the package's CSV files: read, checked, and blamed by file and line."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import TypeVar

from nextdollar.catalogue.override import kept, read_lines
from nextdollar.catalogue.own_folder import SOURCE_COLUMNS, MergedLines, Place, short_path
from nextdollar.errors import CatalogueError, Fault, InputError
from nextdollar.sources import Source

__all__ = [
    "KINDS",
    "OWN_KIND",
    "SOURCE_COLUMNS",
    "Row",
    "by_name",
    "collect",
    "kept",
    "read",
    "rows",
    "unknown",
]

KINDS = ("vendor", "dataset", "index", "secondary", "published", "refit", "reading")
"""Where a row was read: the vendor's own page, a data set, a price index, someone else's account;
for a law the paper itself, a fit to its data, or a reading that makes given figures agree."""

OWN_KIND = "own"
"""The kind of a row of the user."""

_Item = TypeVar("_Item")
_MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file, with its place and its cells; `is_own` where it is the user's."""

    file: str
    line: int
    cells: Mapping[str, str]
    is_own: bool = False

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
        """Return where the row comes from; only a reading and a row of the user may go without a link."""
        if self.is_own:
            return self._own_source()
        kind = self.one_of("kind", KINDS)
        self.day("checked_on")
        link = self.cells["link"] if kind == "reading" else self.text("link")
        self._require_https(link)
        return Source(self.text("source"), self.cells["place"], link)

    def _own_source(self) -> Source:
        """Return the file and line of a row of the user, with the work that it names if it does."""
        if self.cells["checked_on"]:
            self.day("checked_on")
        self._require_https(self.cells["link"])
        here = f"{short_path(self.file)}:{self.line}"
        place = ", ".join(part for part in (self.cells["place"], here) if part)
        return Source(self.cells["source"] or "own figure", place, self.cells["link"])

    def _require_https(self, link: str) -> None:
        if link and not link.startswith("https://"):
            raise self.fault("link", "an address that starts with https://", link)

    def fault(self, column: str, rule: str, value: str) -> CatalogueError:
        """Say which cell is wrong, and where."""
        message = f"{self.file}:{self.line}: {column} must be {rule}, got {value}"
        fault = Fault("ND1301", column, f"must be {rule}", value, file=self.file, line=self.line)
        return CatalogueError(message, [fault])


def read(file: str) -> list[str]:
    """Return the lines of a CSV file that ships with the package, with rows of the user if there are any."""
    return read_lines(file)


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
        place = _place(lines, file, reader.line_num)
        if place.is_own and "kind" in named:
            named["kind"] = named["kind"] or OWN_KIND
        row = Row(place.file, place.line, named, place.is_own)
        if None in cells or None in cells.values():
            raise CatalogueError(f"{file}:{row.line}: row must have {len(reader.fieldnames or ())} cells")
        yield row


def _place(lines: Iterable[str], file: str, line: int) -> Place:
    """Return where a line was written."""
    return lines.places[line - 1] if isinstance(lines, MergedLines) else Place(file, line, False)


def collect(found: Iterable[Row], parse: Callable[[Row], _Item]) -> list[tuple[Row, _Item]]:
    """Parse every row, then raise one CatalogueError that holds every fault."""
    items: list[tuple[Row, _Item]] = []
    messages: list[str] = []
    faults: list[Fault] = []
    for row in found:
        try:
            items.append((row, parse(row)))
        except CatalogueError as error:
            messages.append(str(error))
            faults += error.faults or [_whole_row(row, error)]
        except InputError as error:
            messages.append(f"{row.file}:{row.line}: {error}")
            faults.append(_whole_row(row, error))
    if messages:
        raise CatalogueError("; ".join(messages), faults)
    return items


def _whole_row(row: Row, error: InputError) -> Fault:
    return Fault("ND1301", "", str(error), file=row.file, line=row.line)


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
    if not near and len(names) > _MOST_LISTED:
        hint = f"none of {len(names)} names is near; `nextdollar catalogue list TABLE` shows those of a table"
    return CatalogueError(f"{what} must be a name of the catalogue, got {name} ({hint})")


def folded(name: str) -> str:
    """Return a name as it is compared: lower case, with hyphens for blanks and underscores."""
    return name.strip().casefold().replace(" ", "-").replace("_", "-")
