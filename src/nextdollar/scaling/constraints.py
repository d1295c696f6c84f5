"""Limits on a training run besides its budget: time, memory, data; and the best split under them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.scaling.allocate import Allocation
from nextdollar.scaling.inference_aware import best_within_total, least_total, served_as_trained_tokens
from nextdollar.scaling.isoflop import sizes_reaching
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Law, require_budget
from nextdollar.scaling.wrong_allocation import tokens_for_loss
from nextdollar.units import Floats

ADAM_BYTES_PER_PARAM = 16.0
"""Weights and gradients in bf16, master weights and two moments in fp32 (Rajbhandari et al. 2020)."""

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest parameters, tokens and work of a run; infinity where there is no limit, else above 0."""

    params: Floats = np.inf
    tokens: Floats = np.inf
    flop: Floats = np.inf

    def __post_init__(self) -> None:
        for name in ("params", "tokens", "flop"):
            require(np.greater(getattr(self, name), 0), f"limit on {name}", "above 0", getattr(self, name))


@dataclass(frozen=True, slots=True)
class LimitedAllocation:
    """The best split under limits, and what lifting each of them buys.

    `per_flop_nats`, `per_params_nats` and `per_tokens_nats` are the nats by which the loss falls for
    each factor of e by which the budget, the limit on parameters or that on tokens grows: 0 where
    the limit does not bind. Twice as much of a limit buys about 0.69 of that.
    """

    split: Allocation
    per_flop_nats: Floats
    per_params_nats: Floats
    per_tokens_nats: Floats


def flop_by_deadline(gpus: Floats, deadline_s: Floats, *, peak_flop_per_s: Floats, mfu: Floats) -> Floats:
    """Most work in FLOP that `gpus` do by a deadline in seconds: n t P mfu.

    All above 0; `mfu` at most 1 and over billed time, restarts included, as a deadline is.
    """
    require(np.greater(gpus, 0), "gpus", "above 0", gpus)
    require(np.greater(deadline_s, 0), "deadline_s", "above 0", deadline_s)
    require(np.greater(peak_flop_per_s, 0), "peak_flop_per_s", "above 0", peak_flop_per_s)
    require(np.greater(mfu, 0) & np.less_equal(mfu, 1), "mfu", "above 0 and at most 1", mfu)
    return gpus * deadline_s * peak_flop_per_s * mfu


def params_in_memory(
    memory_bytes: Floats, *, bytes_per_param: Floats = ADAM_BYTES_PER_PARAM, usable_share: Floats = 1.0
) -> Floats:
    """Most parameters whose state fits into memory: bytes * usable share / bytes per parameter.

    `memory_bytes` is that of all machines that share the state. `bytes_per_param` is 16 for training
    with Adam, sharded over all machines, and 2 (bf16) or 1 (fp8) for serving. Activations and KV
    cache take the rest: `usable_share`, in (0, 1].
    """
    require(np.greater(memory_bytes, 0), "memory_bytes", "above 0", memory_bytes)
    require(np.greater(bytes_per_param, 0), "bytes_per_param", "above 0", bytes_per_param)
    ok = np.greater(usable_share, 0) & np.less_equal(usable_share, 1)
    require(ok, "usable_share", "above 0 and at most 1", usable_share)
    return memory_bytes * usable_share / bytes_per_param


def limited_optimal(
    law: Law, limits: Limits, *, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
) -> LimitedAllocation:
    """Split of the least loss within limits on work, parameters and tokens.

    Parameters
    ----------
    law : Law
        A law whose loss falls in both parameters and tokens; its coefficients may be draws.
    limits : Limits
        Its `flop` must be finite, or both others.
    flop_per_param_token : float
        Work per parameter and token.

    Returns
    -------
    LimitedAllocation
        The split, which may leave part of the budget unspent, and what each limit costs.

    Raises
    ------
    DomainError
        If the limits leave the run without an end, or if the law has no best split.

    Notes
    -----
    Along a budget the loss has one minimum N*, so the best size is N* moved into
    [C / (k D_max), N_max], and tokens fill what is left of the budget. Where both limits bind the
    budget does not. What lifting a limit buys is its Lagrange multiplier: with n = -N dL/dN and
    d = -D dL/dD, the budget alone is worth n = d; at N_max the budget d and the limit n - d; at
    D_max the budget n and the limit d - n; at both, n and d.
    """
    require_budget(limits.flop, flop_per_param_token)
    both = np.isfinite(limits.params) & np.isfinite(limits.tokens)
    ended = np.isfinite(limits.flop) | both
    require(ended, "limits", "on work, or on both parameters and tokens", limits)
    # Where there is no budget the one that fills both other limits takes its place.
    filling_flop = flop_per_param_token * np.where(both, limits.params, 1) * np.where(both, limits.tokens, 1)
    budget_flop = np.minimum(limits.flop, np.where(both, filling_flop, np.inf))
    free_params = law.optimal_params(budget_flop, flop_per_param_token)
    least_params = budget_flop / (flop_per_param_token * limits.tokens)
    params = np.minimum(np.maximum(free_params, least_params), limits.params)
    tokens = np.minimum(budget_flop / (flop_per_param_token * params), limits.tokens)
    split = Allocation(params, tokens, law.loss(params, tokens))
    return _with_prices(law, split, limits, np.greater_equal(limits.flop, filling_flop) & both)


def _with_prices(
    law: Law, split: Allocation, limits: Limits, is_unspent: NDArray[np.bool_]
) -> LimitedAllocation:
    """Return a split with its Lagrange multipliers."""
    per_param, per_token = law.gradient(split.params, split.tokens)
    from_params, from_tokens = -split.params * per_param, -split.tokens * per_token
    at_params = np.greater_equal(split.params, limits.params)
    at_tokens = np.greater_equal(split.tokens, limits.tokens * (1 - 1e-12)) & np.isfinite(limits.tokens)
    of_budget = np.where(at_params, from_tokens, from_params)
    of_params = np.where(at_params, from_params - np.where(is_unspent, 0.0, from_tokens), 0.0)
    of_tokens = np.where(at_tokens, from_tokens - np.where(is_unspent, 0.0, from_params), 0.0)
    return LimitedAllocation(
        split,
        np.where(is_unspent, 0.0, of_budget)[()],
        np.maximum(of_params, 0.0)[()],
        np.maximum(of_tokens, 0.0)[()],
    )


def limited_least_total(
    law: Law,
    limits: Limits,
    budget_flop: Floats,
    *,
    inference_tokens: Floats,
    price_multiple: Floats = 1.0,
) -> Allocation:
    """Cheapest split, training and serving, of the loss that a training budget reaches within limits.

    Parameters
    ----------
    law : Law
        A law in parameters and tokens; its coefficients may be draws.
    limits : Limits
        On parameters, and on the work of training (a deadline).
    budget_flop : float or array (...)
        Training budget that sets the loss, in FLOP, above 0.
    inference_tokens, price_multiple
        As in `least_total`.

    Returns
    -------
    Allocation
        Parameters, tokens and loss.

    Raises
    ------
    DomainError
        If an argument leaves its domain, or if the law has no best split.

    Notes
    -----
    The loss is that of `limited_optimal` within the budget. Along the models of that loss the whole
    cost has one minimum; training work falls as they grow towards the compute-optimal size. So the
    best size is that of `least_total`, raised to the smallest one that the deadline lets train, or
    lowered to the limit on parameters.
    """
    require_budget(budget_flop, FLOP_PER_PARAM_TOKEN)
    training = Limits(limits.params, limits.tokens, np.minimum(limits.flop, budget_flop))
    loss_nats = limited_optimal(law, training).split.loss_nats
    free = least_total(law, loss_nats, inference_tokens=inference_tokens, price_multiple=price_multiple)
    least_params: Floats = 0.0
    if np.isfinite(limits.flop).any():
        # A loss that takes the whole of the deadline is not missed by a rounding error.
        least_params, _ = sizes_reaching(law, limits.flop, loss_nats * (1 + _ROUNDING))
    params = np.minimum(np.maximum(free.params, least_params), limits.params)
    is_free = np.equal(params, free.params)
    tokens = np.where(is_free, free.tokens, tokens_for_loss(law, params, loss_nats))[()]
    return Allocation(params, tokens, loss_nats)


def limited_within_total(
    law: Law,
    limits: Limits,
    total_flop: Floats,
    *,
    inference_tokens: Floats,
    price_multiple: Floats = 1.0,
) -> Allocation:
    """Split of the least loss when one budget pays for training and serving, within limits.

    Arguments and errors as in `limited_least_total`; `total_flop` is the budget of both phases in
    FLOP of training, above 0. A deadline that allows C_train of training ends at N_turn =
    (C - C_train) / (k s), s being the served tokens as training tokens: below it the loss is that
    along C_train, above it that along the whole budget. The larger of two curves with one minimum each
    has one minimum too: that of the first if it lies below N_turn (then money is left), else that of the
    second or N_turn. The limit on parameters lowers it.
    """
    require_budget(total_flop, FLOP_PER_PARAM_TOKEN)
    served = served_as_trained_tokens(inference_tokens, price_multiple=price_multiple)
    free = best_within_total(
        law, total_flop, inference_tokens=inference_tokens, price_multiple=price_multiple
    )
    # Below this size the deadline is short of time, above it the budget is short of money.
    beyond_flop = np.maximum(total_flop - limits.flop, 0.0)
    turn_params = beyond_flop / (FLOP_PER_PARAM_TOKEN * np.where(np.greater(served, 0), served, np.inf))
    by_deadline = law.optimal_params(np.minimum(limits.flop, total_flop))
    by_budget = np.maximum(free.params, turn_params)
    best = np.where(np.less_equal(by_deadline, turn_params), by_deadline, by_budget)
    params = np.minimum(best, limits.params)
    training_flop = np.minimum(total_flop - FLOP_PER_PARAM_TOKEN * params * served, limits.flop)
    tokens = np.minimum(training_flop / (FLOP_PER_PARAM_TOKEN * params), limits.tokens)
    return Allocation(params, tokens, law.loss(params, tokens))
