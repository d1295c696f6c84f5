"""Owned GPUs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute import break_even_utilisation_share, owned_usd_per_gpu_hour
from nextdollar.errors import DomainError

HOURS_PER_YEAR = 8766.0
H100 = {"residual_share": 0.1, "utilisation_share": 0.8}
RATES = st.floats(1e-12, 1.0)
YEARS = st.integers(1, 10)


def test_an_h100_of_31_thousand_costs_what_the_facts_say():
    # shared/facts/compute.md section 6: 31 kUSD / 0.81, 4 years, 10 % residual, 80 % use is about
    # 1.23 USD an hour before power.
    assert owned_usd_per_gpu_hour(31_000.0, 4.0, **H100) == pytest.approx(1.23, abs=5e-3)


@given(YEARS, RATES, st.floats(0.0, 1.0))
def test_the_payments_of_its_life_and_the_residual_pay_for_the_gpu(years, rate, residual):
    hourly_usd = owned_usd_per_gpu_hour(
        31_000.0,
        float(years),
        residual_share=residual,
        utilisation_share=1.0,
        interconnect_share=0.0,
        cost_of_capital_per_year=rate,
    )
    paid = sum(hourly_usd * HOURS_PER_YEAR / (1 + rate) ** year for year in range(1, years + 1))
    assert paid + residual * 31_000 / (1 + rate) ** years == pytest.approx(31_000, rel=1e-9)


def test_a_cost_of_capital_of_zero_is_the_limit_of_small_ones():
    free = owned_usd_per_gpu_hour(31_000.0, 4.0, **H100)
    nearly = owned_usd_per_gpu_hour(31_000.0, 4.0, cost_of_capital_per_year=np.array([0.0, 1e-14]), **H100)
    np.testing.assert_allclose(nearly, free, rtol=1e-12)


@given(RATES)
def test_capital_that_costs_something_makes_an_hour_dearer(rate):
    free = owned_usd_per_gpu_hour(31_000.0, 4.0, **H100)
    assert owned_usd_per_gpu_hour(31_000.0, 4.0, cost_of_capital_per_year=rate, **H100) >= free * (1 - 1e-14)


@given(st.floats(0.01, 1.0), st.floats(0.0, 5.0))
def test_half_the_use_doubles_the_cost_of_capital_but_not_of_power(use, power_usd):
    case = {"residual_share": 0.1, "electricity_usd_per_gpu_hour": power_usd}
    full = owned_usd_per_gpu_hour(31_000.0, 4.0, utilisation_share=use, **case)
    half = owned_usd_per_gpu_hour(31_000.0, 4.0, utilisation_share=use / 2, **case)
    assert half - power_usd == pytest.approx(2 * (full - power_usd), rel=1e-9)


@given(st.floats(0.1, 1.0), st.floats(0.0, 1.0))
def test_at_the_break_even_use_owning_costs_the_rent(use, power_usd):
    capital_usd = owned_usd_per_gpu_hour(31_000.0, 4.0, residual_share=0.1, utilisation_share=1.0)
    rent_usd = owned_usd_per_gpu_hour(
        31_000.0, 4.0, residual_share=0.1, utilisation_share=use, electricity_usd_per_gpu_hour=power_usd
    )
    found = break_even_utilisation_share(capital_usd, rent_usd, electricity_usd_per_gpu_hour=power_usd)
    assert found == pytest.approx(use, rel=1e-12)


def test_no_use_helps_where_power_alone_costs_the_rent():
    shares = break_even_utilisation_share(1.0, np.array([0.2, 0.5, 2.5]), electricity_usd_per_gpu_hour=0.5)
    np.testing.assert_array_equal(shares, [np.nan, np.nan, 0.5])


def test_one_call_on_arrays_agrees_with_many_on_numbers():
    price, life, rate = np.array([2e4, 3e4]), np.array([3.0, 5.0]), np.array([0.0, 0.12])
    together = owned_usd_per_gpu_hour(price, life, cost_of_capital_per_year=rate, **H100)
    singles = [
        owned_usd_per_gpu_hour(p, y, cost_of_capital_per_year=r, **H100)
        for p, y, r in zip(price.tolist(), life.tolist(), rate.tolist(), strict=True)
    ]
    np.testing.assert_allclose(together, singles, rtol=1e-14)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"residual_share": 1.5}, r"residual_share must be between 0 and 1, got 1\.5"),
        ({"residual_share": -0.1}, r"residual_share must be between 0 and 1, got -0\.1"),
        ({"utilisation_share": 0.0}, r"utilisation_share must be above 0 and at most 1, got 0\.0"),
        ({"interconnect_share": 1.0}, r"interconnect_share must be at least 0 and below 1, got 1\.0"),
        ({"cost_of_capital_per_year": -0.1}, r"cost_of_capital_per_year must be at least 0, got -0\.1"),
        (
            {"electricity_usd_per_gpu_hour": -1.0},
            r"electricity_usd_per_gpu_hour must be at least 0, got -1\.0",
        ),
    ],
)
def test_shares_and_rates_outside_their_domain_are_refused_by_name(change, message):
    with pytest.raises(DomainError, match=message):
        owned_usd_per_gpu_hour(31_000.0, 4.0, **{**H100, **change})


def test_prices_and_lives_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match=r"purchase_usd must be at least 0, got -1\.0"):
        owned_usd_per_gpu_hour(-1.0, 4.0, **H100)
    with pytest.raises(DomainError, match=r"life_years must be above 0, got 0\.0"):
        owned_usd_per_gpu_hour(31_000.0, 0.0, **H100)
    with pytest.raises(DomainError, match=r"capital_usd_per_hour must be at least 0, got -1\.0"):
        break_even_utilisation_share(-1.0, 2.0)
    with pytest.raises(DomainError, match=r"rent_usd_per_gpu_hour must be at least 0, got -2\.0"):
        break_even_utilisation_share(1.0, -2.0)
