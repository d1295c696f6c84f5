"""From the hours of a training run to days, dollars and energy, each with its range."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nextdollar.catalogue import rent_price
from nextdollar.catalogue.training_bill import bill_range
from nextdollar.compute import Accelerator
from nextdollar.compute.calendar import wall_days
from nextdollar.compute.training_ladder import Range, TrainingLadder
from nextdollar.errors import CatalogueError
from nextdollar.sizing.spread import Spread, product_range
from nextdollar.sources import Source

_WATTS_PER_MW = 1e6


@dataclass(frozen=True, slots=True)
class HourPrice:
    """What a GPU-hour costs, in USD, where that is from, and its sources."""

    spread: Spread
    words: str
    sources: tuple[Source, ...] = ()


def list_price(chip: Accelerator) -> HourPrice | None:
    """Return the range of on-demand list prices of the catalogue's latest year; None where there are none.

    Lowest and highest are read as the 5 % and 95 % quantiles of what an hour costs.
    """
    try:
        price = rent_price(chip.name)
    except CatalogueError:
        return None
    spread = Spread(price.low_usd_per_gpu_hour, price.high_usd_per_gpu_hour)
    prices = "1 list price" if price.n_rows == 1 else f"{price.n_rows} list prices"
    words = f"{prices} of {chip.name} on demand, newest {price.as_of}"
    return HourPrice(spread, words, price.sources)


def cost_usd(ladder: TrainingLadder, price: HourPrice) -> Range:
    """Cost of the billed hours in USD: hours times price, their logs independent."""
    floor = float(ladder.least_gpu_hours) * price.spread.p5
    middle = float(ladder.gpu_hours.p50) * price.spread.p50
    return product_range(middle, float(ladder.sd_log), price.spread.sd_log, floor=floor)


def days(ladder: TrainingLadder, *, is_count_assumed: bool) -> Range:
    """Days on the wall; where the count is assumed, wider by how much counts differ between runs."""
    if not is_count_assumed:
        return Range(*(float(value) for value in _ends(ladder.wall_days)))
    gpus = float(ladder.gpus)
    of_counts = usual_gpus_spread()
    floor = float(wall_days(ladder.least_gpu_hours, gpus)) / of_counts.p95
    return product_range(float(ladder.wall_days.p50), float(ladder.sd_log), of_counts.sd_log, floor=floor)


def energy_mwh(ladder: TrainingLadder, chip: Accelerator) -> Range | None:
    """Energy in MWh: hours times rated power, share of the system, and PUE; None without a rated power."""
    if chip.power_watts is None:
        return None
    system, pue = system_spread(), pue_spread()
    middle = float(ladder.gpu_hours.p50) * chip.power_watts * system.p50 * pue.p50 / _WATTS_PER_MW
    return product_range(middle, float(ladder.sd_log), system.sd_log, pue.sd_log)


def system_spread() -> Spread:
    """Power of an accelerator with its share of the host over its rated power, while training."""
    return _spread_of("system_share")


def pue_spread() -> Spread:
    """Energy of a data centre over that of its machines."""
    return _spread_of("pue")


def usual_gpus_spread() -> Spread:
    """GPUs that a run used over those that are assumed where nobody says."""
    return _spread_of("usual_gpus")


def price_given(low: float, high: float) -> HourPrice:
    """Return a price of the user: USD per GPU-hour from `low` to `high`, 5 % and 95 % quantiles."""
    words = f"{low:g} USD" if math.isclose(low, high) else f"{low:g} to {high:g} USD"
    return HourPrice(Spread(low, high), f"{words} per GPU-hour, as given")


def _spread_of(name: str) -> Spread:
    found = bill_range(name)
    return Spread(found.low, found.high)


def _ends(found: Range) -> tuple[float, float, float]:
    return float(found.p5), float(found.p50), float(found.p95)
