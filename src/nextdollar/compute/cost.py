"""What machine time costs."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.training.machine_time import gpu_seconds
from nextdollar.errors import require
from nextdollar.units import SECONDS_PER_HOUR, Floats


def training_cost_usd(
    gpu_hours: Floats, usd_per_gpu_hour: Floats, *, development_multiple: Floats = 1.0
) -> Floats:
    """Cost of training in USD.

    Parameters
    ----------
    gpu_hours : float or array (...)
        GPU-hours of the final run, at least 0.
    usd_per_gpu_hour : float or array (...)
        Price of a GPU-hour, rented or owned, at least 0.
    development_multiple : float or array (...)
        All research and development compute over that of the final run, at least 1.

    Returns
    -------
    float or array (...)
        USD.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    hours * price * multiple. The final run was 10 to 30 % of research and development compute in
    published accounts, a multiple of 3.3 to 10; the default of 1 is the final run alone. Staff and
    data are not in it.
    """
    require(np.greater_equal(gpu_hours, 0), "gpu_hours", "at least 0", gpu_hours)
    require(np.greater_equal(usd_per_gpu_hour, 0), "usd_per_gpu_hour", "at least 0", usd_per_gpu_hour)
    require(
        np.greater_equal(development_multiple, 1), "development_multiple", "at least 1", development_multiple
    )
    return gpu_hours * usd_per_gpu_hour * development_multiple


def usd_per_flop(
    peak_flop_per_s: Floats, usd_per_gpu_hour: Floats, *, mfu: Floats, goodput_share: Floats = 1.0
) -> Floats:
    """Price of one FLOP of useful work, in USD.

    The GPU-hours of one FLOP (see `gpu_seconds` for arguments and domains) times their price.
    """
    require(np.greater_equal(usd_per_gpu_hour, 0), "usd_per_gpu_hour", "at least 0", usd_per_gpu_hour)
    seconds_per_flop = gpu_seconds(1.0, peak_flop_per_s, mfu=mfu, goodput_share=goodput_share)
    return seconds_per_flop / SECONDS_PER_HOUR * usd_per_gpu_hour


def serving_cost_usd(tokens: Floats, usd_per_token: Floats) -> Floats:
    """Cost in USD of serving a number of tokens at a price in USD per token, both at least 0."""
    require(np.greater_equal(tokens, 0), "tokens", "at least 0", tokens)
    require(np.greater_equal(usd_per_token, 0), "usd_per_token", "at least 0", usd_per_token)
    return tokens * usd_per_token
