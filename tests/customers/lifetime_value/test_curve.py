from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers import discounted_ltv, ltv_within_horizon, share_within_horizon, survival
from nextdollar.customers.contractual.laws import ShiftedBetaGeometric
from nextdollar.customers.lifetime_value.curve import (
    lifetime_value,
    present_payments,
    residual_survival,
    share_after_period,
    value_after_table,
)
from nextdollar.errors import DomainError

GOLDEN = Path(__file__).parents[4] / "shared" / "data" / "customers" / "sbg_discounted_lifetime.csv"
# Fader & Hardie 2007, seven years: alpha and beta with the digits of the reference fit.
SEGMENTS = {"high_end": (0.6681, 3.8061), "regular": (0.7041, 1.1820)}

churns = st.floats(0.001, 0.999)
discounts = st.floats(0.0, 0.2)
timings = st.sampled_from(["start", "end"])


def constant(churn: float, n_periods: int) -> np.ndarray:
    return np.asarray(survival(churn, np.arange(n_periods + 1.0)))


@st.composite
def curves(draw: st.DrawFn) -> np.ndarray:
    kept = draw(st.lists(st.floats(0.05, 1.0), min_size=2, max_size=30))
    return np.cumprod([1.0, *kept])


class TestPublished:
    @pytest.mark.skipif(not GOLDEN.exists(), reason="the reference values are not beside the checkout")
    def test_the_whole_and_the_residual_lifetimes_of_fader_and_hardie(self):
        rows = list(csv.DictReader(GOLDEN.read_text(encoding="utf-8").splitlines()))
        curves = {
            name: np.asarray(ShiftedBetaGeometric(*fit).survival(np.arange(2001.0)))
            for name, fit in SEGMENTS.items()
        }
        for row in rows:
            left, rate, k = curves[row["segment"]], float(row["annual_discount"]), int(row["k"])
            if k:
                left = residual_survival(left, k)
            ours = lifetime_value(1.0, left, discount_per_period=rate)
            # The digits of alpha and beta leave 1e-4 open.
            assert ours == pytest.approx(float(row["value"]), rel=2e-4), row
        assert len(rows) == 20

    @pytest.mark.parametrize("coefficients", SEGMENTS.values(), ids=SEGMENTS.keys())
    @pytest.mark.parametrize("rate", [0.05, 0.1])
    def test_a_long_table_agrees_with_the_closed_forms_of_fader_and_hardie(self, coefficients, rate):
        law = ShiftedBetaGeometric(*coefficients)
        left = np.asarray(law.survival(np.arange(1_001.0)))
        whole = lifetime_value(1.0, left, discount_per_period=rate)
        assert whole == pytest.approx(law.discounted_periods(rate), rel=1e-12)
        residual = lifetime_value(1.0, residual_survival(left, 4), discount_per_period=rate)
        assert residual == pytest.approx(law.discounted_residual_periods(rate, period=4), rel=1e-12)

    def test_document_000_at_today_s_churn_and_one_point_above(self):
        # 500 and 1.33 M USD, and 400 and 571 429 USD: through a table of survival and what follows it.
        for margin, churn, published in [
            (20.0, 0.04, 500.0),
            (20.0, 0.05, 400.0),
            (10_000.0, 0.0075, 1_333_333.33),
            (10_000.0, 0.0175, 571_428.57),
        ]:
            left = constant(churn, 36)
            whole = lifetime_value(margin, left) + value_after_table(margin, left)
            assert whole == pytest.approx(published, abs=0.005)

    def test_without_a_discount_an_infinite_mean_leaves_ever_less_of_the_value_within_the_data(self):
        # alpha is below 1 in both published segments. The share beyond seven years rises with the table.
        law = ShiftedBetaGeometric(*SEGMENTS["high_end"])
        beyond = []
        for n_years in (100, 1_000, 10_000):
            left = np.asarray(law.survival(np.arange(n_years + 1.0)))
            beyond.append(share_after_period(present_payments(left), value_after_table(1.0, left), 7))
        assert beyond[0] < beyond[1] < beyond[2]
        assert beyond[2] > 0.97


class TestLaws:
    @given(churn=churns, discount=discounts, n=st.integers(1, 200))
    def test_constant_churn_agrees_with_the_closed_forms(self, churn, discount, n):
        left = constant(churn, n)
        within = lifetime_value(3.0, left, discount_per_period=discount)
        rest = value_after_table(3.0, left, discount_per_period=discount)
        closed = ltv_within_horizon(3.0, churn, n_months=n, discount_per_month=discount)
        assert within == pytest.approx(closed, rel=1e-11)
        assert within + rest == pytest.approx(
            discounted_ltv(3.0, churn, discount_per_month=discount), rel=1e-9
        )

    @given(churn=churns, discount=discounts, n=st.integers(2, 100))
    def test_paying_at_the_end_is_worth_the_share_that_stays_discounted_once(self, churn, discount, n):
        left = constant(churn, n)
        ours, theirs = (
            lifetime_value(1.0, left, discount_per_period=discount, pays_at=timing)
            + value_after_table(1.0, left, discount_per_period=discount, pays_at=timing)
            for timing in ("end", "start")
        )
        assert ours == pytest.approx(theirs * (1 - churn) / (1 + discount), rel=1e-9)

    @given(left=curves(), discount=discounts, timing=timings)
    def test_payments_add_up_to_the_value_and_shares_to_one(self, left, discount, timing):
        payments = present_payments(left, discount_per_period=discount, pays_at=timing)
        assert lifetime_value(7.0, left, discount_per_period=discount, pays_at=timing) == pytest.approx(
            7.0 * payments.sum(), rel=1e-12
        )
        beyond = [share_after_period(payments, 0.4, n) for n in range(len(payments) + 1)]
        assert beyond[0] == 1.0
        assert np.all(np.diff(beyond) <= 1e-15)
        assert beyond[-1] == pytest.approx(0.4 / (payments.sum() + 0.4))

    @given(left=curves(), discount=discounts)
    def test_a_higher_discount_and_payment_at_the_end_are_never_worth_more(self, left, discount):
        value = lifetime_value(1.0, left, discount_per_period=discount)
        assert lifetime_value(1.0, left, discount_per_period=discount + 0.1) <= value
        assert lifetime_value(1.0, left, discount_per_period=discount, pays_at="end") <= value

    @given(left=curves(), discount=discounts)
    def test_the_residual_value_before_the_first_renewal_is_the_rest_of_the_whole(self, left, discount):
        # LTV = first payment + residual value seen just before renewal 1, one period later.
        if len(left) < 4:
            return
        rest = lifetime_value(1.0, residual_survival(left, 1), discount_per_period=discount)
        # The residual table has one row fewer, so the whole is cut one period earlier too.
        whole = lifetime_value(1.0, left, discount_per_period=discount)
        assert 1.0 + rest / (1 + discount) == pytest.approx(whole, rel=1e-12)

    def test_the_horizon_share_agrees_with_the_closed_form(self):
        left = constant(0.04, 60)
        payments = present_payments(left, discount_per_period=0.01)
        rest = value_after_table(1.0, left, discount_per_period=0.01)
        ours = share_after_period(payments, rest, 36)
        assert ours == pytest.approx(1 - share_within_horizon(0.04, 36, discount_per_month=0.01), rel=1e-12)

    def test_a_value_multiple_scales_each_payment(self):
        left = constant(0.1, 4)
        multiple = np.array([1.0, 2.0, 0.0, 5.0])
        payments = present_payments(left, value_multiple=multiple)
        np.testing.assert_allclose(payments, left[:4] * multiple)


class TestDraws:
    def test_many_draws_at_once_agree_with_one_call_per_draw(self):
        churn, discount = np.array([0.01, 0.2, 0.5]), np.array([0.0, 0.01, 0.05])
        left = np.stack([constant(c, 12) for c in churn.tolist()], axis=-1)
        for timing in ("start", "end"):
            together = [
                function(5.0, left, discount_per_period=discount, pays_at=timing)
                for function in (lifetime_value, value_after_table)
            ]
            one_by_one = [
                [
                    function(5.0, left[:, i], discount_per_period=float(discount[i]), pays_at=timing)
                    for i in range(3)
                ]
                for function in (lifetime_value, value_after_table)
            ]
            np.testing.assert_allclose(together, one_by_one, rtol=1e-14)


class TestEdges:
    def test_nobody_leaving_and_no_discount_has_no_end_and_no_margin_no_value(self):
        left = np.ones(5)
        assert value_after_table(2.0, left) == np.inf
        assert value_after_table(-2.0, left) == -np.inf
        assert value_after_table(0.0, left) == 0.0
        assert share_after_period(present_payments(left), np.inf, 3) == 1.0
        assert value_after_table(1.0, left, discount_per_period=0.1) == pytest.approx(
            1.1 / 0.1 / 1.1**4, rel=1e-12
        )

    def test_when_everybody_has_left_nothing_follows(self):
        left = np.array([1.0, 0.3, 0.0, 0.0])
        assert value_after_table(9.0, left) == 0.0
        assert lifetime_value(10.0, left) == pytest.approx(13.0)
        assert share_after_period(np.zeros(3), 0.0, 1) == 0.0

    @pytest.mark.parametrize(
        ("left", "rule"),
        [
            ([1.0, 0.8, 0.9], "never rising"),
            ([1.0, 1.2], "a fraction from 0 to 1"),
            ([1.0, float("nan")], "a fraction from 0 to 1"),
            ([1.0], "a table of two rows or more"),
        ],
    )
    def test_what_is_no_survival_is_refused(self, left, rule):
        with pytest.raises(DomainError, match=rule):
            lifetime_value(1.0, np.array(left))

    def test_a_period_outside_the_table_is_refused(self):
        left = constant(0.1, 5)
        for period in (0, 5):
            with pytest.raises(DomainError, match="period must be from 1 to 4"):
                residual_survival(left, period)
        with pytest.raises(DomainError, match="period must be from 0 to 5, got 6"):
            share_after_period(present_payments(left), 0.0, 6)
        with pytest.raises(DomainError, match="survival_share before the renewal must be above 0"):
            residual_survival(np.array([1.0, 0.0, 0.0, 0.0]), 2)

    def test_a_discount_of_minus_one_is_refused(self):
        with pytest.raises(DomainError, match=r"discount_per_period must be above -1, got -1\.0"):
            lifetime_value(1.0, constant(0.1, 5), discount_per_period=-1.0)
