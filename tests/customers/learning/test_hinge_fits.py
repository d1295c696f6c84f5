from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize

from nextdollar.customers.learning import (
    fit_quality_decay,
    fit_retention_lag,
    launch_levels,
    useful_life_periods,
)
from nextdollar.customers.learning.fitting.hinge import HingeFit, hinge, lag_grid
from nextdollar.errors import DomainError, FitError


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def versions(n_versions: int, n_weeks: int) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.repeat(np.arange(n_versions), n_weeks),
        np.tile(np.arange(float(n_weeks)), n_versions),
    )


class TestTheRetentionLag:
    def test_agrees_with_the_published_regression_of_deaths_on_smoking(self):
        # Doll & Hill 1966, as in Breslow & Day 1987 and the example of Stata's `poisson`: rate ratio of
        # smokers 1.425519, standard error of its log 0.1073741. Age groups stand for versions, smoking for
        # a second period.
        deaths = np.array([2, 12, 28, 28, 31, 32, 104, 206, 186, 102], float)
        years = np.array([18790, 10673, 5710, 2585, 1462, 52407, 43248, 28612, 12663, 5317], float)
        smokes, age_group = np.repeat([0.0, 1.0], 5), np.tile(np.arange(5), 2)
        order = np.lexsort((smokes, age_group))
        found = fit_retention_lag(
            deaths[order], years[order], smokes[order], version=age_group[order], rng=rng()
        )
        assert np.exp(found.fit.slope[0]) == pytest.approx(1.425519, abs=1e-6)
        by_chance = np.sqrt(found.overdispersion * (1 + found.correlation) / (1 - found.correlation))
        assert found.fit.slope_se[0] / by_chance == pytest.approx(0.1073741, abs=1e-6)

    def test_each_slope_is_that_of_the_full_likelihood_with_a_level_for_each_version(self):
        version, age = versions(4, 6)
        users = np.linspace(900.0, 2000.0, 24)
        lost = np.round(users * 0.05 * np.exp(0.15 * np.maximum(age - 2, 0)))
        found = fit_retention_lag(lost, users, age, version=version, rng=rng())
        lag = found.fit.lag_periods[20]
        since = np.maximum(age - lag, 0)

        def negative(beta: np.ndarray) -> float:
            log_churn = beta[version] + beta[4] * since
            return float((users * np.exp(log_churn) - lost * log_churn).sum())

        best = minimize(negative, np.array([-3.0] * 4 + [0.1]), method="BFGS", options={"gtol": 1e-6})
        assert found.fit.slope[20] == pytest.approx(best.x[4], abs=1e-5)

    def test_a_lag_of_four_weeks_lies_in_the_range_of_nine_in_ten_simulated_tables(self):
        inside, n_tables = 0, 60
        version, age = versions(9, 9)
        for seed in range(n_tables):
            dealt = np.random.default_rng(seed)
            users = dealt.integers(15_000, 30_000, 81).astype(float)
            level = np.exp(dealt.normal(-3.2, 0.2, 9))[version]
            churn = level * np.exp(0.12 * np.maximum(age - 4, 0) + 0.1 * dealt.standard_normal(81))
            lost = dealt.binomial(users.astype(int), churn).astype(float)
            found = fit_retention_lag(lost, users, age, version=version, rng=dealt)
            lag, _ = found.fit.draws(*dealt.random((2, 512)))
            inside += np.quantile(lag, 0.05) <= 4 <= np.quantile(lag, 0.95)
        assert 0.8 * n_tables <= inside <= n_tables

    def test_churn_without_a_rise_is_taken_for_one_in_one_table_of_twenty(self):
        version, age = versions(6, 8)
        n_found, n_tables = 0, 100
        for seed in range(n_tables):
            dealt = np.random.default_rng(seed)
            users = np.full(48, 5000.0)
            churn = 0.05 * np.exp(0.15 * dealt.standard_normal(48))
            lost = dealt.binomial(5000, churn).astype(float)
            found = fit_retention_lag(lost, users, age, version=version, rng=dealt)
            n_found += found.fit.p_no_change <= 0.05
        # Binomial(100, 0.05) exceeds 11 in 1 table of 200.
        assert n_found <= 11

    def test_the_scale_of_the_users_of_a_version_does_not_move_the_slope(self):
        version, age = versions(3, 6)
        users = np.full(18, 1e6)
        lost = users * 0.04 * np.exp(0.1 * np.maximum(age - 1, 0))
        plain = fit_retention_lag(lost, users, age, version=version, rng=rng())
        scaled = fit_retention_lag(
            lost, users * np.array([1.0, 2.0, 5.0])[version], age, version=version, rng=rng()
        )
        np.testing.assert_allclose(plain.fit.slope, scaled.fit.slope, rtol=1e-7)

    def test_too_few_rows_are_refused(self):
        with pytest.raises(FitError, match="too few periods"):
            fit_retention_lag(
                np.ones(4), np.full(4, 9.0), np.arange(4.0), version=np.zeros(4, int), rng=rng()
            )

    def test_more_leavers_than_users_are_refused(self):
        with pytest.raises(DomainError, match="lost must be from 0 to users, got 10"):
            fit_retention_lag(
                np.full(8, 10.0), np.full(8, 9.0), np.arange(8.0), version=np.zeros(8, int), rng=rng()
            )


class TestTheDecayOfQuality:
    def test_a_slope_is_that_of_least_squares_with_a_level_for_each_version(self):
        version, age = versions(4, 7)
        quality = 0.8 + 0.02 * version - 0.01 * np.maximum(age - 2, 0) + 0.003 * np.sin(np.arange(28.0))
        found = fit_quality_decay(quality, age, version, rng=rng()).fit
        place = 15
        design = np.column_stack([version[:, None] == np.arange(4), hinge(age, found.lag_periods)[place]])
        expected = np.linalg.lstsq(design.astype(float), quality, rcond=None)[0][4]
        assert found.slope[place] == pytest.approx(-expected, rel=1e-10)

    def test_with_one_lag_to_try_the_chance_is_that_of_a_one_sided_t_test(self):
        # Two ages: the only lag is 0, and the largest of one t is a t. 999 tables: sd of the chance 0.007.
        version, age = versions(10, 2)
        quality = 0.8 + 0.01 * np.random.default_rng(3).standard_normal(20) - 0.006 * age
        found = fit_quality_decay(quality, age, version, rng=rng())
        fallen = quality[0::2] - quality[1::2]
        expected = stats.ttest_1samp(fallen, 0.0, alternative="greater").pvalue
        assert found.correlation <= 0.2
        assert found.fit.p_no_change == pytest.approx(expected, abs=0.05)

    def test_an_exact_decay_is_found_exactly(self):
        version, age = versions(3, 12)
        quality = 0.9 - 0.01 * np.maximum(age - 4, 0)
        found = fit_quality_decay(quality, age, version, rng=rng()).fit
        lag, loss = found.draws(np.full(5, 0.5), np.linspace(0.1, 0.9, 5))
        assert lag == pytest.approx(4.0, abs=0.11)
        assert loss == pytest.approx(0.01, rel=0.02)
        assert found.p_no_change == 0.001

    def test_levels_at_launch_are_what_was_measured_and_lost(self):
        level, weight = launch_levels(
            np.array([0.8, 0.7, 0.9]), np.array([0.0, 0.1, 0.0]), np.array([0, 0, 1]), trials=np.ones(3)
        )
        np.testing.assert_allclose(level, [0.8, 0.9])
        np.testing.assert_array_equal(weight, [2.0, 1.0])

    def test_one_row_in_each_version_is_refused(self):
        with pytest.raises(FitError, match="too few periods per version"):
            fit_quality_decay(np.full(9, 0.8), np.zeros(9), np.arange(9), rng=rng())


class TestTheUsefulLife:
    def test_a_version_that_loses_five_percent_in_ten_weeks_after_three_lives_thirteen(self):
        # By hand: 5 % of 0.8 is 0.04, at 0.004 a week.
        assert useful_life_periods(3.0, 0.004, launch_share=0.8, tolerance_share=0.05) == pytest.approx(13.0)

    def test_a_version_that_loses_nothing_lives_for_ever(self):
        assert np.isinf(useful_life_periods(3.0, 0.0, launch_share=0.8, tolerance_share=0.05))

    @given(loss=st.floats(1e-6, 0.1), lag=st.floats(0, 50), tolerance=st.floats(0.01, 0.5))
    def test_more_tolerance_never_shortens_it(self, loss, lag, tolerance):
        short, long = (
            useful_life_periods(lag, loss, launch_share=0.8, tolerance_share=share)
            for share in (tolerance, 1.5 * tolerance)
        )
        assert short <= long

    def test_arrays_agree_with_scalars(self):
        lags, losses = np.array([0.0, 2.0]), np.array([0.01, 0.02])
        found = useful_life_periods(lags, losses, launch_share=0.8, tolerance_share=0.05)
        for value, lag, loss in zip(found, lags, losses, strict=True):
            assert value == useful_life_periods(lag, loss, launch_share=0.8, tolerance_share=0.05)

    def test_a_tolerance_of_nothing_is_refused(self):
        with pytest.raises(DomainError, match="tolerance_share must be above 0, got 0"):
            useful_life_periods(1.0, 0.1, launch_share=0.8, tolerance_share=0.0)


class TestTheDrawsOfAHinge:
    FIT = HingeFit(
        np.linspace(0, 4, 5), np.array([-9.0, -2.0, 0.0, -1.0, -9.0]), np.full(5, 0.1), np.full(5, 0.2), 0.01
    )

    @given(first=st.floats(0.001, 0.999), second=st.floats(0.001, 0.999))
    def test_the_lag_rises_with_its_uniform_and_nothing_falls_below_zero(self, first, second):
        low, high = sorted((first, second))
        lag, slope = self.FIT.draws(np.array([low, high]), np.array([low, high]))
        assert lag[0] <= lag[1]
        assert slope[0] <= slope[1]
        assert min(lag[0], slope[0]) >= 0

    def test_lags_are_drawn_as_often_as_they_are_plausible(self):
        lag, _ = self.FIT.draws((np.arange(10_000) + 0.5) / 10_000, np.full(10_000, 0.5))
        weight = np.exp(self.FIT.log_weight)
        share = np.mean(np.round(lag) == 2)
        assert share == pytest.approx(weight[2] / weight.sum(), abs=0.01)

    def test_no_lag_is_tried_where_fewer_than_three_rows_are_older(self):
        assert lag_grid(np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 30])).max() == 5.0

    def test_a_uniform_of_one_is_refused(self):
        with pytest.raises(DomainError, match="between 0 and 1"):
            self.FIT.draws(np.array([1.0]), np.array([0.5]))
