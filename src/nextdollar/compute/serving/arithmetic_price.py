"""What a served token costs, at least, and how many GPUs a model needs to fit."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.cost import usd_per_flop
from nextdollar.compute.flop import inference_flop_per_token
from nextdollar.compute.training.machine_time import require_share, round_up
from nextdollar.errors import require
from nextdollar.units import Floats


def serving_usd_per_token(
    params_active: Floats,
    peak_flop_per_s: Floats,
    *,
    mfu: Floats,
    usd_per_gpu_hour: Floats,
    load_share: Floats = 1.0,
) -> Floats:
    """Cost of reading or writing one token when serving is limited by arithmetic, in USD.

    Parameters
    ----------
    params_active : float or array (...)
        Parameters that one token passes through, at least 0.
    peak_flop_per_s : float or array (...)
        Dense peak of one GPU at the precision served, above 0.
    mfu : float or array (...)
        Share of the peak reached while the GPU serves, in (0, 1].
    usd_per_gpu_hour : float or array (...)
        Price of a GPU-hour, at least 0.
    load_share : float or array (...)
        Share of the paid time in which there is something to serve, in (0, 1].

    Returns
    -------
    float or array (...)
        USD per token.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    2 N / (P * mfu * load) * price. It is proportional to N, and that holds only for prompts and
    for decoding in large batches with no regard to speed. At a given speed the cost of decoding
    grows faster than N: from 70 B to 405 B parameters, at 16 bits, as N**1.10 at 10 tokens a
    second, N**1.31 at 20 and N**2.88 at 50. So it flatters large models in interactive use; lower
    `mfu` with size and speed, or give a measured price instead. In Epoch's frontiers of an H100 a
    405 B model in bf16 reaches an MFU of 0.70 at its cheapest, 0.37 at 20 tokens a second and 0.015
    at 50. Average load often decides: at 5 to 30 % a
    token costs 3 to 20 times as much.
    """
    require_share(load_share, "load_share")
    price = usd_per_flop(peak_flop_per_s, usd_per_gpu_hour, mfu=mfu, goodput_share=load_share)
    return inference_flop_per_token(params_active) * price


def gpus_to_hold(
    params: Floats, bytes_per_param: Floats, *, memory_bytes: Floats, usable_share: Floats = 1.0
) -> Floats:
    """Least whole number of GPUs whose memory holds the weights.

    Parameters
    ----------
    params : float or array (...)
        All parameters, also those of experts that a token skips; above 0.
    bytes_per_param : float or array (...)
        2 for bf16, 1 for fp8, 0.5 for 4 bits; above 0. Training with Adam keeps 16 to 18.
    memory_bytes : float or array (...)
        Memory of one GPU, above 0.
    usable_share : float or array (...)
        Share of the memory left for weights, in (0, 1].

    Returns
    -------
    float or array (...)
        GPUs, at least 1. A floor: the KV cache and activations come on top, and servers come in
        eights.

    Raises
    ------
    DomainError
        If an argument leaves its domain.
    """
    require(np.greater(params, 0), "params", "above 0", params)
    require(np.greater(bytes_per_param, 0), "bytes_per_param", "above 0", bytes_per_param)
    require(np.greater(memory_bytes, 0), "memory_bytes", "above 0", memory_bytes)
    require_share(usable_share, "usable_share")
    return np.maximum(round_up(params * bytes_per_param / (memory_bytes * usable_share)), 1.0)
