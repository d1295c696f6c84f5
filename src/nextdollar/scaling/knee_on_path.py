"""The knee of any worth along a growth path: loss or benchmark, with draws, whatever its shape.

`knee_budget_flop` has it in closed form where worth is linear in the loss of a power law. Here worth
is a table by budget and draw, so that it may saturate, jump at a threshold, or carry a misfit.
"""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def knee_on_path(budget_flop: FloatArray, worth_usd: FloatArray, *, usd_per_flop: Floats) -> FloatArray:
    """Budget of the greatest worth less cost, in each draw.

    Parameters
    ----------
    budget_flop : array (n_budgets,)
        Training work in FLOP, above 0 and rising; fine steps, for between them a parabola is laid.
    worth_usd : array (n_budgets, n_draws)
        What the model of each budget is worth, up to a constant.
    usd_per_flop : float or array (n_draws,)
        Price of training work, above 0.

    Returns
    -------
    array (n_draws,)
        Budget in FLOP; the first where nothing pays, the last where all does.

    Raises
    ------
    DomainError
        If the price is not above 0 or fewer than three budgets are given.

    Notes
    -----
    Beyond it the next dollar brings back less than a dollar: where worth is smooth and concave it is
    the one budget at which it brings back exactly one. The parabola is in ln C, through the best
    budget and its neighbours.
    """
    require(np.greater(usd_per_flop, 0), "usd_per_flop", "above 0", usd_per_flop)
    require(budget_flop.size >= 3, "budget_flop", "at least three budgets", budget_flop.size)
    net = worth_usd - budget_flop[:, None] * usd_per_flop
    best = np.argmax(net, axis=0)
    middle = np.clip(best, 1, budget_flop.size - 2)
    draw = np.arange(net.shape[-1])
    x = np.log(budget_flop)
    left, centre, right = (net[middle + step, draw] for step in (-1, 0, 1))
    h_left, h_right = x[middle] - x[middle - 1], x[middle + 1] - x[middle]
    fall_left, fall_right = (centre - left) / h_left, (right - centre) / h_right
    with np.errstate(divide="ignore", invalid="ignore"):
        bend = (fall_right - fall_left) / (h_left + h_right)
        slope = (fall_left * h_right + fall_right * h_left) / (h_left + h_right)
        step = -slope / (2 * bend)
    inside = (best == middle) & (bend < 0) & np.isfinite(step)
    moved = np.where(inside, np.clip(step, -h_left, h_right), 0.0)
    found: FloatArray = np.exp(np.where(inside, x[middle] + moved, x[best]))
    return found


def marginal_usd_per_usd(
    budget_flop: FloatArray, worth_usd: FloatArray, *, usd_per_flop: Floats
) -> FloatArray:
    """What the next dollar of training brings back at each budget, array (n_budgets, n_draws).

    d(worth)/dC / c, with the slope from central differences in ln C; arguments as of `knee_on_path`.
    """
    require(np.greater(usd_per_flop, 0), "usd_per_flop", "above 0", usd_per_flop)
    slope = np.gradient(worth_usd, np.log(budget_flop), axis=0)
    return np.asarray(slope / (budget_flop[:, None] * usd_per_flop))


def elasticity(budget_flop: FloatArray, loss_nats: FloatArray) -> FloatArray:
    """Per cent by which one per cent more training lowers the loss, array (n_budgets, n_draws).

    -d ln L / d ln C from central differences; `loss_nats` is (n_budgets, n_draws), above 0.
    """
    require(loss_nats > 0, "loss_nats", "above 0", loss_nats)
    return np.asarray(-np.gradient(np.log(loss_nats), np.log(budget_flop), axis=0))
