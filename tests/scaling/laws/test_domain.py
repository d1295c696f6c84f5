"""Ranges of fits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.errors import DomainError
from nextdollar.scaling import UNBOUNDED, Domain, outside_domain

# Hoffmann et al. 2022: 44 M to 16 B parameters, 5 to 500 B tokens, 1e18 to 1.3e22 FLOP.
HOFFMANN = Domain(44e6, 16.2e9, 5e9, 500e9, 1e18, 1.3e22)


def test_chinchilla_itself_lies_outside_the_runs_it_was_planned_from():
    # 70 B parameters on 1.4 T tokens (Hoffmann et al. 2022, section 4).
    assert outside_domain(HOFFMANN, 70e9, 1.4e12)


def test_the_ends_of_the_range_are_inside():
    assert not outside_domain(Domain(1e9, 1e10, 1e10, 1e11), 1e9, 1e11)
    assert not outside_domain(Domain(1e9, 1e10, 1e10, 1e11), 1e10, 1e10)


def test_each_quantity_can_put_a_model_outside_on_its_own():
    N = np.array([1e9, 1e7, 9e10, 1e9, 1e9, 16e9])
    D = np.array([1e11, 1e11, 1e11, 1e9, 9e11, 4e11])
    # Inside; too small; too large; too few tokens; too many; only 6 N D = 3.8e22 too much.
    np.testing.assert_array_equal(outside_domain(HOFFMANN, N, D), [False, True, True, True, True, True])


@given(st.floats(1.0, 1e20), st.floats(1.0, 1e20))
def test_nothing_lies_outside_where_no_range_is_stated(N, D):
    assert not outside_domain(UNBOUNDED, N, D)


def test_one_call_on_arrays_agrees_with_many_on_numbers():
    N, D = np.geomspace(1e6, 1e12, 9), np.geomspace(1e13, 1e8, 9)
    one_by_one = [bool(outside_domain(HOFFMANN, n, d)) for n, d in zip(N, D, strict=True)]
    np.testing.assert_array_equal(outside_domain(HOFFMANN, N, D), one_by_one)


def test_a_range_that_ends_before_it_starts_is_refused_by_name():
    with pytest.raises(DomainError, match=r"tokens_low must be between 0 and tokens_high \(1\.0\), got 2\.0"):
        Domain(tokens_low=2.0, tokens_high=1.0)


def test_a_model_of_no_parameters_is_refused():
    with pytest.raises(DomainError, match=r"N must be above 0, got 0\.0"):
        outside_domain(HOFFMANN, 0.0, 1e9)
