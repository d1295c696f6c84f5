from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nextdollar.customers.contractual import (
    RiskTable,
    kaplan_meier,
    kaplan_meier_of_table,
    merged,
    stacked,
    table_of_cohort,
    table_of_customers,
)
from nextdollar.errors import DomainError

whole_ages = arrays(np.int64, st.integers(1, 60), elements=st.integers(1, 30))


def telco(shared_data) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    import csv

    text = (shared_data / "customers" / "telco_churn.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return (
        np.array([int(row["tenure"]) for row in rows]),
        np.array([row["Churn"] == "Yes" for row in rows]),
        np.array([row["Contract"] for row in rows]),
    )


def test_a_cohort_counts_those_who_came_to_each_renewal_and_those_who_left():
    table = table_of_cohort(np.array([100.0, 60.0, 45.0]))
    np.testing.assert_array_equal(table.n_at_risk, [100, 60])
    np.testing.assert_array_equal(table.n_left, [40, 15])
    np.testing.assert_array_equal(table.n_stayed, [60, 45])


def test_a_cohort_watched_from_its_third_renewal_says_nothing_of_the_first_two():
    table = table_of_cohort(np.array([50.0, 40.0]), n_periods_before=2)
    np.testing.assert_array_equal(table.n_at_risk, [0, 0, 50])


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8))
def test_customers_one_by_one_make_the_table_of_their_cohort(left_by_period):
    n_left = np.array(left_by_period)
    n_stay, n_periods = 7, n_left.size
    came = np.concatenate([np.repeat(np.arange(1, n_periods + 1), n_left), np.full(n_stay, n_periods)])
    has_left = np.arange(came.size) < n_left.sum()
    counts = n_stay + np.concatenate([[n_left.sum()], n_left.sum() - np.cumsum(n_left)])
    one_by_one, together = table_of_customers(came, has_left), table_of_cohort(counts.astype(float))
    np.testing.assert_array_equal(one_by_one.n_at_risk, together.n_at_risk)
    np.testing.assert_array_equal(one_by_one.n_left, together.n_left)


@given(whole_ages)
def test_a_customer_first_watched_at_an_age_counts_only_beyond_it(came):
    before = came // 2
    table = table_of_customers(came, came % 2 == 0, n_periods_before=before)
    by_hand = [np.sum((before < t) & (came >= t)) for t in range(1, came.max() + 1)]
    np.testing.assert_array_equal(table.n_at_risk, by_hand)


def test_a_customer_without_a_renewal_counts_nowhere():
    table = table_of_customers(np.array([0, 2]), np.array([False, True]))
    np.testing.assert_array_equal(table.n_at_risk, [1, 1])


def test_tables_of_different_length_add_up_age_by_age():
    short, long = table_of_cohort(np.array([10.0, 8.0])), table_of_cohort(np.array([5.0, 4.0, 1.0]))
    np.testing.assert_array_equal(merged([short, long]).n_at_risk, [15, 4])
    np.testing.assert_array_equal(stacked([short, long]).n_left, [[2, 0], [1, 3]])


@pytest.mark.parametrize(
    ("counts", "rule"),
    [
        (np.array([100.0]), "two counts or more"),
        (np.array([100.0, 101.0]), "falling from period to period"),
        (np.array([100.0, -1.0]), "finite and not negative, got -1.0"),
    ],
)
def test_a_cohort_that_cannot_be_is_refused(counts, rule):
    with pytest.raises(DomainError, match=rule):
        table_of_cohort(counts)


def test_somebody_who_left_before_the_first_renewal_is_refused():
    with pytest.raises(DomainError, match="1 or more for a customer who left, got 0"):
        table_of_customers(np.array([0]), np.array([True]))


def test_somebody_watched_only_after_the_end_is_refused():
    with pytest.raises(DomainError, match="n_periods_before must be below n_periods, got 3"):
        table_of_customers(np.array([3]), np.array([True]), n_periods_before=np.array([3]))


def test_more_leavers_than_customers_are_refused():
    with pytest.raises(DomainError, match="n_at_risk must be finite and not below n_left"):
        RiskTable(np.array([3.0]), np.array([4.0]))


class TestKaplanMeier:
    def test_agrees_with_lifelines_on_the_telco_customers(self, shared_data):
        import csv

        # lifelines 0.30.3, as written down in the file.
        ages, has_left, contracts = telco(shared_data)
        text = (shared_data / "customers" / "telco_expected.csv").read_text("utf-8")
        n_checked = 0
        for row in csv.DictReader(text.splitlines()):
            if "km_survival_month_" not in row["quantity"]:
                continue
            mine = (contracts == row["contract"]) | (row["contract"] == "ALL")
            found = kaplan_meier(ages[mine], has_left[mine])
            at = np.searchsorted(found.period, int(row["quantity"].rpartition("_")[2]), side="right") - 1
            assert found.survival_share[at] == pytest.approx(float(row["value"]), abs=1e-6)
            n_checked += 1
        assert n_checked == 32

    def test_agrees_with_lifelines_run_here(self):
        lifelines = pytest.importorskip("lifelines", reason="lifelines, the oracle, is not installed")
        chance = np.random.default_rng(5)
        ages, has_left = chance.integers(1, 20, 500), chance.random(500) < 0.4
        theirs = lifelines.KaplanMeierFitter().fit(ages, has_left).survival_function_.iloc[:, 0]
        mine = kaplan_meier(ages, has_left)
        np.testing.assert_allclose(mine.survival_share, theirs.reindex(mine.period), atol=1e-12)

    def test_the_remission_times_of_leukaemia_patients(self):
        # Freireich et al. 1963, the 21 patients on 6-MP as tabled in Kalbfleisch & Prentice.
        ages = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
        has_left = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
        found = kaplan_meier(ages, has_left)
        shares = dict(zip(found.period, found.survival_share.round(3), strict=True))
        expected = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
        assert {age: shares[age] for age in expected} == expected

    @given(whole_ages)
    def test_without_censoring_it_is_the_share_that_is_still_there(self, ages):
        found = kaplan_meier(ages, np.ones(ages.size, dtype=bool))
        left = [np.mean(ages > age) for age in found.period]
        np.testing.assert_allclose(found.survival_share, left, atol=1e-12)

    @given(whole_ages)
    def test_ages_between_whole_numbers_only_stretch_the_axis(self, ages):
        has_left = ages % 3 > 0
        whole, stretched = kaplan_meier(ages, has_left), kaplan_meier(ages * 0.37, has_left)
        np.testing.assert_allclose(stretched.period, whole.period * 0.37)
        np.testing.assert_array_equal(stretched.survival_share, whole.survival_share)

    @given(whole_ages)
    def test_customers_and_their_risk_table_have_one_curve(self, ages):
        before, has_left = ages // 3, ages % 2 == 0
        one_by_one = kaplan_meier(ages, has_left, ages_before=before)
        table = kaplan_meier_of_table(table_of_customers(ages, has_left, n_periods_before=before))
        at = one_by_one.period.astype(int) - 1
        np.testing.assert_allclose(one_by_one.survival_share, table.survival_share[at], atol=1e-12)
        np.testing.assert_array_equal(one_by_one.n_at_risk, table.n_at_risk[at])

    def test_the_range_is_unknown_until_somebody_has_left(self):
        found = kaplan_meier([1, 2, 3, 4], [False, True, False, False])
        assert np.isnan(found.low_share[0]) and found.survival_share[0] == 1
        assert found.low_share[1] < found.survival_share[1] < found.high_share[1]

    @pytest.mark.parametrize("age", [-1.0, np.nan, np.inf])
    def test_an_age_that_is_none_is_refused(self, age):
        with pytest.raises(DomainError, match="ages must be finite and 0 or more"):
            kaplan_meier([1.0, age], [True, True])
