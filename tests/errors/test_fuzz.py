"""A few of the cases that benchmarks/fuzz_loader.py runs by the ten thousand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def test_a_case_follows_from_its_number_alone(fuzz):
    assert [fuzz.case_of(seed) for seed in range(40)] == [fuzz.case_of(seed) for seed in range(40)]


@pytest.mark.slow
@settings(max_examples=600)
@given(seed=st.integers(0, 10**9))
def test_any_text_is_read_or_refused_with_one_object_and_a_place(seed, fuzz):
    result = fuzz.result_of(16 * seed + 1)
    assert result.problem == "", result


@pytest.mark.slow
@settings(max_examples=30)
@given(seed=st.integers(0, 10**9))
def test_any_scenario_that_is_read_is_worked_out(seed, fuzz):
    result = fuzz.result_of(16 * seed)
    assert result.problem == "", result


@pytest.mark.parametrize("seed", [29_056, 43_456])
def test_a_loss_that_all_but_vanishes_overflows_no_warning(seed, fuzz):
    assert fuzz.result_of(seed).problem == ""
