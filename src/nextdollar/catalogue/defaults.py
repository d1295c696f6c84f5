"""Values for fields that a scenario leaves out, each with its source and grade.

Grades: A randomised, B measured or counted by others, C observational, D assumption.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nextdollar.catalogue.own_folder import short_path
from nextdollar.catalogue.rows import Row, by_name, collect, kept, read, rows
from nextdollar.sources import Source

GRADES = ("A", "B", "C", "D")
_FILE = "defaults.csv"
_COLUMNS = ("name", "value", "grade", "kind", "source", "link", "checked_on", "note")


@dataclass(frozen=True, slots=True)
class Default:
    """A value as it would be written in a scenario, with where it comes from."""

    name: str
    value: str
    grade: str
    source: Source
    note: str


@kept
def defaults() -> dict[str, Default]:
    """Return every default by the name of its field."""
    return parse_defaults(read(_FILE), _FILE)


def parse_defaults(lines: Iterable[str], file: str) -> dict[str, Default]:
    """Defaults by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS), _default_of)
    return by_name((row, item.name, item) for row, item in found)


def _default_of(row: Row) -> Default:
    """Return the default of a row; its work may have no link."""
    grade = row.one_of("grade", GRADES) if row.cells["grade"] or not row.is_own else "D"
    place = f"{short_path(row.file)}:{row.line}" if row.is_own else ""
    work = row.cells["source"] or "own figure" if row.is_own else row.text("source")
    source = Source(work, place, row.cells["link"])
    return Default(row.text("name"), row.text("value"), grade, source, row.cells["note"])
