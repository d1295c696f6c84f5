"""When a metric crosses the product's threshold: how likely at a size, and from which budget on."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray


def reach_probability(metric: FloatArray, threshold: float, *, rises: bool) -> FloatArray:
    """Share of draws in which a metric reaches a threshold.

    Parameters
    ----------
    metric : array (..., n_draws)
        Metric of single runs by draw, scatter included.
    threshold : float
        What the product needs, in the metric's unit.
    rises : bool
        Whether more is better: reached is at least the threshold, else at most.

    Returns
    -------
    array (...)
        Shares from 0 to 1. Their sampling error is at most 1 / (2 sqrt(n_draws)).
    """
    reached = metric >= threshold if rises else metric <= threshold
    return np.asarray(reached.mean(axis=-1))


def budget_to_reach(
    budget_flop: FloatArray, metric: FloatArray, threshold: float, *, rises: bool
) -> FloatArray:
    """Smallest budget whose expected metric reaches a threshold, in each draw.

    Parameters
    ----------
    budget_flop : array (n_budgets,)
        Training work in FLOP, above 0 and rising.
    metric : array (n_budgets, n_draws)
        Expected metric along the path, without the scatter of single runs.
    threshold : float
        In the metric's unit.
    rises : bool
        Whether more is better.

    Returns
    -------
    array (n_draws,)
        FLOP, straight between budgets in ln C; the first budget where it is reached there already, and
        nan where no budget reaches it.

    Raises
    ------
    DomainError
        If budgets are not above 0 and rising.
    """
    require(np.diff(budget_flop, prepend=0.0) > 0, "budget_flop", "above 0 and rising", budget_flop)
    short = (threshold - metric) if rises else (metric - threshold)
    reached = short <= 0
    first = np.argmax(reached, axis=0)
    draw = np.arange(metric.shape[1])
    before = np.maximum(first - 1, 0)
    gap, left = short[before, draw], short[first, draw]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(first > 0, gap / (gap - left), 1.0)
    x = np.log(budget_flop)
    found = np.exp(x[before] + share * (x[first] - x[before]))
    return np.where(reached.any(axis=0), found, np.nan)
