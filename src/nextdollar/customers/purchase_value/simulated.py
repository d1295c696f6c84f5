"""What customers will spend, dealt by chance: who is still there, how often, until when, and for how much."""

from __future__ import annotations

import numpy as np

from nextdollar.customers.pay_as_you_go import (
    BgBb,
    BgNbd,
    GammaGamma,
    Histories,
    MbgNbd,
    PurchaseLaw,
)
from nextdollar.errors import DomainError, require
from nextdollar.units import FloatArray

# Below this a rate of leaving is none within any horizon that is asked for.
_LEAST_RATE = 1e-12
# Of a Poisson count that numpy can deal; far past any log.
_MOST_PURCHASES = 1e15


def simulated_spend_usd(
    law: PurchaseLaw,
    histories: Histories,
    *,
    spend: GammaGamma,
    repeat_spend_usd: FloatArray,
    n_periods: float,
    log_discount_per_period: float,
    alive_share: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Present spend of the purchases ahead of one customer of each history, in USD, array (n,).

    Parameters
    ----------
    law : BgNbd, MbgNbd or ParetoNbd
        With numbers as parameters.
    histories : Histories
        n rows.
    spend : GammaGamma
        Law of spend per purchase, with numbers as parameters.
    repeat_spend_usd : array (n,)
        Mean spend of each customer's repeat purchases; not read where there are none.
    n_periods : float
        Periods ahead that count, above 0; infinite for the whole life.
    log_discount_per_period : float
        Logarithm of 1 + the discount of a period, 0 or more; above 0 where the horizon is infinite.
    alive_share : array (n,)
        That of the law.
    rng : Generator
        Deals everything.

    Raises
    ------
    DomainError
        If the law counts whole periods (BG/BB), or neither horizon nor discount ends the sum.

    Notes
    -----
    Rates come from their distributions given the history. While active for t periods a customer of rate
    lambda buys with present mean lambda A1 and present variance lambda A2, A1 and A2 the integrals of
    exp(-delta u) and exp(-2 delta u) up to t. Both are met by a Poisson number of mean lambda A1**2 / A2
    of purchases that are each worth A2 / A1: exact at a discount of 0. The purchase of BG/NBD after which
    a customer leaves is counted at its own moment.
    """
    if isinstance(law, MbgNbd):
        # Of who is alive; whether somebody is, `alive_share` says.
        law = law.later
    if isinstance(law, BgBb):
        raise DomainError("law must be BG/NBD or Pareto/NBD: BG/BB counts whole periods")
    ends = np.isfinite(n_periods) or log_discount_per_period > 0
    require(ends, "n_periods", "finite where there is no discount", n_periods)
    x, seen = histories.n_repeats, histories.n_periods_observed
    is_alive = rng.random(x.shape) < alive_share
    rate = rng.gamma(law.r + x, 1 / (law.alpha + seen))
    if isinstance(law, BgNbd):
        leave_share = rng.beta(law.a, law.b + x)
        leaving, buying = rate * leave_share, rate * (1 - leave_share)
    else:
        leaving, buying = rng.gamma(law.s, 1 / (law.beta + seen)), rate
    stays = rng.exponential(size=x.shape) / np.maximum(leaving, _LEAST_RATE)
    active = np.minimum(stays, n_periods)
    one, two = _present(active, log_discount_per_period), _present(active, 2 * log_discount_per_period)
    mean = np.minimum(buying * one * one / np.where(two > 0, two, 1.0), _MOST_PURCHASES)
    n_bought = rng.poisson(np.where(is_alive, mean, 0.0))
    each = np.where(one > 0, two / np.where(one > 0, one, 1.0), 0.0)
    # Gamma(shape 0) is 0: nobody spends without a purchase.
    spent_usd = x * np.where(x > 0, repeat_spend_usd, 0.0)
    usd_per_unit = 1 / rng.gamma(spend.q + spend.p * x, 1 / (spend.v + spent_usd))
    total = each * rng.gamma(spend.p * n_bought)
    if isinstance(law, BgNbd):
        is_last = is_alive & (stays < n_periods)
        last = np.where(is_last, np.exp(-log_discount_per_period * active), 0.0)
        total = total + last * rng.gamma(spend.p, size=x.shape)
    spent: FloatArray = usd_per_unit * total
    return spent


def _present(n_periods: FloatArray, log_discount: float) -> FloatArray:
    """Integral of exp(-log_discount u) over u from 0 to `n_periods`."""
    if log_discount == 0:
        return n_periods
    present: FloatArray = -np.expm1(-log_discount * n_periods) / log_discount
    return present
