"""GPUs that finish in time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.training_calibration import mfu_calibration
from nextdollar.compute.training.deadline import MeasuredSpeed, gpus_to_finish
from nextdollar.compute.training.ladder import training_ladder
from nextdollar.compute.training.mfu_model import TrainingRun
from nextdollar.errors import DomainError

CALIBRATION = mfu_calibration()
H100 = (989.4e12, 3.35e12)


def a_run(params=70e9, tokens=15e12):
    return TrainingRun(params, params, tokens, *H100)


def gpus_of(run, days, **rest):
    return gpus_to_finish(run, days, calibration=CALIBRATION, **rest)


def days_of(run, gpus):
    return training_ladder(replace(run, gpus=gpus), CALIBRATION).wall_days


def test_llama_405b_would_have_needed_about_what_it_had():
    # arXiv:2407.21783: 30.84 M hours on up to 16,384 H100 are 78 days; within the interval of the hours.
    needed = gpus_of(a_run(405.85e9, 15.6e12), 78.4)
    assert 16_384 / 1.7 < needed < 16_384 * 1.7


@given(st.floats(1e9, 1e12), st.floats(20, 1000))
def test_it_is_the_least_number_that_suffices(params, days):
    run = a_run(params, 1e12)
    gpus = gpus_of(run, days)
    assert days_of(run, gpus).p50 <= days * (1 + 1e-9)
    if gpus > 1:
        assert days_of(run, gpus - 1).p50 > days * (1 - 1e-6)


def test_to_be_surer_takes_more():
    run = a_run()
    sure = gpus_of(run, 60.0, scores=1.6448536269514722)
    assert sure > gpus_of(run, 60.0)
    assert days_of(run, sure).p95 == pytest.approx(60.0, rel=1e-3)


def test_half_the_time_takes_more_than_twice_the_gpus():
    assert gpus_of(a_run(), 30.0) > 2 * gpus_of(a_run(), 60.0)


def test_a_little_work_takes_one_and_too_much_has_no_answer():
    assert gpus_of(a_run(1e8, 1e8), 365.0) == 1
    assert np.isnan(gpus_of(a_run(1e14, 1e15), 1.0))


def test_many_at_once_agree_with_one_call_each():
    days = np.array([10.0, 100.0, 1000.0])
    np.testing.assert_array_equal(gpus_of(a_run(), days), [gpus_of(a_run(), one) for one in days])


def test_no_time_is_refused():
    with pytest.raises(DomainError, match="deadline_days must be above 0"):
        gpus_of(a_run(), 0.0)


def test_a_run_that_logs_show_to_be_slower_takes_more_gpus():
    expected, slower = (
        gpus_of(a_run(), 54.0, measured=MeasuredSpeed(multiple, 0.1)) for multiple in (1.0, 1.3)
    )
    assert slower >= 1.3 * expected
    assert expected == gpus_of(a_run(), 54.0)


def test_the_surer_a_speed_is_the_fewer_gpus_make_a_deadline_sure():
    sure, unsure = (
        gpus_of(a_run(), 54.0, scores=1.645, measured=MeasuredSpeed(1.0, sd)) for sd in (0.05, 0.3)
    )
    assert sure < unsure


def test_a_speed_that_takes_no_time_is_refused():
    with pytest.raises(DomainError, match="hours_multiple must be above 0"):
        MeasuredSpeed(0.0, 0.1)
