"""What each figure of a result means: formula, unit and source, by the figure's path."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SUMMARY_KEYS = (
    "mean", "p5", "p50", "p95", "standard_error", "none_share", "never_share", "multiple_share",
    "of_mean_cash", "status",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FigureMeaning:
    """One kind of figure; `pattern` has a `*` for each name or position in the path."""

    pattern: str
    unit: str
    formula: str
    meaning: str
    source: str


@cache
def figure_meanings() -> tuple[FigureMeaning, ...]:
    """Return the meaning of every kind of figure that a plan holds."""
    text = (files("nextdollar.catalogue") / "figures.csv").read_text(encoding="utf-8")
    return tuple(FigureMeaning(**row) for row in csv.DictReader(text.splitlines()))


def meaning_of(path: tuple[str, ...]) -> FigureMeaning | None:
    """Return the meaning of the figure at a path such as ("candidates", "v3", "npv_usd", "p5")."""
    while path and path[-1] in SUMMARY_KEYS and not _match(path):
        path = path[:-1]
    return _match(path)


def _match(path: tuple[str, ...]) -> FigureMeaning | None:
    for item in figure_meanings():
        pattern = item.pattern.split(".")
        if len(pattern) == len(path) and all(p in ("*", step) for p, step in zip(pattern, path, strict=True)):
            return item
    return None
