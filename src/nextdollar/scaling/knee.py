"""Where the next dollar of training stops paying for itself."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.allocate import params_for_budget
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Frontier, Law, require_budget
from nextdollar.scaling.rising_root import rising_root
from nextdollar.units import Floats


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
    At a fixed ratio, and on a frontier that is no power of C, it is found in ln C: the
    marginal loss falls faster than 1 / C, so there is one root.

    The value is taken as linear in the loss. Where it is not, use its slope at the answer.
    """
    require(np.greater_equal(value_usd_per_nat, 0), "value_usd_per_nat", "at least 0", value_usd_per_nat)
    require(np.greater(usd_per_flop, 0), "usd_per_flop", "above 0", usd_per_flop)
    require_budget(1.0, flop_per_param_token)
    frontier = law.frontier(flop_per_param_token) if tokens_per_param is None else None
    if isinstance(frontier, Frontier):
        gain = value_usd_per_nat * frontier.gamma * frontier.K / usd_per_flop
        return gain ** (1 / (1 + frontier.gamma))

    def negative_log_return(log_budget: Floats) -> Floats:
        """Minus the log of what the next dollar returns: it rises with the budget."""
        removed_nats_per_usd = marginal_loss_per_usd(
            law,
            np.exp(log_budget),
            usd_per_flop=usd_per_flop,
            tokens_per_param=tokens_per_param,
            flop_per_param_token=flop_per_param_token,
        )
        worth = np.where(np.equal(value_usd_per_nat, 0), 1.0, value_usd_per_nat)
        # Where data have long run out the return is 0 in floats: far below any worth.
        return -np.log(np.maximum(worth * removed_nats_per_usd, np.finfo(float).tiny))

    # It rises by at least 1 per unit, so the root lies between 0 and minus its value at 0.
    start = -negative_log_return(0.0)
    root = rising_root(negative_log_return, start)
    return np.where(np.equal(value_usd_per_nat, 0), 0.0, np.exp(root))[()]
