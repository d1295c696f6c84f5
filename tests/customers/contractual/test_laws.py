from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.customers.contractual import (
    BetaDiscreteWeibull,
    DiscreteWeibull,
    Geometric,
    ShiftedBetaGeometric,
)
from nextdollar.errors import DomainError

positives = st.floats(-3, 3).map(lambda x: 10.0**x)
shapes = st.floats(0.2, 4.0)
discounts = st.floats(0.005, 1.0)
periods = np.arange(0.0, 40.0)


def published(segment: str) -> ShiftedBetaGeometric:
    # Fader & Hardie 2007, table 2: maximum likelihood on seven years of 1,000 customers.
    return ShiftedBetaGeometric(*{"high_end": (0.668, 3.806), "regular": (0.704, 1.182)}[segment])


class TestShiftedBetaGeometric:
    def test_agrees_with_published_discounted_lifetimes(self, shared_data):
        fits = {
            row["segment"]: (float(row["alpha"]), float(row["beta"]))
            for row in csv.DictReader(
                (shared_data / "customers" / "sbg_expected.csv").read_text("utf-8").splitlines()
            )
            if row["years_used"] == "7"
        }
        text = (shared_data / "customers" / "sbg_discounted_lifetime.csv").read_text("utf-8")
        for row in csv.DictReader(text.splitlines()):
            law = ShiftedBetaGeometric(*fits[row["segment"]])
            discount, k = float(row["annual_discount"]), int(row["k"])
            if k == 0:
                found = law.discounted_periods(discount)
            else:
                found = law.discounted_residual_periods(discount, period=k)
            # The coefficients of the file have four decimals.
            assert found == pytest.approx(float(row["value"]), rel=1e-4)

    @given(positives, positives, discounts)
    def test_the_discounted_lifetime_is_the_sum_of_its_terms(self, alpha, beta, discount):
        t = np.arange(0.0, 6000.0)
        terms = ShiftedBetaGeometric(alpha, beta).survival(t) * np.exp(-t * np.log1p(discount))
        found = ShiftedBetaGeometric(alpha, beta).discounted_periods(discount)
        assert found == pytest.approx(terms.sum(), rel=2e-9)

    @given(positives, positives, st.integers(1, 50))
    def test_what_is_left_is_the_product_of_what_renews(self, alpha, beta, n_periods):
        law = ShiftedBetaGeometric(alpha, beta)
        kept = law.retention(np.arange(1.0, n_periods + 1))
        assert law.survival(n_periods) == pytest.approx(np.prod(kept), rel=1e-9)

    @given(positives, positives)
    def test_retention_rises_with_age(self, alpha, beta):
        assert (np.diff(ShiftedBetaGeometric(alpha, beta).retention(periods + 1)) >= 0).all()

    def test_both_published_segments_stay_for_ever_on_average(self):
        assert published("high_end").mean_periods() == published("regular").mean_periods() == np.inf

    @given(st.floats(1.5, 50.0), st.floats(0.01, 50.0))
    def test_a_mean_lifetime_is_the_sum_of_the_shares_left(self, alpha, beta):
        law = ShiftedBetaGeometric(alpha + 2, beta)
        # What is beyond 20,000 periods falls faster than t**-3.5.
        assert law.mean_periods() == pytest.approx(law.survival(np.arange(0.0, 20_000.0)).sum(), rel=1e-4)

    def test_many_draws_at_once_agree_with_one_call_per_draw(self):
        alphas, betas = np.array([0.3, 1.0, 7.0]), np.array([5.0, 0.2, 90.0])
        many = ShiftedBetaGeometric(alphas, betas)
        each = [ShiftedBetaGeometric(a, b) for a, b in zip(alphas.tolist(), betas.tolist(), strict=True)]
        np.testing.assert_array_equal(many.survival(5.0), [law.survival(5.0) for law in each])
        np.testing.assert_allclose(
            many.discounted_periods(0.05), [law.discounted_periods(0.05) for law in each], rtol=1e-14
        )

    def test_an_alpha_of_0_is_refused_by_name(self):
        with pytest.raises(DomainError, match=r"alpha must be finite and above 0, got 0"):
            ShiftedBetaGeometric(0.0, 1.0)

    def test_a_renewal_before_the_first_is_refused(self):
        with pytest.raises(DomainError, match="period must be finite and 1 or more, got 0"):
            published("regular").retention(0.0)

    def test_no_discount_is_refused_since_the_sum_may_have_no_end(self):
        with pytest.raises(DomainError, match="discount_per_period must be finite and above 0, got 0"):
            published("regular").discounted_periods(0.0)


class TestGeometric:
    @given(st.floats(0.001, 1.0))
    def test_it_is_where_customers_who_are_all_alike_end(self, theta):
        alike = ShiftedBetaGeometric(theta * 1e9, (1 - theta) * 1e9 + 1e-9)
        np.testing.assert_allclose(
            Geometric(theta).survival(periods[:20]), alike.survival(periods[:20]), rtol=1e-4, atol=1e-9
        )

    @given(st.floats(0.001, 1.0), discounts)
    def test_the_discounted_lifetime_is_the_sum_of_its_terms(self, theta, discount):
        t = np.arange(0.0, 8000.0)
        terms = Geometric(theta).survival(t) * np.exp(-t * np.log1p(discount))
        assert Geometric(theta).discounted_periods(discount) == pytest.approx(terms.sum(), rel=1e-9)

    def test_without_churn_a_lifetime_has_no_end(self):
        assert Geometric(0.0).mean_periods() == np.inf

    def test_more_than_everybody_cannot_leave(self):
        with pytest.raises(DomainError, match=r"theta must be a fraction from 0 to 1, got 1\.5"):
            Geometric(1.5)


class TestBetaDiscreteWeibull:
    @given(positives, positives, discounts)
    def test_with_c_of_1_it_is_shifted_beta_geometric(self, alpha, beta, discount):
        wide, plain = BetaDiscreteWeibull(alpha, beta, 1.0), ShiftedBetaGeometric(alpha, beta)
        np.testing.assert_allclose(wide.survival(periods), plain.survival(periods), rtol=1e-11)
        np.testing.assert_allclose(wide.retention(periods + 1), plain.retention(periods + 1), rtol=1e-9)
        assert wide.discounted_periods(discount) == pytest.approx(
            plain.discounted_periods(discount), rel=1e-8
        )
        assert wide.discounted_residual_periods(discount, period=3) == pytest.approx(
            plain.discounted_residual_periods(discount, period=3), rel=1e-8
        )

    @given(positives, positives, shapes)
    def test_customers_only_leave(self, alpha, beta, c):
        shares = BetaDiscreteWeibull(alpha, beta, c).survival(periods)
        assert shares[0] == 1
        assert (np.diff(shares) <= 0).all()

    def test_a_discount_of_next_to_nothing_is_refused_rather_than_cut_short(self):
        with pytest.raises(DomainError, match="large enough for its sum to end"):
            BetaDiscreteWeibull(0.1, 5.0, 0.5).discounted_periods(1e-7)


class TestDiscreteWeibull:
    def test_agrees_with_shares_worked_out_by_hand(self):
        # (1 - 0.2)**(t**2): 0.8, 0.8**4, 0.8**9.
        np.testing.assert_allclose(
            DiscreteWeibull(0.2, 2.0).survival(np.arange(4.0)), [1, 0.8, 0.4096, 0.134217728], rtol=1e-14
        )

    @given(st.floats(1e-6, 0.95), discounts)
    def test_without_ageing_it_is_the_geometric_law(self, theta, discount):
        ours, plain = DiscreteWeibull(theta, 1.0), Geometric(theta)
        np.testing.assert_allclose(ours.survival(periods), plain.survival(periods), rtol=1e-9)
        np.testing.assert_allclose(ours.retention(periods + 1), plain.retention(periods + 1), rtol=1e-12)
        assert ours.discounted_periods(discount) == pytest.approx(
            plain.discounted_periods(discount), rel=1e-8
        )
        later = plain.discounted_residual_periods(discount, period=3.0)
        assert ours.discounted_residual_periods(discount, period=3.0) == pytest.approx(later, rel=1e-8)

    @given(st.floats(0.001, 0.6), st.floats(0.3, 2.5))
    def test_it_is_what_customers_come_to_who_differ_less_and_less(self, theta, c):
        many = BetaDiscreteWeibull(theta * 1e7, (1 - theta) * 1e7, c)
        np.testing.assert_allclose(
            DiscreteWeibull(theta, c).survival(np.arange(9.0)), many.survival(np.arange(9.0)), atol=1e-4
        )

    @given(st.floats(0.001, 0.9), st.floats(1.01, 3.0))
    def test_retention_falls_with_age_where_c_is_above_one(self, theta, c):
        kept = DiscreteWeibull(theta, c).retention(periods + 1)
        # t**c - (t - 1)**c has lost digits to rounding.
        assert (np.diff(kept) <= 1e-12).all()
        np.testing.assert_allclose(
            np.cumprod(kept), DiscreteWeibull(theta, c).survival(periods + 1), rtol=1e-9
        )

    def test_many_at_once_agree_with_one_by_one(self):
        theta, c = np.array([0.02, 0.4]), np.array([1.4, 0.6])
        many = DiscreteWeibull(theta, c)
        alone = [DiscreteWeibull(a, b) for a, b in zip(theta.tolist(), c.tolist(), strict=True)]
        np.testing.assert_array_equal(many.survival(5.0), [law.survival(5.0) for law in alone])
        np.testing.assert_allclose(
            many.discounted_residual_periods(0.1, period=2.0),
            [law.discounted_residual_periods(0.1, period=2.0) for law in alone],
            rtol=1e-9,
        )

    @pytest.mark.parametrize(
        ("theta", "c", "name"), [(1.0, 1.0, "theta"), (-0.1, 1.0, "theta"), (0.1, 0.0, "c")]
    )
    def test_a_coefficient_out_of_its_domain_is_refused_by_name(self, theta, c, name):
        with pytest.raises(DomainError, match=f"{name} must be"):
            DiscreteWeibull(theta, c)
