"""Cash tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.finance import monthly_incremental_cash, npv, share_live


def test_each_row_is_value_less_extra_serving():
    cash_usd = monthly_incremental_cash(
        100.0,
        np.array([10.0, 20.0]),
        serving_usd_per_month=np.array([4.0, 5.0]),
        today_serving_usd_per_month=np.array([1.0, 2.0]),
    )
    np.testing.assert_array_equal(cash_usd, [-100.0, 7.0, 17.0])


def test_an_option_that_changes_nothing_has_no_cash():
    serving = np.random.default_rng(1).uniform(1, 9, (6, 4))
    cash_usd = monthly_incremental_cash(0.0, np.zeros((6, 4)), serving, serving)
    np.testing.assert_array_equal(cash_usd, np.zeros((7, 4)))


def test_the_worth_of_the_table_is_the_sum_of_the_worths_of_its_parts():
    rng = np.random.default_rng(2)
    value, serving, today = rng.uniform(0, 9, (3, 12, 5))
    upfront_usd = rng.uniform(0, 50, 5)
    whole = npv(monthly_incremental_cash(upfront_usd, value, serving, today), 0.01)
    pad = np.zeros((1, 5))
    parts = [npv(np.vstack([pad, table]), 0.01) for table in (value, serving, today)]
    np.testing.assert_allclose(whole, parts[0] - parts[1] + parts[2] - upfront_usd, rtol=1e-12)


def test_many_draws_at_once_agree_with_one_call_per_draw():
    rng = np.random.default_rng(3)
    value, serving, today = rng.uniform(0, 9, (3, 4, 5))
    upfront_usd = rng.uniform(0, 50, 5)
    together = monthly_incremental_cash(upfront_usd, value, serving, today)
    for draw in range(5):
        alone = monthly_incremental_cash(
            float(upfront_usd[draw]), value[:, draw], serving[:, draw], today[:, draw]
        )
        np.testing.assert_array_equal(together[:, draw], alone)


def test_a_table_of_months_stands_for_every_draw_even_with_as_many_draws_as_months():
    value = np.arange(9.0).reshape(3, 3)
    serving = np.array([1.0, 2.0, 3.0])
    cash_usd = monthly_incremental_cash(np.zeros(3), value, serving, np.zeros(3))
    np.testing.assert_array_equal(cash_usd[1:], value - serving[:, None])


def test_tables_of_different_lengths_are_refused():
    with pytest.raises(DomainError, match=r"the same number of months, got 3 and 2 and 3"):
        monthly_incremental_cash(1.0, np.ones(3), np.ones(2), np.ones(3))
    with pytest.raises(DomainError, match=r"the same number of months"):
        monthly_incremental_cash(1.0, np.ones(0), np.ones(0), np.ones(0))


def test_a_launch_within_a_month_is_live_for_the_rest_of_it():
    np.testing.assert_array_equal(share_live(4, 1.25), [0.0, 0.75, 1.0, 1.0])


def test_a_launch_today_is_live_all_along_and_a_late_one_never():
    np.testing.assert_array_equal(share_live(3, 0.0), np.ones(3))
    np.testing.assert_array_equal(share_live(3, -2.0), np.ones(3))
    np.testing.assert_array_equal(share_live(3, 3.0), np.zeros(3))
    np.testing.assert_array_equal(share_live(3, np.inf), np.zeros(3))


@given(st.integers(1, 60), st.floats(0, 80))
def test_the_months_live_add_up_to_what_is_left_of_the_horizon(n_months, launch_months):
    left = max(n_months - launch_months, 0.0)
    assert share_live(n_months, launch_months).sum() == pytest.approx(left, abs=1e-12)


def test_a_launch_for_each_draw_gives_a_column_each():
    launches = np.array([0.5, 2.0])
    table = share_live(3, launches)
    assert table.shape == (3, 2)
    for column, launch in zip(table.T, launches, strict=True):
        np.testing.assert_array_equal(column, share_live(3, float(launch)))


def test_a_table_without_months_or_a_launch_that_is_no_number_is_refused():
    with pytest.raises(DomainError, match=r"n_months must be at least 1, got 0"):
        share_live(0, 1.0)
    with pytest.raises(DomainError, match=r"launch_months must be a number"):
        share_live(3, float("nan"))
