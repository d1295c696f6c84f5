"""Purchases to come from all customers together, with what the fit and what chance leave open."""

from __future__ import annotations

import numpy as np

from nextdollar.customers.pay_as_you_go.fitting import Fitted, PurchaseLaw, law_at
from nextdollar.customers.pay_as_you_go.histories import Histories, unique_histories
from nextdollar.customers.pay_as_you_go.laws import BgBb, BgNbd, MbgNbd
from nextdollar.customers.pay_as_you_go.score import score
from nextdollar.units import FloatArray

# The spread is worked out on so many customers at most; the total is that of all of them.
_MOST_CUSTOMERS = 5000


def future_purchases(
    fitted: Fitted[PurchaseLaw],
    draws: FloatArray,
    histories: Histories,
    *,
    n_periods: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Draws of the purchases that all customers together make in the next periods, array (n_draws,).

    Parameters
    ----------
    fitted : Fitted
        The fit, for the expected total.
    draws : array (k, n_draws)
        Of its parameters, from `parameter_draws` or `bootstrap`.
    histories : Histories
        One row a customer, or rows with whole weights.
    n_periods : float
        Periods ahead, above 0; whole for BG/BB.
    rng : Generator
        Deals the customers' rates, their leaving and their purchases.

    Notes
    -----
    Total of a draw: the expected total at the fit, times the ratio of expected totals at the draw and at the
    fit, plus what chance adds. With more than 5,000 customers, ratio and chance come from 5,000 of them, and
    chance is scaled by the square root of how many more there are.
    """
    total = _expected(fitted.law, histories, n_periods)
    each = np.repeat(np.arange(len(histories.n_repeats)), histories.n_customers.astype(np.intp))
    n_all = len(each)
    if n_all > _MOST_CUSTOMERS:
        each = rng.choice(each, _MOST_CUSTOMERS, replace=False)
    sample = Histories.of_customers(
        histories.n_repeats[each],
        histories.n_periods_to_last[each],
        n_periods_observed=histories.n_periods_observed[each],
    )
    unique, places = unique_histories(sample)
    scale = np.sqrt(n_all / len(each))
    at_fit = _expected(fitted.law, unique, n_periods)
    totals = np.empty(draws.shape[1])
    for place, letters in enumerate(draws.T):
        law = law_at(fitted.name, letters)
        alive_share = law.alive_share(unique)
        each_expected = alive_share * law.expected_purchases_if_alive(unique, n_periods)
        expected = float(unique.n_customers @ each_expected)
        dealt = simulated_purchases(law, sample, n_periods, rng=rng, alive_share=alive_share[places])
        chance = dealt.sum() - expected
        totals[place] = total * expected / at_fit + scale * chance
    return np.maximum(totals, 0.0)


def simulated_purchases(
    law: PurchaseLaw,
    histories: Histories,
    n_periods: float,
    *,
    rng: np.random.Generator,
    alive_share: FloatArray | None = None,
) -> FloatArray:
    """Purchases of one customer of each history in the next `n_periods`, dealt by chance, array (n,).

    `alive_share` (n,) is that of the law, where it is known already.
    """
    x, seen = histories.n_repeats, histories.n_periods_observed
    share = law.alive_share(histories) if alive_share is None else alive_share
    alive = np.where(rng.random(x.shape) < share, 1.0, 0.0)
    if isinstance(law, BgBb):
        often = rng.beta(law.alpha + x, law.beta + seen - x)
        leave = rng.beta(law.gamma, law.delta + seen)
        stays = rng.geometric(_positive(leave)) - 1
        return alive * rng.binomial(np.minimum(stays, int(n_periods)), often)
    rate = rng.gamma(law.r + x, 1 / (law.alpha + seen))
    law = law.later if isinstance(law, MbgNbd) else law
    if isinstance(law, BgNbd):
        leave = rng.beta(law.a, law.b + x)
        bought = rng.poisson(rate * n_periods)
        return alive * np.minimum(bought, rng.geometric(_positive(leave)))
    leaving = rng.gamma(law.s, 1 / (law.beta + seen))
    stays_periods = np.minimum(rng.exponential(size=x.shape) / _positive(leaving), n_periods)
    return alive * rng.poisson(rate * stays_periods)


def _expected(law: PurchaseLaw, histories: Histories, n_periods: float) -> float:
    return float(histories.n_customers @ score(law, histories, n_periods).n_purchases)


def _positive(chance: FloatArray) -> FloatArray:
    # A share can come out as 0 where it is below the smallest number; the wait is then past any horizon.
    return np.maximum(chance, 1e-12)
