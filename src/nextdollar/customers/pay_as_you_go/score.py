"""What each customer is expected to do next: still there, purchases to come, and their value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.customers.pay_as_you_go.fitting import PurchaseLaw
from nextdollar.customers.pay_as_you_go.histories import Histories, Places, unique_histories
from nextdollar.customers.pay_as_you_go.laws import BgBb, GammaGamma
from nextdollar.errors import require
from nextdollar.units import FloatArray

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(6)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of customers, one row each.

    Parameters
    ----------
    alive_share : array (n,)
        Chance that the customer is still one at the end of the observation.
    n_purchases : array (n,)
        Purchases expected over the periods ahead.
    spend_usd : array (n,), optional
        Expected spend per purchase; None where no law of spend was given.
    value_usd : array (n,), optional
        Present value of the margin of the purchases ahead; None where no law of spend was given.
    """

    alive_share: FloatArray
    n_purchases: FloatArray
    spend_usd: FloatArray | None
    value_usd: FloatArray | None


@dataclass(frozen=True, slots=True)
class Spend:
    """Law of spend and what each customer spent, for `score`.

    Parameters
    ----------
    law : GammaGamma
        Law of spend per purchase.
    repeat_spend_usd : array (n,)
        Mean spend of a customer's repeat purchases; not read where there are none.
    gross_margin_share : float
        Share of the spend that is left after the cost of serving it, at most 1.
    discount_per_period : float
        Rate at which later money counts less, 0 or more.
    """

    law: GammaGamma
    repeat_spend_usd: FloatArray
    gross_margin_share: float = 1.0
    discount_per_period: float = 0.0

    def __post_init__(self) -> None:
        require(self.gross_margin_share <= 1, "gross_margin_share", "at most 1", self.gross_margin_share)
        discount = self.discount_per_period
        require(discount >= 0, "discount_per_period", "0 or more", discount)


def score(law: PurchaseLaw, histories: Histories, n_periods: float, *, spend: Spend | None = None) -> Scores:
    """Scores of customers at certain parameters.

    Parameters
    ----------
    law : BgNbd, MbgNbd, ParetoNbd or BgBb
        With numbers as parameters.
    histories : Histories
        One row a customer; equal histories are worked out once.
    n_periods : float
        Periods ahead, above 0; a whole number for BG/BB.
    spend : Spend, optional
        To put a value on the purchases.

    Raises
    ------
    DomainError
        If a number lies outside its domain, or the mean spend of customers without repeats is infinite.

    Notes
    -----
    Purchases: P(alive) x E[purchases | alive]. Value: gross margin x spend per purchase x the integral of
    exp(-delta u) dE(u), with delta the logarithm of 1 + discount: purchases count when they fall.
    """
    require(n_periods > 0, "n_periods", "above 0", n_periods)
    unique, places = unique_histories(histories)
    alive_share = law.alive_share(unique)
    # What is to come from a customer who is alive does not depend on when the last purchase was.
    pairs, pair_places = _without_recency(unique)
    ahead = law.expected_purchases_if_alive(pairs, n_periods)
    purchases = (alive_share * ahead[pair_places])[places]
    if spend is None:
        return Scores(alive_share[places], purchases, None, None)
    discounted = ahead
    if spend.discount_per_period > 0:
        discounted = _discounted(law, pairs, n_periods, ahead, np.log1p(spend.discount_per_period))
    present = (alive_share * discounted[pair_places])[places]
    n_repeats = histories.n_repeats
    spend_usd = np.asarray(spend.law.expected_spend_usd(n_repeats, spend.repeat_spend_usd), dtype=np.float64)
    value_usd = spend.gross_margin_share * spend_usd * present
    return Scores(alive_share[places], purchases, spend_usd, value_usd)


def _without_recency(unique: Histories) -> tuple[Histories, Places]:
    """Histories with the last purchase at the end, each once, and the place of each row among them."""
    latest = np.where(unique.n_repeats > 0, unique.n_periods_observed, 0.0)
    return unique_histories(
        Histories(unique.n_repeats, latest, unique.n_periods_observed, unique.n_customers)
    )


def _discounted(
    law: PurchaseLaw, pairs: Histories, n_periods: float, ahead: FloatArray, log_discount: float
) -> FloatArray:
    """Integral of exp(-delta u) dE(u) = exp(-delta h) E(h) + delta x integral of exp(-delta u) E(u) du."""
    worth: FloatArray = np.exp(-log_discount * n_periods) * ahead
    if isinstance(law, BgBb):
        # E is a staircase: the integral is a sum over its steps.
        for period in range(1, int(n_periods)):
            step = np.exp(-log_discount * period) - np.exp(-log_discount * (period + 1))
            worth = worth + step * law.expected_purchases_if_alive(pairs, float(period))
        return worth
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        at = n_periods * (1 + node) / 2
        share = log_discount * n_periods / 2 * weight * np.exp(-log_discount * at)
        worth = worth + share * law.expected_purchases_if_alive(pairs, float(at))
    return worth
