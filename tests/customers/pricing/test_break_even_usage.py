"""Use at which serving outruns the bill, and who loses money."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.pricing import (
    ServingPrices,
    growth_to_break_even,
    loss_makers,
    month_of_break_even,
    multiple_at_break_even,
    summed,
    usage_groups,
)
from nextdollar.errors import DomainError

MULTIPLES = np.geomspace(1.0, 1024.0, 513)


class TestBreakEven:
    @given(revenue=st.floats(1, 1e6), times=st.floats(1.0, 1000.0))
    def test_where_revenue_stands_still_it_is_revenue_over_cost(self, revenue, times):
        cost = np.multiply.outer(MULTIPLES, [revenue / times])
        found = multiple_at_break_even(MULTIPLES, np.full(513, revenue), cost_usd_per_month=cost)
        assert found[0] == pytest.approx(times, rel=1e-9)

    def test_revenue_that_grows_with_use_and_pays_today_pays_for_ever(self):
        cost = np.multiply.outer(MULTIPLES, [0.9, 1.0, 1.1])
        found = multiple_at_break_even(MULTIPLES, MULTIPLES * 1.0, cost_usd_per_month=cost)
        assert np.isnan(found[0])
        assert found[1:].tolist() == [1.0, 1.0]

    @given(st.floats(0.001, 0.9))
    def test_dearer_serving_never_allows_more_use(self, cost_usd):
        cost = np.multiply.outer(MULTIPLES, [cost_usd, cost_usd * 1.1])
        cheap, dear = multiple_at_break_even(MULTIPLES, np.ones(513), cost_usd_per_month=cost)
        assert dear <= cheap

    def test_many_draws_agree_with_one_at_a_time(self):
        revenue, costs = np.sqrt(MULTIPLES), np.array([0.01, 0.2, 0.5, 1.5])
        together = multiple_at_break_even(
            MULTIPLES, revenue, cost_usd_per_month=np.multiply.outer(MULTIPLES, costs)
        )
        alone = [
            multiple_at_break_even(
                MULTIPLES, revenue, cost_usd_per_month=np.multiply.outer(MULTIPLES, [cost])
            )[0]
            for cost in costs
        ]
        np.testing.assert_array_equal(together, alone)

    def test_doubling_in_a_year_is_the_growth_that_compounds_to_two(self):
        growth = growth_to_break_even(np.array([2.0, 1.0, np.nan]), 12)
        assert (1 + growth[0]) ** 12 == pytest.approx(2.0)
        assert growth[1] == 0.0
        assert np.isnan(growth[2])

    def test_the_month_is_the_first_in_which_cost_is_not_below_revenue(self):
        revenue = np.full((4, 3), 10.0)
        cost = np.array([[1, 10, 1], [5, 1, 2], [10, 1, 3], [20, 1, 4.0]])
        found = month_of_break_even(revenue, cost)
        assert found[:2].tolist() == [2.0, 0.0]
        assert np.isnan(found[2])

    def test_multiples_that_do_not_rise_from_one_are_refused(self):
        with pytest.raises(DomainError, match="usage_multiple must be rising from 1"):
            multiple_at_break_even(np.array([2.0, 1.0]), np.ones(2), cost_usd_per_month=np.ones((2, 1)))
        with pytest.raises(DomainError, match="usage_multiple must be 1 or more"):
            growth_to_break_even(0.5, 12)
        with pytest.raises(DomainError, match="n_months"):
            growth_to_break_even(2.0, 0)


class TestServingCost:
    def test_a_customer_costs_the_sum_of_what_it_uses(self):
        prices = ServingPrices(1e-6, np.array([4e-6, 8e-6]), 0.01)
        cost = prices.serving_usd(np.array([2e6]), np.array([1e6]), np.array([300.0]))
        np.testing.assert_allclose(cost, [[2 + 4 + 3, 2 + 8 + 3]])

    @given(st.floats(0, 1e3))
    def test_cost_is_linear_in_use(self, times):
        prices = ServingPrices(1e-6, 4e-6, 0.01)
        used = (np.array([2e6, 5.0]), np.array([1e6, 7.0]), np.array([300.0, 1.0]))
        once = prices.serving_usd(*used)
        np.testing.assert_allclose(prices.serving_usd(*(times * part for part in used)), times * once)

    def test_a_negative_price_is_refused_by_name(self):
        with pytest.raises(DomainError, match="usd_per_output_token must be finite and not negative"):
            ServingPrices(0.0, np.array([1e-6, -1e-6]))


class TestWhoLosesMoney:
    @given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.integers(1, 12))
    def test_groups_differ_by_one_customer_and_follow_the_order(self, used, n_groups):
        group = usage_groups(np.array(used), n_groups)
        sizes = np.bincount(group, minlength=min(n_groups, len(used)))
        assert sizes.max() - sizes.min() <= 1
        assert sizes.min() >= 1
        order = np.argsort(used, kind="stable")
        assert (np.diff(group[order]) >= 0).all()

    def test_groups_add_up_to_the_whole(self):
        rng = np.random.default_rng(1)
        values = rng.normal(size=(57, 3))
        sums = summed(values, usage_groups(values[:, 0]), 10)
        np.testing.assert_allclose(sums.sum(axis=0), values.sum(axis=0))

    def test_a_customer_loses_money_in_the_share_of_draws_below_zero(self):
        margin = np.array([[-1.0, -3.0, 2.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
        found = loss_makers(margin)
        assert found.loss_share.tolist() == [0.5, 0.0]
        assert found.n_losing.tolist() == [1.0, 1.0, 0.0, 0.0]
        assert found.lost_usd.tolist() == [1.0, 3.0, 0.0, 0.0]
        assert found.mean_usd.tolist() == [-0.5, 1.0]
        assert (found.p5_usd <= found.p95_usd).all()

    def test_no_customers_are_refused(self):
        with pytest.raises(DomainError, match="at least one customer"):
            usage_groups(np.array([]))
