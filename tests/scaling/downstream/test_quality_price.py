"""Thresholds and the price of quality along a path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling.downstream.quality_price import quality_price
from nextdollar.scaling.downstream.threshold import budget_to_reach, reach_probability

BUDGETS = np.geomspace(1e18, 1e26, 193)
DECADES = np.log10(BUDGETS) - 18
RISING = (0.4 + 0.05 * DECADES)[:, None]


def test_a_metric_that_gains_five_points_a_decade_costs_ten_times_the_budget_for_five_points():
    # 0.6 at 1e22 FLOP and 0.65 at 1e23: 9e22 FLOP at 2e-18 USD each.
    found = quality_price(BUDGETS, RISING, from_value=0.6, to_value=0.65, usd_per_flop=2e-18)
    assert found.from_flop[0] == pytest.approx(1e22)
    assert found.to_flop[0] == pytest.approx(1e23)
    assert found.cost_usd[0] == pytest.approx(9e22 * 2e-18)
    assert found.break_even_usd_per_point[0] == pytest.approx(9e22 * 2e-18 / 0.05)


def test_what_no_budget_reaches_has_no_cost_and_its_share_is_stated():
    both = np.concatenate([RISING, np.minimum(RISING, 0.6)], axis=1)
    found = quality_price(BUDGETS, both, from_value=0.5, to_value=0.7, usd_per_flop=2e-18)
    assert found.never_share == 0.5
    assert np.isnan(found.cost_usd[1])


def test_a_step_pays_where_a_point_is_worth_more_than_break_even():
    found = quality_price(BUDGETS, RISING, from_value=0.6, to_value=0.65, usd_per_flop=2e-18)
    even = float(found.break_even_usd_per_point[0])
    assert found.pays_probability(even * 1.01) == 1.0
    assert found.pays_probability(even * 0.99) == 0.0


def test_a_step_that_is_never_reached_never_pays():
    found = quality_price(BUDGETS, np.minimum(RISING, 0.6), from_value=0.5, to_value=0.7, usd_per_flop=2e-18)
    assert found.pays_probability(1e30) == 0.0


def test_an_error_rate_is_priced_downwards():
    found = quality_price(BUDGETS, 1 - RISING, from_value=0.4, to_value=0.35, usd_per_flop=2e-18)
    assert found.cost_usd[0] == pytest.approx(9e22 * 2e-18)


@given(st.floats(0.45, 0.6), st.floats(0.01, 0.1), st.floats(0.01, 0.1))
def test_two_steps_cost_what_the_whole_way_costs(low, first, second):
    def cost(start, end):
        return quality_price(BUDGETS, RISING, from_value=start, to_value=end, usd_per_flop=2e-18).cost_usd[0]

    whole = cost(low, low + first + second)
    assert cost(low, low + first) + cost(low + first, low + first + second) == pytest.approx(whole, rel=1e-9)


@given(st.floats(0.41, 0.75), st.floats(0.001, 0.04))
def test_a_higher_threshold_never_needs_less(threshold, more):
    near, far = (
        budget_to_reach(BUDGETS, RISING, goal, rises=True)[0] for goal in (threshold, threshold + more)
    )
    assert far >= near


def test_a_threshold_that_the_first_budget_reaches_is_reached_there():
    assert budget_to_reach(BUDGETS, RISING, 0.3, rises=True)[0] == pytest.approx(1e18)


def test_the_chance_of_reaching_is_the_share_of_draws_at_or_past_the_threshold():
    draws = np.array([[0.7, 0.8, 0.9, 0.8]])
    assert reach_probability(draws, 0.8, rises=True) == pytest.approx([0.75])
    assert reach_probability(draws, 0.8, rises=False) == pytest.approx([0.75])


def test_a_step_to_where_one_stands_is_refused_by_name():
    with pytest.raises(DomainError, match=r"to_value must be unlike from_value \(0\.6\)"):
        quality_price(BUDGETS, RISING, from_value=0.6, to_value=0.6, usd_per_flop=2e-18)
