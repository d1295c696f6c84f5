"""Lifetime values of segments: by segment, together, and what they cost to win."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.audience.ltv.question import ConstantChurn, LtvSegment, LtvSetting, RetentionCurve
from nextdollar.audience.ltv.segment_value import with_extra_churn
from nextdollar.audience.ltv.values import ltv
from nextdollar.customers import discounted_ltv, ltv_within_horizon, share_within_horizon
from nextdollar.customers.acquisition.cost import AcquisitionCost
from nextdollar.customers.contractual.laws import ShiftedBetaGeometric
from nextdollar.customers.lifetime_value.value_density import ValueDensity
from nextdollar.errors import DomainError
from nextdollar.finance import amortised_payback_months

HIGH_END = ShiftedBetaGeometric(0.6681, 3.8061)


def plain(name: str, margin: float, churn: object, **more: object) -> LtvSegment:
    return LtvSegment(name=name, stays=ConstantChurn(churn), price_usd_per_month=margin, **more)


def document_000(*, cac_usd: float | None = None) -> list[LtvSegment]:
    # 1.4 M users: 91 % pay 20 USD a month and 9 % pay 120 000 USD a year; churn 4 % and 0.75 % a month.
    cost = None if cac_usd is None else AcquisitionCost(sales_usd=cac_usd)
    return [
        plain("pro", 20.0, 0.04, customers=1_274_000.0, acquisition=cost),
        plain("enterprise", 10_000.0, 0.0075, customers=126_000.0),
    ]


def curve(n_years: int = 300, **more: object) -> LtvSegment:
    left = np.asarray(HIGH_END.survival(np.arange(n_years + 1.0)))[:, None]
    stays = RetentionCurve(
        survival_share=left, n_months_per_period=12, n_observed=7, law="sbg", has_endless_mean=True,
        main_law=HIGH_END,
    )  # fmt: skip
    return LtvSegment(name="high end", stays=stays, price_usd_per_month=100 / 12, **more)


class TestTheFirstDocument:
    # Document 000: Pro 500 and Enterprise 1.33 M USD; 400 and 571 429 USD with a point more of churn.

    def test_a_point_of_churn_takes_pro_from_500_to_400_and_enterprise_from_1_33_million_to_571_429(self):
        pro, enterprise = ltv(document_000()).segments
        assert pro.value_usd.p50 == pytest.approx(500, abs=1e-6)
        assert pro.extra_churn.value_usd.p50 == pytest.approx(400, abs=1e-6)
        assert enterprise.value_usd.p50 == pytest.approx(1_333_333.33, abs=0.01)
        assert enterprise.extra_churn.value_usd.p50 == pytest.approx(571_428.57, abs=0.01)

    def test_the_sum_and_both_averages_follow(self):
        found = ltv(document_000())
        today, worse = found.totals[0], found.extra_total
        assert today.total_usd.p50 / 1e9 == pytest.approx(168.637, abs=5e-4)
        assert today.head_weighted_usd.p50 == pytest.approx(120_455, abs=0.5)
        assert today.revenue_weighted_usd.p50 == pytest.approx(1_306_915, abs=0.5)
        assert worse.total_usd.p50 / 1e9 == pytest.approx(72.510, abs=5e-4)
        assert worse.revenue_weighted_usd.p50 == pytest.approx(560_110, abs=0.5)

    def test_the_payback_of_its_third_model_stretches_from_8_5_to_19_9_months(self):
        # 4 B USD against the uplift of the sum, 1 % of loss at an elasticity of 10, spread over 36 months.
        found = ltv(document_000())
        months = [
            amortised_payback_months(4e9, 0.01 * 10 * total.total_usd.p50, 36)
            for total in (found.totals[0], found.extra_total)
        ]
        assert months == [pytest.approx(8.54, abs=0.01), pytest.approx(19.86, abs=0.01)]

    def test_the_payback_of_a_pro_customer_who_costs_240_usd_stretches_too(self):
        pro = ltv(document_000(cac_usd=240.0)).segments[0]
        assert pro.winning.simple_payback_months.p50 == 12.0
        assert 12 < pro.winning.payback_months.p50 < pro.extra_churn.payback_months.p50
        assert pro.winning.ltv_to_cac.p50 == pytest.approx(500 / 240)

    def test_a_customer_who_costs_450_usd_is_never_back_at_the_higher_churn(self):
        # Worth 400 USD then: the cost is not back within any horizon.
        pro = ltv(document_000(cac_usd=450.0)).segments[0]
        assert pro.winning.payback_months.never_share == 0
        assert pro.extra_churn.payback_months.never_share == 1
        assert pro.extra_churn.payback_months.p50 == np.inf


class TestAgainstTheClosedForms:
    @pytest.mark.parametrize(("churn", "discount"), [(0.04, 0.01), (0.0075, 0.002), (0.3, 0.0)])
    def test_constant_churn(self, churn, discount):
        setting = LtvSetting(discount_per_month=discount, horizon_months=24)
        found = ltv([plain("a", 70.0, churn)], setting).segments[0]
        assert found.whole_usd.p50 == pytest.approx(
            discounted_ltv(70.0, churn, discount_per_month=discount), rel=1e-9
        )
        assert found.within_horizon_usd.p50 == pytest.approx(
            ltv_within_horizon(70.0, churn, n_months=24, discount_per_month=discount), rel=1e-9
        )
        beyond = 1 - share_within_horizon(churn, 24, discount_per_month=discount)
        assert found.beyond_horizon_share.p50 == pytest.approx(beyond, rel=1e-9)
        # A customer of any age is worth the same where churn is constant, but may leave at the renewal.
        assert found.residual_usd.p50 == pytest.approx((1 - churn) * found.whole_usd.p50, rel=1e-9)

    def test_what_lies_beyond_the_horizon_is_a_share_of_the_mean_value(self):
        # Churn of 0.5 to 20 %: long lifetimes make most of the mean, and nearly all of it comes late.
        churn = np.geomspace(0.005, 0.2, 64)
        found = ltv([plain("a", 12.0, churn)], LtvSetting(horizon_months=36)).segments[0]
        whole, within = 12 / churn, 12 * (1 - (1 - churn) ** 36) / churn
        beyond = 1 - within.mean() / whole.mean()
        assert found.beyond_horizon_share.mean == pytest.approx(beyond, rel=1e-9)
        assert found.beyond_horizon_share.p50 < beyond - 0.1

    def test_paying_at_the_end_takes_the_share_that_stays(self):
        start, end = (
            ltv([plain("a", 70.0, 0.05)], LtvSetting(pays_at=timing)).segments[0].value_usd.p50
            for timing in ("start", "end")
        )
        assert end == pytest.approx(start * 0.95, rel=1e-9)

    def test_a_fitted_curve_at_10_percent_a_year_is_worth_5_92_years(self):
        # DEL of Fader & Hardie's High End segment: 5.92225 periods, of 100 USD.
        found = ltv([curve()], LtvSetting(discount_per_month=1.1 ** (1 / 12) - 1)).segments[0]
        assert found.value_usd.p50 == pytest.approx(592.2, abs=0.1)
        assert found.main_law_usd.p50 == pytest.approx(592.2, abs=0.1)
        assert found.residual_usd.p50 == pytest.approx(541.4, abs=0.1)
        assert found.simple_usd is None and "constant churn" in found.reasons["simple_usd"]
        assert 0.3 < found.beyond_data_share.p50 < 0.4


class TestWithoutAnEnd:
    def test_an_infinite_mean_without_a_discount_has_a_value_within_the_horizon_only(self):
        found = ltv([curve()], LtvSetting(horizon_months=60)).segments[0]
        assert found.whole_usd is None and found.basis == "within the horizon"
        assert "the expected lifetime has no end" in found.reasons["whole_usd"]
        assert found.value_usd == found.within_horizon_usd
        assert found.value_usd.p50 == pytest.approx(100 * HIGH_END.survival(np.arange(5.0)).sum())
        assert found.beyond_horizon_share.p50 == 1.0
        assert found.beyond_data_share.p50 == 0.0

    def test_nobody_leaving_needs_a_discount_too(self):
        found = ltv([plain("a", 10.0, 0.0)]).segments[0]
        assert found.whole_usd is None and "nobody leaves" in found.reasons["whole_usd"]
        assert found.value_usd.p50 == pytest.approx(360.0)
        assert ltv([plain("a", 10.0, 0.0)], LtvSetting(discount_per_month=0.01)).segments[
            0
        ].whole_usd.p50 == pytest.approx(1010.0)


class TestValueThatGrows:
    def test_growth_raises_the_value_and_the_plain_one_is_shown_beside_it(self):
        grown = replace(document_000()[0], density=ValueDensity(0.02, 2.0))
        found = ltv([grown]).segments[0]
        assert found.without_density_usd.p50 == pytest.approx(500, abs=1e-6)
        assert 500 < found.value_usd.p50 < 1000

    def test_by_hand_over_three_months(self):
        # 100 x (1 + 1.1 x 0.9 + 1.2 x 0.81), capped at 1.2.
        grown = plain("a", 100.0, 0.1, density=ValueDensity(0.1, 1.2))
        found = ltv([grown], LtvSetting(horizon_months=3)).segments[0]
        assert found.within_horizon_usd.p50 == pytest.approx(100 * (1 + 0.99 + 0.972))

    def test_a_model_that_is_not_updated_is_worth_less(self):
        stale = ValueDensity(0.02, 2.0, decay_per_month=0.05, n_months_fresh=6)
        kept = replace(stale, n_months_between_updates=6)
        worth = [
            ltv([plain("a", 20.0, 0.04, density=density)]).segments[0].value_usd.p50
            for density in (stale, kept)
        ]
        assert worth[0] < 500 < worth[1]


class TestUncertainty:
    churn = np.linspace(0.02, 0.06, 512)

    def test_the_mean_value_is_above_that_of_the_mean_churn(self):
        found = ltv([plain("a", 20.0, self.churn)]).segments[0]
        assert found.value_usd.mean > 20 / self.churn.mean()
        assert found.value_usd.p5 < found.value_usd.p50 < found.value_usd.p95

    def test_figures_of_a_draw_rest_on_the_same_customers(self):
        # LTV to CAC of a cost that is the value itself is 1 in every draw.
        cost = AcquisitionCost(sales_usd=20.0 / self.churn)
        found = ltv([plain("a", 20.0, self.churn, acquisition=cost)]).segments[0]
        assert found.winning.ltv_to_cac.p5 == pytest.approx(1.0, rel=1e-9)
        assert found.winning.ltv_to_cac.p95 == pytest.approx(1.0, rel=1e-9)

    def test_some_draws_that_never_pay_back_are_counted(self):
        cost = AcquisitionCost(sales_usd=20.0 / 0.04)
        found = ltv([plain("a", 20.0, self.churn, acquisition=cost)])
        assert found.segments[0].winning.payback_months.never_share == pytest.approx(0.5, abs=0.02)
        assert any("not back within 240 months" in note for note in found.notes)


class TestDrivers:
    def test_of_two_factors_the_wider_one_decides_more(self):
        generator = np.random.default_rng(3)
        churn = np.exp(generator.normal(np.log(0.04), 0.3, 4096))
        price = np.exp(generator.normal(np.log(20.0), 0.1, 4096))
        found = ltv([plain("a", price, churn)]).segments[0].drivers
        # The logarithm of price / churn is a sum: 0.09 / 0.10 of its variance is the churn's.
        assert list(found) == ["churn", "price"]
        assert found["churn"] == pytest.approx(0.9, abs=0.05)
        assert found["price"] == pytest.approx(0.1, abs=0.05)

    def test_where_one_input_alone_is_uncertain_there_is_nothing_to_rank(self):
        assert ltv([plain("a", 20.0, np.linspace(0.02, 0.06, 512))]).segments[0].drivers == {}


class TestTogether:
    def test_tiers_and_cohorts_add_up_to_the_whole(self):
        segments = [
            plain("a", 10.0, 0.1, customers=5.0, groups={"tier": "x", "cohort": "1"}),
            plain("b", 20.0, 0.1, customers=7.0, groups={"tier": "x", "cohort": "2"}),
            plain("c", 90.0, 0.1, customers=2.0, groups={"tier": "y", "cohort": "2"}),
        ]
        totals = ltv(segments).totals
        for group in ("tier", "cohort"):
            parts = [item for item in totals if item.group == group]
            assert sum(item.total_usd.p50 for item in parts) == pytest.approx(totals[0].total_usd.p50)
            assert sum(item.revenue_share.p50 for item in parts) == pytest.approx(1.0)

    def test_where_one_segment_has_no_end_all_are_added_up_within_the_horizon(self):
        endless = replace(plain("b", 5.0, 0.0), customers=3.0)
        found = ltv([document_000()[0], endless])
        assert found.totals[0].basis == "within the horizon"
        assert found.totals[0].total_usd.p50 == pytest.approx(
            sum(item.within_horizon_usd.p50 * item.segment.customers for item in found.segments)
        )

    def test_customers_that_are_not_counted_leave_no_sum(self):
        found = ltv([plain("a", 10.0, 0.1), *document_000()])
        assert found.totals == () and found.extra_total is None

    def test_no_segment_and_one_name_twice_are_refused(self):
        with pytest.raises(DomainError, match="segments must be one or more"):
            ltv([])
        with pytest.raises(DomainError, match="names of segments must be all different"):
            ltv([plain("a", 1.0, 0.1), plain("a", 2.0, 0.1)])


def test_extra_churn_lowers_every_rate_of_staying_by_its_points():
    left = np.array([1.0, 0.9, 0.81, 0.0])
    np.testing.assert_allclose(with_extra_churn(left, 0.1), [1.0, 0.8, 0.64, 0.0])
