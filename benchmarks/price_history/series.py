"""Rents that one provider asked for one accelerator over time, from the catalogue and the shared table."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from nextdollar.catalogue import accelerator, price_rows
from nextdollar.errors import CatalogueError
from nextdollar.units import DAYS_PER_YEAR, FloatArray

SHARED = Path(__file__).parents[3] / "shared" / "data" / "compute" / "gpu_prices.csv"
LIST_PROVIDERS = ("Amazon Web Services", "Google Cloud", "Microsoft Azure", "Oracle Cloud")
"""Clouds whose list prices stand for years; what one pays there is a discount that no list shows."""

_PROVIDERS = {
    "Lambda": "Lambda Labs",
    "Lambda 8x on demand": "Lambda Labs",
    "market (launch scarcity)": "the market",
    "market low": "the market",
}
_CONTRACTS = {"on_demand": "on_demand", "1y": "one_year", "3y": "three_years"}
# Ends of a table of unlike providers, and quotes whose day nobody wrote down, are no series; the shared
# table has the index of one-year contracts in the column of rents on demand, the catalogue where it belongs.
_NO_SERIES = ("cheapest", "dearest", "median of", "not named", "list price", "SemiAnalysis 1-yr")

Quote = tuple[str, str, str, date, float]


@dataclass(frozen=True, slots=True)
class Series:
    """Logs of one price at its days: `years` (n,) since the first, rising, and `log_usd` (n,)."""

    accelerator: str
    provider: str
    contract: str
    first: date
    years: FloatArray
    log_usd: FloatArray

    @property
    def is_list(self) -> bool:
        """Whether it is the list of a large cloud, which hardly moves."""
        return self.provider in LIST_PROVIDERS

    def before(self, day: date) -> Series | None:
        """The part before a day; None if that is less than two quotes."""
        kept = self.years < (day - self.first).days / DAYS_PER_YEAR
        if kept.sum() < 2:
            return None
        where = (self.accelerator, self.provider, self.contract, self.first)
        return Series(*where, self.years[kept], self.log_usd[kept])


def all_series() -> list[Series]:
    """Every series of two days or more; quotes of one day are averaged in the log."""
    quotes: dict[tuple[str, str, str], dict[date, set[float]]] = defaultdict(lambda: defaultdict(set))
    for name, provider, contract, day, usd in (*_ours(), *_shared()):
        quotes[name, _PROVIDERS.get(provider, provider), contract][day].add(usd)
    return [_series(key, days) for key, days in sorted(quotes.items()) if len(days) > 1]


def _series(key: Sequence[str], quotes: dict[date, set[float]]) -> Series:
    days = sorted(quotes)
    years = np.array([(day - days[0]).days / DAYS_PER_YEAR for day in days])
    logs = np.array([np.mean([math.log(usd) for usd in quotes[day]]) for day in days])
    return Series(key[0], key[1], key[2], days[0], years, logs)


def _ours() -> Iterator[Quote]:
    for row in price_rows():
        is_dated = "catalogue" not in row.source.work
        if row.contract != "purchase" and is_dated and not row.provider.startswith(_NO_SERIES):
            yield row.accelerator, row.provider, row.contract, row.valid_from, row.price_usd


def _shared() -> Iterator[Quote]:
    with SHARED.open(encoding="utf-8", newline="") as file:
        for cells in csv.DictReader(file):
            provider = cells["vendor"].strip()
            if not provider or provider.startswith(_NO_SERIES) or len(cells["date"]) < len("2026-01-01"):
                continue
            try:
                name = accelerator(cells["hardware"]).name
            except CatalogueError:
                continue
            for column, contract in _CONTRACTS.items():
                usd = cells[f"usd_per_chip_hour_{column}"]
                if usd:
                    yield name, provider, contract, date.fromisoformat(cells["date"]), float(usd)
