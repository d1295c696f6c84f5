"""What is published of the levers on serving cost: how far they reach, and what they do to answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, kept, read, rows, unknown
from nextdollar.sources import Source

GRADES = ("A", "B", "C", "D")
"""What a row rests on: proof or randomised evidence, measured, observed, assumed."""
_FILE = "serving_levers.csv"
_COLUMNS = ("name", "low", "high", "grade", "words", *SOURCE_COLUMNS)


@dataclass(frozen=True, slots=True)
class LeverFact:
    """A row: a range read as the 5 % and 95 % quantiles, or words alone (`low` and `high` are None).

    `words` say what the range is of, or what happens to the quality of answers.
    """

    name: str
    low: float | None
    high: float | None
    grade: str
    words: str
    source: Source
    note: str


@kept
def lever_facts() -> Mapping[str, LeverFact]:
    """Every row, by name."""
    return MappingProxyType(parse_lever_facts(read(_FILE), _FILE))


def lever_fact(name: str) -> LeverFact:
    """Return the row of a name; CatalogueError if there is none."""
    known = lever_facts()
    if name not in known:
        raise unknown("fact of a lever", name, known)
    return known[name]


def parse_lever_facts(lines: Iterable[str], file: str) -> dict[str, LeverFact]:
    """Rows by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS), _fact_of)
    return by_name((row, item.name, item) for row, item in found)


def _fact_of(row: Row) -> LeverFact:
    """Return the fact of a row: both ends or neither, at least 0 and in order."""
    low, high = row.optional_number("low"), row.optional_number("high")
    if (low is None) is not (high is None):
        raise row.fault("low and high", "both given or both empty", row.cells["low"] or row.cells["high"])
    if low is not None and low < 0:
        raise row.fault("low", "at least 0", row.cells["low"])
    if low is not None and high is not None and high < low:
        raise row.fault("high", "at least low", row.cells["high"])
    grade = row.one_of("grade", GRADES)
    return LeverFact(row.text("name"), low, high, grade, row.text("words"), row.source(), row.cells["note"])
