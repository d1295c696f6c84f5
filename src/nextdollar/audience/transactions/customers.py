"""Each customer of a fitted log: still there, purchases and spend ahead, with ranges where they are cheap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.audience.transactions.segment_fit import SegmentFit
from nextdollar.audience.transactions.spend import MOST_ENDLESS_SHARE, fitted_spend, spend_draws
from nextdollar.customers.pay_as_you_go import (
    law_at,
    score,
    simulated_purchases,
    unique_histories,
)
from nextdollar.units import FloatArray

MOST_WITH_RANGES = 20_000
"""Customers of a segment up to which each has ranges of his own."""
_N_DRAWS = 200
_ENDS = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Ranged:
    """An expected number for each customer, array (n,), and its P5 and P95, (2, n), where they were drawn."""

    expected: FloatArray
    ends: FloatArray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersAhead:
    """The customers of a segment, one row each.

    `n_repeats`, `n_periods_to_last` and `n_periods_observed` are their histories. `alive_share` is the chance
    to be still there; its range goes from law to law, since BG/NBD counts all who bought once as there.
    `purchases` and `spend_usd` are those of the periods ahead, not discounted, with what the fit and chance
    leave open. Spend is None where the log has none or its mean over all customers may be infinite.
    """

    segment: str
    customers: tuple[str, ...]
    n_repeats: FloatArray
    n_periods_to_last: FloatArray
    n_periods_observed: FloatArray
    alive_share: Ranged
    purchases: Ranged
    spend_usd_per_purchase: FloatArray | None
    spend_usd: Ranged | None


def customers_ahead(
    fits: Sequence[SegmentFit], *, n_periods: int, seed: int = 7
) -> tuple[CustomersAhead, ...]:
    """Score every customer of the segments of a log.

    Parameters
    ----------
    fits : sequence of SegmentFit
        From `fit_segments`, or the `fits` of a `TransactionsRetention`.
    n_periods : int
        Periods ahead, 1 or more.
    seed : int
        Of the draws behind the ranges.

    Notes
    -----
    Expected numbers are the average of the laws at their likeliest parameters, by weight. Ranges are of 200
    draws of a law, its parameters, and what chance then deals; a segment of more than 20,000 customers has
    none.
    """
    return tuple(_segment(fit, float(n_periods), seed) for fit in fits)


def _segment(fit: SegmentFit, n_periods: float, seed: int) -> CustomersAhead:
    history = fit.history
    histories = history.histories
    alive, purchases = np.zeros(len(history.customers)), np.zeros(len(history.customers))
    by_law = []
    for law in fit.laws:
        found = score(law.fitted.law, histories, n_periods)
        by_law.append(found.alive_share)
        alive += law.weight_share * found.alive_share
        purchases += law.weight_share * found.n_purchases
    rng = np.random.default_rng([seed, 2, *fit.segment.encode()])
    spend, _ = fitted_spend(history)
    money = None
    if spend is not None:
        money, endless_share = spend_draws(history, spend, _N_DRAWS, rng)
        if endless_share > MOST_ENDLESS_SHARE:
            spend, money = None, None
    ends = None
    if len(history.customers) <= MOST_WITH_RANGES:
        ends = _ends(fit, n_periods, money, rng)
    per_purchase = None
    if spend is not None and history.repeat_spend_usd is not None:
        usd = spend.law.expected_spend_usd(histories.n_repeats, history.repeat_spend_usd)
        per_purchase = np.asarray(usd, dtype=np.float64)
    return CustomersAhead(
        segment=fit.segment,
        customers=history.customers,
        n_repeats=histories.n_repeats,
        n_periods_to_last=histories.n_periods_to_last,
        n_periods_observed=histories.n_periods_observed,
        alive_share=Ranged(alive, _from_law_to_law(by_law, ends)),
        purchases=Ranged(purchases, None if ends is None else ends[1]),
        spend_usd_per_purchase=per_purchase,
        spend_usd=None
        if per_purchase is None
        else Ranged(purchases * per_purchase, None if ends is None else ends[2]),
    )


def _from_law_to_law(by_law: Sequence[FloatArray], ends: FloatArray | None) -> FloatArray:
    """Ends (2, n) of the chance to be still there: those of the fit, or a law that says less or more."""
    low, high = np.min(by_law, axis=0), np.max(by_law, axis=0)
    if ends is not None:
        low, high = np.minimum(low, ends[0, 0]), np.maximum(high, ends[0, 1])
    return np.stack([low, high])


def _ends(
    fit: SegmentFit, n_periods: float, money: FloatArray | None, rng: np.random.Generator
) -> FloatArray:
    """P5 and P95 of being alive, of purchases and of spend, array (3, 2, n)."""
    histories, repeat_spend_usd = fit.history.histories, fit.history.repeat_spend_usd
    unique, places = unique_histories(histories)
    draws = [(law.fitted.name, letters) for law in fit.laws for letters in law.first(_N_DRAWS, fit.n_draws).T]
    found = np.zeros((3, len(draws), len(places)), dtype=np.float32)
    x = histories.n_repeats
    for place, (name, letters) in enumerate(draws):
        law = law_at(name, letters)
        alive_share = law.alive_share(unique)[places]
        bought = simulated_purchases(law, histories, n_periods, rng=rng, alive_share=alive_share)
        found[0, place], found[1, place] = alive_share, bought
        if money is None or repeat_spend_usd is None:
            continue
        p, q, v = money[:, place % _N_DRAWS]
        usd_per_unit = 1 / rng.gamma(q + p * x, 1 / (v + x * np.where(x > 0, repeat_spend_usd, 0.0)))
        found[2, place] = usd_per_unit * rng.gamma(p * bought)
    return np.asarray(
        np.quantile(found, _ENDS, axis=1, method="inverted_cdf").swapaxes(0, 1), dtype=np.float64
    )
