"""The usual shape of a day of requests and the usual length of one: what stands in for what is not said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, kept, read, rows
from nextdollar.errors import CatalogueError
from nextdollar.sources import Source
from nextdollar.units import HOURS_PER_DAY

_DAY_FILE, _REQUEST_FILE = "daily_load.csv", "usual_request.csv"
_DAY_COLUMNS = ("hour", "share_of_mean", *SOURCE_COLUMNS)
_REQUEST_COLUMNS = ("name", "tokens", *SOURCE_COLUMNS)
_LENGTHS = ("n_prompt_tokens", "n_output_tokens")


@dataclass(frozen=True, slots=True)
class DailyShape:
    """Load of each hour from midnight on over the mean of the day: 24 factors whose mean is 1."""

    factors_by_hour: tuple[float, ...]
    source: Source
    note: str

    @property
    def peak_factor(self) -> float:
        """Load of the highest hour over the mean."""
        return max(self.factors_by_hour)


@dataclass(frozen=True, slots=True)
class UsualRequest:
    """Mean lengths of a request in tokens, and where they were measured."""

    n_prompt_tokens: float
    n_output_tokens: float
    source: Source
    note: str


@kept
def usual_request() -> UsualRequest:
    """The lengths that ship with the package."""
    return parse_usual_request(read(_REQUEST_FILE), _REQUEST_FILE)


def parse_usual_request(lines: Iterable[str], file: str) -> UsualRequest:
    """The lengths in the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _REQUEST_COLUMNS), _length_of)
    named = by_name((row, name, tokens) for row, (name, tokens) in found)
    missing = [name for name in _LENGTHS if name not in named]
    if missing:
        raise CatalogueError(f"{file}:1: rows must be {', '.join(_LENGTHS)}, lacks {', '.join(missing)}")
    first = found[0][0]
    prompt, output = (named[name] for name in _LENGTHS)
    return UsualRequest(prompt, output, first.source(), first.cells["note"])


def _length_of(row: Row) -> tuple[str, float]:
    """Return name and tokens of a row."""
    tokens = row.number("tokens")
    if tokens < 1:
        raise row.fault("tokens", "at least 1", row.cells["tokens"])
    row.source()
    return row.one_of("name", _LENGTHS), tokens


@kept
def daily_shape() -> DailyShape:
    """The shape that ships with the package."""
    return parse_daily_shape(read(_DAY_FILE), _DAY_FILE)


def parse_daily_shape(lines: Iterable[str], file: str) -> DailyShape:
    """The shape in the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _DAY_COLUMNS), _factor_of)
    if [hour for _, (hour, _) in found] != list(range(HOURS_PER_DAY)):
        raise CatalogueError(f"{file}:1: hours must be 0 to {HOURS_PER_DAY - 1}, each once and in order")
    factors = [factor for _, (_, factor) in found]
    mean = sum(factors) / len(factors)
    first = found[0][0]
    return DailyShape(tuple(factor / mean for factor in factors), first.source(), first.cells["note"])


def _factor_of(row: Row) -> tuple[int, float]:
    """Return hour and factor of a row."""
    hour, factor = row.number("hour"), row.number("share_of_mean")
    if hour != int(hour):
        raise row.fault("hour", "a whole number", row.cells["hour"])
    if factor <= 0:
        raise row.fault("share_of_mean", "above 0", row.cells["share_of_mean"])
    row.source()
    return int(hour), factor
