"""From the hours of training runs to days, dollars, energy and carbon, each with its range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from nextdollar.catalogue import dated_price, rent_price
from nextdollar.catalogue.electricity import grid_carbon
from nextdollar.catalogue.training_bill import bill_range
from nextdollar.compute import Accelerator
from nextdollar.compute.energy import carbon_kg, energy_kwh
from nextdollar.compute.training.calendar import development_gpu_hours, wall_days
from nextdollar.compute.training.ladder import Range, TrainingLadder
from nextdollar.errors import CatalogueError
from nextdollar.sizing.spread import Spread, column, product_range
from nextdollar.sources import Source

_KWH_PER_MWH = 1000.0
_KG_PER_TONNE = 1000.0
WORLD = "World"
"""The grid that is taken where none is named: the mean of all of them."""


@dataclass(frozen=True, slots=True)
class HourPrice:
    """What a GPU-hour costs, in USD, where that is from, and its sources.

    `newest` is the day of the newest price, None where the user gave one; `stale` says how old it is by the
    day that was asked about, if it is old.
    """

    spread: Spread
    words: str
    sources: tuple[Source, ...] = ()
    stale: str = ""
    newest: date | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """Carbon of a kilowatt-hour, in kg of CO2 equivalent, where that is from, and its sources."""

    spread: Spread
    words: str
    sources: tuple[Source, ...] = ()


def list_price(chip: Accelerator, as_of: date | None = None) -> HourPrice | None:
    """Return the range of on-demand list prices of the catalogue's latest year; None where there are none.

    Lowest and highest are read as the 5 % and 95 % quantiles of what an hour costs. With a day, prices that
    came later are left out, and an old one says so.
    """
    try:
        if as_of is None:
            price = rent_price(chip.name)
            low, high, stale = price.low_usd_per_gpu_hour, price.high_usd_per_gpu_hour, ""
            newest, n_rows, sources = price.as_of, price.n_rows, price.sources
        else:
            dated = dated_price(chip.name, as_of)
            low, high, stale = dated.low_usd, dated.high_usd, dated.staleness()
            newest, n_rows, sources = dated.as_of, dated.n_rows, dated.sources
    except CatalogueError:
        return None
    prices = "1 list price" if n_rows == 1 else f"{n_rows} list prices"
    words = f"{prices} of {chip.name} on demand, newest {newest}"
    return HourPrice(Spread(low, high), words, sources, stale, newest)


def price_given(low: float, high: float) -> HourPrice:
    """Return a price of the user: USD per GPU-hour from `low` to `high`, 5 % and 95 % quantiles."""
    words = f"{low:.4g} USD" if math.isclose(low, high) else f"{low:.4g} to {high:.4g} USD"
    return HourPrice(Spread(low, high), f"{words} per GPU-hour, as given")


def grid_of(region: str) -> Grid:
    """Return the grid of a region of the catalogue; CatalogueError where it knows none of that name."""
    found = grid_carbon(region)
    where = "the world" if found.region == WORLD else found.region
    words = f"mean grid of {where}, {found.kg_per_kwh:g} kg per kWh in {found.valid_from.year}"
    return Grid(Spread(found.kg_per_kwh, found.kg_per_kwh), words, (found.source,))


def grid_given(low: float, high: float) -> Grid:
    """Return a grid of the user: kg of CO2 equivalent per kWh from `low` to `high`, above 0."""
    words = f"{low:.3g} kg" if math.isclose(low, high) else f"{low:.3g} to {high:.3g} kg"
    return Grid(Spread(low, high), f"{words} per kWh, as given")


def cost_usd(ladder: TrainingLadder, prices: Sequence[HourPrice | None]) -> Range:
    """Cost of the billed hours in USD: hours times price, their logs independent; nan without a price."""
    low, middle = (column(_of(price, end) for price in prices) for end in ("p5", "p50"))
    sd_log = column(_of(price, "sd_log") for price in prices)
    floor = ladder.least_gpu_hours * low
    return product_range(ladder.gpu_hours.p50 * middle, ladder.sd_log, sd_log, floor=floor)


def days(ladder: TrainingLadder, is_count_assumed: NDArray[np.bool_]) -> Range:
    """Days on the wall; where the count is assumed, wider by how much counts differ between runs."""
    of_counts = usual_gpus_spread()
    floor = wall_days(ladder.least_gpu_hours, ladder.gpus)
    free = product_range(
        *(ladder.wall_days.p50, ladder.sd_log, of_counts.sd_log), floor=floor / of_counts.p95
    )
    ends = (
        np.where(is_count_assumed, getattr(free, name), getattr(ladder.wall_days, name)) for name in _ENDS
    )
    return Range(*ends)


def energy_mwh(ladder: TrainingLadder, chips: Sequence[Accelerator]) -> Range:
    """Energy in MWh: hours times rated power, share of the system, and PUE; nan without a rated power."""
    system, pue = system_spread(), pue_spread()
    watts = column(chip.power_watts for chip in chips)
    known = np.where(np.isnan(watts), 0.0, watts)
    middle = energy_kwh(ladder.gpu_hours.p50, known, system_share=system.p50, pue=pue.p50) / _KWH_PER_MWH
    return product_range(np.where(np.isnan(watts), np.nan, middle), ladder.sd_log, system.sd_log, pue.sd_log)


def carbon_tonnes(ladder: TrainingLadder, energy: Range, grid: Grid) -> Range:
    """Tonnes of CO2 equivalent: energy times what a kilowatt-hour of the grid brings with it."""
    system, pue = system_spread(), pue_spread()
    is_known = ~np.isnan(energy.p50)
    middle = carbon_kg(np.where(is_known, energy.p50, 0.0) * _KWH_PER_MWH, grid.spread.p50) / _KG_PER_TONNE
    return product_range(
        np.where(is_known, middle, np.nan), ladder.sd_log, system.sd_log, pue.sd_log, grid.spread.sd_log
    )


def project_hours(ladder: TrainingLadder, multiple: Spread) -> Range:
    """GPU-hours with the experiments before the final run."""
    middle = development_gpu_hours(ladder.gpu_hours.p50, multiple.p50)
    return product_range(middle, ladder.sd_log, multiple.sd_log, floor=ladder.least_gpu_hours)


def project_usd(
    cost: Range, ladder: TrainingLadder, prices: Sequence[HourPrice | None], multiple: Spread
) -> Range:
    """Cost in USD with the experiments before the final run, at the price of its hours."""
    sd_log = column(_of(price, "sd_log") for price in prices)
    return product_range(cost.p50 * multiple.p50, ladder.sd_log, sd_log, multiple.sd_log)


def system_spread() -> Spread:
    """Power of an accelerator with its share of the host over its rated power, while training."""
    return _spread_of("system_share")


def pue_spread() -> Spread:
    """Energy of a data centre over that of its machines."""
    return _spread_of("pue")


def usual_gpus_spread() -> Spread:
    """GPUs that a run used over those that are assumed where nobody says."""
    return _spread_of("usual_gpus")


_ENDS = ("p5", "p50", "p95")


def _of(price: HourPrice | None, name: str) -> float | None:
    """Return a number of the spread of a price, None where there is no price."""
    return None if price is None else getattr(price.spread, name)


def _spread_of(name: str) -> Spread:
    found = bill_range(name)
    return Spread(found.low, found.high)
