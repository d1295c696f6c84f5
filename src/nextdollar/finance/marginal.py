"""What one more dollar brings: returns on cost, and on extra cost between neighbours."""

from __future__ import annotations

from typing import Literal

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats

Trade = Literal["pays for more", "gives up for less", "dominates", "is dominated", "is equal"]
"""How an option stands to the one before it; only the first two are a trade with a price."""


def benefit_cost_ratio(benefit_usd: Floats, cost_usd: Floats) -> Floats:
    """Benefit for each dollar of cost.

    Parameters
    ----------
    benefit_usd : float or array
        Present value of the benefits, in USD.
    cost_usd : float or array
        Present value of the costs, in USD.

    Returns
    -------
    float or array
        benefit / cost in USD per USD; nan where the cost is 0 or less, which leaves nothing to
        divide by.
    """
    return _per_usd(benefit_usd, cost_usd)


def roi(benefit_usd: Floats, cost_usd: Floats) -> Floats:
    """Return on investment: what is left of the benefit after the cost, for each dollar of cost.

    Parameters
    ----------
    benefit_usd : float or array
        Benefits before the cost is taken off, in USD.
    cost_usd : float or array
        Cost in USD.

    Returns
    -------
    float or array
        (benefit - cost) / cost as a fraction; nan where the cost is 0 or less.
    """
    return _per_usd(np.subtract(benefit_usd, cost_usd), cost_usd)


def marginal_return(gain_usd: Floats, extra_cost_usd: Floats) -> Floats:
    """Extra gain for each extra dollar, from one option to the next dearer one.

    Parameters
    ----------
    gain_usd : float or array
        Gain over the option before, before its extra cost is taken off, in USD.
    extra_cost_usd : float or array
        Cost above that of the option before, in USD.

    Returns
    -------
    float or array
        USD gained per extra USD: above 1 the step pays. nan where the extra cost is 0 or less: a
        step that costs nothing more has no price, and `trade` says what it is instead.

    Notes
    -----
    The ratio of two expected values is the return of the step. The mean over draws of the ratio
    is not, and need not exist.
    """
    return _per_usd(gain_usd, extra_cost_usd)


def trade(gain_usd: float, extra_cost_usd: float) -> Trade:
    """How an option stands to the one before it.

    Parameters
    ----------
    gain_usd : float
        Gain over the option before, in USD, the extra cost not taken off.
    extra_cost_usd : float
        Cost above that of the option before, in USD.

    Returns
    -------
    str
        "pays for more": gains and costs more, so `marginal_return` judges it. "gives up for less":
        gains less and costs less; what is saved per dollar given up judges it. "dominates": gains
        at least as much for no more cost, and is better in one. "is dominated": the reverse.
        "is equal": neither differs.

    Raises
    ------
    DomainError
        If either is not finite.
    """
    require(np.isfinite(gain_usd), "gain_usd", "finite", gain_usd)
    require(np.isfinite(extra_cost_usd), "extra_cost_usd", "finite", extra_cost_usd)
    if gain_usd == 0 and extra_cost_usd == 0:
        return "is equal"
    if gain_usd >= 0 and extra_cost_usd <= 0:
        return "dominates"
    if gain_usd <= 0 and extra_cost_usd >= 0:
        return "is dominated"
    return "pays for more" if gain_usd > 0 else "gives up for less"


def _per_usd(amount_usd: Floats, cost_usd: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.divide(amount_usd, cost_usd)
    return np.where(np.greater(cost_usd, 0), ratio, np.nan)[()]
