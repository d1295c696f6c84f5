"""The machine that a budget buys time on: its peak, its price, and how well it is used."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nextdollar.catalogue.defaults import defaults
from nextdollar.catalogue.hardware import accelerator
from nextdollar.catalogue.prices import rent_price
from nextdollar.compute import Accelerator, gpu_hours, gpu_seconds, usd_per_flop
from nextdollar.sources import Source
from nextdollar.units import PERCENT, Floats


@dataclass(frozen=True, slots=True)
class Machine:
    """An accelerator with its price and its use; numbers, or draws (n_draws,) of them.

    `usd_per_gpu_hour` is above 0; `mfu` (training, over billed time) and `serving_mfu` are shares of
    the dense bf16 peak in (0, 1]. `is_assumed` names those of the three that were not given.
    """

    accelerator: Accelerator
    usd_per_gpu_hour: Floats
    mfu: Floats
    serving_mfu: Floats
    sources: tuple[Source, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def usd_per_flop(self) -> Floats:
        """Price of a FLOP of training."""
        return usd_per_flop(self.accelerator.peak_flop_per_s, self.usd_per_gpu_hour, mfu=self.mfu)

    @property
    def price_multiple(self) -> Floats:
        """Price of a FLOP of serving over that of training: the machine is used less well."""
        return self.mfu / self.serving_mfu

    def gpu_hours(self, flop: Floats) -> Floats:
        """GPU-hours that an amount of training work takes."""
        return gpu_hours(gpu_seconds(flop, self.accelerator.peak_flop_per_s, mfu=self.mfu))


def machine(
    name: str,
    *,
    usd_per_gpu_hour: Floats | None = None,
    mfu: Floats | None = None,
    serving_mfu: Floats | None = None,
) -> Machine:
    """Return a machine of the catalogue; what is not given is its middle there.

    Parameters
    ----------
    name : str
        Name or alias of an accelerator.
    usd_per_gpu_hour : float or array (n_draws,), optional
        Price of an hour; the middle of the catalogue's rents of the latest year if it is left out.
    mfu, serving_mfu : float or array (n_draws,), optional
        Share of the peak in training and in serving; the middle of the catalogue's default if left out.

    Raises
    ------
    CatalogueError
        If there is no such accelerator, or no price for it and none is given.
    """
    item = accelerator(name)
    sources, assumed = [item.source], []
    if usd_per_gpu_hour is None:
        rent = rent_price(item.name)
        usd_per_gpu_hour = rent.middle_usd_per_gpu_hour
        sources.append(rent.source)
        assumed.append("price")
    if mfu is None:
        mfu = middle_of_default("hardware.mfu")
        sources.append(defaults()["hardware.mfu"].source)
        assumed.append("mfu")
    if serving_mfu is None:
        serving_mfu = middle_of_default("hardware.serving_mfu")
        assumed.append("serving_mfu")
    return Machine(item, usd_per_gpu_hour, mfu, serving_mfu, tuple(sources), tuple(assumed))


def middle_of_default(name: str) -> float:
    """Return the median of a default that is a range of shares: that of 20 to 51 % is 0.32."""
    low, _, high, _ = defaults()[name].value.split()
    return math.sqrt(float(low) * float(high)) * PERCENT
