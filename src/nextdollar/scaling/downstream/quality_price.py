"""What better quality costs, and what it would have to be worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.downstream.threshold import budget_to_reach
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class QualityPrice:
    """The price of going from one value of a metric to another; arrays are (n_draws,).

    Budgets are in FLOP; nan where the value is never reached. `cost_usd` is what the second budget
    costs beyond the first.
    """

    from_value: float
    to_value: float
    from_flop: FloatArray
    to_flop: FloatArray
    cost_usd: FloatArray

    @property
    def never_share(self) -> float:
        """Share of draws in which the wanted value is never reached."""
        return float(np.mean(np.isnan(self.cost_usd)))

    @property
    def break_even_usd_per_point(self) -> FloatArray:
        """What one unit of the metric would have to be worth for the step to pay, array (n_draws,)."""
        return self.cost_usd / abs(self.to_value - self.from_value)

    def pays_probability(self, usd_per_point: Floats) -> float:
        """Share of draws in which the step is reached and worth more than it costs.

        `usd_per_point` is what one unit of the metric is worth in USD, at least 0.
        """
        require(np.greater_equal(usd_per_point, 0), "usd_per_point", "at least 0", usd_per_point)
        with np.errstate(invalid="ignore"):
            return float(np.mean(self.break_even_usd_per_point < usd_per_point))


def quality_price(
    budget_flop: FloatArray,
    metric: FloatArray,
    *,
    from_value: float,
    to_value: float,
    usd_per_flop: Floats,
) -> QualityPrice:
    """Cost of raising (or, for an error rate, lowering) a metric from one value to another.

    Parameters
    ----------
    budget_flop : array (n_budgets,)
        Training work in FLOP, above 0 and rising.
    metric : array (n_budgets, n_draws)
        Expected metric along the path.
    from_value, to_value : float
        Two different values in the metric's unit; the second is the better one.
    usd_per_flop : float or array (n_draws,)
        Price of training work, above 0.

    Returns
    -------
    QualityPrice
        Budgets and the difference of their costs, in each draw on the same truth.

    Raises
    ------
    DomainError
        If the two values are the same or the price is not above 0.

    Notes
    -----
    cost = c (C(to) - C(from)), with C(.) the smallest budget that is expected to reach a value. A draw
    in which the second is never reached has no cost: its share is part of the answer.
    """
    require(to_value != from_value, "to_value", f"unlike from_value ({from_value})", to_value)
    require(np.greater(usd_per_flop, 0), "usd_per_flop", "above 0", usd_per_flop)
    rises = to_value > from_value
    first = budget_to_reach(budget_flop, metric, from_value, rises=rises)
    second = budget_to_reach(budget_flop, metric, to_value, rises=rises)
    return QualityPrice(from_value, to_value, first, second, np.asarray(usd_per_flop * (second - first)))
