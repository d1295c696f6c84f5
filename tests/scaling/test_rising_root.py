"""Roots of rising functions, many at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from nextdollar.scaling.rising_root import rising_root


@settings(max_examples=40)
@given(st.floats(-200, 200), st.floats(-50, 50), st.floats(0.05, 5))
def test_finds_the_root_wherever_the_search_begins(root, start, slope):
    found = rising_root(lambda x: np.expm1(slope * (x - root)), start)
    assert found == pytest.approx(root, rel=1e-13, abs=1e-12)


def test_agrees_with_brent_on_functions_that_are_far_from_straight():
    for function in (lambda x: x**3 - 2, lambda x: np.arctan(x - 5), lambda x: 1 - np.exp(-(x - 1))):
        assert rising_root(function, 0.0) == pytest.approx(brentq(function, -10, 10, xtol=1e-14), rel=1e-13)


def test_many_roots_at_once_agree_with_one_call_each():
    shifts = np.linspace(-30, 30, 41)
    together = rising_root(lambda x: np.exp(x / 3) - np.exp(shifts / 3), 1.0)
    singly = [rising_root(lambda x, s=s: np.exp(x / 3) - np.exp(s / 3), 1.0) for s in shifts]
    np.testing.assert_allclose(together, singly, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(together, shifts, rtol=1e-12, atol=1e-12)


def test_a_jump_is_located():
    assert rising_root(lambda x: np.where(x < np.pi, -1.0, 2.0), 0.0) == pytest.approx(np.pi, rel=1e-14)


def test_values_of_infinity_do_not_mislead():
    found = rising_root(lambda x: np.where(x < 2, -np.inf, x - 2.5), 0.0)
    assert found == pytest.approx(2.5, rel=1e-14)


def test_no_root_within_reach_is_nan_for_that_element_alone():
    targets = np.array([-1.0, 0.5])
    found = rising_root(lambda x: targets + np.where(targets < 0, -np.exp(-x * 0), x), 0.0)
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(-0.5)
    assert np.isnan(rising_root(lambda x: x * np.nan, 0.0))
