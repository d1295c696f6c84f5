"""Dated prices of accelerators, to rent by the hour and to buy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal, TypeAlias

from nextdollar.catalogue.hardware import accelerator, accelerators
from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, collect, kept, read, rows
from nextdollar.errors import CatalogueError
from nextdollar.sources import Source

RentContract: TypeAlias = Literal["on_demand", "one_year", "three_years"]

CONTRACTS = ("on_demand", "one_year", "three_years", "purchase")
_LATEST = timedelta(days=365)
_COLUMNS = (
    "accelerator",
    "contract",
    "usd_per_gpu_hour",
    "usd_per_gpu",
    "valid_from",
    "provider",
    *SOURCE_COLUMNS,
)


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price on one day: USD per GPU-hour of a rent contract, or USD per GPU of a purchase."""

    accelerator: str
    contract: str
    price_usd: float
    valid_from: date
    provider: str
    source: Source
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class RentPrice:
    """What renting cost in the latest year for which there are prices, in USD per GPU-hour.

    `as_of` is the day of the newest of the `n_rows` prices, `sources` the newest first. The range
    spans list prices of unlike providers: it is not an interval of what one buyer would pay.
    """

    low_usd_per_gpu_hour: float
    median_usd_per_gpu_hour: float
    high_usd_per_gpu_hour: float
    as_of: date
    n_rows: int
    sources: tuple[Source, ...]

    @property
    def middle_usd_per_gpu_hour(self) -> float:
        """Middle of the range, sqrt(low * high): the one number where one is wanted.

        It is the median of the range that estimates and plans draw from, so that a cost without a range
        and the middle of one with a range agree. The median of the offers lies elsewhere.
        """
        return math.sqrt(self.low_usd_per_gpu_hour * self.high_usd_per_gpu_hour)

    @property
    def source(self) -> Source:
        """Source of the newest price."""
        return self.sources[0]


@dataclass(frozen=True, slots=True)
class PurchasePrice:
    """What buying cost in the latest year for which there are prices, in USD per GPU; else as `RentPrice`.

    Some rows are an eighth of a server, others a bare card: the notes of the rows say which.
    """

    low_usd: float
    median_usd: float
    high_usd: float
    as_of: date
    n_rows: int
    sources: tuple[Source, ...]

    @property
    def source(self) -> Source:
        """Source of the newest price."""
        return self.sources[0]


def rent_price(name: str, as_of: date | None = None, *, contract: RentContract = "on_demand") -> RentPrice:
    """Range of rents of an accelerator in the latest year of prices.

    Parameters
    ----------
    name : str
        Name or alias of an accelerator of the catalogue.
    as_of : date, optional
        Leave out prices that came later; None takes all. No clock is looked at.
    contract : {"on_demand", "one_year", "three_years"}
        Length of the commitment.

    Returns
    -------
    RentPrice
        Lowest, median and highest price of the 365 days up to the newest, and the day of that.

    Raises
    ------
    CatalogueError
        If the name is unknown or there is no such price by that day.
    """
    latest = _latest_year(name, contract, as_of)
    prices = [row.price_usd for row in latest]
    return RentPrice(
        low_usd_per_gpu_hour=min(prices),
        median_usd_per_gpu_hour=median(prices),
        high_usd_per_gpu_hour=max(prices),
        as_of=latest[0].valid_from,
        n_rows=len(latest),
        sources=_distinct(latest),
    )


def has_rent_price(name: str) -> bool:
    """Whether the catalogue knows what renting an accelerator costs."""
    try:
        rent_price(name)
    except CatalogueError:
        return False
    return True


def purchase_price(name: str, as_of: date | None = None) -> PurchasePrice:
    """Range of purchase prices of an accelerator in the latest year of prices, in USD per GPU.

    Arguments and errors as in `rent_price`.
    """
    latest = _latest_year(name, "purchase", as_of)
    prices = [row.price_usd for row in latest]
    return PurchasePrice(
        low_usd=min(prices),
        median_usd=median(prices),
        high_usd=max(prices),
        as_of=latest[0].valid_from,
        n_rows=len(latest),
        sources=_distinct(latest),
    )


@kept
def price_rows() -> tuple[PriceRow, ...]:
    """Every price of the catalogue, in the order of the file."""
    return tuple(parse_prices(read("gpu_prices.csv"), "gpu_prices.csv"))


def parse_prices(lines: Iterable[str], file: str) -> list[PriceRow]:
    """Prices from the lines of a CSV file; CatalogueError names the line of each fault."""
    return [item for _, item in collect(rows(lines, file, _COLUMNS), _price_of)]


def _price_of(row: Row) -> PriceRow:
    """Return the price of a row; a purchase is per GPU, any other contract per GPU-hour."""
    contract = row.one_of("contract", CONTRACTS)
    column, other = "usd_per_gpu_hour", "usd_per_gpu"
    if contract == "purchase":
        column, other = other, column
    price_usd = row.number(column)
    if price_usd <= 0:
        raise row.fault(column, "above 0", row.cells[column])
    if row.cells[other]:
        raise row.fault(other, f"empty for contract {contract}", row.cells[other])
    return PriceRow(
        accelerator=_accelerator_of(row),
        contract=contract,
        price_usd=price_usd,
        valid_from=row.day("valid_from"),
        provider=row.text("provider"),
        source=row.source(),
        is_own=row.is_own,
    )


def _accelerator_of(row: Row) -> str:
    """Return the catalogue's own name; a user may write any name that it understands."""
    if not row.is_own:
        return row.one_of("accelerator", tuple(accelerators()))
    try:
        return accelerator(row.text("accelerator")).name
    except CatalogueError as error:
        raise row.fault(
            "accelerator", "a name of the catalogue", f"{row.cells['accelerator']}: {error}"
        ) from None


def _latest_year(name: str, contract: str, as_of: date | None) -> list[PriceRow]:
    """Prices of the 365 days up to the newest that is not after `as_of`, newest first."""
    item = accelerator(name)
    latest = latest_year(price_rows(), item.name, contract=contract, as_of=as_of)
    if not latest:
        by_then = "" if as_of is None else f" by {as_of}"
        raise CatalogueError(
            f"accelerator must have a price of contract {contract}{by_then}, got {item.name} with none"
        )
    return latest


def latest_year(known: Iterable[PriceRow], name: str, *, contract: str, as_of: date | None) -> list[PriceRow]:
    """Prices of one accelerator and contract in the 365 days up to the newest, newest first.

    Prices after `as_of` are left out, and where the user has one, all but the user's; none gives an empty
    list. `name` is the catalogue's own.
    """
    rows = [row for row in known if row.accelerator == name and row.contract == contract]
    valid = [row for row in rows if as_of is None or row.valid_from <= as_of]
    if not valid:
        return []
    valid = [row for row in valid if row.is_own] or valid
    newest = max(row.valid_from for row in valid)
    latest = [row for row in valid if row.valid_from > newest - _LATEST]
    return sorted(latest, key=lambda row: row.valid_from, reverse=True)


def _distinct(latest: Sequence[PriceRow]) -> tuple[Source, ...]:
    """Return the sources of prices, without repeats, in order."""
    return tuple(dict.fromkeys(row.source for row in latest))
