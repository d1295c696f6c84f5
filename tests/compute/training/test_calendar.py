"""Billed hours, days on the wall, and the hours of a whole project."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.training.calendar import billed_gpu_hours, development_gpu_hours, wall_days
from nextdollar.errors import DomainError

HOURS = st.floats(0, 1e9)
SHARES = st.floats(1e-3, 1)


def test_llama_65b_took_its_21_days():
    # arXiv:2302.13971, section 2.4 and table 15: 1,022,362 GPU-hours on 2,048 GPUs, about 21 days.
    assert wall_days(1_022_362, 2048) == pytest.approx(21, abs=0.5)


def test_olmo_3_took_the_rest_of_its_hours_before_the_final_models():
    # arXiv:2605.01158, abstract: development was 82.2 % of total compute.
    total = development_gpu_hours(1.0, 1 / (1 - 0.822))
    assert (total - 1) / total == pytest.approx(0.822)


@given(HOURS, SHARES, SHARES)
def test_the_shares_give_back_the_stepping_hours(hours, goodput, calendar):
    billed = billed_gpu_hours(hours, goodput_share=goodput, calendar_share=calendar)
    assert billed >= hours
    assert billed * goodput * calendar == pytest.approx(hours, rel=1e-12)


def test_many_at_once_agree_with_one_call_each():
    hours = np.array([0.0, 1.0, 2.5e6])
    many = billed_gpu_hours(hours, goodput_share=0.9, calendar_share=0.8)
    one_by_one = [billed_gpu_hours(one, goodput_share=0.9, calendar_share=0.8) for one in hours]
    np.testing.assert_array_equal(many, one_by_one)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: billed_gpu_hours(-1, goodput_share=1, calendar_share=1), "stepping_gpu_hours must be at"),
        (lambda: billed_gpu_hours(1, goodput_share=0, calendar_share=1), "goodput_share must be above 0"),
        (lambda: billed_gpu_hours(1, goodput_share=1, calendar_share=1.1), "calendar_share must be above"),
        (lambda: wall_days(1, 0), "gpus must be above 0"),
        (lambda: wall_days(-1, 1), "gpu_hours must be at least 0"),
        (lambda: development_gpu_hours(1, 0.9), "development_multiple must be at least 1"),
        (lambda: development_gpu_hours(-1, 2), "gpu_hours must be at least 0"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, message):
    with pytest.raises(DomainError, match=message):
        call()
