from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import simple_ltv, survival
from nextdollar.customers.acquisition.cost import (
    AcquisitionCost,
    cac,
    counted_inference_usd,
    free_tier_usd,
    ltv_to_cac,
    trial_inference_usd,
)
from nextdollar.customers.acquisition.payback import payback_periods, simple_payback_months
from nextdollar.customers.lifetime_value.curve import present_payments
from nextdollar.errors import DomainError

money = st.floats(0.0, 1e6)
shares = st.floats(0.0, 1.0)


def expected(margin: float, churn: float, n_months: int) -> np.ndarray:
    return margin * present_payments(np.asarray(survival(churn, np.arange(n_months + 1.0))))


class TestTheCost:
    def test_a_worked_case(self):
        # 2 Mtok a trial at 3 USD/Mtok, 1 of 20 converts: 120 USD. 15 free users, 0.5 Mtok a month for 4
        # months at 3 USD/Mtok: 90 USD. Onboarding 400 USD, of which AI saves 60 %: 160 USD are left.
        cost = AcquisitionCost(
            sales_usd=300.0,
            trial_inference_usd=trial_inference_usd(2e6, 3e-6, conversion_share=0.05),
            free_tier_usd=free_tier_usd(15.0, 0.5e6, free_months=4.0, usd_per_token=3e-6),
            onboarding_usd=400.0,
            onboarding_saved_share=0.6,
        )
        assert cost.trial_inference_usd == pytest.approx(120.0)
        assert cost.free_tier_usd == pytest.approx(90.0)
        assert cost.onboarding_saving_usd == pytest.approx(240.0)
        assert cost.adjusted_cac_usd == pytest.approx(670.0)

    @given(sales=money, trial=money, free=money, onboarding=money, saved=shares)
    def test_without_trials_free_tier_and_onboarding_it_is_the_usual_cac(
        self, sales, trial, free, onboarding, saved
    ):
        assert AcquisitionCost(sales_usd=sales).adjusted_cac_usd == sales
        whole = AcquisitionCost(
            sales_usd=sales,
            trial_inference_usd=trial,
            free_tier_usd=free,
            onboarding_usd=onboarding,
            onboarding_saved_share=saved,
        )
        assert whole.adjusted_cac_usd >= sales + trial + free - 1e-6

    def test_counted_tokens_and_expected_tokens_agree(self):
        # 400 trials of 2 Mtok, of which 20 convert.
        expected_usd = trial_inference_usd(2e6, 3e-6, conversion_share=20 / 400)
        assert counted_inference_usd(400 * 2e6, 3e-6, n_new_customers=20) == pytest.approx(expected_usd)

    def test_the_paid_cac_is_above_the_blended_one(self):
        # 50 000 USD, 100 new customers of whom 40 came by way of the spend.
        assert cac(50_000.0, 100.0) == 500.0
        assert cac(50_000.0, 40.0) == 1_250.0

    def test_draws_agree_with_one_call_per_draw(self):
        conversion = np.array([0.01, 0.05, 1.0])
        together = trial_inference_usd(1e6, 2e-6, conversion_share=conversion)
        one_by_one = [trial_inference_usd(1e6, 2e-6, conversion_share=c) for c in conversion.tolist()]
        np.testing.assert_array_equal(together, one_by_one)

    def test_what_lies_outside_its_domain_is_refused_by_name(self):
        with pytest.raises(DomainError, match=r"conversion_share must be above 0 and at most 1, got 0\.0"):
            trial_inference_usd(1e6, 2e-6, conversion_share=0.0)
        with pytest.raises(DomainError, match=r"n_new_customers must be above 0, got 0\.0"):
            cac(5_000.0, 0.0)
        with pytest.raises(DomainError, match="free_months must be 0 or more"):
            free_tier_usd(1.0, 1.0, free_months=-1.0, usd_per_token=1e-6)
        with pytest.raises(DomainError, match="usd_per_token must be finite and 0 or more"):
            counted_inference_usd(1.0, -1e-6, n_new_customers=1.0)
        with pytest.raises(DomainError, match="onboarding_saved_share must be a fraction from 0 to 1"):
            AcquisitionCost(sales_usd=1.0, onboarding_saved_share=1.5)
        with pytest.raises(DomainError, match="sales_usd must be finite and 0 or more"):
            AcquisitionCost(sales_usd=-1.0)


class TestPayback:
    def test_the_median_of_a_survey_is_reproduced_without_churn(self):
        # Benchmarkit 2025: 2.00 USD of sales and marketing per USD of new ARR is 32 months at a gross
        # margin of 75 %, and 46 months at 52 %.
        for margin_share, published in [(0.75, 32), (0.52, 46)]:
            arpa = 100.0
            months = simple_payback_months(2.0 * 12 * arpa, arpa * margin_share)
            assert round(months) == published
            assert payback_periods(2.0 * 12 * arpa, expected(arpa * margin_share, 0.0, 60)) == pytest.approx(
                months
            )

    def test_one_point_of_churn_stretches_the_payback_of_document_000_s_pro_customers(self):
        # At 20 USD a month and a CAC of 240 USD: 12 months on paper.
        today, worse = (payback_periods(240.0, expected(20.0, churn, 240)) for churn in (0.04, 0.05))
        assert simple_payback_months(240.0, 20.0) == 12.0
        # ln(1 - CAC churn / margin) / ln(1 - churn), between the whole months on either side.
        for months, churn in [(today, 0.04), (worse, 0.05)]:
            closed = math.log1p(-240.0 * churn / 20.0) / math.log1p(-churn)
            assert math.floor(closed) <= months <= math.ceil(closed)
        assert 12.0 < today < worse

    @given(margin=st.floats(1, 1e4), churn=st.floats(0.001, 0.3), n=st.integers(1, 24))
    def test_at_whole_months_it_is_the_closed_form(self, margin, churn, n):
        cost = margin * -math.expm1(n * math.log1p(-churn)) / churn
        # A hair less, so that rounding does not ask for one more payment; 0.7**24 is 2e-4 of a payment.
        found = payback_periods(cost * (1 - 1e-12), expected(margin, churn, 80))
        assert found == pytest.approx(n, abs=1e-7)

    @given(cost=st.floats(0, 1e4), margin=st.floats(1, 1e4), churn=st.floats(0.001, 1.0))
    def test_it_is_never_shorter_than_the_simple_one_and_never_reached_above_the_lifetime_value(
        self, cost, margin, churn
    ):
        found = payback_periods(cost, expected(margin, churn, 600))
        if cost > simple_ltv(margin, churn) * (1 + 1e-9):
            assert math.isnan(found)
        if not math.isnan(found):
            assert found >= simple_payback_months(cost, margin) - 1e-9

    def test_nothing_spent_is_back_at_once_and_a_loss_never(self):
        assert payback_periods(0.0, expected(-5.0, 0.1, 12)) == 0.0
        assert math.isnan(payback_periods(10.0, expected(-5.0, 0.1, 12)))
        assert math.isnan(simple_payback_months(10.0, -5.0))
        assert payback_periods(5.0, np.array([5.0])) == 1.0

    def test_draws_agree_with_one_call_per_draw(self):
        costs = np.array([0.0, 50.0, 200.0, 1e9])
        table = np.stack([expected(20.0, churn, 48) for churn in (0.1, 0.01, 0.02, 0.03)], axis=-1)
        together = payback_periods(costs, table)
        one_by_one = [payback_periods(cost, table[:, i]) for i, cost in enumerate(costs.tolist())]
        np.testing.assert_array_equal(together, one_by_one)
        assert np.isnan(together[-1])

    def test_ltv_to_cac_of_a_customer_who_costs_nothing_is_refused(self):
        assert ltv_to_cac(1_500.0, 500.0) == 3.0
        with pytest.raises(DomainError, match=r"cac_usd must be above 0, got 0\.0"):
            ltv_to_cac(1_500.0, 0.0)

    def test_an_empty_table_and_a_negative_cost_are_refused(self):
        with pytest.raises(DomainError, match="expected_usd must be one period or more"):
            payback_periods(1.0, np.zeros(0))
        with pytest.raises(DomainError, match=r"cac_usd must be finite and 0 or more, got -1\.0"):
            payback_periods(-1.0, np.ones(3))
