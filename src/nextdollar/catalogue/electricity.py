"""What electricity costs a data centre, and the carbon of the grid that it comes from, by region."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, collect, kept, read, rows, unknown
from nextdollar.errors import CatalogueError
from nextdollar.sources import Source

DEFAULT_REGION = "United States"

_PRICES, _CARBON = "electricity.csv", "grid_carbon.csv"
_PRICE_COLUMNS = (
    "region",
    "grid",
    "low_usd_per_kwh",
    "high_usd_per_kwh",
    "valid_from",
    *SOURCE_COLUMNS,
)
_CARBON_COLUMNS = ("region", "kg_per_kwh", "valid_from", *SOURCE_COLUMNS)


class _Dated(Protocol):
    @property
    def region(self) -> str: ...

    @property
    def valid_from(self) -> date: ...


_Item = TypeVar("_Item", bound=_Dated)


@dataclass(frozen=True, slots=True)
class ElectricityPrice:
    """Average prices of a region in USD per kWh, as of a day.

    A data centre pays something between the averages of industrial (`low_usd_per_kwh`) and of commercial
    customers (`high_usd_per_kwh`). `grid` is the region of `grid_carbon`, empty where none is known.
    """

    region: str
    grid: str
    low_usd_per_kwh: float
    high_usd_per_kwh: float
    valid_from: date
    source: Source


@dataclass(frozen=True, slots=True)
class GridCarbon:
    """Carbon intensity of a grid in kg of CO2 equivalent per kWh, mean of a year, location-based."""

    region: str
    kg_per_kwh: float
    valid_from: date
    source: Source


@kept
def electricity_prices() -> tuple[ElectricityPrice, ...]:
    """Every price of electricity, in the order of the file."""
    return tuple(parse_electricity(read(_PRICES), _PRICES))


@kept
def grid_carbons() -> tuple[GridCarbon, ...]:
    """Every carbon intensity, in the order of the file."""
    return tuple(parse_grid_carbon(read(_CARBON), _CARBON))


def electricity_price(region: str = DEFAULT_REGION, as_of: date | None = None) -> ElectricityPrice:
    """Newest price of a region, in any case, that is not after `as_of`; CatalogueError if there is none."""
    return _newest(electricity_prices(), region, as_of, what="region of electricity")


def grid_carbon(region: str = DEFAULT_REGION, as_of: date | None = None) -> GridCarbon:
    """Newest carbon intensity of a region that is not after `as_of`; CatalogueError if there is none."""
    return _newest(grid_carbons(), region, as_of, what="region of carbon intensity")


def parse_electricity(lines: Iterable[str], file: str) -> list[ElectricityPrice]:
    """Prices from the lines of a CSV file; CatalogueError names the line of each fault."""
    return [item for _, item in collect(rows(lines, file, _PRICE_COLUMNS), _price_of)]


def parse_grid_carbon(lines: Iterable[str], file: str) -> list[GridCarbon]:
    """Carbon intensities from the lines of a CSV file; CatalogueError names the line of each fault."""
    return [item for _, item in collect(rows(lines, file, _CARBON_COLUMNS), _carbon_of)]


def _price_of(row: Row) -> ElectricityPrice:
    low, high = row.number("low_usd_per_kwh"), row.number("high_usd_per_kwh")
    if low <= 0:
        raise row.fault("low_usd_per_kwh", "above 0", row.cells["low_usd_per_kwh"])
    if high < low:
        raise row.fault("high_usd_per_kwh", "at least low_usd_per_kwh", row.cells["high_usd_per_kwh"])
    region, grid = row.text("region"), row.cells["grid"]
    return ElectricityPrice(region, grid, low, high, row.day("valid_from"), row.source())


def _carbon_of(row: Row) -> GridCarbon:
    kg_per_kwh = row.number("kg_per_kwh")
    if kg_per_kwh < 0:
        raise row.fault("kg_per_kwh", "at least 0", row.cells["kg_per_kwh"])
    return GridCarbon(row.text("region"), kg_per_kwh, row.day("valid_from"), row.source())


def _newest(known: Sequence[_Item], region: str, as_of: date | None, *, what: str) -> _Item:
    """Return the newest row of a region."""
    found = [item for item in known if item.region.casefold() == region.strip().casefold()]
    if not found:
        raise unknown(what, region, dict.fromkeys(item.region for item in known))
    valid = [item for item in found if as_of is None or item.valid_from <= as_of]
    if not valid:
        raise CatalogueError(f"{what} must have a row by {as_of}, got {found[0].region} with none")
    return max(valid, key=lambda item: item.valid_from)
