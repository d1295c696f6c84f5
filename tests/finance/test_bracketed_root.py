"""The one root of each column inside its bracket."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.finance.bracketed_root import root_between

EVERYWHERE = np.array([True])


def root(coefficients, low: float, high: float, sign_high: float) -> float:
    scratch = np.array(coefficients, dtype=float)[:, None]
    ends = (np.array([end], dtype=float) for end in (low, high, sign_high))
    return float(root_between(scratch, *ends, wanted=EVERYWHERE)[0])


@pytest.mark.parametrize(
    ("low", "high", "sign_high", "exact"),
    [(0.0, 1.0, 1.0, 0.5), (1.0, 3.0, -1.0, 2.0), (3.0, np.inf, 1.0, 4.0), (0.6, 3.5, -1.0, 2.0)],
)
def test_each_bracket_holds_its_own_root(low, high, sign_high, exact):
    # (v - 1/2)(v - 2)(v - 4) = -4 + 11 v - 6.5 v**2 + v**3
    assert root([-4.0, 11.0, -6.5, 1.0], low, high, sign_high) == pytest.approx(exact, rel=1e-14)


@given(st.floats(1e-12, 1e12), st.integers(1, 60))
def test_a_single_payment_has_the_root_of_its_growth(growth, n_periods):
    # -1 today and `growth` after n periods: v = growth**(-1 / n), found to the last digits.
    coefficients = np.zeros(n_periods + 1)
    coefficients[0], coefficients[-1] = -1.0, growth
    found = root(coefficients, 0.0, np.inf, 1.0)
    assert found == pytest.approx(growth ** (-1 / n_periods), rel=1e-14)


def test_a_flat_stretch_before_the_root_does_not_stop_the_search():
    # (v - 3/4)**5 rises from a long flat: steps alone would crawl.
    coefficients = np.poly([0.75] * 5)[::-1]
    # The fifth root of the rounding is all that can be seen.
    assert root(coefficients, 0.0, 1.0, 1.0) == pytest.approx(0.75, abs=2 * 2e-16 ** (1 / 5))


def test_a_root_on_the_upper_end_of_the_bracket_is_given():
    assert root([-1.0, 1.0], 0.0, 1.0, 1.0) == 1.0


def test_columns_that_are_not_wanted_do_not_disturb_the_others():
    table = np.array([[-1.0, 0.0, np.nan, -1.0], [2.0, 0.0, 1.0, 4.0]])
    wanted = np.array([True, False, False, True])
    with np.errstate(invalid="ignore"):
        found = root_between(table, np.zeros(4), np.full(4, np.inf), np.ones(4), wanted=wanted)
    np.testing.assert_array_equal(found[wanted], [0.5, 0.25])


def test_a_column_gives_the_same_digits_alone_and_among_thousands(projects):
    table = projects(3, 37, 5_000)
    ends = np.zeros(5_000), np.full(5_000, np.inf), np.ones(5_000)
    together = root_between(table.copy(), *ends, wanted=np.ones(5_000, dtype=bool))
    for lane in range(0, 5_000, 250):
        assert root(table[:, lane], 0.0, np.inf, 1.0) == together[lane]
