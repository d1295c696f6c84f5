from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nextdollar.errors import DomainError
from nextdollar.uncertainty import (
    Summary,
    confidence_interval,
    quantiles,
    replicate_error,
    summarise,
    summarise_reached,
)

DRAWS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200).map(np.array)


def test_a_hundred_draws_give_the_5th_50th_and_95th():
    found = summarise(np.arange(100.0, 0.0, -1.0), 4)
    assert (found.p5, found.p50, found.p95) == (5.0, 50.0, 95.0)
    assert found.mean == 50.5


@given(draws=DRAWS, share=st.floats(0.001, 1))
def test_a_quantile_is_the_lowest_draw_that_the_share_does_not_exceed(draws, share):
    found = quantiles(draws, [share])[0]
    assert found in draws
    assert np.mean(draws <= found) >= share - 1e-9
    assert np.mean(draws < found) < share + 1e-9


@given(st.integers(1, 400))
def test_a_share_that_is_a_whole_number_of_draws_is_not_lost_to_rounding(twenties):
    draws = np.arange(1.0, 20 * twenties + 1)
    assert quantiles(draws, [0.95])[0] == 19 * twenties


def test_quantiles_agree_with_numpys_inverted_cdf():
    draws = np.random.default_rng(5).normal(size=(3, 1000))
    shares = [0.013, 0.25, 0.777, 1.0]
    wanted = np.quantile(draws, shares, axis=-1, method="inverted_cdf")
    np.testing.assert_array_equal(quantiles(draws, shares), wanted)


def test_many_rows_at_once_agree_with_one_at_a_time():
    draws = np.random.default_rng(6).normal(size=(4, 64))
    one_by_one = [quantiles(row, [0.05, 0.5]) for row in draws]
    np.testing.assert_array_equal(quantiles(draws, [0.05, 0.5]).T, one_by_one)


def test_a_certain_number_has_no_sampling_error():
    assert summarise(3.0, 8) == Summary(3.0, 3.0, 3.0, 3.0, 0.0)
    assert summarise_reached(3.0, 8).never_share == 0


def test_draws_without_an_answer_are_not_averaged_in_silently():
    with pytest.raises(DomainError, match=r"draws must be numbers, with an answer in each, got nan"):
        summarise(np.array([1.0, np.nan]), 1)


def test_never_sorts_last_and_its_share_is_said():
    months = np.concatenate([np.arange(1.0, 91.0), np.full(10, np.nan)])
    found = summarise_reached(months, 4)
    assert (found.p5, found.p50, found.p95) == (5.0, 50.0, math.inf)
    assert found.never_share == 0.1
    assert math.isnan(found.mean) and math.isnan(found.standard_error)
    assert found.mean_when_reached == 45.5


def test_nothing_reached_is_never_throughout():
    found = summarise_reached(np.full(8, np.nan), 4)
    assert (found.p5, found.p50, found.p95, found.never_share) == (math.inf, math.inf, math.inf, 1.0)
    assert math.isnan(found.mean_when_reached)


def test_all_reached_is_the_plain_summary():
    draws = np.random.default_rng(2).normal(size=64)
    whole, found = summarise(draws, 4), summarise_reached(draws, 4)
    assert (found.mean, found.p5, found.standard_error) == (whole.mean, whole.p5, whole.standard_error)
    assert (found.never_share, found.mean_when_reached) == (0.0, whole.mean)


def test_the_error_of_a_mean_is_that_of_the_means_of_the_parts():
    # Parts 1, 2, 3, 6: sd sqrt(14/3), over sqrt(4).
    draws = np.repeat([1.0, 2.0, 3.0, 6.0], 5)
    assert replicate_error(np.mean, draws, 4) == pytest.approx(math.sqrt(14 / 3) / 2, rel=1e-15)
    assert summarise(draws, 4).standard_error == pytest.approx(math.sqrt(14 / 3) / 2, rel=1e-15)


@given(draws=st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=8).map(np.array), factor=st.floats(0.1, 1e3))
def test_the_error_grows_with_the_scale_and_not_with_a_shift(draws, factor):
    plain = replicate_error(np.mean, draws, 4)
    scaled = replicate_error(np.mean, factor * draws, 4)
    shifted = replicate_error(np.mean, draws + 1e3, 4)
    assert scaled == pytest.approx(factor * plain, rel=1e-9, abs=1e-6)
    assert shifted == pytest.approx(plain, rel=1e-9, abs=1e-6)


def test_one_part_tells_nothing_of_its_error():
    assert math.isnan(replicate_error(np.mean, np.ones(8), 1))


def test_a_statistic_of_several_rows_is_given_their_parts():
    draws = np.arange(16.0).reshape(2, 8)
    error = replicate_error(lambda part: float(np.mean(part[1] - part[0])), draws, 4)
    assert error == 0


@pytest.mark.parametrize("n_scrambles", [2, 4, 8, 16])
def test_the_interval_is_that_of_student(n_scrambles):
    low, high = confidence_interval(10.0, 2.0, n_scrambles=n_scrambles)
    assert (low, high) == pytest.approx(stats.t(n_scrambles - 1, 10.0, 2.0).interval(0.95), rel=1e-9)


def test_four_parts_take_the_tabulated_t():
    # Student's t, 3 degrees of freedom, 97.5 %: 3.182.
    assert confidence_interval(0.0, 1.0, n_scrambles=4)[1] == pytest.approx(3.182, abs=5e-4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: summarise(np.ones(10), 4), r"draws must be in 4 equal parts, got 10"),
        (lambda: replicate_error(np.mean, np.ones(8), 0), r"n_scrambles must be 1 or more, got 0"),
        (lambda: quantiles(np.ones(3), [0.0]), r"shares must be above 0 and at most 1, got 0\.0"),
        (lambda: confidence_interval(1.0, 1.0, n_scrambles=1), r"n_scrambles must be 2 or more, got 1"),
        (lambda: confidence_interval(1.0, 1.0, n_scrambles=4, level=1.0), r"level must be between 0 and 1"),
    ],
)
def test_what_cannot_be_summed_up_is_refused_by_name(make, message):
    with pytest.raises(DomainError, match=message):
        make()
