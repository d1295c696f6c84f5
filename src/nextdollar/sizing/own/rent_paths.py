"""Draws of what renting an accelerator may cost month by month, from its list prices of today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from nextdollar.catalogue.price_path import price_path_constants
from nextdollar.compute.ownership.price_path import price_path_usd
from nextdollar.errors import require
from nextdollar.sizing.spread import Spread
from nextdollar.uncertainty import Design, uniforms
from nextdollar.units import FloatArray

LEVELS = (0.05, 0.5, 0.95)
_PATH = ("wander", "jumps", "jump_size")


@dataclass(frozen=True, slots=True)
class RentBand:
    """Rents at `months` (n_months,) from today in USD per GPU-hour: 5 %, 50 % and 95 % of the draws."""

    months: FloatArray
    p5_usd_per_gpu_hour: FloatArray
    p50_usd_per_gpu_hour: FloatArray
    p95_usd_per_gpu_hour: FloatArray
    risen_share: float
    """Share of the draws that end above where they started."""


def rent_paths(today_usd_per_gpu_hour: Spread, months: FloatArray, design: Design) -> FloatArray:
    """Draws of a rent at later months.

    Parameters
    ----------
    today_usd_per_gpu_hour : Spread
        What an hour costs today, its ends the 5 % and 95 % quantiles; equal ends for a contract.
    months : array (n_months,)
        Months from today, at least 0, rising.
    design : Design
        How many draws, from which seed. The draws owe nothing to those of other names in the design.

    Returns
    -------
    array (n_months, n_draws)
        USD per GPU-hour; a month 0 is today.

    Raises
    ------
    DomainError
        If a month is below 0 or not after the one before.

    Notes
    -----
    `price_path_usd` with the constants of the catalogue. A path starts at a draw of today's price, and
    reverts to that draw: a buyer who rents cheaply stays one.
    """
    n_months = len(months)
    names = [f"rent.{part}/{month}" for part in _PATH for month in range(n_months)]
    dealt = uniforms(["rent.today", "rent.trend", *names], design)
    today, trend = dealt[0], dealt[1]
    wander, jumps, sizes = dealt[2:].reshape(len(_PATH), n_months, -1)
    start_usd = today_usd_per_gpu_hour.p50 * np.exp(today_usd_per_gpu_hour.sd_log * ndtri(today))
    return price_path_usd(
        start_usd,
        months,
        constants=price_path_constants(),
        normal_scores=ndtri(wander),
        jump_uniforms=jumps,
        jump_scores=ndtri(sizes),
        trend_scores=ndtri(trend),
    )


def rent_band(usd_per_gpu_hour: float, months: FloatArray, design: Design) -> RentBand:
    """Range of a rent that is known today (above 0) at later months; arguments as in `rent_paths`."""
    require(usd_per_gpu_hour > 0, "usd_per_gpu_hour", "above 0", usd_per_gpu_hour)
    paths = rent_paths(Spread(usd_per_gpu_hour, usd_per_gpu_hour), months, design)
    p5, p50, p95 = np.quantile(paths, LEVELS, axis=1)
    return RentBand(months, p5, p50, p95, float((paths[-1] > usd_per_gpu_hour).mean()))
