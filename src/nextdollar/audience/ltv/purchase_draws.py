"""Draws of what the customers of one segment of a log still bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.audience.ltv.purchase_part import DealtCustomers, Spending
from nextdollar.audience.ltv.purchase_question import PurchaseValueQuestion
from nextdollar.audience.transactions.history import History
from nextdollar.audience.transactions.segment_fit import SegmentFit
from nextdollar.audience.transactions.spend import MOST_ENDLESS_SHARE, spend_draws
from nextdollar.customers.pay_as_you_go import (
    GammaGamma,
    Histories,
    PurchaseLaw,
    law_at,
    unique_histories,
)
from nextdollar.customers.purchase_value import (
    WHOLE_LIFE,
    discounted_of_new,
    discounted_purchases,
    simulated_spend_usd,
)
from nextdollar.errors import FitError
from nextdollar.units import FloatArray

MOST_DEALT = 5000
"""Customers whose purchases are dealt one by one; of more, the spread comes from so many of them."""
_N_NODES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizons:
    """Periods ahead, in order: the log's own length, the horizon that is trusted, and what a value counts.

    `n_periods` are the different ones; `back`, `trusted` and `valued` their places among them.
    """

    n_periods: tuple[float, ...]
    back: int
    trusted: int
    valued: int

    @classmethod
    def of(cls, question: PurchaseValueQuestion, n_periods_back: float) -> Horizons:
        """Return the horizons of a question, for a log of so many periods."""
        trusted = question.horizon_periods
        valued = WHOLE_LIFE if question.is_whole else trusted
        back = min(n_periods_back, valued)
        points = sorted({back, trusted, valued})
        return cls(
            n_periods=tuple(points),
            back=points.index(back),
            trusted=points.index(trusted),
            valued=points.index(valued),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueDraws:
    """Draws (n_draws,) of the margin of a segment in USD, with what the fit and chance leave open.

    `expected_usd` (n_horizons, n_draws) are of spend, before the margin and without chance. `each_usd`
    (n_draws, n) are those of customers one by one, None where there are too many; `at_fit_usd` (n,) their
    expected values, `by_law_usd` the total under each law alone.
    """

    total_usd: FloatArray
    within_usd: FloatArray
    weighted_usd: FloatArray
    expected_usd: FloatArray
    new_customer_usd: FloatArray
    at_fit_usd: FloatArray
    each_usd: FloatArray | None
    by_law_usd: tuple[float, ...]


def value_draws(
    fit: SegmentFit, spending: Spending, *, horizons: Horizons, question: PurchaseValueQuestion
) -> ValueDraws:
    """Deal what the customers of a segment still bring.

    Raises
    ------
    FitError
        If the mean spend of customers who never came back is infinite, at the fit or in a draw.
    """
    rng = np.random.default_rng([question.seed, 3, *fit.segment.encode()])
    histories = fit.history.histories
    n_all = len(histories.n_repeats)
    chosen = np.arange(n_all) if n_all <= MOST_DEALT else rng.choice(n_all, MOST_DEALT, replace=False)
    money = _money_draws(fit.history, spending, question.n_draws, rng)
    at_fit, by_law = _at_fit(fit, spending, horizons, question)
    part = DealtCustomers.of(histories.rows(chosen), spending, chosen)
    laws = [(law.fitted.name, letters) for law in fit.laws for letters in law.draws.T]
    rows = []
    # Draws stand by law; shuffled, the law of a draw says nothing of margin, discount and other segments.
    for place, at in enumerate(rng.permutation(len(laws))[: question.n_draws]):
        law = law_at(*laws[at])
        terms = _Terms(
            GammaGamma(*(float(letter) for letter in money[:, place])),
            float(question.log_discounts_per_period[place]),
        )
        rows.append(_dealt(law, part, terms, horizons, rng))
    return _gathered(rows, part, (at_fit, by_law), spending, horizons, margins=question.margins)


@dataclass(frozen=True, slots=True)
class _Terms:
    """Spend and discount of one draw."""

    spend: GammaGamma
    log_discount: float


@dataclass(frozen=True, slots=True)
class _Row:
    """One draw of spend, before the margin: expected by horizon, weighted by spend so far, and dealt."""

    expected_usd: FloatArray
    weighted_expected_usd: float
    each_usd: FloatArray
    within_usd: float
    new_customer_usd: float


def _money_draws(history: History, spending: Spending, n_draws: int, rng: np.random.Generator) -> FloatArray:
    draws, endless_share = spend_draws(history, spending.fitted, n_draws, rng)
    if endless_share > MOST_ENDLESS_SHARE:
        raise FitError(
            "what a customer spends per purchase has no finite mean over all customers (q at or below 1 in "
            f"{endless_share:.0%} of draws): a few purchases would decide every value"
        )
    return draws


def _at_fit(
    fit: SegmentFit, spending: Spending, horizons: Horizons, question: PurchaseValueQuestion
) -> tuple[FloatArray, tuple[float, ...]]:
    """Expected spend of each customer at the likeliest parameters, and that of all under each law alone."""
    histories = fit.history.histories
    unique, places = unique_histories(histories)
    usd = spending.fitted.law.expected_spend_usd(histories.n_repeats, spending.repeat_spend_usd)
    discount = float(np.median(question.log_discounts_per_period))
    valued = horizons.n_periods[horizons.valued]
    each = np.zeros(len(places))
    totals = []
    for law in fit.laws:
        ahead = _ahead(law.fitted.law, unique, valued, discount)
        values = (ahead * law.fitted.law.alive_share(unique))[places] * usd
        each += law.weight_share * values
        totals.append(float(values.sum()))
    return each, tuple(totals)


def _ahead(law: PurchaseLaw, unique: Histories, n_periods: float, discount: float) -> FloatArray:
    """Present purchases of a customer who is alive; those of one age and count are worked out once."""
    latest = np.where(unique.n_repeats > 0, unique.n_periods_observed, 0.0)
    pairs, places = unique_histories(
        Histories(unique.n_repeats, latest, unique.n_periods_observed, unique.n_customers)
    )
    found = discounted_purchases(law, pairs, n_periods=[n_periods], log_discount_per_period=discount)
    return np.asarray(found[0][places], dtype=np.float64)


def _dealt(
    law: PurchaseLaw, part: DealtCustomers, terms: _Terms, horizons: Horizons, rng: np.random.Generator
) -> _Row:
    alive_share = law.alive_share(part.unique)[part.unique_places]
    usd = terms.spend.expected_spend_usd(part.histories.n_repeats, part.repeat_spend_usd)
    usd_if_one = alive_share * usd
    ahead = discounted_purchases(
        law,
        part.coarse,
        n_periods=horizons.n_periods,
        log_discount_per_period=terms.log_discount,
        n_nodes=_N_NODES,
    )[:, part.coarse_places]

    def dealt(n_periods: float) -> FloatArray:
        """Spend of each customer within a horizon, by chance."""
        return simulated_spend_usd(
            law,
            part.histories,
            spend=terms.spend,
            repeat_spend_usd=part.repeat_spend_usd,
            n_periods=n_periods,
            log_discount_per_period=terms.log_discount,
            alive_share=alive_share,
            rng=rng,
        )

    each = dealt(horizons.n_periods[horizons.valued])
    is_same = horizons.trusted == horizons.valued
    within = each if is_same else dealt(horizons.n_periods[horizons.trusted])
    valued = horizons.n_periods[horizons.valued]
    of_new = discounted_of_new(
        law, n_periods=[valued], log_discount_per_period=terms.log_discount, n_nodes=_N_NODES
    )
    mean_usd = float(terms.spend.expected_spend_usd(0.0, 0.0))
    return _Row(
        ahead @ usd_if_one,
        float((ahead[horizons.valued] * usd_if_one) @ part.log_spend_usd),
        each,
        float(within.sum()),
        mean_usd * float(of_new[0]),
    )


def _gathered(
    rows: Sequence[_Row],
    part: DealtCustomers,
    at_fit: tuple[FloatArray, tuple[float, ...]],
    spending: Spending,
    horizons: Horizons,
    *,
    margins: FloatArray,
) -> ValueDraws:
    """Bring the draws of a part to all customers, and take the margin of each draw.

    Of a part, what is expected goes up with the expected value of all, and what chance adds with the square
    root of how many more there are.
    """
    fitted_usd, by_law_usd = at_fit
    usd_so_far = spending.log_spend_usd
    n_more = len(fitted_usd) / len(part.chosen)
    in_part = fitted_usd[part.chosen]
    up = float(fitted_usd.sum() / in_part.sum())
    up_weighted = float((fitted_usd @ usd_so_far) / (in_part @ part.log_spend_usd))
    expected = np.stack([row.expected_usd for row in rows], axis=1)
    each = np.stack([row.each_usd for row in rows]).astype(np.float32)
    weighted_expected = np.array([row.weighted_expected_usd for row in rows])
    dealt = np.array([float(row.each_usd.sum()) for row in rows])
    within = np.array([row.within_usd for row in rows])
    mean_margin = float(np.mean(margins))
    return ValueDraws(
        total_usd=margins * _scaled(dealt, expected[horizons.valued], up, n_more),
        within_usd=margins * _scaled(within, expected[horizons.trusted], up, n_more),
        weighted_usd=margins
        * _scaled(each @ part.log_spend_usd, weighted_expected, up_weighted, n_more)
        / usd_so_far.sum(),
        expected_usd=expected * up,
        new_customer_usd=margins * np.array([row.new_customer_usd for row in rows]),
        at_fit_usd=mean_margin * fitted_usd,
        each_usd=None if n_more > 1 else margins[:, None] * each,
        by_law_usd=tuple(mean_margin * usd for usd in by_law_usd),
    )


def _scaled(dealt: FloatArray, expected: FloatArray, up: float, n_more: float) -> FloatArray:
    if n_more == 1:
        return np.asarray(dealt, dtype=np.float64)
    return np.asarray(expected * up + np.sqrt(n_more) * (dealt - expected), dtype=np.float64)
