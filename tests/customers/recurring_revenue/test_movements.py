"""Movements of monthly recurring revenue, and the rates that follow from them."""

from __future__ import annotations

import csv
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nextdollar.customers.recurring_revenue import monthly_rates, movements
from nextdollar.errors import DomainError

USD = 1_000_000
# Columns of the reference table, and what holds them here.
AMOUNTS = {
    "start_mrr": "start_micro_usd",
    "new": "new_micro_usd",
    "expansion": "expansion_micro_usd",
    "reactivation": "reactivation_micro_usd",
    "contraction": "contraction_micro_usd",
    "churn": "churn_micro_usd",
    "end_mrr": "end_micro_usd",
}
COUNTS = {"customers_start": "customers_start", "customers_lost": "customers_lost"}
RATES = {
    "gross_mrr_churn": "gross_churn_share",
    "net_mrr_churn_chartmogul": "net_churn_share",
    "grr": "grr_share",
    "nrr_without_reactivation": "nrr_without_reactivation_share",
    "nrr_with_reactivation": "nrr_with_reactivation_share",
    "logo_churn": "logo_churn_share",
    "quick_ratio": "quick_ratio_multiple",
}


AMOUNTS_PAID = st.one_of(st.just(0), st.integers(1, 10**12))
TABLES = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(2, 7)), elements=AMOUNTS_PAID)
PAIRS = arrays(np.int64, st.tuples(st.integers(1, 6), st.just(2)), elements=AMOUNTS_PAID)


def as_dict(moved):
    return {field.name: getattr(moved, field.name) for field in fields(moved)}


@pytest.fixture(scope="module")
def expected(shared_data):
    with (shared_data / "customers" / "saas_expected.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_movements_of_the_reference_ledger_are_exact(ledger, expected):
    moved = as_dict(movements(ledger))
    for place, row in enumerate(expected):
        for column, name in AMOUNTS.items():
            assert moved[name][place] == int(row[column]) * USD, (row["month"], column)
        for column, name in COUNTS.items():
            assert moved[name][place] == int(row[column]), (row["month"], column)


def test_rates_of_the_reference_ledger_agree_to_the_printed_digits(ledger, expected):
    rates = monthly_rates(movements(ledger))
    for place, row in enumerate(expected):
        for column, name in RATES.items():
            found = getattr(rates, name)[place]
            wanted = float(row[column]) if row[column] else np.nan
            assert found == pytest.approx(wanted, abs=5e-10, nan_ok=True), (row["month"], column)


def test_who_comes_back_is_reactivated_and_not_new(ledger):
    # Account b paid 50 to March, nothing from April, and 50 again in July.
    moved = movements(ledger)
    assert moved.reactivation_micro_usd[5] == 50 * USD
    assert (moved.customers_reactivated[5], moved.customers_new[5]) == (1, 0)
    rates = monthly_rates(moved)
    with_it, without = rates.nrr_with_reactivation_share[5], rates.nrr_without_reactivation_share[5]
    assert with_it - without == pytest.approx(50 / 975)


@given(TABLES)
def test_movements_close_to_the_last_millionth(mrr):
    m = movements(mrr)
    up = m.new_micro_usd + m.expansion_micro_usd + m.reactivation_micro_usd
    down = m.contraction_micro_usd + m.churn_micro_usd
    np.testing.assert_array_equal(m.start_micro_usd + up - down, m.end_micro_usd)
    counted = m.customers_start + m.customers_new + m.customers_reactivated - m.customers_lost
    np.testing.assert_array_equal(counted, m.customers_end)
    assert all((values >= 0).all() for values in as_dict(m).values())


@given(TABLES)
def test_movements_of_all_accounts_are_the_sum_of_those_of_each(mrr):
    whole = as_dict(movements(mrr))
    alone = [as_dict(movements(mrr[i : i + 1])) for i in range(len(mrr))]
    for name, values in whole.items():
        np.testing.assert_array_equal(values, np.sum([one[name] for one in alone], axis=0))


@given(PAIRS)
def test_time_run_backwards_turns_what_is_new_into_churn(mrr):
    forward, backward = movements(mrr), movements(mrr[:, ::-1])
    np.testing.assert_array_equal(forward.new_micro_usd, backward.churn_micro_usd)
    np.testing.assert_array_equal(forward.expansion_micro_usd, backward.contraction_micro_usd)
    np.testing.assert_array_equal(forward.customers_new, backward.customers_lost)


@given(TABLES)
def test_gross_retention_lies_from_0_to_1_and_below_net(mrr):
    rates = monthly_rates(movements(mrr))
    known = ~np.isnan(rates.grr_share)
    gross = rates.grr_share[known]
    assert ((gross >= 0) & (gross <= 1)).all()
    assert (rates.nrr_without_reactivation_share[known] >= gross).all()
    without = rates.nrr_without_reactivation_share[known]
    assert (rates.nrr_with_reactivation_share[known] >= without).all()
    np.testing.assert_allclose(
        rates.nrr_with_reactivation_share, 1 - rates.net_churn_share, atol=1e-9, rtol=1e-12
    )


def test_a_month_that_starts_with_nothing_has_no_rates():
    rates = monthly_rates(movements(np.array([[0, 5 * USD], [0, 7 * USD]])))
    for name in RATES.values():
        assert np.isnan(getattr(rates, name)[0]), name


def test_a_month_that_loses_nothing_has_no_quick_ratio():
    rates = monthly_rates(movements(np.array([[5 * USD, 6 * USD]])))
    assert np.isnan(rates.quick_ratio_multiple[0])
    assert rates.grr_share[0] == 1


@pytest.mark.parametrize(
    ("mrr", "words"),
    [
        (np.array([[1, -1]]), r"mrr_micro_usd must be 0 or more, got -1"),
        (np.array([[1.0, 2.0]]), r"mrr_micro_usd must be whole numbers"),
        (np.array([[1]]), r"n_months must be 2 or more, got 1"),
        (np.array([1, 2]), r"mrr_micro_usd must be a table of accounts by months"),
        (np.array([[2**62, 0], [2**62, 0]]), r"at most 4\.6e12 USD a month in all"),
    ],
)
def test_what_is_no_table_of_revenue_is_refused(mrr, words):
    with pytest.raises(DomainError, match=words):
        movements(mrr)
