"""Returns on cost and on extra cost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.finance import benefit_cost_ratio, marginal_return, roi, trade

usd = st.floats(-1e12, 1e12, allow_nan=False)
some_usd = st.floats(0.01, 1e12)


def test_a_dollar_and_a_half_for_a_dollar_is_a_return_of_half():
    assert benefit_cost_ratio(150.0, 100.0) == 1.5
    assert roi(150.0, 100.0) == 0.5


@given(usd, some_usd)
def test_return_on_investment_is_the_ratio_less_one(benefit_usd, cost_usd):
    ratio = benefit_cost_ratio(benefit_usd, cost_usd)
    assert roi(benefit_usd, cost_usd) == pytest.approx(ratio - 1, rel=1e-15, abs=4e-16 * (1 + abs(ratio)))


@given(usd, some_usd, some_usd)
def test_steps_weighted_by_their_cost_give_the_whole_return(gain_usd, first_cost_usd, second_cost_usd):
    first = marginal_return(gain_usd, first_cost_usd)
    second = marginal_return(2 * gain_usd, second_cost_usd)
    whole = marginal_return(3 * gain_usd, first_cost_usd + second_cost_usd)
    weighted = (first * first_cost_usd + second * second_cost_usd) / (first_cost_usd + second_cost_usd)
    assert weighted == pytest.approx(whole, rel=1e-14, abs=1e-14)


@pytest.mark.parametrize("ratio", [benefit_cost_ratio, roi, marginal_return])
def test_no_ratio_is_made_up_where_nothing_is_paid(ratio):
    found = ratio(np.array([5.0, 5.0, 0.0, 5.0]), np.array([0.0, -1.0, 0.0, 2.0]))
    np.testing.assert_array_equal(np.isnan(found), [True, True, True, False])


@pytest.mark.parametrize("ratio", [benefit_cost_ratio, roi, marginal_return])
def test_many_draws_at_once_agree_with_one_call_per_draw(ratio):
    amounts, costs = np.array([1.0, -2.0, 3.0]), np.array([4.0, 5.0, -6.0])
    one_by_one = [ratio(float(a), float(c)) for a, c in zip(amounts, costs, strict=True)]
    np.testing.assert_array_equal(ratio(amounts, costs), one_by_one)
    assert isinstance(one_by_one[0], float)


@pytest.mark.parametrize(
    ("gain_usd", "extra_cost_usd", "words"),
    [
        (2.0, 1.0, "pays for more"),
        (-2.0, -1.0, "gives up for less"),
        (2.0, -1.0, "dominates"),
        (2.0, 0.0, "dominates"),
        (0.0, -1.0, "dominates"),
        (-2.0, 1.0, "is dominated"),
        (0.0, 1.0, "is dominated"),
        (-2.0, 0.0, "is dominated"),
        (0.0, 0.0, "is equal"),
    ],
)
def test_each_step_is_named(gain_usd, extra_cost_usd, words):
    assert trade(gain_usd, extra_cost_usd) == words


@given(usd, usd)
def test_only_a_trade_for_more_has_a_positive_marginal_return(gain_usd, extra_cost_usd):
    rises = gain_usd > 0 and extra_cost_usd > 0
    assert (trade(gain_usd, extra_cost_usd) == "pays for more") == rises
    if rises and gain_usd > 1e-200:
        assert marginal_return(gain_usd, extra_cost_usd) > 0


@given(usd, usd)
def test_the_step_back_is_the_reverse(gain_usd, extra_cost_usd):
    reverse = {
        "pays for more": "gives up for less",
        "gives up for less": "pays for more",
        "dominates": "is dominated",
        "is dominated": "dominates",
        "is equal": "is equal",
    }
    assert trade(-gain_usd, -extra_cost_usd) == reverse[trade(gain_usd, extra_cost_usd)]


def test_a_missing_figure_is_refused_by_name():
    with pytest.raises(DomainError, match=r"gain_usd must be finite, got nan"):
        trade(math.nan, 1.0)
    with pytest.raises(DomainError, match=r"extra_cost_usd must be finite, got inf"):
        trade(1.0, math.inf)
