"""Everything the catalogue holds on one name: its rows, its prices and their age, and where a rent may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from nextdollar.catalogue.contents import PRICES, TableRow, newest_day, rows_named
from nextdollar.catalogue.dated_prices import DatedPrice, dated_price
from nextdollar.catalogue.hardware import accelerator
from nextdollar.catalogue.model_shapes import ModelShape, model_shape
from nextdollar.catalogue.price_path import price_path_sources
from nextdollar.catalogue.prices import CONTRACTS, PriceRow, price_rows
from nextdollar.compute import Accelerator
from nextdollar.errors import CatalogueError
from nextdollar.sizing.own.rent_paths import RentBand, rent_band
from nextdollar.sources import Source
from nextdollar.uncertainty import Design
from nextdollar.units import MONTHS_PER_YEAR

OUTLOOK_MONTHS = 3 * MONTHS_PER_YEAR
_DESIGN = Design.rounded(4_096, 7)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the catalogue holds on a name by a day.

    `prices` are what it cost under each contract by then, `history` every price, oldest first, and
    `outlook` where the rent on demand may go from its middle; None where there is no such rent.
    """

    asked: str
    name: str
    as_of: date
    rows: tuple[TableRow, ...]
    model: ModelShape | None
    prices: tuple[DatedPrice, ...]
    history: tuple[PriceRow, ...]
    outlook: RentBand | None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where all of it comes from."""
        rows = [row.source for row in self.rows]
        prices = [source for price in self.prices for source in price.sources]
        return (*rows, *prices, *(price_path_sources() if self.outlook is not None else ()))


def catalogue_show(name: str, *, as_of: date | None = None) -> Shown:
    """Show what the catalogue holds on an accelerator, a model, a law, a constant, or any other name.

    Parameters
    ----------
    name : str
        A name or alias, in any case.
    as_of : date, optional
        Leave out what came later, and count ages from here; None is the day of the newest row. No clock
        is looked at.

    Raises
    ------
    CatalogueError
        If no row is about the name by then; it names the nearest.
    """
    day = newest_day() if as_of is None else as_of
    chip, model = _accelerator_of(name), _model_of(name)
    known = name if chip is None else chip.name
    known = known if model is None else model.name
    rows = rows_named(known, day)
    prices = () if chip is None else _prices(chip.name, day)
    history = [row for row in price_rows() if chip is not None and row.accelerator == chip.name]
    shown = sorted((row for row in history if row.valid_from <= day), key=lambda row: row.valid_from)
    # What the name is comes before what it costs on which day.
    of_no_day_first = sorted(rows, key=lambda row: bool(row.table.day))
    listed = tuple(row for row in of_no_day_first if row.table.name != PRICES)
    return Shown(name, known, day, listed, model, prices, tuple(shown), _outlook(prices))


def _accelerator_of(name: str) -> Accelerator | None:
    try:
        return accelerator(name)
    except CatalogueError:
        return None


def _model_of(name: str) -> ModelShape | None:
    try:
        return model_shape(name)
    except CatalogueError:
        return None


def _prices(name: str, day: date) -> tuple[DatedPrice, ...]:
    found = []
    for contract in CONTRACTS:
        try:
            found.append(dated_price(name, day, contract=contract))
        except CatalogueError:
            continue
    return tuple(found)


def _outlook(prices: tuple[DatedPrice, ...]) -> RentBand | None:
    """Return where the rent on demand may go from the middle of its range."""
    for price in prices:
        if price.contract == "on_demand":
            middle = float(np.sqrt(price.low_usd * price.high_usd))
            return rent_band(middle, np.arange(OUTLOOK_MONTHS + 1.0), _DESIGN)
    return None
