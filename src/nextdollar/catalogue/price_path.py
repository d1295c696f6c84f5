"""Fitted constants of how rents of accelerators move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, kept, read, rows
from nextdollar.compute.ownership.price_path import PricePathConstants
from nextdollar.errors import CatalogueError
from nextdollar.sources import Source

FILE = "price_path.csv"
COLUMNS = ("name", "value", *SOURCE_COLUMNS)


@dataclass(frozen=True, slots=True)
class PathConstant:
    """One constant of a price path; the name says its unit."""

    name: str
    value: float
    source: Source
    note: str


@kept
def path_constants() -> Mapping[str, PathConstant]:
    """Every constant, by name."""
    return MappingProxyType(parse_path_constants(read(FILE), FILE))


def price_path_constants() -> PricePathConstants:
    """Constants for `price_path_usd`, fitted to rents of one provider over time."""
    return PricePathConstants(**{name: constant.value for name, constant in path_constants().items()})


def price_path_sources() -> tuple[Source, ...]:
    """Where the constants come from, without repeats."""
    return tuple(dict.fromkeys(constant.source for constant in path_constants().values()))


def parse_path_constants(lines: Iterable[str], file: str) -> dict[str, PathConstant]:
    """Constants by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, COLUMNS), _constant_of)
    named = by_name((row, item.name, item) for row, item in found)
    lacking = [name for name in _names() if name not in named]
    if lacking:
        raise CatalogueError(f"{file}: must have a row for each constant, lacks {', '.join(lacking)}")
    return named


def _constant_of(row: Row) -> PathConstant:
    """Return the constant of a row; only a log may be below 0."""
    name = row.one_of("name", _names())
    value = row.number("value")
    if value < 0 and name not in ("trend_log_per_year", "jump_mean_log"):
        raise row.fault("value", "at least 0", row.cells["value"])
    return PathConstant(name, value, row.source(), row.cells["note"])


def _names() -> tuple[str, ...]:
    return tuple(field.name for field in fields(PricePathConstants))
