"""Values for fields that a scenario leaves out, each with its source and grade.

Grades: A randomised, B measured or counted by others, C observational, D assumption.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from nextdollar.sources import Source


@dataclass(frozen=True, slots=True)
class Default:
    """A value as it would be written in a scenario, with where it comes from."""

    name: str
    value: str
    grade: str
    source: Source
    note: str


@cache
def defaults() -> dict[str, Default]:
    """Return every default by the name of its field."""
    text = (files("nextdollar.catalogue") / "defaults.csv").read_text(encoding="utf-8")
    return {
        row["name"]: Default(
            row["name"], row["value"], row["grade"], Source(row["source"], "", row["link"]), row["note"]
        )
        for row in csv.DictReader(text.splitlines())
    }
