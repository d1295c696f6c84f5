"""Prices as they stood on a day: how old they are, and the user's own before the catalogue's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from nextdollar.catalogue.hardware import accelerator
from nextdollar.catalogue.prices import CONTRACTS, PriceRow, latest_year, price_rows
from nextdollar.errors import CatalogueError, DomainError
from nextdollar.sources import Source

STALE_DAYS = 183
"""Age in days from which a price is called stale: the H100 went from 1.70 to 2.35 USD in five months."""


@dataclass(frozen=True, slots=True)
class DatedPrice:
    """What an accelerator cost by a day, in USD per GPU-hour (`purchase`: per GPU).

    `as_of` is the day of the newest of the `n_rows` prices, `asked_for` the day that was asked about.
    The range spans list prices of unlike providers, not what one buyer would pay.
    """

    accelerator: str
    contract: str
    low_usd: float
    median_usd: float
    high_usd: float
    as_of: date
    asked_for: date
    n_rows: int
    is_own: bool
    sources: tuple[Source, ...]

    @property
    def age_days(self) -> int:
        """Days between the newest price and the day that was asked about."""
        return (self.asked_for - self.as_of).days

    @property
    def is_stale(self) -> bool:
        """Whether the newest price is older than half a year."""
        return self.age_days > STALE_DAYS

    def staleness(self) -> str:
        """One sentence on the age: empty while the price is fresh."""
        if not self.is_stale:
            return ""
        age = f"{self.age_days} days before {self.asked_for}"
        return f"newest price of {self.accelerator} is of {self.as_of}, {age}"


def dated_price(
    name: str, asked_for: date, *, contract: str = "on_demand", own_rows: Sequence[PriceRow] = ()
) -> DatedPrice:
    """Price of an accelerator by a day, with its age.

    Parameters
    ----------
    name : str
        Name or alias of an accelerator of the catalogue.
    asked_for : date
        The day asked about; no clock is looked at, and no later price is seen.
    contract : {"on_demand", "one_year", "three_years", "purchase"}
        What is bought.
    own_rows : sequence of PriceRow
        The user's prices (`parse_prices` reads them). Where one is of this accelerator and contract and
        not of a later day, the catalogue's are left out.

    Returns
    -------
    DatedPrice
        Lowest, median and highest price of the 365 days up to the newest, and the age of that.

    Raises
    ------
    CatalogueError
        If the name is unknown or there is no such price by that day.
    DomainError
        If the contract is none.
    """
    if contract not in CONTRACTS:
        raise DomainError(f"contract must be one of {', '.join(CONTRACTS)}, got {contract}")
    item = accelerator(name)
    for rows, is_own in ((own_rows, True), (price_rows(), False)):
        latest = latest_year(rows, item.name, contract=contract, as_of=asked_for)
        if latest:
            prices = [row.price_usd for row in latest]
            return DatedPrice(
                accelerator=item.name,
                contract=contract,
                low_usd=min(prices),
                median_usd=median(prices),
                high_usd=max(prices),
                as_of=latest[0].valid_from,
                asked_for=asked_for,
                n_rows=len(latest),
                is_own=is_own or latest[0].is_own,
                sources=tuple(dict.fromkeys(row.source for row in latest)),
            )
    raise CatalogueError(
        f"accelerator must have a price of contract {contract} by {asked_for}, got {item.name} with none"
    )
