from __future__ import annotations

import mpmath
import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import (
    Segment,
    discounted_ltv,
    head_weighted_ltv,
    ltv_within_horizon,
    revenue_weighted_ltv,
    share_within_horizon,
    simple_ltv,
    total_ltv,
)
from nextdollar.errors import DomainError

margins = st.floats(-1e6, 1e6)
churns = st.floats(1e-6, 1.0)
discounts = st.floats(0.0, 0.2)
months = st.integers(1, 600)

# Rates from everyday ones down to where 1 - (1 - churn) has no digit left.
tiny_rates = st.one_of(st.just(0.0), st.floats(1e-3, 1.0), st.floats(-18, 0).map(lambda x: 10.0**x))


def exact_within_horizon(churn: float, discount: float, n_months: int) -> mpmath.mpf:
    kept = (1 - mpmath.mpf(churn)) / (1 + mpmath.mpf(discount))
    return mpmath.mpf(n_months) if kept == 1 else (1 - kept**n_months) / (1 - kept)


class TestTheCaseStudy:
    # Document 000 gives 500 and 1.33 M USD today, 400 and 571 429 USD at one point more of churn; the
    # totals and averages follow from its 1.4 M users (91 % and 9 %) at 20 and 10 000 USD a month.

    def test_a_pro_customer_is_worth_500_and_an_enterprise_1_33_million(self):
        assert simple_ltv(20.0, 0.04) == pytest.approx(500, rel=1e-12)
        assert simple_ltv(10_000.0, 0.0075) == pytest.approx(1_333_333, abs=0.5)

    def test_one_point_of_churn_leaves_400_and_571_429(self):
        assert simple_ltv(20.0, 0.05) == pytest.approx(400, rel=1e-12)
        assert simple_ltv(10_000.0, 0.0175) == pytest.approx(571_429, abs=0.5)

    @pytest.mark.parametrize(("extra_churn", "total_busd"), [(0.0, 168.637), (0.01, 72.510)])
    def test_the_sum_of_lifetime_values(self, case_study, extra_churn, total_busd):
        assert total_ltv(case_study(extra_churn)) / 1e9 == pytest.approx(total_busd, abs=5e-4)

    @pytest.mark.parametrize(("extra_churn", "average_usd"), [(0.0, 1_306_915), (0.01, 560_110)])
    def test_the_revenue_weighted_average(self, case_study, extra_churn, average_usd):
        assert revenue_weighted_ltv(case_study(extra_churn)) == pytest.approx(average_usd, abs=0.5)

    @pytest.mark.parametrize(("extra_churn", "average_usd"), [(0.0, 120_455), (0.01, 51_793)])
    def test_the_average_by_heads(self, case_study, extra_churn, average_usd):
        assert head_weighted_ltv(case_study(extra_churn)) == pytest.approx(average_usd, abs=0.5)


class TestAgainstOthers:
    @pytest.mark.parametrize(("rate", "n_months"), [(0.01, 36), (0.005, 120), (0.2, 3)])
    def test_without_churn_a_horizon_is_an_annuity_due(self, rate, n_months):
        # numpy-financial 1.0.0: pv(rate, nper, pmt, when="begin").
        ours = ltv_within_horizon(100.0, 0.0, n_months=n_months, discount_per_month=rate)
        assert ours == pytest.approx(npf.pv(rate, n_months, -100.0, when="begin"), rel=1e-12)

    @pytest.mark.parametrize(("churn", "discount"), [(0.04, 0.01), (0.0075, 0.0), (0.5, 0.1), (0.0, 0.02)])
    def test_the_discounted_value_is_the_sum_of_its_series(self, churn, discount):
        # Definition: sum over t >= 0 of (1 - churn)**t / (1 + discount)**t, summed by mpmath.
        with mpmath.workdps(30):
            kept = (1 - mpmath.mpf(churn)) / (1 + mpmath.mpf(discount))
            series = mpmath.nsum(lambda t: kept**t, [0, mpmath.inf])
        assert discounted_ltv(1.0, churn, discount_per_month=discount) == pytest.approx(
            float(series), rel=1e-14
        )


class TestDigits:
    @given(churn=tiny_rates, discount=tiny_rates)
    def test_the_discounted_value_is_right_to_1e_15_at_any_rate(self, churn, discount):
        if churn + discount == 0:
            return
        with mpmath.workdps(60):
            kept = (1 - mpmath.mpf(churn)) / (1 + mpmath.mpf(discount))
            ours = mpmath.mpf(float(discounted_ltv(1.0, churn, discount_per_month=discount)))
            assert abs(ours * (1 - kept) - 1) <= 1e-15

    @given(churn=tiny_rates, discount=tiny_rates, n_months=st.integers(1, 3_600))
    def test_the_value_within_a_horizon_is_right_to_2e_15_at_any_rate(self, churn, discount, n_months):
        with mpmath.workdps(60):
            exact = exact_within_horizon(churn, discount, n_months)
            ours = float(ltv_within_horizon(1.0, churn, n_months=n_months, discount_per_month=discount))
            assert abs(mpmath.mpf(ours) / exact - 1) <= 2e-15

    def test_ten_thousand_random_cases_at_once_are_right_to_2e_15(self):
        generator = np.random.default_rng(20_100)
        churn = 10.0 ** generator.uniform(-17, 0, 10_000)
        discount = 10.0 ** generator.uniform(-17, -0.5, 10_000)
        ours = np.asarray(ltv_within_horizon(1.0, churn, n_months=36, discount_per_month=discount))
        with mpmath.workdps(40):
            for value, c, d in zip(ours.tolist(), churn.tolist(), discount.tolist(), strict=True):
                assert abs(mpmath.mpf(value) / exact_within_horizon(c, d, 36) - 1) <= 2e-15


class TestLaws:
    @given(margin=margins, churn=churns)
    def test_a_discount_of_zero_changes_nothing(self, margin, churn):
        assert discounted_ltv(margin, churn, discount_per_month=0.0) == simple_ltv(margin, churn)

    @given(margin=margins, churn=st.floats(0.05, 1.0), discount=discounts)
    def test_a_long_horizon_holds_the_whole_value(self, margin, churn, discount):
        whole = discounted_ltv(margin, churn, discount_per_month=discount)
        within = ltv_within_horizon(margin, churn, n_months=1_000, discount_per_month=discount)
        np.testing.assert_allclose(within, whole, rtol=1e-14)

    @given(margin=margins, churn=churns, discount=discounts, n_months=months)
    def test_the_share_within_a_horizon_times_the_whole_is_the_value_within(
        self, margin, churn, discount, n_months
    ):
        share = share_within_horizon(churn, n_months, discount_per_month=discount)
        assert 0 < share <= 1
        np.testing.assert_allclose(
            share * discounted_ltv(margin, churn, discount_per_month=discount),
            ltv_within_horizon(margin, churn, n_months=n_months, discount_per_month=discount),
            rtol=1e-14,
            atol=1e-300,
        )

    @given(margin=st.floats(0.01, 1e6), churn=churns, discount=discounts, n_months=months)
    def test_one_more_month_adds_the_payment_of_that_month(self, margin, churn, discount, n_months):
        shorter = ltv_within_horizon(margin, churn, n_months=n_months, discount_per_month=discount)
        longer = ltv_within_horizon(margin, churn, n_months=n_months + 1, discount_per_month=discount)
        payment_usd = margin * ((1 - churn) / (1 + discount)) ** n_months
        np.testing.assert_allclose(longer - shorter, payment_usd, rtol=1e-9, atol=1e-14 * longer)

    @given(churn=st.floats(1e-6, 0.5), more=st.floats(1.001, 2.0), discount=discounts)
    def test_more_churn_is_worth_less(self, churn, more, discount):
        worse = churn * more
        assert simple_ltv(1.0, worse) < simple_ltv(1.0, churn)
        higher = discounted_ltv(1.0, churn, discount_per_month=discount)
        assert discounted_ltv(1.0, worse, discount_per_month=discount) < higher

    @given(st.lists(st.floats(0.001, 1.0), min_size=2, max_size=50))
    def test_uncertain_churn_raises_the_mean_value(self, churn_draws):
        # Jensen: margin / churn is convex in churn.
        churn = np.array(churn_draws)
        assert np.mean(simple_ltv(1.0, churn)) >= simple_ltv(1.0, float(churn.mean())) * (1 - 1e-12)

    @given(customers=st.floats(1.0, 1e6), price=st.floats(0.01, 1e4), churn=churns)
    def test_a_single_segment_has_the_same_average_by_revenue_and_by_heads(self, customers, price, churn):
        only = [Segment("only", customers, price_usd_per_month=price, churn_per_month=churn)]
        assert revenue_weighted_ltv(only) == pytest.approx(head_weighted_ltv(only), rel=1e-14)
        assert head_weighted_ltv(only) == pytest.approx(simple_ltv(price, churn), rel=1e-14)


class TestDraws:
    churn = np.array([0.0, 1e-12, 0.04, 0.5, 1.0])
    discount = np.array([0.01, 0.0, 0.2, 1e-9, 0.03])

    def test_simple_values_agree_with_one_call_per_draw(self):
        together = simple_ltv(20.0, self.churn[1:])
        np.testing.assert_array_equal(together, [simple_ltv(20.0, float(c)) for c in self.churn[1:]])

    def test_discounted_values_agree_with_one_call_per_draw(self):
        pairs = zip(self.churn.tolist(), self.discount.tolist(), strict=True)
        one_by_one = [discounted_ltv(20.0, c, discount_per_month=d) for c, d in pairs]
        together = discounted_ltv(20.0, self.churn, discount_per_month=self.discount)
        np.testing.assert_array_equal(together, one_by_one)

    def test_values_within_a_horizon_agree_with_one_call_per_draw(self):
        pairs = zip(self.churn.tolist(), self.discount.tolist(), strict=True)
        one_by_one = [ltv_within_horizon(20.0, c, n_months=36, discount_per_month=d) for c, d in pairs]
        together = ltv_within_horizon(20.0, self.churn, n_months=36, discount_per_month=self.discount)
        np.testing.assert_array_equal(together, one_by_one)

    def test_averages_agree_with_one_call_per_draw(self):
        churn = self.churn[1:]
        certain = Segment("a", 10.0, price_usd_per_month=5.0, churn_per_month=0.1)
        together = revenue_weighted_ltv(
            [certain, Segment("b", 3.0, price_usd_per_month=7.0, churn_per_month=churn)]
        )
        one_by_one = [
            revenue_weighted_ltv([certain, Segment("b", 3.0, price_usd_per_month=7.0, churn_per_month=c)])
            for c in churn.tolist()
        ]
        np.testing.assert_array_equal(together, one_by_one)


class TestEdges:
    def test_full_churn_leaves_the_first_payment(self):
        assert simple_ltv(20.0, 1.0) == 20.0
        assert ltv_within_horizon(20.0, 1.0, n_months=36, discount_per_month=0.01) == 20.0
        assert share_within_horizon(1.0, 1) == 1.0

    def test_without_churn_and_discount_a_horizon_counts_its_months(self):
        assert ltv_within_horizon(20.0, 0.0, n_months=36) == 720.0
        assert share_within_horizon(0.0, 36) == 0.0

    def test_a_lifetime_without_end_is_refused_and_a_horizon_named(self):
        with pytest.raises(DomainError, match=r"lifetime is infinite and needs a horizon"):
            simple_ltv(20.0, np.array([0.1, 0.0]))
        with pytest.raises(DomainError, match=r"lifetime is infinite and needs a horizon"):
            discounted_ltv(20.0, 0.0, discount_per_month=0.0)

    @pytest.mark.parametrize("churn", [1.5, -0.1, float("nan")])
    def test_a_churn_that_is_no_fraction_is_refused(self, churn):
        rule = "churn_per_month must be a fraction from 0 to 1"
        with pytest.raises(DomainError, match=rule):
            simple_ltv(20.0, churn)
        with pytest.raises(DomainError, match=rule):
            discounted_ltv(20.0, churn, discount_per_month=0.01)
        with pytest.raises(DomainError, match=rule):
            ltv_within_horizon(20.0, churn, n_months=1)

    def test_a_discount_of_minus_one_and_an_empty_horizon_are_refused(self):
        with pytest.raises(DomainError, match=r"discount_per_month must be above -1, got -1\.0"):
            discounted_ltv(20.0, 0.1, discount_per_month=-1.0)
        with pytest.raises(DomainError, match="n_months must be 1 or more, got 0"):
            ltv_within_horizon(20.0, 0.1, n_months=0)
        with pytest.raises(DomainError, match="n_months must be 1 or more, got 0"):
            share_within_horizon(0.1, 0)

    def test_no_segments_no_customers_and_no_revenue_are_refused(self):
        nobody = [Segment("none", 0.0, price_usd_per_month=5.0, churn_per_month=0.1)]
        free = [Segment("free", 9.0, price_usd_per_month=0.0, churn_per_month=0.1)]
        with pytest.raises(DomainError, match="segments must be at least one segment"):
            total_ltv([])
        with pytest.raises(DomainError, match="customers of the segments must be above 0"):
            head_weighted_ltv(nobody)
        with pytest.raises(DomainError, match="revenue of the segments must be above 0 USD"):
            revenue_weighted_ltv(free)
        assert head_weighted_ltv(free) == 0.0
