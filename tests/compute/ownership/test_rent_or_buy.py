"""Monthly cash of machine time, and break-even volumes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.ownership.break_even import NEVER, break_even_volume
from nextdollar.compute.ownership.rent_or_buy import (
    MonthlyCash,
    Owned,
    book_value_usd,
    owned_cash,
    rented_cash,
    reserved_cash,
    token_cash,
)
from nextdollar.errors import DomainError
from nextdollar.finance import npv

MONTHS = st.integers(1, 48)
USD = st.floats(0.0, 1e6)


@given(MONTHS, st.floats(0.01, 20), st.floats(1, 1e5))
def test_a_steady_rent_costs_hours_times_price_and_falls_at_the_end_of_each_month(n, price, hours):
    cash = rented_cash(np.full((n, 1), price), hours)
    assert cash.paid_usd[0, 0] == 0
    np.testing.assert_allclose(cash.paid_usd.sum(), n * price * hours, rtol=1e-9)
    assert not cash.capex_usd.any()


def test_a_reservation_keeps_the_price_of_its_first_month_and_is_paid_to_its_end():
    # 14 months of a price that rises by 1: terms of 12 months cost 1, then 13; 10 months are left over.
    rent = np.arange(1.0, 15.0)[:, None]
    cash = reserved_cash(rent, 1.0, term_months=12)
    assert cash.opex_usd[1:13, 0].tolist() == [1.0] * 12
    assert cash.opex_usd[13:, 0].tolist() == [13.0, 13.0 * 11]
    assert cash.paid_usd.sum() == 12 * 1 + 12 * 13


@given(MONTHS, st.integers(1, 36))
def test_reserving_at_a_steady_price_pays_whole_terms(n, term):
    paid = reserved_cash(np.ones((n, 2)), 1.0, term_months=term).paid_usd.sum(axis=0)
    np.testing.assert_allclose(paid, -(-n // term) * term)


def test_a_term_of_one_month_is_renting():
    rent = np.random.default_rng(1).uniform(1, 3, (9, 4))
    np.testing.assert_array_equal(
        reserved_cash(rent, 5.0, term_months=1).paid_usd, rented_cash(rent, 5.0).paid_usd
    )


@given(MONTHS, USD, USD, USD)
def test_what_is_bought_and_sold_at_the_same_price_costs_only_its_running(n, price, power, staff):
    owned = Owned(price, price, power, staff_usd_per_month=staff)
    cash = owned_cash(owned, n_months=n)
    assert cash.paid_usd.sum() == pytest.approx(n * (power + staff), rel=1e-9, abs=1e-3)
    assert cash.capex_usd[0] == price and cash.capex_usd[-1] == pytest.approx(-price)


def test_owning_costs_what_the_facts_say_of_an_h100():
    # shared/facts/compute.md section 6: 31 kUSD / 0.81, 4 years, 10 % residual, 80 % use: 1.23 USD an hour.
    paid = 31_000 / 0.81
    cash = owned_cash(Owned(paid, 0.1 * paid, 0.0), n_months=48)
    hours = 48 * 730.5 * 0.8
    assert float(npv(cash.paid_usd, 0.0)) / hours == pytest.approx(1.23, abs=0.005)


def test_parts_of_owning_add_up():
    owned = Owned(100.0, 20.0, 1.0, 2.0, 3.0, 4.0, building_usd=50.0, building_left_usd=30.0)
    cash = owned_cash(owned, n_months=10)
    assert owned.opex_usd_per_month == 10
    assert cash.paid_usd.sum() == 100 + 50 - 20 - 30 + 10 * 10


def test_one_call_on_draws_agrees_with_one_call_per_draw():
    prices, resale = np.array([10.0, 20.0, 30.0]), np.array([1.0, 2.0, 3.0])
    together = owned_cash(Owned(prices, resale, prices / 10), n_months=5).paid_usd
    for draw in range(3):
        one = owned_cash(Owned(prices[draw], resale[draw], prices[draw] / 10), n_months=5)
        np.testing.assert_allclose(together[:, draw], one.paid_usd, rtol=1e-14)


def test_tokens_cost_the_same_every_month():
    cash = token_cash(np.array([2.0, 4.0]), 10.0, n_months=3)
    np.testing.assert_array_equal(cash.paid_usd, [[0, 0], [20, 40], [20, 40], [20, 40]])


def test_the_book_value_is_the_straight_line_of_accountants():
    value = book_value_usd(60.0, 5.0, np.array([0.0, 6.0, 30.0, 60.0, 72.0]))
    np.testing.assert_allclose(value, [60, 54, 30, 0, 0])
    draws = book_value_usd(np.array([60.0, 120.0]), np.array([5.0, 5.0]), np.array([0.0, 30.0]))
    np.testing.assert_allclose(draws, [[60, 120], [30, 60]])


@given(st.floats(0.01, 100), st.floats(1, 1e6))
def test_at_the_break_even_volume_the_api_costs_what_the_fleet_costs(price, fleet):
    volume = break_even_volume(np.array([fleet]), np.array([1e12]), api_usd_per_token=price)
    assert volume * price == pytest.approx(fleet, rel=1e-12)


def test_a_fleet_that_cannot_serve_its_break_even_is_passed_over_for_a_larger_one():
    fleets, capacity = np.array([10.0, 15.0, 40.0]), np.array([5.0, 20.0, 40.0])
    assert break_even_volume(fleets, capacity, api_usd_per_token=1.0) == 15
    assert break_even_volume(fleets, capacity, api_usd_per_token=0.5) == NEVER
    assert break_even_volume(fleets, capacity, api_usd_per_token=0.0) == NEVER


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rented_cash(np.array([-1.0]), 1.0), "rent_usd_per_gpu_hour must be at least 0"),
        (lambda: rented_cash(np.array([1.0]), -1.0), "gpu_hours_per_month must be at least 0"),
        (lambda: reserved_cash(np.array([1.0]), 1.0, term_months=0), "term_months must be at least 1"),
        (lambda: token_cash(-1.0, 1.0, n_months=1), "usd_per_mtok must be at least 0"),
        (lambda: token_cash(1.0, -1.0, n_months=1), "mtok_per_month must be at least 0"),
        (lambda: token_cash(1.0, 1.0, n_months=0), "n_months must be at least 1"),
        (lambda: Owned(1.0, -1.0, 0.0), "resale_usd must be at least 0"),
        (lambda: Owned(1.0, 0.0, 0.0, building_left_usd=1.0), "building_left_usd must be at most building"),
        (lambda: owned_cash(Owned(1.0, 0.0, 0.0), n_months=0), "n_months must be at least 1"),
        (lambda: MonthlyCash(np.zeros(2), np.zeros(3)), "capex_usd must be of the shape of opex_usd"),
        (lambda: book_value_usd(-1.0, 1.0, np.zeros(1)), "paid_usd must be at least 0"),
        (lambda: book_value_usd(1.0, 0.0, np.zeros(1)), "life_years must be above 0"),
        (lambda: book_value_usd(1.0, 1.0, -np.ones(1)), "months must be at least 0"),
        (
            lambda: break_even_volume(-np.ones(1), np.ones(1), api_usd_per_token=1.0),
            "fleet_usd must be at least 0",
        ),
        (
            lambda: break_even_volume(np.ones(1), np.zeros(1), api_usd_per_token=1.0),
            "served_tokens must be above 0",
        ),
        (
            lambda: break_even_volume(np.ones(1), np.ones(1), api_usd_per_token=-1.0),
            "api_usd_per_token must be at least 0",
        ),
    ],
)
def test_what_is_outside_its_domain_is_refused_by_name(call, message):
    with pytest.raises(DomainError, match=message):
        call()
