from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import head_weighted_ltv, revenue_weighted_ltv
from nextdollar.customers.lifetime_value.weights import (
    head_weighted_value,
    revenue_shares,
    revenue_weighted_value,
)
from nextdollar.errors import DomainError

amounts = st.lists(st.tuples(st.floats(0, 1e6), st.floats(0.01, 1e6)), min_size=1, max_size=8)


def test_the_averages_of_document_000():
    # 1 306 915 and 560 110 USD by revenue, 120 455 and 51 793 USD by heads.
    heads, revenue = [1_274_000.0, 126_000.0], [1_274_000 * 20.0, 126_000 * 10_000.0]
    for values, by_revenue, by_heads in [
        ([500.0, 4e6 / 3], 1_306_915, 120_455),
        ([400.0, 4e6 / 7], 560_110, 51_793),
    ]:
        assert revenue_weighted_value(values, revenue) == pytest.approx(by_revenue, abs=0.5)
        assert head_weighted_value(values, heads) == pytest.approx(by_heads, abs=0.5)


def test_simple_values_of_segments_give_the_averages_of_the_segments(case_study):
    segments = case_study(0.01)
    values = [s.margin_usd_per_month / s.churn_per_month for s in segments]
    by_revenue = revenue_weighted_value(values, [s.revenue_usd_per_month for s in segments])
    assert by_revenue == pytest.approx(revenue_weighted_ltv(segments), rel=1e-14)
    by_heads = head_weighted_value(values, [s.customers for s in segments])
    assert by_heads == pytest.approx(head_weighted_ltv(segments), rel=1e-14)


@given(amounts)
def test_an_average_lies_between_the_least_and_the_most(pairs):
    values, weights = zip(*pairs, strict=True)
    average = head_weighted_value(values, weights)
    assert min(values) * (1 - 1e-12) <= average <= max(values) * (1 + 1e-12)


@given(amounts)
def test_shares_of_revenue_add_up_to_one(pairs):
    shares = revenue_shares([weight for _, weight in pairs])
    assert shares.sum() == pytest.approx(1.0)
    assert 1 / len(pairs) <= (shares**2).sum() * (1 + 1e-12)


def test_draws_agree_with_one_call_per_draw():
    value, heads = np.array([5.0, 50.0]), np.array([2.0, 8.0])
    together = head_weighted_value([10.0, value], [4.0, heads])
    one_by_one = [head_weighted_value([10.0, v], [4.0, h]) for v, h in zip(value, heads, strict=True)]
    np.testing.assert_array_equal(together, one_by_one)


def test_nobody_no_revenue_and_unequal_lists_are_refused():
    with pytest.raises(DomainError, match="customers must be of one segment or more"):
        head_weighted_value([], [])
    with pytest.raises(DomainError, match="the sum of revenue_usd must be above 0"):
        revenue_weighted_value([5.0], [0.0])
    with pytest.raises(DomainError, match=r"customers must be as many as the values \(2\), got 1"):
        head_weighted_value([5.0, 6.0], [1.0])
    with pytest.raises(DomainError, match=r"revenue_usd must be finite and 0 or more, got -1\.0"):
        revenue_shares([-1.0, 3.0])
