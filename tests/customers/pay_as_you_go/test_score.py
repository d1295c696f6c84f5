from __future__ import annotations

import csv
import datetime

import numpy as np
import pytest

from nextdollar.customers.pay_as_you_go import (
    BgBb,
    BgNbd,
    GammaGamma,
    ParetoNbd,
    Spend,
    fit_purchases,
    future_purchases,
    parameter_draws,
    score,
    summarised,
)
from nextdollar.errors import DomainError

SPEND_LAW = GammaGamma(6.25, 3.74, 15.44)
LAWS = [
    BgNbd(0.243, 4.414, 0.793, 2.426),
    ParetoNbd(0.553, 10.578, 0.606, 11.669),
    BgBb(1.204, 0.75, 0.657, 2.783),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
class TestEveryLaw:
    def test_customers_with_the_same_history_have_the_same_scores(self, law, dealt):
        histories = dealt("bg-bb", 500, 3)
        scores = score(law, histories, 12)
        for place in (0, 100, 499):
            alone = score(law, histories.rows(slice(place, place + 1)), 12)
            assert scores.n_purchases[place] == pytest.approx(alone.n_purchases[0], rel=1e-12)
            assert scores.alive_share[place] == pytest.approx(alone.alive_share[0], rel=1e-12)

    def test_without_a_discount_value_is_margin_times_spend_times_purchases(self, law, dealt):
        histories = dealt("bg-bb", 200, 4)
        spend = Spend(SPEND_LAW, np.linspace(5, 80, 200), gross_margin_share=0.6)
        scores = score(law, histories, 12, spend=spend)
        np.testing.assert_allclose(scores.value_usd, 0.6 * scores.spend_usd * scores.n_purchases, rtol=1e-13)

    def test_the_discounted_value_is_that_of_the_purchases_where_they_fall(self, law, dealt):
        histories = dealt("bg-bb", 50, 5)
        discounted = Spend(SPEND_LAW, np.full(50, 30.0), discount_per_period=0.05)
        scores = score(law, histories, 12, spend=discounted)
        # Purchases of each small step at its middle; BG/BB buys at the end of a period.
        n_steps = 12 if isinstance(law, BgBb) else 2400
        edges = np.linspace(0, 12, n_steps + 1)
        sums = np.stack([law.expected_purchases_if_alive(histories, float(edge)) for edge in edges])
        at = edges[1:] if isinstance(law, BgBb) else (edges[1:] + edges[:-1]) / 2
        present = (np.diff(sums, axis=0) * 1.05 ** -at[:, None]).sum(axis=0) * scores.alive_share
        np.testing.assert_allclose(scores.value_usd, scores.spend_usd * present, rtol=1e-6)


def test_a_horizon_that_is_not_ahead_is_refused(dealt):
    with pytest.raises(DomainError, match="n_periods must be above 0"):
        score(LAWS[0], dealt("bg-bb", 5, 1), 0)


def test_a_margin_above_one_and_a_negative_discount_are_refused():
    with pytest.raises(DomainError, match="gross_margin_share must be at most 1"):
        Spend(SPEND_LAW, np.ones(1), gross_margin_share=1.2)
    with pytest.raises(DomainError, match="discount_per_period must be 0 or more"):
        Spend(SPEND_LAW, np.ones(1), discount_per_period=-0.1)


class TestFuturePurchases:
    def test_more_than_five_thousand_customers_have_the_total_of_all(self, dealt):
        histories = dealt("bg-nbd", 12_000, 6)
        fitted = fit_purchases("bg-nbd", histories)
        rng = np.random.default_rng(9)
        draws = parameter_draws(fitted, rng.standard_normal((4, 64)))
        totals = future_purchases(fitted, draws, histories, n_periods=13, rng=rng)
        expected = score(fitted.law, histories, 13).n_purchases.sum()
        assert totals.mean() == pytest.approx(expected, rel=0.05)
        # At least the chance of so many purchases one by one.
        assert totals.std() > np.sqrt(expected) * 0.8

    def test_most_ranges_hold_what_dealt_customers_then_did(self, dealt):
        # Observed to the middle, forecast to the end; the truth is known since the customers are dealt.
        held, errors = 0, []
        for seed in range(12):
            rng = np.random.default_rng(seed)
            n, half = 800, 20.0
            rate, leave = rng.gamma(0.25, 1 / 4.5, n), rng.beta(0.8, 2.5, n)
            customer, when = [], []
            for place in range(n):
                at = 0.0
                while True:
                    customer.append(place)
                    when.append(at)
                    at = np.ceil(at * 1000 + rng.exponential() / rate[place] * 1000) / 1000
                    if at > 2 * half or (when[-1] > 0 and rng.random() < leave[place]):
                        break
            who, at_steps = np.array(customer), np.round(np.array(when) * 1000)
            seen = at_steps <= half * 1000
            histories = summarised(
                who[seen], at_steps[seen], end_days=half * 1000, period_days=1000.0
            ).histories
            fitted = fit_purchases("bg-nbd", histories)
            draws = parameter_draws(fitted, rng.standard_normal((4, 200)))
            totals = future_purchases(fitted, draws, histories, n_periods=half, rng=rng)
            low, high = np.quantile(totals, [0.05, 0.95])
            held += low <= (~seen).sum() <= high
            errors.append((~seen).sum() / score(fitted.law, histories, half).n_purchases.sum() - 1)
        assert held >= 8
        assert abs(np.mean(errors)) < 0.1


@pytest.mark.parametrize("weeks", [20, 26, 30])
def test_repeat_purchases_of_later_weeks_at_cdnow_are_met_within_twelve_percent(weeks, shared_data):
    with open(shared_data / "customers" / "cdnow_calibration_transactions.csv", encoding="utf-8") as file:
        rows = [
            (r["customer"], datetime.date.fromisoformat(r["date"]).toordinal()) for r in csv.DictReader(file)
        ]
    places: dict[str, int] = {}
    who = np.array([places.setdefault(name, len(places)) for name, _ in rows])
    day = np.array([float(at) for _, at in rows])
    cut = day.min() + 7 * weeks - 1
    early = day <= cut
    known = summarised(who[early], day[early], end_days=cut, period_days=7.0).histories
    whole = summarised(who, day, end_days=day.max(), period_days=7.0).histories
    came = whole.n_repeats.sum() - known.n_repeats.sum()
    expected = score(fit_purchases("bg-nbd", known).law, known, (day.max() - cut) / 7).n_purchases.sum()
    assert came / expected == pytest.approx(1.0, abs=0.12)
