from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from nextdollar.customers.learning import JoinersByQuality, fit_joiners_by_quality
from nextdollar.errors import DomainError, FitError

VERSION, ONE = np.arange(80) // 8, np.zeros(80, dtype=int)
UNIFORMS = np.random.default_rng(9).random((2, 512))


def quality(rng: np.random.Generator, n_versions: int = 10) -> np.ndarray:
    """Quality that rises with each version and decays from its third week on."""
    launch = 0.93 - 0.25 * np.arange(1.0, n_versions + 1) ** -0.42 + 0.003 * rng.standard_normal(n_versions)
    return np.concatenate([level - 0.006 * np.maximum(np.arange(8.0) - 3, 0) for level in launch])


def counts(
    rng: np.random.Generator,
    met: np.ndarray,
    *,
    response: float,
    lag: int = 0,
    sd: float = 0.0,
    correlation: float = 0.0,
    bend: float = 0.0,
) -> np.ndarray:
    """Joiners by week: a trend of their own, quality of `lag` weeks before, and noise that lasts."""
    weeks = np.arange(met.size)
    noise = rng.standard_normal(met.size)
    for week in weeks[1:]:
        noise[week] = correlation * noise[week - 1] + np.sqrt(1 - correlation**2) * noise[week]
    before = np.concatenate([np.repeat(met[0], lag), met[: met.size - lag]])
    log_mean = np.log(600) + 0.008 * weeks + bend * np.log1p(weeks / 10) + response * (before - 0.8)
    return rng.poisson(np.exp(log_mean + sd * noise)).astype(float)


class TestTheLaw:
    def test_three_percent_a_point_over_ten_points_by_hand(self):
        # exp(3 x 0.1) = 1.349859.
        law = JoinersByQuality(3.0, 0.7)
        assert law.times(0.8) == pytest.approx(1.349859, abs=5e-7)
        assert law.times(0.7) == 1.0

    @given(response=st.floats(0, 50), first=st.floats(0, 1), second=st.floats(0, 1))
    def test_better_quality_never_draws_fewer_where_the_response_is_above_0(self, response, first, second):
        law = JoinersByQuality(response, 0.6)
        low, high = sorted((first, second))
        assert law.times(low) <= law.times(high)

    def test_each_draw_looks_back_by_its_own_lag(self):
        met = [0.5, 0.6, 0.7, 0.8]
        law = JoinersByQuality(np.full(4, 2.0), 0.5, np.array([0, 1, 3, 9]))
        expected = [float(JoinersByQuality(2.0, 0.5, lag).times_after(met)) for lag in (0, 1, 3, 9)]
        np.testing.assert_allclose(law.times_after(met), expected, rtol=1e-15)
        np.testing.assert_allclose(expected, np.exp([0.6, 0.4, 0.0, 0.0]), rtol=1e-12)

    def test_a_lag_below_0_is_refused_by_name(self):
        with pytest.raises(DomainError, match="lag_periods must be 0 or more, got -1"):
            JoinersByQuality(1.0, 0.5, -1)


class TestTheFit:
    def test_without_correlation_it_is_the_maximum_of_the_poisson_likelihood(self):
        rng = np.random.default_rng(1)
        met = quality(rng)
        joined = counts(rng, met, response=3.0)
        time = np.linspace(-1, 1, met.size)
        rows = np.column_stack([time**0, time, time**2, time**3, 10 * (met - met.mean())])

        def negative(beta: np.ndarray) -> tuple[float, np.ndarray]:
            mean = np.exp(rows @ beta)
            return float((mean - joined * (rows @ beta)).sum()), rows.T @ (mean - joined)

        start = np.array([np.log(joined.mean()), 0.0, 0.0, 0.0, 0.0])
        best = minimize(negative, start, jac=True, method="BFGS", options={"gtol": 1e-5})
        found = fit_joiners_by_quality(joined, met, version=VERSION[: met.size], most_lag_periods=0)
        assert found.response[0, 0] == pytest.approx(10 * best.x[-1], rel=1e-5)

    def test_counts_that_follow_exactly_give_the_response_and_the_lag_that_made_them(self):
        met = quality(np.random.default_rng(2))
        weeks = np.arange(met.size)
        before = np.concatenate([met[:3], met[:-3]])
        joined = 1e7 * np.exp(0.01 * weeks + 2.5 * (before - 0.8))
        found = fit_joiners_by_quality(joined, met, version=VERSION[: met.size], most_lag_periods=6)
        response, lag = found.draws(UNIFORMS)
        assert set(lag.tolist()) == {3}
        assert np.median(response) == pytest.approx(2.5, rel=1e-3)
        assert found.no_rise_chance < 1e-12

    def test_correlated_rows_are_weighed_as_the_full_matrix_of_correlations_weighs_them(self):
        # Generalised least squares with R[i, j] = r**|i - j| (Aitken 1935), about the Poisson maximum.
        rng = np.random.default_rng(3)
        met = quality(rng)
        joined = counts(rng, met, response=2.0, sd=0.1, correlation=0.6)
        found = fit_joiners_by_quality(joined, met, version=VERSION[: met.size], most_lag_periods=0)
        time = np.linspace(-1, 1, met.size)
        rows = np.column_stack([time**0, time, time**2, time**3, met - met.mean()])
        beta = np.linalg.lstsq(rows, np.log(joined), rcond=None)[0]
        for _ in range(30):
            mean = np.exp(rows @ beta)
            beta = beta + np.linalg.solve((rows.T * mean) @ rows, rows.T @ (joined - mean))
        mean = np.exp(rows @ beta)
        place = 10
        r = 0.96 * place / 16
        matrix = r ** np.abs(np.subtract.outer(np.arange(met.size), np.arange(met.size)))
        root = np.sqrt(mean)
        inverse = np.linalg.inv(matrix * np.outer(1 / root, 1 / root))
        working = rows @ beta + (joined - mean) / mean
        aitken = np.linalg.solve(rows.T @ inverse @ rows, rows.T @ inverse @ working)
        assert found.response[place, 0] == pytest.approx(aitken[-1], rel=1e-7)
        rest = working - rows @ aitken
        noise = rest @ inverse @ rest / (met.size - 5)
        error = np.sqrt(noise * np.linalg.inv(rows.T @ inverse @ rows)[-1, -1])
        assert found.response_se[place, 0] == pytest.approx(error, rel=1e-7)

    @pytest.mark.parametrize(
        ("response", "lag", "sd", "correlation"),
        [(3.0, 0, 0.0, 0.0), (3.0, 4, 0.05, 0.5), (1.5, 2, 0.03, 0.0), (3.0, 1, 0.1, 0.8)],
    )
    def test_nine_in_ten_ranges_hold_the_true_response(self, response, lag, sd, correlation):
        inside, n_tables = 0, 48
        for seed in range(n_tables):
            rng = np.random.default_rng([seed, lag])
            met = quality(rng)
            joined = counts(rng, met, response=response, lag=lag, sd=sd, correlation=correlation)
            drawn, _ = fit_joiners_by_quality(joined, met, version=ONE, most_lag_periods=8).draws(UNIFORMS)
            low, high = np.quantile(drawn, [0.05, 0.95])
            inside += low <= response <= high
        # Binomial(48, 0.9) falls below 37 in 1 of 450 sets.
        assert inside >= 37

    @pytest.mark.parametrize(
        ("sd", "correlation", "bend"), [(0.0, 0.0, 0.0), (0.1, 0.5, 0.0), (0.3, 0.995, 0.0), (0.0, 0.0, 0.5)]
    )
    def test_joiners_that_do_not_follow_are_taken_for_followers_in_one_table_of_twenty_at_most(
        self, sd, correlation, bend
    ):
        # Growth that bends as quality does, and noise that wanders for months, are what would deceive.
        n_found, n_tables = 0, 40
        for seed in range(n_tables):
            rng = np.random.default_rng([seed, 77])
            met = quality(rng)
            joined = counts(rng, met, response=0.0, sd=sd, correlation=correlation, bend=bend)
            n_found += fit_joiners_by_quality(
                joined, met, version=VERSION[: met.size], most_lag_periods=8
            ).is_found
        # Binomial(40, 0.05) passes 6 in 1 of 1 400 sets.
        assert n_found <= 6

    def test_a_campaign_with_one_launch_is_not_taken_for_quality(self):
        # A third more join from week 13 on, five weeks after the largest step of quality. Where that
        # launch is left out, the other eight must show a rise too.
        n_found, n_tables = 0, 40
        for seed in range(n_tables):
            rng = np.random.default_rng([seed, 5])
            met = quality(rng)
            joined = counts(rng, met, response=0.0, sd=0.03)
            joined[13:] = np.round(joined[13:] * 1.35)
            fit = fit_joiners_by_quality(joined, met, version=VERSION, most_lag_periods=8)
            n_found += fit.is_found
        # Binomial(40, 0.15) passes 12 in 1 of 200 sets.
        assert n_found <= 12

    def test_a_product_of_one_version_is_never_said_to_draw(self):
        rng = np.random.default_rng(6)
        met = quality(rng)
        joined = counts(rng, met, response=3.0)
        assert fit_joiners_by_quality(joined, met, version=VERSION, most_lag_periods=4).is_found
        assert not fit_joiners_by_quality(joined, met, version=ONE, most_lag_periods=4).is_found

    @settings(max_examples=30)
    @given(data=st.data())
    def test_any_counts_give_finite_draws_or_a_reason(self, data):
        n_rows = data.draw(st.integers(1, 40))
        joined = np.array(data.draw(st.lists(st.integers(0, 10**7), min_size=n_rows, max_size=n_rows)), float)
        met = np.array(data.draw(st.lists(st.floats(0, 1), min_size=n_rows, max_size=n_rows)))
        try:
            response, lag = fit_joiners_by_quality(
                joined, met, version=VERSION[: met.size], most_lag_periods=2
            ).draws(UNIFORMS)
        except FitError:
            return
        assert np.isfinite(response).all()
        assert ((lag >= 0) & (lag <= 2)).all()

    def test_a_quality_that_rises_as_smoothly_as_time_is_refused(self):
        met = 0.6 + 0.002 * np.arange(60.0)
        with pytest.raises(FitError, match="cannot be told from a trend"):
            fit_joiners_by_quality(np.full(60, 100.0), met, version=VERSION[: met.size], most_lag_periods=4)

    def test_too_few_periods_are_refused_with_how_many_there_must_be(self):
        with pytest.raises(FitError, match="needs 18 periods, there are 12"):
            fit_joiners_by_quality(
                np.full(12, 9.0), np.linspace(0.6, 0.8, 12), version=VERSION[:12], most_lag_periods=2
            )

    def test_a_product_that_nobody_joined_is_refused(self):
        with pytest.raises(FitError, match="nobody joined"):
            fit_joiners_by_quality(
                np.zeros(30), np.linspace(0.6, 0.8, 30), version=VERSION[:30], most_lag_periods=0
            )
