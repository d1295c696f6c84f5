"""Ranges for what quality is worth where a scenario states none, each with its source and grade.

They are rows of evidence, not of taste: a randomised experiment has grade A, a guess that somebody had to
make has grade D, and whoever reads a verdict should see which of the two decided it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, kept, read, rows, unknown
from nextdollar.sources import Source

GRADES = ("A", "B", "C", "D", "E")
"""What a row rests on: randomised, quasi-experiment, observational, survey or judgement, vendor or press."""

SHAPES = ("lognormal", "triangular", "beta")
"""How the three numbers are read: a triangle's low, likeliest and high; else the 5, 50 and 95 % points."""

_FILE = "quality_priors.csv"
_NUMBERS = ("low", "middle", "high", "most")
_COLUMNS = ("name", "unit", "distribution", *_NUMBERS, "grade", "words", *SOURCE_COLUMNS)


@dataclass(frozen=True, slots=True)
class QualityPrior:
    """A row: three numbers in `unit`, the shape that joins them, and what they rest on.

    `most` is where the upper tail is cut; None where it is not.
    """

    name: str
    unit: str
    shape: str
    low: float
    middle: float
    high: float
    most: float | None
    grade: str
    words: str
    source: Source
    note: str


@kept
def quality_priors() -> Mapping[str, QualityPrior]:
    """Every prior, by name."""
    return MappingProxyType(parse_quality_priors(read(_FILE), _FILE))


def quality_prior(name: str) -> QualityPrior:
    """Return the prior of a name; CatalogueError if there is none."""
    known = quality_priors()
    if name not in known:
        raise unknown("prior of quality", name, known)
    return known[name]


def parse_quality_priors(lines: Iterable[str], file: str) -> dict[str, QualityPrior]:
    """Priors by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS), _prior_of)
    return by_name((row, item.name, item) for row, item in found)


def _prior_of(row: Row) -> QualityPrior:
    """Return the prior of a row: three rising numbers above 0."""
    low, middle, high = row.number("low"), row.number("middle"), row.number("high")
    if low <= 0:
        raise row.fault("low", "above 0", row.cells["low"])
    if not low < middle < high:
        raise row.fault("middle", "between low and high", row.cells["middle"])
    most = row.optional_number("most")
    if most is not None and most <= high:
        raise row.fault("most", "above high", row.cells["most"])
    return QualityPrior(
        row.text("name"),
        row.cells["unit"],
        row.one_of("distribution", SHAPES),
        low,
        middle,
        high,
        most,
        # A number of the user that carries no grade is an assumption.
        row.one_of("grade", GRADES) if row.cells["grade"] or not row.is_own else "D",
        row.text("words"),
        row.source(),
        row.cells["note"],
    )
