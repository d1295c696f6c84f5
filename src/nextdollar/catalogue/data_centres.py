"""Ranges of what it takes to own machines: space, staff, repairs, resale, cost of capital."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nextdollar.catalogue.rows import kept, read, unknown
from nextdollar.catalogue.training_bill import BillRange, parse_bill_ranges

_FILE = "data_centres.csv"


@kept
def data_centre_ranges() -> Mapping[str, BillRange]:
    """Every range, by name; the note of each says what it is over what."""
    return MappingProxyType(parse_bill_ranges(read(_FILE), _FILE))


def data_centre_range(name: str) -> BillRange:
    """Return the range of a name; CatalogueError if there is none."""
    known = data_centre_ranges()
    if name not in known:
        raise unknown("range of owning", name, known)
    return known[name]
