"""The search for the best curve: noise-free recovery, bounds, weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.scaling.downstream.metric_curve import Bounds, MetricCurve
from nextdollar.scaling.downstream.metric_search import best_curves

LOSS = np.linspace(2.3, 4.2, 14)
ONES = np.ones((1, 14))


@given(st.floats(0.8, 3.0), st.floats(0.1, 0.35), st.floats(0.2, 0.6))
@settings(max_examples=20, deadline=None)
def test_an_exponential_without_noise_is_found_again(rate, start, span):
    true = MetricCurve(0.0, start, span * (1 - start), rate, 2.3)
    found = best_curves("exponential", LOSS, true.metric(LOSS), weights=ONES, bounds=Bounds(0, 1), rises=True)
    # The last of nine halvings of a step of 12 % in the rate.
    assert found.rate_per_nat[0] == pytest.approx(rate, rel=1e-3)
    np.testing.assert_allclose(found.metric(LOSS), true.metric(LOSS), atol=1e-4)


@given(st.floats(2.0, 6.0), st.floats(2.4, 3.4))
@settings(max_examples=20, deadline=None)
def test_a_sigmoid_without_noise_is_found_again(rate, middle):
    true = MetricCurve(1.0, 0.25, 0.6, rate, middle)
    found = best_curves("sigmoid", LOSS, true.metric(LOSS), weights=ONES, bounds=Bounds(0, 1), rises=True)
    np.testing.assert_allclose(found.metric(LOSS), true.metric(LOSS), atol=1e-3)


@pytest.mark.parametrize("form", ["exponential", "sigmoid"])
def test_no_curve_of_the_best_has_more_squares_than_that_of_scipy(form):
    from scipy.optimize import least_squares

    rng = np.random.default_rng(0)
    metric = np.clip(0.25 + 0.5 / (1 + np.exp(3 * (LOSS - 2.9))) + 0.01 * rng.standard_normal(14), 0, 1)
    found = best_curves(form, LOSS, metric, weights=ONES, bounds=Bounds(0, 1), rises=True)
    saturation = found.saturation[0]

    def residual(theta):
        start, span, rate, middle = theta
        return metric - start - span / (saturation + np.exp(np.clip(rate * (LOSS - middle), -50, 50)))

    peer = least_squares(residual, [0.25, 0.5, 2.0, 2.8], bounds=([0, 0, 0.1, 1.0], [1, 0.75, 15, 4.5]))
    ours = np.sum((metric - found.metric(LOSS)) ** 2)
    assert ours <= 2 * peer.cost * (1 + 1e-3)


def test_floor_and_ceiling_stay_within_the_bounds():
    rng = np.random.default_rng(1)
    metric = np.clip(0.02 + 0.2 * np.exp(-2 * (LOSS - 2.3)) + 0.03 * rng.standard_normal(14), 0, 1)
    weights = rng.multinomial(14, np.full(14, 1 / 14), size=200).astype(float)
    for form in ("exponential", "sigmoid"):
        found = best_curves(form, LOSS, metric, weights=weights, bounds=Bounds(0, 1), rises=True)
        assert (found.start >= -1e-6).all()
        assert (found.start + found.span <= 1 + 1e-6).all()


def test_a_run_of_weight_nothing_does_not_count():
    metric = 0.25 + 0.4 * np.exp(-1.5 * (LOSS - 2.3))
    spoiled = np.where(np.arange(14) == 3, 0.99, metric)
    weights = np.where(np.arange(14) == 3, 0.0, 1.0)[None]
    found = best_curves("exponential", LOSS, spoiled, weights=weights, bounds=Bounds(0, 1), rises=True)
    assert found.rate_per_nat[0] == pytest.approx(1.5, rel=1e-3)


def test_each_row_of_weights_is_fitted_as_if_alone():
    rng = np.random.default_rng(2)
    metric = 0.25 + 0.4 * np.exp(-1.5 * (LOSS - 2.3)) + 0.01 * rng.standard_normal(14)
    weights = rng.multinomial(14, np.full(14, 1 / 14), size=5).astype(float)
    together = best_curves("exponential", LOSS, metric, weights=weights, bounds=Bounds(0, 1), rises=True)
    for i, row in enumerate(weights):
        alone = best_curves("exponential", LOSS, metric, weights=row[None], bounds=Bounds(0, 1), rises=True)
        assert together.rate_per_nat[i] == pytest.approx(alone.rate_per_nat[0])


def test_noise_draws_a_rate_towards_the_usual_one():
    metric = 0.25 + 0.4 * np.exp(-3.5 * (LOSS - 2.3))
    plain, noisy = (
        best_curves("exponential", LOSS, metric, weights=ONES, bounds=Bounds(0, 1), rises=True, noise=level)
        for level in (0.0, 0.5)
    )
    assert noisy.rate_per_nat[0] < plain.rate_per_nat[0]
