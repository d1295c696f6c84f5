"""Internal rates of return."""

from __future__ import annotations

import mpmath
import numpy as np
import numpy_financial
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nextdollar.errors import DomainError
from nextdollar.finance import (
    DEGENERATE,
    MULTIPLE,
    NONE,
    STATUS_WORDS,
    UNIQUE,
    irr,
    irr_roots,
    mirr,
    npv,
)

EPS = 2.2e-16


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e3, 1e9])
def test_every_reference_case_gives_all_its_rates_in_any_unit_of_money(irr_rows, unit):
    # 60-digit roots of the polynomials; the data are printed to 14 digits.
    assert len(irr_rows) == 66
    for name, cash_usd, rates, _ in irr_rows:
        found = irr_roots(cash_usd * unit)
        assert found.shape == rates.shape, name
        np.testing.assert_allclose(found, rates, rtol=0, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e3, 1e9])
def test_every_reference_case_gets_its_status(irr_rows, unit):
    for name, cash_usd, rates, word in irr_rows:
        result = irr(cash_usd * unit)
        assert STATUS_WORDS[int(result.status)] == word, name
        expected = rates[0] if word == "unique" else np.nan
        np.testing.assert_allclose(result.rate_per_period, expected, rtol=1e-9, err_msg=name)


def test_agrees_with_the_pages_of_a_spreadsheet(customers_rows):
    rows = [row for row in customers_rows("excel_documented.csv") if row["function"].startswith("IRR")]
    assert len(rows) == 3
    for row in rows:
        cash_usd = np.array(row["arguments"].split(","), dtype=float)
        assert irr(cash_usd).rate_per_period == pytest.approx(
            float(row["value"]), abs=float(row["abs_tolerance"])
        )


def test_the_pump_has_two_rates_and_neither_is_given_alone():
    # Lorie and Savage (1955), the pump problem: 25 % and 400 %.
    pump_usd = np.array([-1600.0, 10_000.0, -10_000.0])
    np.testing.assert_allclose(irr_roots(pump_usd), [0.25, 4.0], rtol=1e-14)
    result = irr(pump_usd)
    assert result.status == MULTIPLE
    assert np.isnan(result.rate_per_period)


def test_a_double_rate_is_found_where_the_value_only_touches_zero():
    np.testing.assert_allclose(irr_roots(np.array([-100.0, 240.0, -144.0])), [0.2, 0.2], rtol=1e-14)
    # 220.00000000000003 is 2 x 100 x 1.1 in float64: the touch is blurred by one rounding.
    np.testing.assert_allclose(irr_roots(np.array([-100.0, 2 * 100 * 1.1, -121.0])), [0.1, 0.1], rtol=1e-12)


def test_flows_that_are_all_zero_are_degenerate():
    result = irr(np.zeros((4, 2)))
    np.testing.assert_array_equal(result.status, DEGENERATE)
    assert np.isnan(result.rate_per_period).all()
    assert irr_roots(np.zeros(4)).size == 0


def test_flows_of_one_sign_have_no_rate():
    assert irr(np.array([1.0, 2.0, 3.0])).status == NONE
    assert irr(np.array([-5.0])).status == NONE
    assert irr_roots(np.array([-1.0, -2.0])).size == 0


def test_a_mixed_table_keeps_each_column_apart():
    table = np.array(
        [
            [-100.0, 1.0, 0.0, -1600.0, 0.0],
            [110.0, 2.0, 0.0, 10_000.0, -50.0],
            [0.0, 3.0, 0.0, -10_000.0, 60.0],
        ]
    )
    result = irr(table)
    np.testing.assert_array_equal(result.status, [UNIQUE, NONE, DEGENERATE, MULTIPLE, UNIQUE])
    np.testing.assert_allclose(result.rate_per_period, [0.1, np.nan, np.nan, np.nan, 0.2], rtol=1e-14)


def test_three_sign_changes_with_one_rate_are_unique():
    cash_usd = np.array([-100.0, 130.0, -5.0, 5.0])
    assert irr_roots(cash_usd).size == 1
    assert irr(cash_usd).rate_per_period == pytest.approx(irr_roots(cash_usd)[0], rel=1e-14)


def exact_value_changes_sign_around(cash_usd: np.ndarray, rate: float) -> bool:
    """Whether an exact rate lies within n eps sum|PV| / slope of `rate` (plus rounding the rate itself)."""
    with mpmath.workdps(60):
        exact = [mpmath.mpf(float(flow)) for flow in cash_usd]
        growth = 1 + mpmath.mpf(float(rate))
        terms, power = [], mpmath.mpf(1)
        for flow in exact:
            terms.append(flow * power)
            power /= growth
        slope = abs(sum(t * term for t, term in enumerate(terms))) / growth
        blur = len(exact) * EPS * sum(map(abs, terms)) / slope + EPS * (growth + abs(float(rate)))
        below, above = (mpmath.polyval(exact, 1 / (growth + side * blur), asc=True) for side in (-1, 1))
        return bool(below * above < 0)


def test_an_exact_rate_lies_within_rounding_of_ours(projects):
    for seed, n_periods in [(1, 3), (2, 13), (3, 37), (4, 61)]:
        cash_usd = projects(seed, n_periods, 500)
        rates = irr(cash_usd).rate_per_period
        for column, rate in zip(cash_usd.T, rates, strict=True):
            assert exact_value_changes_sign_around(column, rate)


def test_two_rates_that_nearly_meet_are_still_told_apart():
    # (v - a)(v - a - gap)(v + b)(v + c): the value between the two rates falls with the gap squared.
    rng = np.random.default_rng(11)
    for _ in range(200):
        a, gap = rng.uniform(0.5, 1.5), 10 ** rng.uniform(-5, -2)
        b, c = rng.uniform(0.1, 2.0, 2)
        cash_usd = -1000 * np.poly([a, a + gap, -b, -c])[::-1]
        rates = irr_roots(cash_usd)
        assert rates.size == 2
        for rate in rates:
            assert exact_value_changes_sign_around(cash_usd, rate)


def test_agrees_with_pyxirr_where_the_rate_is_unique(projects):
    # pyxirr (core/optimize.rs) stops Newton at a residual below 1e-9, and Brent at 2e-14 + 9e-16 |rate|.
    cash_usd = projects(5, 37, 500)
    ours = irr(cash_usd)
    assert (ours.status == UNIQUE).all()
    peer = np.array([pyxirr.irr(column) for column in cash_usd.T])
    slope_usd = npv(np.arange(37)[:, None] * cash_usd, ours.rate_per_period) / (1 + ours.rate_per_period)
    rounding_usd = 2 * 37 * EPS * npv(np.abs(cash_usd), ours.rate_per_period)
    allowed = (1e-9 + rounding_usd) / slope_usd + 2e-14 + 9e-16 * np.abs(peer)
    assert (np.abs(ours.rate_per_period - peer) <= allowed).all()


def test_agrees_with_numpy_financial_where_the_rate_is_unique(projects):
    # Companion-matrix roots of degree 24 keep about nine digits.
    cash_usd = projects(6, 25, 40)
    peer = np.array([numpy_financial.irr(column) for column in cash_usd.T])
    np.testing.assert_allclose(1 + irr(cash_usd).rate_per_period, 1 + peer, rtol=1e-9)


flows = st.integers(-50, 50).map(float)
series = arrays(np.float64, st.integers(2, 12), elements=flows)


@given(series, st.floats(1e-6, 1e9))
def test_the_unit_of_money_changes_neither_status_nor_rate(cash, unit):
    plain, scaled = irr(cash), irr(cash * unit)
    assert plain.status == scaled.status
    np.testing.assert_allclose(plain.rate_per_period, scaled.rate_per_period, rtol=1e-8, atol=1e-9)


@given(series)
def test_a_power_of_two_as_unit_changes_no_digit(cash):
    np.testing.assert_array_equal(irr_roots(cash), irr_roots(cash * 2.0**40))


@given(series)
def test_lender_and_borrower_see_the_same_rates(cash):
    np.testing.assert_array_equal(irr_roots(cash), irr_roots(-cash))


@given(series, st.integers(0, 3), st.integers(0, 3))
def test_periods_without_cash_before_or_after_change_nothing(cash, before, after):
    padded = np.concatenate([np.zeros(before), cash, np.zeros(after)])
    np.testing.assert_allclose(irr_roots(padded), irr_roots(cash), rtol=1e-7, atol=1e-9)
    assert irr(padded).status == irr(cash).status


@given(series)
def test_half_periods_give_the_rate_that_compounds_to_the_whole(cash):
    halves = np.zeros(2 * cash.size - 1)
    halves[::2] = cash
    whole, half = irr(cash), irr(halves)
    assert half.status == whole.status
    np.testing.assert_allclose(
        (1 + half.rate_per_period) ** 2 - 1, whole.rate_per_period, rtol=1e-8, atol=1e-9
    )


@given(arrays(np.float64, st.tuples(st.integers(2, 9), st.integers(1, 12)), elements=flows))
def test_many_draws_at_once_agree_with_one_call_per_draw(table):
    together = irr(table)
    alone = [irr(column) for column in table.T]
    np.testing.assert_array_equal(together.status, [one.status for one in alone])
    np.testing.assert_array_equal(together.rate_per_period, [one.rate_per_period for one in alone])


@given(arrays(np.float64, st.tuples(st.integers(2, 9), st.integers(1, 12)), elements=flows))
def test_status_and_list_of_rates_tell_the_same_story(table):
    result = irr(table)
    for column, status, rate in zip(table.T, result.status, result.rate_per_period, strict=True):
        roots = irr_roots(column)
        assert STATUS_WORDS[int(status)] == ("none", "unique", "multiple")[min(roots.size, 2)]
        if roots.size == 1:
            assert rate == pytest.approx(roots[0], rel=1e-12, abs=1e-15)


def test_results_do_not_depend_on_the_neighbours_in_a_block(projects):
    cash_usd = projects(7, 37, 20_000)
    whole = irr(cash_usd).rate_per_period
    np.testing.assert_array_equal(whole[12_345:12_400], irr(cash_usd[:, 12_345:12_400]).rate_per_period)


def test_axes_after_the_periods_are_kept(projects):
    cash_usd = projects(8, 5, 6).reshape(5, 2, 3)
    result = irr(cash_usd)
    assert result.rate_per_period.shape == result.status.shape == (2, 3)


def test_a_flow_that_is_not_finite_is_refused():
    with pytest.raises(DomainError, match=r"cash_usd must be finite, got nan"):
        irr(np.array([[-1.0, -1.0], [2.0, np.nan]]))
    with pytest.raises(DomainError, match=r"cash_usd must be finite, got inf"):
        irr_roots(np.array([-1.0, np.inf]))


def test_a_table_is_not_taken_for_one_series():
    with pytest.raises(DomainError, match=r"cash_usd must be one series of at least one period"):
        irr_roots(np.ones((3, 2)))


def test_mirr_agrees_with_the_pages_of_a_spreadsheet(customers_rows):
    rows = [row for row in customers_rows("excel_documented.csv") if row["function"] == "MIRR"]
    assert len(rows) == 3
    for row in rows:
        flows_text, rates_text = row["arguments"].split(";")
        _, finance, _, reinvest = rates_text.split()
        found = mirr(
            np.array(flows_text.split(","), dtype=float),
            float(finance),
            reinvest_rate_per_period=float(reinvest),
        )
        assert found == pytest.approx(float(row["value"]), abs=float(row["abs_tolerance"]))


def test_mirr_agrees_with_numpy_financial(projects):
    cash_usd = projects(9, 13, 50)
    peer = [numpy_financial.mirr(column, 0.08, 0.05) for column in cash_usd.T]
    np.testing.assert_allclose(
        mirr(cash_usd, 0.08, reinvest_rate_per_period=0.05), peer, rtol=1e-12, atol=1e-14
    )


def test_mirr_at_the_internal_rate_is_the_internal_rate(projects):
    cash_usd = projects(10, 13, 50)
    rate = irr(cash_usd).rate_per_period
    np.testing.assert_allclose(
        mirr(cash_usd, rate, reinvest_rate_per_period=rate), rate, rtol=1e-11, atol=1e-13
    )


def test_mirr_needs_both_outlay_and_receipt():
    assert np.isnan(mirr(np.array([1.0, 2.0]), 0.1, reinvest_rate_per_period=0.1))
    assert np.isnan(mirr(np.array([-1.0, -2.0]), 0.1, reinvest_rate_per_period=0.1))


def test_mirr_refuses_each_rate_by_name():
    with pytest.raises(DomainError, match=r"finance_rate_per_period must be above -1, got -1"):
        mirr(np.array([-1.0, 2.0]), -1.0, reinvest_rate_per_period=0.1)
    with pytest.raises(DomainError, match=r"reinvest_rate_per_period must be above -1, got -2"):
        mirr(np.array([-1.0, 2.0]), 0.1, reinvest_rate_per_period=-2.0)


def test_the_layout_of_the_table_changes_no_digit(projects):
    cash_usd = projects(12, 37, 300)
    by_column = irr(np.asfortranarray(cash_usd)).rate_per_period
    np.testing.assert_array_equal(by_column, irr(cash_usd).rate_per_period)


def test_a_table_without_draws_gives_no_rates():
    assert irr(np.empty((3, 0))).rate_per_period.shape == (0,)
