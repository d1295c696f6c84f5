"""The coupled law in coefficients that studies share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.scaling.forecasting.anchored import ANCHOR_PARAMS, ANCHOR_TOKENS, coupled_of, surface_of
from nextdollar.scaling.runs import runs_of

SHAPES = st.tuples(
    st.floats(-1, 2), st.floats(-4, 2), st.floats(-4, 2),
    st.floats(-3, 0.5), st.floats(-3, 0.5), st.floats(-2, 1),
).map(np.array)  # fmt: skip
SIZES = runs_of(np.geomspace(1e6, 1e12, 9), np.geomspace(3e13, 1e8, 9), np.ones(9))


@given(SHAPES)
def test_the_surface_is_the_log_of_the_law(theta):
    law = coupled_of(theta)
    value = surface_of(SIZES).at(theta[None]).value[0]
    np.testing.assert_allclose(value, np.log(law.loss(SIZES.params, SIZES.tokens)), rtol=1e-11, atol=1e-11)


@given(SHAPES)
def test_the_slopes_are_those_of_the_surface(theta):
    # Central differences of step h: h**2 / 6 times a third derivative of order 10, and rounding 1e-15 / h.
    h = 1e-5
    surface = surface_of(SIZES)
    slopes = surface.at(theta[None]).jacobian[0]
    ends = surface.at(np.concatenate([theta + h * np.eye(6), theta - h * np.eye(6)])).value
    np.testing.assert_allclose(slopes, (ends[:6] - ends[6:]) / (2 * h), rtol=1e-6, atol=1e-7)


@given(SHAPES)
def test_the_first_coefficient_is_the_loss_at_the_anchor(theta):
    law = coupled_of(theta)
    assert law.loss(ANCHOR_PARAMS, ANCHOR_TOKENS) == pytest.approx(np.exp(theta[0]), rel=1e-12)


def test_the_published_refit_of_chinchilla_has_a_fifth_of_its_loss_left_at_the_anchor():
    # Besiroglu et al. 2024, table 1: 482.01 / 1e9**0.3478 = 0.3570 and 2085.43 / 2e10**0.3658 = 0.3557
    # over a floor of 1.8172 are shares of e**-1.627 and e**-1.631.
    theta = np.array([np.log(2.5299), -1.6273, -1.6310, np.log(0.3478), np.log(0.3658), 0.0])
    law = coupled_of(theta)
    assert pytest.approx(1.8172, rel=1e-3) == law.E
    assert pytest.approx(482.01, rel=1e-3) == law.A
    assert pytest.approx(2085.43, rel=1e-3) == law.B


def test_many_coefficient_vectors_give_one_law_with_draws():
    thetas = np.array([[1.0, -1.5, -1.2, -1.0, -1.1, -0.4], [0.9, -1.0, -1.4, -1.2, -0.9, 0.2]])
    together = coupled_of(thetas).loss(7e9, 1.4e11)
    apart = [coupled_of(theta).loss(7e9, 1.4e11) for theta in thetas]
    np.testing.assert_allclose(together, apart, rtol=1e-14)
