from __future__ import annotations

import datetime
from csv import DictReader

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.pay_as_you_go import Histories, summarised, unique_histories, whole_periods
from nextdollar.errors import DomainError

purchases = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 29), st.floats(0, 100)), min_size=1, max_size=60
)


def as_arrays(rows):
    places = {}
    who = np.array([places.setdefault(row[0], len(places)) for row in rows])
    return who, np.array([float(row[1]) for row in rows]), np.array([row[2] for row in rows])


@pytest.fixture(scope="module")
def cdnow_log(shared_data):
    with open(shared_data / "customers" / "cdnow_calibration_transactions.csv", encoding="utf-8") as file:
        rows = [
            (row["customer"], datetime.date.fromisoformat(row["date"]).toordinal(), float(row["spend_usd"]))
            for row in DictReader(file)
        ]
    return as_arrays(rows)


def test_the_log_of_cdnow_becomes_the_published_histories(cdnow_log, cdnow):
    who, day, spend_usd = cdnow_log
    found = summarised(who, day, end_days=day.max(), period_days=7.0, spend_usd=spend_usd).histories
    np.testing.assert_array_equal(found.n_repeats, cdnow.n_repeats)
    # The published table rounds weeks to two digits.
    np.testing.assert_allclose(found.n_periods_to_last, cdnow.n_periods_to_last, atol=0.005)
    np.testing.assert_allclose(found.n_periods_observed, cdnow.n_periods_observed, atol=0.005)


def test_the_log_of_cdnow_becomes_the_published_spend(cdnow_log, cdnow_spend):
    who, day, spend_usd = cdnow_log
    found = summarised(who, day, end_days=day.max(), period_days=7.0, spend_usd=spend_usd)
    _, published_usd = cdnow_spend
    np.testing.assert_allclose(
        found.repeat_spend_usd[found.histories.n_repeats > 0], published_usd, atol=0.0051
    )


def test_cdnow_has_1016_different_histories(cdnow):
    unique, places = unique_histories(cdnow)
    assert len(unique.n_repeats) == 1016
    assert unique.n_customers.sum() == 2357
    for before, after in [
        (cdnow.n_repeats, unique.n_repeats),
        (cdnow.n_periods_to_last, unique.n_periods_to_last),
        (cdnow.n_periods_observed, unique.n_periods_observed),
    ]:
        np.testing.assert_array_equal(after[places], before)


@given(purchases)
def test_every_purchase_day_is_counted_once(rows):
    who, day, spend_usd = as_arrays(rows)
    found = summarised(who, day, end_days=30.0, period_days=1.0, spend_usd=spend_usd)
    days = {(row[0], row[1]) for row in rows}
    n_customers = len({row[0] for row in rows})
    assert found.histories.n_repeats.sum() == len(days) - n_customers
    assert len(found.histories.n_repeats) == n_customers
    firsts = {name: min(row[1] for row in rows if row[0] == name) for name, _, _ in rows}
    later_usd = sum(row[2] for row in rows if row[1] > firsts[row[0]])
    spent_usd = (found.repeat_spend_usd * found.histories.n_repeats).sum()
    assert spent_usd == pytest.approx(later_usd, abs=1e-9)


@given(purchases, st.randoms(use_true_random=False))
def test_the_order_of_the_log_does_not_matter(rows, random):
    who, day, _ = as_arrays(rows)
    order = np.array(random.sample(range(len(rows)), len(rows)))
    one = summarised(who, day, end_days=30.0, period_days=7.0).histories
    other = summarised(who[order], day[order], end_days=30.0, period_days=7.0).histories
    np.testing.assert_array_equal(one.n_repeats, other.n_repeats)
    np.testing.assert_array_equal(one.n_periods_to_last, other.n_periods_to_last)


@given(purchases)
def test_in_whole_periods_a_customer_buys_at_most_once_a_period(rows):
    who, day, _ = as_arrays(rows)
    found = whole_periods(who, day, end_days=60.0, period_days=7.0)
    assert (found.n_repeats <= found.n_periods_to_last).all()
    assert (np.floor(found.n_periods_observed) == found.n_periods_observed).all()


def test_whole_periods_start_on_the_day_after_the_first_purchase():
    # Days 1 to 7 after the first purchase are period 1; day 15 is in period 3, which is not complete.
    who, day = np.zeros(5, dtype=int), np.array([10.0, 11.0, 17.0, 18.0, 25.0])
    found = whole_periods(who, day, end_days=30.0, period_days=7.0)
    assert found.n_repeats[0] == 2
    assert found.n_periods_to_last[0] == 2
    assert found.n_periods_observed[0] == 2


def test_a_purchase_after_the_end_and_a_customer_who_starts_at_it_are_refused():
    with pytest.raises(DomainError, match=r"at_days must be at most end_days \(9\), got 10"):
        summarised(np.zeros(2, dtype=int), np.array([1.0, 10.0]), end_days=9.0, period_days=7.0)
    with pytest.raises(DomainError, match="first purchase must be before end_days"):
        summarised(np.zeros(1, dtype=int), np.array([9.0]), end_days=9.0, period_days=7.0)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((1.5, 2.0, 9.0), "n_repeats must be a whole number"),
        ((1.0, 10.0, 9.0), "n_periods_to_last must be from 0 to n_periods_observed"),
        ((0.0, 3.0, 9.0), "n_periods_to_last must be above 0 where, and only where"),
        ((2.0, 0.0, 9.0), "n_periods_to_last must be above 0 where, and only where"),
        ((0.0, 0.0, 0.0), "n_periods_observed must be finite and above 0"),
    ],
)
def test_a_history_that_cannot_be_is_refused(row, words):
    repeats, last, seen = (np.array([number]) for number in row)
    with pytest.raises(DomainError, match=words):
        Histories.of_customers(repeats, last, n_periods_observed=seen)
