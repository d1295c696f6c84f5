"""What a reservation costs over the same machine on demand, where one provider asks for both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from nextdollar.catalogue.prices import PriceRow, RentContract, price_rows
from nextdollar.catalogue.rows import kept
from nextdollar.errors import CatalogueError
from nextdollar.sources import Source


@dataclass(frozen=True, slots=True)
class ReservationShare:
    """Price of a reserved hour over that of one on demand: lowest and highest of the providers' medians.

    A pair is one accelerator at one provider on one day; each provider has one vote, however many pairs.
    """

    contract: RentContract
    low: float
    high: float
    n_pairs: int
    providers: tuple[str, ...]
    source: Source


@kept
def reservation_share(contract: RentContract) -> ReservationShare:
    """Share of the price on demand that a contract asks; CatalogueError if no provider asks for both."""
    return share_of(price_rows(), contract)


def share_of(known: Iterable[PriceRow], contract: RentContract) -> ReservationShare:
    """Share of the price on demand that a contract asks, from price rows; errors of `reservation_share`."""
    offers: dict[tuple[str, str, date], dict[str, list[PriceRow]]] = defaultdict(lambda: defaultdict(list))
    for row in known:
        offers[row.accelerator, row.provider, row.valid_from][row.contract].append(row)
    pairs = [
        (reserved, reserved.price_usd / median(row.price_usd for row in offer["on_demand"]))
        for offer in offers.values()
        if offer.get("on_demand")
        for reserved in offer.get(contract, ())
    ]
    if not pairs:
        raise CatalogueError(f"contract must be one that a provider also asks on demand, got {contract}")
    by_provider: dict[str, list[float]] = defaultdict(list)
    for row, share in pairs:
        by_provider[row.provider].append(share)
    middles = [median(shares) for shares in by_provider.values()]
    newest = max((row for row, _ in pairs), key=lambda row: row.valid_from)
    providers = tuple(sorted(by_provider))
    return ReservationShare(contract, min(middles), max(middles), len(pairs), providers, newest.source)
