"""Payback."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nextdollar.errors import DomainError
from nextdollar.finance import (
    amortised_payback_months,
    discounted_payback_period,
    payback_lost,
    payback_period,
)

whole_usd = st.integers(-100, 100).map(float)
tables = arrays(np.float64, st.tuples(st.integers(1, 15), st.integers(1, 6)), elements=whole_usd)


def test_agrees_with_every_reference_case(customers_rows):
    rows = customers_rows("npv_payback_cases.csv")
    assert len(rows) == 8
    for row in rows:
        cash_usd = np.array(row["cashflows_t0_first"].split(), dtype=float)
        rate = float(row["rate_per_period"])
        plain = float(row["payback_periods_interpolated"] or "nan")
        discounted = float(row["discounted_payback_interpolated"] or "nan")
        # The files hold float64 results: equal up to the rounding of 36 sums.
        assert payback_period(cash_usd) == pytest.approx(plain, rel=1e-14, nan_ok=True), row["id"]
        assert discounted_payback_period(cash_usd, rate) == pytest.approx(
            discounted, rel=1e-13, nan_ok=True
        ), row["id"]


def test_half_of_the_last_period_is_half_a_period():
    assert payback_period(np.array([-150.0, 100.0, 100.0])) == 1.5


def test_a_start_without_outlay_is_back_at_once_even_if_money_is_lost_later():
    assert payback_period(np.array([0.0, -10.0, 20.0])) == 0
    assert payback_period(np.array([5.0, -10.0, -20.0])) == 0


def test_only_the_first_crossing_counts():
    assert payback_period(np.array([-10.0, 20.0, -30.0, 100.0])) == 0.5


@given(tables)
def test_the_interpolated_sum_is_zero_at_the_payback(cash_usd):
    for column, periods in zip(cash_usd.T, payback_period(cash_usd), strict=True):
        running_usd = np.cumsum(column)
        if np.isnan(periods):
            assert (running_usd < 0).all()
        elif column[0] >= 0:
            assert periods == 0
        else:
            assert np.interp(periods, np.arange(column.size), running_usd) == pytest.approx(0, abs=1e-11)
            assert (running_usd[: int(np.ceil(periods))] < 0).all()


@given(tables)
def test_many_draws_at_once_agree_with_one_call_per_draw(cash_usd):
    np.testing.assert_array_equal(payback_period(cash_usd), [payback_period(c) for c in cash_usd.T])
    np.testing.assert_array_equal(payback_lost(cash_usd), [payback_lost(c) for c in cash_usd.T])


@given(tables, st.data())
def test_a_rate_for_each_draw_agrees_with_one_call_per_draw(cash_usd, data):
    rate = data.draw(arrays(np.float64, cash_usd.shape[1], elements=st.floats(-0.2, 0.5)))
    one_by_one = [discounted_payback_period(c, float(r)) for c, r in zip(cash_usd.T, rate, strict=True)]
    np.testing.assert_array_equal(discounted_payback_period(cash_usd, rate), one_by_one)


@given(tables)
def test_discounting_at_zero_changes_nothing(cash_usd):
    np.testing.assert_array_equal(discounted_payback_period(cash_usd, 0.0), payback_period(cash_usd))


@given(tables, st.floats(0.001, 0.5))
def test_discounting_never_brings_the_money_back_sooner_on_one_outlay(cash_usd, rate):
    project = np.abs(cash_usd)
    project[0] *= -10
    plain, discounted = payback_period(project), discounted_payback_period(project, rate)
    sooner = discounted < plain * (1 - 1e-12)
    assert not sooner.any()
    assert not (np.isnan(plain) & ~np.isnan(discounted)).any()


@given(tables, st.integers(-20, 20))
def test_the_unit_of_money_does_not_matter(cash_usd, power):
    np.testing.assert_array_equal(payback_period(cash_usd * 2.0**power), payback_period(cash_usd))


def test_one_series_meets_many_rates():
    cash_usd = np.array([-100.0, 60.0, 60.0])
    found = discounted_payback_period(cash_usd, np.array([0.0, 0.05, 0.5]))
    np.testing.assert_allclose(found, [1 + 40 / 60, 1 + (100 - 60 / 1.05) / (60 / 1.05**2), np.nan])


def test_axes_after_the_periods_are_kept():
    cash_usd = np.array([-2.0, 1.0, 1.0])[:, None, None] * np.ones((1, 2, 3))
    np.testing.assert_array_equal(payback_period(cash_usd), np.full((2, 3), 2.0))


def test_money_that_is_lost_again_is_reported():
    assert payback_lost(np.array([-10.0, 20.0, -30.0])) is True
    assert payback_lost(np.array([-10.0, 20.0, -30.0, 100.0])) is True
    assert payback_lost(np.array([-10.0, 20.0, -5.0])) is False
    assert payback_lost(np.array([-10.0, 5.0])) is False
    np.testing.assert_array_equal(
        payback_lost(np.array([[-1.0, 1.0], [2.0, 1.0], [-3.0, 1.0]])), [True, False]
    )


def test_flows_that_are_not_finite_are_refused():
    with pytest.raises(DomainError, match=r"cash_usd must be finite, got nan"):
        payback_period(np.array([[-1.0, -1.0], [np.nan, 2.0]]))


def test_a_rate_of_minus_one_is_refused_by_name():
    with pytest.raises(DomainError, match=r"rate_per_period must be above -1, got -1"):
        discounted_payback_period(np.array([-1.0, 2.0]), -1.0)


def test_an_evenly_spread_gain_pays_back_in_proportion():
    # 12 M USD over 36 months is 1/3 M a month: 4 M takes 12 months.
    assert amortised_payback_months(4e6, 12e6, 36) == 12
    # A gain smaller than the cost takes longer than the horizon.
    assert amortised_payback_months(24e6, 12e6, 36) == 72


@given(st.floats(1, 1e9), st.floats(1, 1e9), st.integers(1, 120))
def test_spreading_evenly_is_the_payback_of_equal_months(cost_usd, gain_usd, horizon_months):
    months = amortised_payback_months(cost_usd, gain_usd, horizon_months)
    table = np.concatenate([[-cost_usd], np.full(horizon_months, gain_usd / horizon_months)])
    by_month = payback_period(table)
    if months < horizon_months * (1 - 1e-9):
        assert by_month == pytest.approx(months, rel=1e-9)
    elif months > horizon_months * (1 + 1e-9):
        assert np.isnan(by_month)


def test_no_gain_never_pays_back_and_no_cost_is_paid_back_at_once():
    found = amortised_payback_months(
        np.array([1.0, 1.0, 0.0, -1.0, 0.0]), np.array([0.0, -1.0, 1.0, 1.0, 0.0]), 36
    )
    np.testing.assert_array_equal(found, [np.nan, np.nan, 0.0, 0.0, np.nan])


def test_a_horizon_of_zero_is_refused():
    with pytest.raises(DomainError, match=r"horizon_months must be above 0, got 0"):
        amortised_payback_months(1.0, 1.0, 0)
