"""Where the next dollar of training stops paying for itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.allocate import params_for_budget
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Law, require_budget
from nextdollar.units import Floats

_BISECTIONS = 60
"""Halvings of a bracket of at most a few hundred in ln C: far below the spacing of floats."""


def marginal_loss_per_usd(
    law: Law,
    budget_flop: Floats,
    *,
    usd_per_flop: Floats,
    tokens_per_param: Floats | None = None,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Floats:
    """Nats per token that the next dollar of training takes off the loss (positive).

    Parameters
    ----------
    law : Law
        A scaling law; its coefficients may be draws.
    budget_flop : float or array (...)
        Training work so far, in FLOP, above 0.
    usd_per_flop : float or array (...)
        Price of training work, above 0.
    tokens_per_param : float or array (...), optional
        Ratio at which the model grows. None follows the compute-optimal frontier.
    flop_per_param_token : float
        Work per parameter and token.

    Returns
    -------
    float or array (...)
        Nats per token and USD.

    Raises
    ------
    DomainError
        If an argument is 0 or less, or if no ratio is given and the law has no frontier.

    Notes
    -----
    On the frontier L = E + K / C**gamma it is gamma K / C**(1 + gamma) / c, with c in USD per
    FLOP. At a fixed ratio N and D both grow as sqrt(C), so it is
    -(N dL/dN + D dL/dD) / (2 C) / c.
    """
    require(np.greater(usd_per_flop, 0), "usd_per_flop", "above 0", usd_per_flop)
    if tokens_per_param is None:
        return -law.frontier(flop_per_param_token).slope(budget_flop) / usd_per_flop
    N = params_for_budget(budget_flop, tokens_per_param, flop_per_param_token=flop_per_param_token)
    D = tokens_per_param * N
    per_param, per_token = law.gradient(N, D)
    return -(N * per_param + D * per_token) / (2 * budget_flop) / usd_per_flop


def knee_budget_flop(
    law: Law,
    value_usd_per_nat: Floats,
    *,
    usd_per_flop: Floats,
    tokens_per_param: Floats | None = None,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Floats:
    """Training budget at which the next dollar takes off exactly a dollar's worth of loss.

    Parameters
    ----------
    law : Law
        A scaling law; its coefficients may be draws.
    value_usd_per_nat : float or array (...)
        What one nat per token less is worth, in USD over the life of the model, at least 0.
    usd_per_flop : float or array (...)
        Price of training work, above 0.
    tokens_per_param : float or array (...), optional
        Ratio at which the model grows. None follows the compute-optimal frontier.
    flop_per_param_token : float
        Work per parameter and token.

    Returns
    -------
    float or array (...)
        Budget C* in FLOP, one per draw; 0 where a nat is worth nothing.

    Raises
    ------
    DomainError
        If an argument leaves its domain, or if no ratio is given and the law has no frontier.

    Notes
    -----
    C* = (V gamma K / c)**(1 / (1 + gamma)) on the frontier, with V in USD per nat and c in USD per
    FLOP. There spend = V alpha A / N**alpha = V beta B / D**beta for the law of Hoffmann et al.
    At a fixed ratio it is found by bisection in ln C: the marginal loss falls faster than 1 / C, so
    there is one root, and its bracket is known.

    The value is taken as linear in the loss. Where it is not, use its slope at the answer.
    """
    require(np.greater_equal(value_usd_per_nat, 0), "value_usd_per_nat", "at least 0", value_usd_per_nat)
    require(np.greater(usd_per_flop, 0), "usd_per_flop", "above 0", usd_per_flop)
    require_budget(1.0, flop_per_param_token)
    if tokens_per_param is None:
        frontier = law.frontier(flop_per_param_token)
        gain = value_usd_per_nat * frontier.gamma * frontier.K / usd_per_flop
        return gain ** (1 / (1 + frontier.gamma))

    def log_return(log_budget: Floats) -> Floats:
        removed_nats_per_usd = marginal_loss_per_usd(
            law,
            np.exp(log_budget),
            usd_per_flop=usd_per_flop,
            tokens_per_param=tokens_per_param,
            flop_per_param_token=flop_per_param_token,
        )
        worth = np.where(np.equal(value_usd_per_nat, 0), 1.0, value_usd_per_nat)
        return np.log(worth * removed_nats_per_usd)

    return np.where(np.equal(value_usd_per_nat, 0), 0.0, np.exp(_falling_root(log_return)))[()]


def _falling_root(function: Callable[[Floats], Floats]) -> Floats:
    """Root of a function that falls by at least 1 per unit, by bisection.

    From a value f(0) such a function reaches 0 within |f(0)| of 0, on the side that f(0) points to.
    """
    at_zero = function(0.0)
    low, high = np.minimum(at_zero, 0.0), np.maximum(at_zero, 0.0)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        above = np.greater(function(middle), 0)
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return (low + high) / 2
