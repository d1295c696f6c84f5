"""Warm-up, interruptions, and how sure a mean of steps is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.sizing.calibration.steady_steps import steady_steps

steps = st.lists(st.floats(0.9, 1.1), min_size=5, max_size=60)


def test_slow_steps_at_the_start_are_warm_up_and_slow_ones_later_are_interruptions():
    found = steady_steps(np.array([9.0, 1.6, 1.0, 1.0, 1.01, 1.0, 3.0, 1.0, 0.99, 1.0]))
    assert (found.n_warm_up, found.n_interrupted) == (2, 1)
    assert found.mean_s == pytest.approx(1.0, abs=0.005)
    assert found.interrupted_share == pytest.approx(2.0 / 10.0, abs=0.001)


@given(steps)
def test_steps_that_vary_little_all_count_but_the_first(entries):
    found = steady_steps(np.array(entries))
    assert found.n_warm_up == 1 and found.n_interrupted <= len(entries) // 2
    assert min(entries) <= found.mean_s <= max(entries)


@given(steps, st.floats(1e-6, 1e6))
def test_the_unit_does_not_matter(entries, factor):
    one, other = steady_steps(np.array(entries)), steady_steps(np.array(entries) * factor)
    assert other.mean_s == pytest.approx(one.mean_s * factor)
    assert (one.kept == other.kept).all()


def test_the_standard_error_is_that_of_the_means_of_stretches():
    rng = np.random.default_rng(3)
    entries = np.exp(rng.normal(0, 0.02, 101))
    means = np.array([part.mean() for part in np.array_split(entries[1:], 10)])
    found = steady_steps(entries)
    assert found.sd_log == pytest.approx(np.log(means).std(ddof=1) / np.sqrt(10))


def test_a_few_entries_have_no_standard_error_and_no_halves():
    found = steady_steps(np.array([1.0, 1.0, 1.0]))
    assert found.sd_log is found.halves_log is None and found.n_warm_up == 0


def test_the_second_half_is_held_against_the_first():
    found = steady_steps(np.array([1.0] * 11 + [0.9] * 10))
    assert found.halves_log == pytest.approx(np.log(1 / 0.9))
