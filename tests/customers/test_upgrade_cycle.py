from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import customers_by_month, survival
from nextdollar.customers.upgrade_cycle import (
    Upgrade,
    churn_by_month,
    customers_under_churn,
    lead_by_month,
    survival_by_month,
    upgrades_in_step,
)
from nextdollar.errors import DomainError

PACE = 1.1


class TestLead:
    def test_a_model_left_alone_falls_behind_by_the_pace_of_the_frontier(self):
        # shared/data/evidence/quality_links.csv, row frontier_oom: 1.1 decades a year.
        lead = lead_by_month(13, frontier_decades_per_year=PACE)[:, 0]
        assert lead[0] == 0.0
        assert lead[12] == pytest.approx(-1.1)

    def test_an_upgrade_lifts_the_lead_and_then_ages_as_well(self):
        lead = lead_by_month(12, [Upgrade(6.0, 0.55)], frontier_decades_per_year=PACE)[:, 0]
        assert lead[6] == pytest.approx(0.0)
        assert lead[5] == pytest.approx(-PACE * 5 / 12)
        assert (np.diff(lead)[6:] < 0).all()

    @given(every=st.integers(1, 24))
    def test_upgrades_in_step_give_back_the_lead_of_today_each_time(self, every):
        upgrades = upgrades_in_step(every, 36, frontier_decades_per_year=PACE)
        lead = lead_by_month(36, upgrades, frontier_decades_per_year=PACE)[:, 0]
        np.testing.assert_allclose(lead[::every], 0.0, atol=1e-12)
        assert lead.min() >= -PACE * (every - 1) / 12 - 1e-12

    def test_the_order_in_which_upgrades_are_listed_does_not_matter(self):
        first, second = Upgrade(3.0, 0.5), Upgrade(9.0, 0.8)
        one = lead_by_month(12, [first, second], frontier_decades_per_year=PACE)
        other = lead_by_month(12, [second, first], frontier_decades_per_year=PACE)
        np.testing.assert_array_equal(one, other)

    def test_draws_agree_with_one_call_per_draw(self):
        paces, whens = np.array([0.8, 1.1, 1.4]), np.array([2.0, 5.5, 30.0])
        together = lead_by_month(12, [Upgrade(whens, 0.6)], frontier_decades_per_year=paces)
        for at in range(3):
            alone = lead_by_month(
                12, [Upgrade(float(whens[at]), 0.6)], frontier_decades_per_year=float(paces[at])
            )
            np.testing.assert_array_equal(together[:, [at]], alone)


class TestSurvival:
    @given(churn=st.floats(0.0, 0.5))
    def test_a_standing_frontier_is_constant_churn(self, churn):
        lead = lead_by_month(24, frontier_decades_per_year=0.0)
        by_month = churn_by_month(churn, lead, slope_log_per_decade=0.3, involuntary_share=0.2)
        left = survival_by_month(by_month)[:, 0]
        np.testing.assert_allclose(left, survival(churn, np.arange(24.0)), rtol=1e-12)

    def test_the_older_the_model_the_faster_customers_leave(self):
        lead = lead_by_month(24, frontier_decades_per_year=PACE)
        by_month = churn_by_month(0.04, lead, slope_log_per_decade=0.3, involuntary_share=0.26)[:, 0]
        assert by_month[0] == 0.04
        assert (np.diff(by_month) > 0).all()

    @given(every=st.integers(1, 23), slope=st.floats(0.0, 2.0))
    def test_an_upgrade_never_loses_customers(self, every, slope):
        def left(upgrades):
            lead = lead_by_month(24, upgrades, frontier_decades_per_year=PACE)
            return survival_by_month(churn_by_month(0.04, lead, slope_log_per_decade=slope))

        upgraded = left(upgrades_in_step(every, 24, frontier_decades_per_year=PACE))
        assert (upgraded >= left(()) - 1e-15).all()

    def test_a_quality_that_customers_do_not_feel_changes_nothing(self):
        lead = lead_by_month(24, frontier_decades_per_year=PACE)
        assert (churn_by_month(0.04, lead, slope_log_per_decade=0.0) == 0.04).all()


class TestCustomers:
    def test_without_arrivals_and_at_constant_churn_today_s_customers_run_off(self):
        paying = customers_under_churn(1_000.0, np.full((12, 1), 0.04))[:, 0]
        np.testing.assert_allclose(paying, customers_by_month(1_000.0, 0.04, n_months=12), rtol=1e-12)

    def test_arrivals_that_replace_those_who_leave_keep_the_number(self):
        paying = customers_under_churn(1_000.0, np.full((12, 1), 0.04), arrivals_per_month=40.0)
        np.testing.assert_allclose(paying, 1_000.0, rtol=1e-12)

    def test_arrivals_may_differ_from_month_to_month(self):
        churn, arrivals = np.full((4, 1), 0.1), np.array([[5.0], [0.0], [20.0]])
        paying = customers_under_churn(100.0, churn, arrivals_per_month=arrivals)[:, 0]
        np.testing.assert_allclose(paying, [100.0, 95.0, 85.5, 96.95])

    def test_draws_agree_with_one_call_per_draw(self):
        churn = np.array([[0.02, 0.05], [0.03, 0.06], [0.04, 0.07]])
        together = customers_under_churn(np.array([100.0, 200.0]), churn, arrivals_per_month=3.0)
        for at, customers in enumerate((100.0, 200.0)):
            alone = customers_under_churn(customers, churn[:, [at]], arrivals_per_month=3.0)
            np.testing.assert_array_equal(together[:, [at]], alone)


def test_bad_settings_are_refused_by_name():
    with pytest.raises(DomainError, match=r"months must be 0 or more, got -1\.0"):
        Upgrade(-1.0, 0.5)
    with pytest.raises(DomainError, match="gained_decades must be finite"):
        Upgrade(1.0, float("nan"))
    with pytest.raises(DomainError, match="every_months must be 1 or more, got 0"):
        upgrades_in_step(0, 12, frontier_decades_per_year=PACE)
    with pytest.raises(DomainError, match="n_months must be 1 or more"):
        lead_by_month(0, frontier_decades_per_year=PACE)
    with pytest.raises(DomainError, match="arrivals_per_month must be 0 or more"):
        customers_under_churn(1.0, np.full((3, 1), 0.1), arrivals_per_month=-1.0)
    with pytest.raises(DomainError, match="churn_per_month must be a fraction"):
        survival_by_month(np.full((3, 1), 1.5))
