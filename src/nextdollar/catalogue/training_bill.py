"""Ranges that lead from the hours of a training run to its bill: power, PUE, GPUs used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, kept, read, rows, unknown
from nextdollar.sources import Source

_FILE = "training_bill.csv"
_COLUMNS = ("name", "low", "high", *SOURCE_COLUMNS)


@dataclass(frozen=True, slots=True)
class BillRange:
    """A published range of a factor, `low` to `high`, read as its 5 % and 95 % quantiles."""

    name: str
    low: float
    high: float
    source: Source
    note: str

    @property
    def middle(self) -> float:
        """Geometric mean of the ends: the median of a log-normal quantity with these quantiles."""
        return math.sqrt(self.low * self.high)


@kept
def bill_ranges() -> Mapping[str, BillRange]:
    """Every range, by name."""
    return MappingProxyType(parse_bill_ranges(read(_FILE), _FILE))


def bill_range(name: str) -> BillRange:
    """Return the range of a name; CatalogueError if there is none."""
    known = bill_ranges()
    if name not in known:
        raise unknown("range of a training bill", name, known)
    return known[name]


def parse_bill_ranges(lines: Iterable[str], file: str) -> dict[str, BillRange]:
    """Ranges by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS), _range_of)
    return by_name((row, item.name, item) for row, item in found)


def _range_of(row: Row) -> BillRange:
    """Return the range of a row: above 0, in order."""
    low, high = row.number("low"), row.number("high")
    if low <= 0:
        raise row.fault("low", "above 0", row.cells["low"])
    if high < low:
        raise row.fault("high", "at least low", row.cells["high"])
    return BillRange(row.text("name"), low, high, row.source(), row.cells["note"])
