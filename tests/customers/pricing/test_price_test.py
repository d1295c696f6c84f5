"""Tests of prices: what counts of buyers say of the elasticity, held against published and exact figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from nextdollar.customers.pricing import (
    PriceTest,
    bought_share_range,
    fit_price_test,
    share_that_differs,
)
from nextdollar.errors import DomainError

SEEN = np.array([0.05, 0.5, 0.95])


def counted(price_usd, offered, bought, segment=None):
    columns = (np.array(column, dtype=np.float64) for column in (price_usd, offered, bought))
    places = np.zeros(len(price_usd), dtype=np.int64) if segment is None else np.array(segment)
    return PriceTest(*columns, places)


def test_two_arms_give_the_published_interval_of_a_ratio_of_shares():
    # Hammond & Horn 1958, as in VanderWeele & Ding 2017, Annals of Internal Medicine 167(4): of 78,954
    # smokers 397 and of 108,829 others 51 died of lung cancer, a ratio of 10.73 (95 %: 8.02 to 14.36). At
    # prices 1 and e the elasticity is the log of that ratio. With 51 cases two intervals that are right to
    # the first order differ by about 1 / 51 of the log in their centre.
    found = fit_price_test(counted([1, math.e], [78_954, 108_829], [397, 51]), "constant")
    assert found.best_volume_per_price == pytest.approx(math.log(10.73), abs=5e-4)
    for share, published in ((0.025, 8.02), (0.975, 14.36)):
        assert found.quantile(share) == pytest.approx(math.log(published), abs=1 / 51)


def test_a_straight_line_through_four_arms_is_the_published_one():
    # Agresti 2007, An Introduction to Categorical Data Analysis, section 3.2.2: snoring and heart disease,
    # fitted shares 0.0172 + 0.0198 x at scores x of 0, 2, 4, 5. Read backwards the scores are prices.
    scores = np.array([0, 2, 4, 5])
    found = fit_price_test(
        counted(6 - scores, [1379, 638, 213, 254], [24, 35, 21, 30]), "linear", today_usd=1.0
    )
    np.testing.assert_allclose(found.fitted_share, 0.0172 + 0.0198 * scores, atol=3e-4)
    # The share falls by 0.0198 for each unit of price, and is 0.0172 + 5 x 0.0198 at price 1.
    assert found.best_volume_per_price == pytest.approx(0.0198 / (0.0172 + 5 * 0.0198), abs=2e-3)


@pytest.mark.parametrize(
    ("offered", "bought"),
    [
        ((1000, 1000), (100, 70)),
        ((100, 100), (10, 3)),
        ((20, 20), (20, 15)),
        ((10**6, 10**6), (10**5, 52_000)),
    ],
    ids=["usual", "few", "nearly all", "many"],
)
def test_two_prices_say_what_two_beta_shares_say_of_their_ratio(offered, bought):
    # Beta(bought + 1/2, not + 1/2) of each arm, integrated by quantiles of one against the CDF of the other.
    (n_low, n_high), (b_low, b_high) = offered, bought
    found = fit_price_test(counted([20, 30], offered, bought), "constant")
    low = beta.ppf((np.arange(20_000) + 0.5) / 20_000, b_low + 0.5, n_low - b_low + 0.5)
    for share in SEEN:
        ratio = 1.5 ** -found.quantile(share)
        # The elasticity is below e where the share at 30 is above that at 20 times 1.5**-e.
        exact = beta.sf(low * ratio, b_high + 0.5, n_high - b_high + 0.5).mean()
        assert exact == pytest.approx(share, abs=2e-4)


def test_one_call_with_segments_agrees_with_one_for_each_where_there_is_one():
    whole = counted([20, 25, 30], [500, 500, 500], [60, 50, 33])
    apart = fit_price_test(whole.of_segment(np.int64(0)), "constant")
    np.testing.assert_array_equal(fit_price_test(whole, "constant").volume_per_price, apart.volume_per_price)


def test_segments_of_unlike_levels_do_not_pass_for_a_response_to_the_price():
    # The dear price was shown mostly to those who buy anyway: pooled, demand seems not to fall at all.
    prices, offered = [20, 30, 20, 30], [2000, 400, 400, 2000]
    bought = [
        round(n * level * p**-2) for n, p, level in zip(offered, prices, (40, 40, 110, 110), strict=True)
    ]
    pooled = fit_price_test(counted(prices, offered, bought), "constant")
    apart = fit_price_test(counted(prices, offered, bought, [0, 0, 1, 1]), "constant")
    assert pooled.quantile(0.5) < 1
    assert apart.best_volume_per_price == pytest.approx(2.0, abs=0.05)


def test_segments_that_respond_differently_are_seen():
    prices, offered = [20, 30] * 2, [5000] * 4
    alike = counted(prices, offered, [500, 333, 1000, 667], [0, 0, 1, 1])
    unlike = counted(prices, offered, [500, 450, 1000, 400], [0, 0, 1, 1])
    assert share_that_differs(alike, "constant") > 0.9
    assert share_that_differs(unlike, "constant") < 1e-6
    assert math.isnan(share_that_differs(counted([20, 30], [9, 9], [3, 2]), "constant"))


def test_counts_off_the_form_are_seen_and_two_prices_cannot_tell():
    off = fit_price_test(counted([10, 20, 40], [1000] * 3, [500, 490, 20]), "constant")
    assert off.misfit_share < 1e-6
    assert math.isnan(fit_price_test(counted([10, 20], [100, 100], [20, 10]), "constant").misfit_share)


def test_a_line_reaches_nobody_within_the_prices_tested():
    # At 10, 20 and 40 half, a quarter and nobody buy: 1 - e (p / 20 - 1) with e = 2 fits all three.
    found = fit_price_test(counted([10, 20, 40], [100] * 3, [50, 25, 0]), "linear", today_usd=20.0)
    assert found.best_volume_per_price == pytest.approx(2.0, abs=1e-3)
    assert found.quantile(0.05) > 1 and found.misfit_share > 0.9


@settings(max_examples=8)
@given(
    st.lists(st.tuples(st.integers(30, 400), st.floats(0.1, 0.9)), min_size=2, max_size=4),
    st.floats(0.01, 100.0),
)
def test_the_unit_of_the_price_and_the_order_of_the_arms_do_not_matter(arms, factor):
    prices = np.array([20.0, 26.0, 33.0, 41.0][: len(arms)])
    offered = [n for n, _ in arms]
    bought = [max(round(n * share), 1) for n, share in arms]
    there = fit_price_test(counted(prices, offered, bought), "constant")
    back = fit_price_test(counted(prices[::-1] * factor, offered[::-1], bought[::-1]), "constant")
    np.testing.assert_allclose(back.quantile(SEEN), there.quantile(SEEN), rtol=1e-6, atol=1e-6)


@settings(max_examples=6)
@given(st.integers(2, 300), st.integers(301, 2000))
def test_more_buyers_at_the_cheaper_price_raise_the_elasticity(bought, offered):
    few = fit_price_test(counted([20, 30], [offered] * 2, [bought, bought // 2 + 1]), "constant")
    many = fit_price_test(counted([20, 30], [offered] * 2, [bought + 1, bought // 2 + 1]), "constant")
    assert (many.quantile(SEEN) > few.quantile(SEEN)).all()


def test_ranges_of_simulated_tests_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(11)
    prices, n_tests = np.array([20.0, 26.0, 34.0]), 120
    truth = rng.uniform(0.5, 3.0, n_tests)
    held = 0
    for elasticity in truth:
        offered = rng.integers(150, 900, 3)
        bought = rng.binomial(offered, 0.12 * (prices / 26) ** -elasticity)
        ends = fit_price_test(counted(prices, offered, bought), "constant").quantile(SEEN)
        held += ends[0] <= elasticity <= ends[2]
    # 90 % of 120 tests, whose binomial standard error is 2.7 points.
    assert abs(held / n_tests - 0.9) < 2.6 * 0.027


def test_draws_follow_the_quantiles_and_what_is_ruled_out_is_dealt_again():
    found = fit_price_test(counted([20, 30], [1000, 1000], [100, 70]), "constant")
    uniform = (np.arange(4096) + 0.5) / 4096
    draws = found.draws(uniform)
    assert draws.min() == 0.0 and np.median(draws) == pytest.approx(found.quantile(0.5), abs=1e-3)
    cut = found.draws(uniform, least_volume_per_price=1.05)
    assert cut.min() >= 1.05
    below = found.probability_below(1.05)
    assert np.median(cut) == pytest.approx(found.quantile(below + (1 - below) / 2), abs=1e-3)


def test_each_share_is_given_with_its_own_range():
    # Brown, Cai & DasGupta 2001: Beta(x + 1/2, n - x + 1/2).
    found = bought_share_range(counted([20, 30], [50, 40], [5, 2]))
    np.testing.assert_allclose(found[:, 0], beta.ppf(SEEN, 5.5, 45.5), rtol=1e-9)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (([20, 30], [100, 100], [10, 0]), "n_bought must be above 0 at two prices"),
        (([20, 20], [100, 100], [10, 5]), "n_bought must be above 0 at two prices"),
        (([20, 30], [100, 100], [10, 101]), "n_bought must be from 0 to n_offered"),
        (([20, -30], [100, 100], [10, 5]), "price_usd must be finite and above 0"),
        (([20, 30], [100.5, 100], [10, 5]), "n_offered must be whole numbers"),
    ],
)
def test_counts_that_are_impossible_or_tell_nothing_are_refused(columns, words):
    with pytest.raises(DomainError, match=words):
        counted(*columns)


def test_a_line_needs_the_price_of_today():
    with pytest.raises(DomainError, match="today_usd must be above 0 for the linear form"):
        fit_price_test(counted([20, 30], [100, 100], [10, 5]), "linear")
