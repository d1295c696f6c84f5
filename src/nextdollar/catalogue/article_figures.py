"""What the article of the case study states, and where our own figure for each stands."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

MARKS = ("given", "derived", "reading", "given, open")


@dataclass(frozen=True, slots=True)
class ArticleFigure:
    """One figure of the article beside the places of ours.

    `mark` says what it is: given by the article, derived from what is given, a reading that makes its
    figures agree, or open. `how` says how our figure is made of what stands at the places: its value,
    a sum, a fall, a ratio, or (said) the words themselves. A place is `view:path/to/figure`.
    """

    topic: str
    figure: str
    article: str
    mark: str
    kind: str
    how: str
    article_where: str
    first_principles_where: str
    why: str


@cache
def article_figures() -> tuple[ArticleFigure, ...]:
    """Return every figure of the article, in the order in which it is told."""
    text = (files("nextdollar.catalogue") / "article_figures.csv").read_text(encoding="utf-8")
    return tuple(ArticleFigure(**row) for row in csv.DictReader(text.splitlines()))
