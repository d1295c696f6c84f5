"""The task ladder of Bhagia et al. (arXiv:2412.04403)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import Chinchilla
from nextdollar.scaling.downstream.laws.ladder import TaskLadder, accuracy_sigmoid

# Invented coefficients of the printed forms: bits per byte of the right answer, and its accuracy.
TASK_LOSS = Chinchilla(0.55, 120.0, 0.30, 180.0, 0.28)
ACCURACY = accuracy_sigmoid(a=-0.72, x0=0.85, k=9.0, b=0.97)
LADDER = TaskLadder(TASK_LOSS, ACCURACY)
SIZES, TOKENS = st.floats(1e7, 1e12), st.floats(1e8, 1e14)


@given(SIZES, TOKENS)
def test_is_the_two_printed_steps_one_after_the_other(N, D):
    # OLMo-ladder: A / N**alpha + B / D**beta + E, then a / (1 + exp(-k (x - x0))) + b.
    task_loss = 120.0 / N**0.30 + 180.0 / D**0.28 + 0.55
    accuracy = -0.72 / (1 + np.exp(-9.0 * (task_loss - 0.85))) + 0.97
    assert LADDER.metric(N, D) == pytest.approx(accuracy, rel=1e-12)


@given(SIZES, TOKENS)
def test_accuracy_stays_between_floor_and_ceiling_and_never_falls_with_size_or_data(N, D):
    assert LADDER.floor == pytest.approx(0.25, rel=1e-12)
    assert 0.25 <= LADDER.metric(N, D) <= 0.97
    assert LADDER.metric(2 * N, D) >= LADDER.metric(N, D)
    assert LADDER.metric(N, 2 * D) >= LADDER.metric(N, D)


@given(st.floats(1e8, 1e11), st.floats(1e10, 1e13))
def test_the_gradient_is_the_slope_of_the_accuracy(N, D):
    # Central difference over 2 h in ln: truncation h**2, rounding 2e-16 / h.
    h = 1e-5
    per_param, per_token = LADDER.gradient(N, D)
    by_N = (LADDER.metric(N * (1 + h), D) - LADDER.metric(N * (1 - h), D)) / (2 * h)
    by_D = (LADDER.metric(N, D * (1 + h)) - LADDER.metric(N, D * (1 - h))) / (2 * h)
    assert N * per_param == pytest.approx(by_N, rel=1e-6, abs=1e-10)
    assert D * per_token == pytest.approx(by_D, rel=1e-6, abs=1e-10)


@given(st.floats(0.26, 0.96))
def test_the_loss_that_an_accuracy_needs_gives_it_back(accuracy):
    assert ACCURACY.metric(ACCURACY.loss_for(accuracy)) == pytest.approx(accuracy, rel=1e-12)


def test_an_accuracy_above_the_ceiling_is_reached_by_no_loss():
    assert np.isnan(ACCURACY.loss_for(0.98))
    assert np.isinf(ACCURACY.loss_for(0.2))


def test_half_way_between_floor_and_ceiling_lies_at_the_steepest_loss():
    assert ACCURACY.metric(0.85) == pytest.approx((0.25 + 0.97) / 2, rel=1e-14)
    assert ACCURACY.slope(0.85) == pytest.approx(-9.0 * 0.72 / 4, rel=1e-12)
    assert ACCURACY.slope(0.85) < ACCURACY.slope(0.7) < 0


def test_arrays_agree_with_one_call_each():
    N, D = np.geomspace(1e8, 1e11, 5), np.geomspace(1e10, 1e13, 5)
    one_by_one = [LADDER.metric(*pair) for pair in zip(N.tolist(), D.tolist(), strict=True)]
    np.testing.assert_allclose(LADDER.metric(N, D), one_by_one, rtol=1e-14)


@pytest.mark.parametrize(
    ("coefficients", "refusal"),
    [
        ({"a": 0.7, "x0": 0.8, "k": 9.0, "b": 0.3}, "a must be below 0"),
        ({"a": -0.7, "x0": 0.8, "k": -9.0, "b": 0.9}, "k must be above 0"),
        ({"a": -0.7, "x0": 0.8, "k": 9.0, "b": 1.2}, "b must be at most 1"),
        ({"a": -0.9, "x0": 0.8, "k": 9.0, "b": 0.8}, r"a \+ b must be at least 0"),
    ],
)
def test_a_sigmoid_that_leaves_0_to_1_or_falls_with_quality_is_refused(coefficients, refusal):
    with pytest.raises(DomainError, match=refusal):
        accuracy_sigmoid(**coefficients)
