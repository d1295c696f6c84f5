"""Revenue by account and month from subscriptions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.recurring_revenue import movements, mrr_of_subscriptions
from nextdollar.errors import DomainError

SUBSCRIPTIONS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 10**9), st.integers(0, 7), st.integers(0, 4)), max_size=12
)


def table(rows, n_accounts=4, n_months=6):
    account, amount, first, length = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(4))
    return mrr_of_subscriptions(
        account, amount, first_month=first, end_month=first + length, n_accounts=n_accounts, n_months=n_months
    )


def test_a_change_of_plan_is_expansion_and_not_churn():
    found = table([(0, 50, 0, 2), (0, 80, 2, 2)], n_accounts=1, n_months=4)
    np.testing.assert_array_equal(found, [[50, 50, 80, 80]])
    moved = movements(found)
    assert moved.expansion_micro_usd.sum() == 30
    assert moved.churn_micro_usd.sum() == moved.new_micro_usd.sum() == 0


@given(SUBSCRIPTIONS)
def test_all_at_once_agree_with_one_subscription_at_a_time(rows):
    one_by_one = sum((table([row]) for row in rows), np.zeros((4, 6), dtype=np.int64))
    np.testing.assert_array_equal(table(rows), one_by_one)


@given(SUBSCRIPTIONS)
def test_all_that_is_paid_is_amount_times_months_inside_the_table(rows):
    paid = sum(amount * max(min(first + length, 6) - first, 0) for _, amount, first, length in rows)
    assert table(rows).sum() == paid


def test_one_that_never_ends_reaches_the_last_month():
    found = mrr_of_subscriptions(
        np.array([0]),
        np.array([7]),
        first_month=np.array([1]),
        end_month=np.array([2**40]),
        n_accounts=1,
        n_months=3,
    )
    np.testing.assert_array_equal(found, [[0, 7, 7]])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((4, 1, 0, 1), "account must be from 0 to 3, got 4"),
        ((0, -1, 0, 1), "micro_usd_per_month must be 0 or more, got -1"),
        ((0, 1, -1, 3), "first_month must be 0 or more, got -1"),
        ((0, 1, 3, -1), "end_month must be first_month or later, got 2"),
    ],
)
def test_a_subscription_outside_the_table_is_refused(row, words):
    with pytest.raises(DomainError, match=words):
        table([row])
