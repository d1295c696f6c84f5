"""What the same accounts pay some months later, cohorts by first month, and concentration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nextdollar.customers.recurring_revenue import (
    concentration,
    kept_after,
    kept_by_age,
    monthly_rates,
    movements,
    start_cohorts,
)
from nextdollar.errors import DomainError

USD = 1_000_000
_AMOUNTS = st.one_of(st.just(0), st.integers(1, 10**12))
TABLES = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(3, 7)), elements=_AMOUNTS)


class TestTheSameAccounts:
    def test_the_reference_ledger_over_seven_months(self, ledger):
        # January to August by hand: 875 USD of a, b, c, f, g; in August a pays 150, b 60 after a gap, g 25.
        kept = kept_after(ledger, 7)
        assert kept.start_micro_usd.sum() == 875 * USD
        assert kept.nrr_with_reactivation_share == pytest.approx([(150 + 60 + 25) / 875])
        assert kept.nrr_without_reactivation_share == pytest.approx([(150 + 25) / 875])
        assert kept.grr_with_reactivation_share == pytest.approx([(100 + 50 + 25) / 875])
        assert kept.grr_without_reactivation_share == pytest.approx([(100 + 25) / 875])
        assert kept.logo_retention_share == pytest.approx([2 / 5])

    def test_it_is_no_product_of_the_monthly_rates(self, ledger):
        monthly = monthly_rates(movements(ledger)).nrr_with_reactivation_share
        same = kept_after(ledger, 7).nrr_with_reactivation_share[0]
        assert same == pytest.approx(235 / 875)
        assert np.prod(monthly) > same + 0.05

    @given(TABLES)
    def test_over_one_month_it_is_the_monthly_rate(self, mrr):
        kept, rates = kept_after(mrr, 1), monthly_rates(movements(mrr))
        np.testing.assert_allclose(
            kept.nrr_with_reactivation_share, rates.nrr_without_reactivation_share, rtol=1e-12
        )
        np.testing.assert_allclose(kept.grr_without_reactivation_share, rates.grr_share, rtol=1e-12)
        np.testing.assert_allclose(kept.logo_retention_share, 1 - rates.logo_churn_share, atol=1e-12)

    @given(TABLES)
    def test_gross_is_at_most_net_and_at_most_one(self, mrr):
        kept = kept_after(mrr, 2)
        known = ~np.isnan(kept.grr_with_reactivation_share)
        gross = kept.grr_with_reactivation_share[known]
        assert ((gross >= 0) & (gross <= 1)).all()
        assert (gross <= kept.nrr_with_reactivation_share[known]).all()
        assert (kept.grr_without_reactivation_share[known] <= gross).all()

    @given(TABLES, st.data())
    def test_all_starts_at_once_agree_with_one_at_a_time(self, mrr, data):
        n = data.draw(st.integers(1, mrr.shape[1] - 1))
        kept = kept_after(mrr, n)
        alone = [kept_after(mrr[:, k : k + n + 1], n) for k in range(mrr.shape[1] - n)]
        for name in (
            "nrr_with_reactivation_share",
            "nrr_without_reactivation_share",
            "grr_with_reactivation_share",
        ):
            one_by_one = np.concatenate([getattr(item, name) for item in alone])
            np.testing.assert_array_equal(getattr(kept, name), one_by_one)

    def test_more_months_than_the_table_has_are_refused(self, ledger):
        with pytest.raises(DomainError, match=r"n_months must be 9 or more, got 8"):
            kept_after(ledger, 8)


class TestCohorts:
    def test_those_of_the_reference_ledger(self, ledger):
        found = start_cohorts(ledger)
        np.testing.assert_array_equal(found.first_month, [0, 1, 2, 5])
        np.testing.assert_array_equal(found.customers[0], [5, 5, 5, 4, 3, 3, 4, 3])
        np.testing.assert_array_equal(found.customers_never_stopped[0], [5, 5, 5, 4, 3, 3, 3, 2])
        np.testing.assert_array_equal(found.mrr_micro_usd[2], np.array([0, 0, 80, 80, 80, 80, 40, 40]) * USD)

    @given(TABLES)
    def test_they_add_up_to_the_whole(self, mrr):
        found = start_cohorts(mrr)
        np.testing.assert_array_equal(found.mrr_micro_usd.sum(axis=0), mrr.sum(axis=0))
        np.testing.assert_array_equal(found.customers.sum(axis=0), (mrr > 0).sum(axis=0))

    @given(TABLES)
    def test_who_never_stopped_only_become_fewer(self, mrr):
        found = start_cohorts(mrr)
        for cohort in range(len(found.first_month)):
            left = found.customers_never_stopped[cohort, found.first_month[cohort] :]
            assert left[0] == found.customers[cohort, found.first_month[cohort]]
            assert (np.diff(left) <= 0).all()

    def test_a_table_in_which_nobody_pays_has_none(self):
        assert start_cohorts(np.zeros((3, 4), dtype=np.int64)).customers.shape == (0, 4)


class TestConcentration:
    def test_one_large_account_counts_for_most(self):
        found = concentration(np.array([80.0, 10.0, 10.0]))
        assert (found.largest_share, found.top_ten_share) == (0.8, 1.0)
        assert found.count == pytest.approx(1 / 0.66)

    @given(arrays(np.float64, st.integers(1, 30), elements=st.floats(0.01, 1e9)))
    def test_the_count_lies_from_one_to_the_number_of_accounts(self, revenue_usd):
        found = concentration(revenue_usd)
        assert 1 - 1e-9 <= found.count <= len(revenue_usd) * (1 + 1e-9)
        assert found.largest_share <= found.top_ten_share <= 1 + 1e-12
        doubled = concentration(2 * revenue_usd)
        assert doubled.count == pytest.approx(found.count)

    def test_equal_accounts_count_as_many_as_they_are(self):
        assert concentration(np.full(7, 3.0)).count == pytest.approx(7)

    @pytest.mark.parametrize("revenue_usd", [[0.0, 0.0], [1.0, -1.0]])
    def test_no_revenue_or_less_than_none_is_refused(self, revenue_usd):
        with pytest.raises(DomainError, match="revenue_usd must be"):
            concentration(np.array(revenue_usd))


class TestByAge:
    def test_those_of_the_reference_ledger_whose_start_is_known(self, ledger):
        # February: e stays at 30. March: d at 80, at 40 from its age of four months. June: h stays at 90.
        cohorts = start_cohorts(ledger)
        found = kept_by_age(cohorts, cohorts.first_month > 0)
        np.testing.assert_array_equal(found.n_cohorts, [3, 3, 2, 2, 2, 1])
        np.testing.assert_array_equal(found.n_at_risk, [3, 3, 2, 2, 2, 1])
        np.testing.assert_allclose(found.customers_share, 1)
        np.testing.assert_allclose(found.mrr_share, [1, 1, 1, 70 / 110, 70 / 110, 70 / 110])
        assert np.isnan(found.low_share).all()

    def test_one_cohort_is_its_own_curve(self, ledger):
        cohorts = start_cohorts(ledger[:, :])
        found = kept_by_age(cohorts, cohorts.first_month == 0)
        np.testing.assert_allclose(found.customers_share, np.array([5, 5, 4, 3, 3, 3, 2]) / 5)
        np.testing.assert_allclose(
            found.mrr_share, cohorts.mrr_micro_usd[0, 1:] / cohorts.mrr_micro_usd[0, 0]
        )
        assert (found.low_share[2:] < found.customers_share[2:]).all()

    @given(TABLES)
    def test_customers_who_never_stopped_only_become_fewer(self, mrr):
        cohorts = start_cohorts(mrr)
        found = kept_by_age(cohorts, np.ones_like(cohorts.first_month, dtype=bool))
        assert ((found.customers_share >= 0) & (found.customers_share <= 1)).all()
        assert (np.diff(found.customers_share) <= 1e-12).all()

    def test_without_a_cohort_of_known_age_there_is_nothing(self, ledger):
        cohorts = start_cohorts(ledger)
        assert kept_by_age(cohorts, np.zeros(4, dtype=bool)).mrr_share.size == 0

    def test_a_flag_too_few_is_refused(self, ledger):
        with pytest.raises(DomainError, match="is_start_known must be one for each cohort"):
            kept_by_age(start_cohorts(ledger), np.zeros(3, dtype=bool))
