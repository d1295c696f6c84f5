"""A metric as a function of the loss: its ends, its inverse, its direction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling.downstream.metric_curve import Bounds, MetricCurve

SIGMOID = MetricCurve(1.0, 0.25, 0.75, 3.0, 2.5, Bounds(0, 1))
EXPONENTIAL = MetricCurve(0.0, 0.25, 0.30, 1.3, 2.4, Bounds(0, 1))
BOTH = pytest.mark.parametrize("curve", [SIGMOID, EXPONENTIAL], ids=["sigmoid", "exponential"])


def test_an_exponential_is_the_error_law_of_gadre():
    # Gadre et al. 2024, equation 5: error = eps - k exp(-gamma L); eps 0.75, gamma 1.3.
    k = 0.30 * np.exp(1.3 * 2.4)
    loss = np.linspace(2.3, 4, 9)
    np.testing.assert_allclose(1 - EXPONENTIAL.metric(loss), 0.75 - k * np.exp(-1.3 * loss))


def test_a_sigmoid_is_half_way_at_its_middle():
    assert SIGMOID.metric(2.5) == pytest.approx(0.25 + 0.75 / 2)


@BOTH
class TestEveryCurve:
    def test_a_hopeless_loss_scores_what_chance_scores(self, curve):
        assert curve.metric(50.0) == pytest.approx(0.25)

    def test_a_lower_loss_never_scores_less(self, curve):
        assert (np.diff(curve.metric(np.linspace(0.1, 6, 200))) <= 0).all()

    def test_never_leaves_its_bounds(self, curve):
        score = curve.metric(np.linspace(0.01, 20, 100))
        assert score.min() >= 0
        assert score.max() <= 1

    @given(loss=st.floats(2.0, 4.0))
    def test_the_loss_for_its_metric_is_the_loss(self, curve, loss):
        assert curve.loss_for(curve.metric(loss)) == pytest.approx(loss, rel=1e-6)

    def test_what_chance_reaches_is_reached_at_every_loss(self, curve):
        assert curve.loss_for(0.2) == np.inf

    def test_what_lies_beyond_the_bounds_is_never_reached(self, curve):
        assert np.isnan(curve.loss_for(1.2))

    def test_many_draws_at_once_agree_with_one_call_per_draw(self, curve):
        spans = np.array([0.2, 0.3, 0.4])
        drawn = MetricCurve(curve.saturation, 0.25, spans, curve.rate_per_nat, curve.middle_nats)
        alone = [
            MetricCurve(curve.saturation, 0.25, s, curve.rate_per_nat, curve.middle_nats).metric(2.6)
            for s in spans
        ]
        np.testing.assert_allclose(drawn.metric(2.6), alone)


def test_a_ceiling_below_the_goal_is_never_passed():
    low = MetricCurve(1.0, 0.25, 0.5, 3.0, 2.5)
    assert np.isnan(low.loss_for(0.8))


def test_an_error_rate_falls_with_the_loss():
    error = MetricCurve(1.0, 0.75, -0.7, 3.0, 2.5, Bounds(0, 1))
    assert error.metric(2.0) < error.metric(3.0)
    assert error.loss_for(error.metric(2.2)) == pytest.approx(2.2)


def test_bounds_the_wrong_way_round_are_refused_by_name():
    with pytest.raises(DomainError, match="low must be below high"):
        Bounds(1.0, 0.0)
