"""Tables as plain data, and how their cells read: for people as text, for machines as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nextdollar.plan.reading.printable import printable
from nextdollar.plan.words import count, money, percent, power, significant

Kind = Literal[
    "text",
    "code",
    "usd",
    "usd_exact",
    "usd_each",
    "loss",
    "share",
    "share_of_value",
    "rate",
    "months",
    "count",
    "nats",
    "nats_step",
    "number",
    "times",
    "points",
    "power",
    "change",
]
Cell = str | float | int | bool | None | Mapping[str, float | None]

# Amounts add up, so they are shown by their mean; the others by their median.
_SHOWN_BY_MEAN = ("usd", "usd_exact", "loss", "share_of_value")
_WORDS_FOR_NOTHING = {"months": "never", "rate": "none"}
_LARGEST_RATE = 10.0
_LARGEST_SPELLED_OUT_USD = 1e7
_STATISTICS = ("mean", "p5", "p50", "p95", "standard_error")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in files (with the unit), its heading for people, and what its cells are."""

    key: str
    head: str
    kind: Kind = "text"

    @property
    def is_number(self) -> bool:
        """Whether cells are aligned as numbers."""
        return self.kind not in ("text", "code")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `name` is that of its file, `caption` says what it holds.

    Where it is grouped, rows of the same first cell stand together under it.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_grouped: bool = False

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns without the one that names the groups."""
        return self.columns[1:] if self.is_grouped else self.columns

    @property
    def groups(self) -> tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]:
        """The rows by group; one group without a name where there are none."""
        if not self.is_grouped:
            return (("", self.rows),)
        names = dict.fromkeys(str(row[0]) for row in self.rows)
        return tuple((name, tuple(row[1:] for row in self.rows if row[0] == name)) for name in names)

    @property
    def is_broad(self) -> bool:
        """Whether it holds more than fits in the width of a column of text."""
        return len(self.shown_columns) > 7 or any(
            isinstance(cell, str) and len(cell) > 60 for row in self.rows for cell in row
        )


@dataclass(frozen=True, slots=True)
class Words:
    """A cell for people: the figure, and its P5 to P95 where it has a range."""

    main: str
    spread: str = ""


def cell_words(value: Cell, kind: Kind) -> Words:
    """Return a cell as people read it."""
    if isinstance(value, Mapping):
        return _figure_words(value, kind)
    if value is None:
        return Words(_WORDS_FOR_NOTHING.get(kind, ""))
    if isinstance(value, bool):
        return Words("yes" if value else "no")
    return Words(number_words(float(value), kind) if isinstance(value, int | float) else value)


def _figure_words(figure: Mapping[str, float | None], kind: Kind) -> Words:
    middle = figure.get("mean") if kind in _SHOWN_BY_MEAN else figure.get("p50")
    low, high = figure.get("p5"), figure.get("p95")
    missing = figure.get("never_share") or figure.get("none_share") or 0.0
    word = "never" if kind == "months" else "none"
    ends = [word if end is None else number_words(end, kind).removesuffix(" USD") for end in (low, high)]
    text = word if middle is None else number_words(middle, kind)
    share = f"{word} in {percent(missing)}" if missing else ""
    return Words(
        text, "; ".join(filter(None, (f"{ends[0]} to {ends[1]}" if ends[0] != ends[1] else "", share)))
    )


def number_words(value: float, kind: Kind) -> str:
    """Return one number with its unit."""
    words = _WORDS.get(kind)
    return significant(value) if words is None else words(value)


def _exact_usd(value: float) -> str:
    """Return an amount to the dollar, or to six digits where that would be longer."""
    if abs(value) >= _LARGEST_SPELLED_OUT_USD:
        return money(value, 6)
    return f"{significant(value) if abs(value) < 1e3 else significant(round(value), 7)} USD"


def _loss(value: float) -> str:
    return f"loses {money(value)}" if value > 0 else f"still gains {money(-value)}"


def _rate(value: float) -> str:
    return "over 1 000 %" if value > _LARGEST_RATE else percent(value)


_WORDS: dict[str, Callable[[float], str]] = {
    "usd": money,
    "usd_exact": _exact_usd,
    "usd_each": lambda value: f"{significant(value)} USD",
    "loss": _loss,
    "share": percent,
    "share_of_value": percent,
    "rate": _rate,
    "count": count,
    "nats": lambda value: f"{value:.4f}",
    "nats_step": lambda value: significant(value, 2) if abs(value) < 0.1 else significant(value),
    "times": lambda value: f"{significant(value, 2)} times",
    "points": lambda value: f"{'+' if value > 0 else ''}{significant(100 * value)} points",
    "power": power,
    "change": lambda value: f"{'+' if value > 0 else ''}{significant(100 * value, 2)} %",
}


def csv_text(table: Table) -> str:
    """Return a table as CSV with every digit; a figure with a range takes a column for each statistic."""
    statistics = [_all_statistics(table, index) for index in range(len(table.columns))]
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    head: list[str] = []
    for column, keys in zip(table.columns, statistics, strict=True):
        head += [f"{column.key}_{key}" for key in keys] or [column.key]
    writer.writerow([safe_csv_cell(text) for text in head])
    for row in table.rows:
        cells: list[str] = []
        for value, keys in zip(row, statistics, strict=True):
            cells += _expanded(value, keys) if keys else [_csv_cell(value)]
        writer.writerow(cells)
    return target.getvalue()


def _all_statistics(table: Table, index: int) -> tuple[str, ...]:
    """Return the statistics that a column holds, the usual ones first; none where all its cells are plain."""
    found: dict[str, None] = {}
    for row in table.rows:
        cell = row[index]
        if isinstance(cell, Mapping):
            found = dict.fromkeys([*(found or _STATISTICS), *cell])
    return tuple(found)


def _expanded(value: Cell, keys: Sequence[str]) -> list[str]:
    if isinstance(value, Mapping):
        return [_csv_cell(value.get(key)) for key in keys]
    if value is None:
        return [""] * len(keys)
    certain = {"mean": value, "p5": value, "p50": value, "p95": value, "standard_error": 0.0}
    return [_csv_cell(certain.get(key)) for key in keys]


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_csv_cell(value) if isinstance(value, str) else repr(value)


def safe_csv_cell(text: str) -> str:
    """Return text that a spreadsheet shows as it is: what would start a formula gets a leading apostrophe."""
    starts_a_formula = text.startswith(_STARTS_A_FORMULA) and not _PLAIN_NUMBER.fullmatch(text)
    return f"'{printable(text)}" if starts_a_formula else printable(text)


def slug(text: str, n_characters: int = 40) -> str:
    """Return a file name made of letters, digits and hyphens."""
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return words[:n_characters].rstrip("-") or "unnamed"
