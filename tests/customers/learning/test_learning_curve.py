from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nextdollar.customers.learning import LearningCurve, fit_learning_curve
from nextdollar.errors import DomainError, FitError

floors = st.floats(0.0, 0.3)
scales = st.floats(0.01, 0.6)
exponents = st.floats(0.05, 1.5)
amounts = st.floats(1e2, 1e9)


def test_ten_times_the_users_for_65_then_90_percent_right_is_an_exponent_of_0_544():
    # The product's second document, section 3a: 100 K users 65 %, 1 M users 90 %; log10(0.35 / 0.10).
    curve = LearningCurve(0.0, 0.35, np.log10(3.5), 1e5)
    assert curve.exponent == pytest.approx(0.544, abs=5e-4)
    np.testing.assert_allclose(curve.quality_share(np.array([1e5, 1e6])), [0.65, 0.90], rtol=1e-12)


@given(floor=floors, scale=scales, exponent=exponents, data=amounts)
def test_more_data_never_lowers_quality_and_the_floor_holds(floor, scale, exponent, data):
    curve = LearningCurve(floor, scale, exponent, 1e5)
    less, more = curve.quality_share(np.array([data, 2 * data]))
    assert 0 <= less <= more <= 1 - floor


@given(floor=floors, scale=st.floats(0.01, 0.3), exponent=exponents)
def test_the_gain_is_the_slope_of_quality_in_the_log_of_the_data(floor, scale, exponent):
    curve = LearningCurve(floor, scale, exponent, 1e5)
    step = 1e-5
    low, high = curve.quality_share(1e5 * np.exp(np.array([-step, step])))
    assert curve.gain_per_log_example(1e5) == pytest.approx((high - low) / (2 * step), rel=1e-5)


def test_a_curve_of_draws_agrees_with_one_curve_per_draw():
    floor, scale, exponent = np.array([0.0, 0.1]), np.array([0.3, 0.2]), np.array([0.5, 0.2])
    many = LearningCurve(floor, scale, exponent, 1e4).quality_share(3e5)
    one_by_one = [
        LearningCurve(*numbers, 1e4).quality_share(3e5)
        for numbers in zip(floor, scale, exponent, strict=True)
    ]
    np.testing.assert_array_equal(many, one_by_one)


def test_a_floor_of_one_is_refused_by_name():
    with pytest.raises(DomainError, match="floor_share must be from 0 to below 1, got 1"):
        LearningCurve(1.0, 0.2, 0.5, 1e5)


class TestTheFit:
    DATA = np.geomspace(1e4, 1e6, 9)

    def drawn(self, quality: np.ndarray, n_draws: int = 400, seed: int = 5) -> LearningCurve:
        fit = fit_learning_curve(quality, self.DATA, weight=np.ones(9))
        return fit.draws(np.random.default_rng(seed).random((5, n_draws)))

    def test_versions_that_lie_on_a_curve_give_it_back(self):
        curve = self.drawn(LearningCurve(0.05, 0.3, 0.35, 1e5).quality_share(self.DATA))
        assert np.median(curve.exponent) == pytest.approx(0.35, abs=0.03)
        assert np.median(curve.floor_share) == pytest.approx(0.05, abs=0.02)

    def test_quality_at_ten_times_the_data_lies_in_the_range_of_nine_in_ten_simulated_tables(self):
        truth, inside, n_tables = LearningCurve(0.06, 0.3, 0.3, 1e5), 0, 150
        for seed in range(n_tables):
            noise = 0.008 * np.random.default_rng(seed).standard_normal(9)
            curve = self.drawn(np.clip(truth.quality_share(self.DATA) + noise, 0, 1), seed=seed)
            low, high = np.quantile(curve.quality_share(1e7), [0.05, 0.95])
            inside += low <= truth.quality_share(1e7) <= high
        assert 0.85 * n_tables <= inside <= 0.97 * n_tables

    def test_versions_that_scatter_more_leave_a_wider_range(self):
        truth = LearningCurve(0.06, 0.3, 0.3, 1e5).quality_share(self.DATA)
        noise = np.random.default_rng(1).standard_normal(9)
        widths = [
            np.ptp(np.quantile(self.drawn(truth + size * noise).quality_share(1e7), [0.05, 0.95]))
            for size in (0.002, 0.02)
        ]
        assert widths[0] < widths[1]

    def test_the_chance_of_no_gain_is_that_of_a_one_sided_t_test_of_the_slope(self):
        quality = 0.8 + 0.01 * np.random.default_rng(8).standard_normal(9)
        found = fit_learning_curve(quality, self.DATA, weight=np.ones(9)).p_no_gain
        line = stats.linregress(np.log(self.DATA), quality, alternative="greater")
        assert found == pytest.approx(line.pvalue, rel=1e-9)

    def test_three_versions_are_too_few(self):
        with pytest.raises(FitError, match="needs 4 versions, there are 3"):
            fit_learning_curve(np.array([0.7, 0.8, 0.85]), np.array([1.0, 2.0, 3.0]), weight=np.ones(3))

    def test_versions_on_the_same_data_tell_nothing(self):
        with pytest.raises(FitError, match="trained on the same data"):
            fit_learning_curve(np.linspace(0.7, 0.8, 5), np.full(5, 9.0), weight=np.ones(5))

    def test_a_quality_in_percent_is_refused(self):
        with pytest.raises(DomainError, match="quality_share must be from 0 to 1, got 70"):
            fit_learning_curve(np.full(5, 70.0), np.arange(1.0, 6.0), weight=np.ones(5))
