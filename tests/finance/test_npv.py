"""Present values."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import numpy_financial
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nextdollar.errors import DomainError
from nextdollar.finance import annuity_factor, discount_factor, npv, npv_condition

EPS = 2.2e-16

flows_usd = st.floats(-1e9, 1e9, allow_nan=False).map(lambda usd: round(usd, 2))
cash_tables = arrays(np.float64, st.tuples(st.integers(1, 40), st.integers(1, 5)), elements=flows_usd)
rates = st.floats(-0.5, 2.0)


def test_agrees_with_the_worked_example_of_numpy_financial():
    # numpy-financial 1.0.0, docstring of npv().
    cash_usd = np.array([-40_000, 5_000, 8_000, 12_000, 30_000], dtype=float)
    assert npv(cash_usd, 0.08) == pytest.approx(3065.22267, abs=5e-6)


def test_agrees_with_every_reference_case(customers_rows):
    for row in customers_rows("npv_payback_cases.csv"):
        cash_usd = np.array(row["cashflows_t0_first"].split(), dtype=float)
        rate = float(row["rate_per_period"])
        bound = len(cash_usd) * EPS * npv(np.abs(cash_usd), rate)
        assert npv(cash_usd, rate) == pytest.approx(float(row["npv"]), abs=2 * bound, rel=0), row["id"]
        assert npv(cash_usd, 0.0) == pytest.approx(float(row["undiscounted_sum"]), rel=1e-9), row["id"]


def test_agrees_with_the_pages_of_a_spreadsheet(customers_rows):
    rows = [row for row in customers_rows("excel_documented.csv") if row["function"].startswith("NPV")]
    assert len(rows) == 3
    for row in rows:
        # "rate=0.10; values(end of period 1..4)=a,b,c" or "rate=0.08; C0=a; b,c,d"
        rate_text, *money = row["arguments"].replace("values(end of period 1..4)=", "").split(";")
        cash_usd = np.array(",".join(money).replace("C0=", "").split(","), dtype=float)
        rate = float(rate_text.removeprefix("rate="))
        value = npv(cash_usd, rate) / (1 + rate if row["function"] == "NPV" else 1)
        assert value == pytest.approx(float(row["value"]), abs=float(row["abs_tolerance"]))


def test_dated_flows_are_valued_with_fractions_of_a_year():
    # Excel, XNPV function page: 2,086.65 at 9 %; days from 2008-01-01, years of 365 days.
    flows_usd = np.array([-10_000.0, 2_750.0, 4_250.0, 3_250.0, 2_750.0])
    days = np.array([0, 60, 303, 411, 456])
    assert (flows_usd * discount_factor(0.09, days / 365)).sum() == pytest.approx(2086.65, abs=0.01)


def test_agrees_with_numpy_financial_on_random_flows(projects):
    cash_usd = projects(1, 37, 100)
    ours = npv(cash_usd, 0.01)
    peer = [numpy_financial.npv(0.01, column) for column in cash_usd.T]
    np.testing.assert_allclose(ours, peer, rtol=0, atol=2 * 37 * EPS * npv(np.abs(cash_usd), 0.01).max())


def exact_npv(cash_usd, rate: float) -> mpmath.mpf:
    growth = 1 + mpmath.mpf(rate)
    value = mpmath.mpf(0)
    for flow in cash_usd[::-1]:
        value = value / growth + mpmath.mpf(float(flow))
    return value


@pytest.mark.parametrize("kind", ["random", "ill-conditioned"])
def test_the_rounding_error_stays_below_the_promised_bound(kind):
    # The bound of the docstring: n eps sum |PV|, against 60 digits.
    rng = np.random.default_rng(20)
    n_cases, is_random = (2_000, True) if kind == "random" else (200, False)
    with mpmath.workdps(60):
        for _ in range(n_cases):
            n_periods = int(rng.integers(2, 61))
            cash_usd = rng.normal(0, 1, n_periods) * 10 ** rng.uniform(-3, 9, n_periods)
            rate = float(rng.choice([rng.uniform(-0.3, 1.0), 10 ** rng.uniform(-16, -1)]))
            if not is_random:
                # Take off what is left, so that the remainder is rounding noise of large sums.
                cash_usd[0] -= npv(cash_usd, rate)
                assert npv_condition(cash_usd, rate) > 1e6
            error = abs(mpmath.mpf(float(npv(cash_usd, rate))) - exact_npv(cash_usd, rate))
            assert error <= n_periods * EPS * exact_npv(np.abs(cash_usd), rate)


@given(cash_tables)
def test_a_rate_of_zero_gives_the_plain_sum(cash_usd):
    bound = len(cash_usd) * EPS * np.abs(cash_usd).sum(axis=0)
    assert (np.abs(npv(cash_usd, 0.0) - cash_usd.sum(axis=0)) <= 2 * bound).all()


@given(cash_tables, rates)
def test_many_draws_at_once_agree_with_one_call_per_draw(cash_usd, rate):
    one_by_one = [npv(column, rate) for column in cash_usd.T]
    np.testing.assert_array_equal(npv(cash_usd, rate), one_by_one)


@given(cash_tables, st.data())
def test_a_rate_for_each_draw_agrees_with_one_call_per_draw(cash_usd, data):
    rate = data.draw(arrays(np.float64, cash_usd.shape[1], elements=rates))
    one_by_one = [npv(column, float(r)) for column, r in zip(cash_usd.T, rate, strict=True)]
    np.testing.assert_array_equal(npv(cash_usd, rate), one_by_one)


@given(cash_tables, rates)
def test_waiting_one_period_discounts_once_more(cash_usd, rate):
    later = np.vstack([np.zeros(cash_usd.shape[1]), cash_usd])
    np.testing.assert_array_equal(npv(later, rate), npv(cash_usd, rate) / (1 + rate) + 0.0)


@given(cash_tables, rates, rates)
def test_a_higher_rate_never_raises_the_worth_of_receipts(cash_usd, rate, other):
    low, high = sorted((rate, other))
    receipts_usd = np.abs(cash_usd)
    rounding = 2 * len(cash_usd) * EPS * npv(receipts_usd, low)
    assert (npv(receipts_usd, high) <= npv(receipts_usd, low) + rounding).all()


def test_one_series_meets_many_rates():
    cash_usd = np.array([-100.0, 60.0, 60.0])
    rate = np.array([0.0, 0.1, 0.5])
    np.testing.assert_array_equal(npv(cash_usd, rate), [npv(cash_usd, r) for r in rate])


def test_the_arguments_are_left_as_they_were():
    cash_usd, rate = np.ones((3, 2)), np.array([0.1, 0.2])
    npv(cash_usd, rate)
    np.testing.assert_array_equal(cash_usd, np.ones((3, 2)))
    np.testing.assert_array_equal(rate, [0.1, 0.2])


def test_one_series_at_one_rate_gives_a_plain_number():
    assert isinstance(npv(np.array([-1.0, 2.0]), 0.1), float)


@pytest.mark.parametrize("function", [lambda r: npv(np.ones((3, 2)), r), lambda r: annuity_factor(r, 3)])
def test_a_rate_of_minus_one_or_less_is_refused_by_name(function):
    with pytest.raises(DomainError, match=r"rate_per_period must be above -1, got -1\.5"):
        function(np.array([0.1, -1.5]))
    with pytest.raises(DomainError, match=r"rate_per_period must be above -1, got nan"):
        function(math.nan)


def test_a_table_without_a_period_is_refused():
    with pytest.raises(DomainError, match=r"cash_usd must be a table of at least one period"):
        npv(np.empty((0, 3)), 0.1)


def test_the_condition_number_is_the_ratio_of_gross_to_net():
    # 1,000 today against 999 today is 1,999 gross for 1 net.
    assert npv_condition(np.array([-1000.0 + 999.0, 0.0]), 0.1) == 1
    assert npv_condition(np.array([-100.0, 110.0 * 1.01]), 0.1) == pytest.approx(201, rel=1e-12)


def test_the_condition_number_is_infinite_at_break_even_and_one_without_flows():
    assert npv_condition(np.array([-100.0, 100.0]), 0.0) == math.inf
    assert npv_condition(np.zeros(3), 0.1) == 1
    np.testing.assert_array_equal(
        npv_condition(np.array([[-1.0, 0.0, 1.0], [1.0, 0.0, 1.0]]), 0.0), [math.inf, 1.0, 1.0]
    )


def test_the_annuity_factor_keeps_its_digits_at_tiny_rates():
    # Bound in eps: one rounding each of log1p, the product, expm1 and the division, conditioned by
    # at most 1 + |n log1p r| when the rate is negative.
    rng = np.random.default_rng(3)
    rates_tried = [
        1e-15,
        1e-12,
        -1e-12,
        5e-9,
        1e-3,
        *rng.uniform(-0.2, 2.0, 300),
        *10 ** rng.uniform(-18, 0, 300),
    ]
    with mpmath.workdps(60):
        for rate in map(float, rates_tried):
            n_periods = int(rng.integers(1, 361))
            growth = 1 + mpmath.mpf(rate)
            exact = (1 - growth**-n_periods) / mpmath.mpf(rate)
            allowed = 4 * EPS * (1 + max(0.0, -n_periods * math.log1p(rate)))
            assert abs(mpmath.mpf(float(annuity_factor(rate, n_periods))) / exact - 1) <= allowed


def test_the_annuity_factor_at_rate_zero_counts_the_periods():
    assert annuity_factor(0.0, 36) == 36
    np.testing.assert_array_equal(annuity_factor(np.array([0.0, 1.0]), 1), [1.0, 0.5])


@given(st.floats(-0.2, 1.0), st.integers(1, 60))
def test_the_annuity_factor_adds_up_the_discount_factors(rate, n_periods):
    total = discount_factor(rate, np.arange(1, n_periods + 1)).sum()
    assert annuity_factor(rate, n_periods) == pytest.approx(total, rel=n_periods * 16 * EPS)


def test_a_negative_number_of_periods_is_refused():
    with pytest.raises(DomainError, match=r"n_periods must be 0 or more, got -1"):
        annuity_factor(0.1, -1)


@given(rates, st.floats(0, 30), st.floats(0, 30))
def test_discounting_in_two_steps_is_discounting_once(rate, first, second):
    two_steps = discount_factor(rate, first) * discount_factor(rate, second)
    exponent = (first + second) * abs(math.log1p(rate))
    assert two_steps == pytest.approx(discount_factor(rate, first + second), rel=4 * EPS * (2 + exponent))
