"""Accelerators that finish a run in time."""

from __future__ import annotations

import math

import pytest

from nextdollar.errors import DomainError
from nextdollar.sizing import estimate_training

HEADER = "id,params_total,tokens,hardware,accel_count\n"
LLAMA_70B = "r,70e9,15e12,H100-SXM,{gpus}\n"


def one(table, line, **options):
    (item,) = estimate_training(table(HEADER + line), **options).rows
    return item


def test_the_number_that_is_sure_makes_the_deadline_at_its_95th_percentile(table):
    deadline = one(table, LLAMA_70B.format(gpus=4096), deadline_days=38).deadline
    again = one(table, LLAMA_70B.format(gpus=deadline.gpus.p95), deadline_days=38)
    assert again.wall_days.p95 <= 38 * (1 + 1e-9)
    assert again.deadline.in_time_share == pytest.approx(0.95, abs=1e-3)
    assert deadline.accel_hours == again.accel_hours


def test_one_gpu_fewer_is_too_few(table):
    gpus = one(table, LLAMA_70B.format(gpus=4096), deadline_days=38).deadline.gpus.p95
    assert one(table, LLAMA_70B.format(gpus=gpus - 1)).wall_days.p95 > 38


def test_the_median_number_has_even_odds(table):
    gpus = one(table, LLAMA_70B.format(gpus=4096), deadline_days=38).deadline.gpus
    assert gpus.p5 < gpus.p50 < gpus.p95
    item = one(table, LLAMA_70B.format(gpus=gpus.p50), deadline_days=38)
    assert item.deadline.in_time_share == pytest.approx(0.5, abs=1e-3)


def test_half_of_the_time_takes_more_than_twice_the_gpus(table):
    # Failures and scale take their share: arXiv:2407.21783, section 3.3.4.
    slow, fast = (
        one(table, LLAMA_70B.format(gpus=""), deadline_days=days).deadline.gpus.p50 for days in (60, 30)
    )
    assert fast > 2 * slow


def test_what_no_number_finishes_in_time_is_said(table):
    deadline = one(table, "r,1e13,1e15,A100,1024\n", deadline_days=5).deadline
    assert deadline.gpus is None and deadline.cost_usd is None
    assert "no million accelerators" in deadline.reason
    assert deadline.in_time_share == 0.0


def test_a_short_run_gets_as_many_gpus_as_hold_its_model(table):
    item = one(table, "r,405e9,1e9,H100-SXM,\n", deadline_days=300)
    assert item.deadline.gpus.p95 == item.memory.layout.gpus


def test_without_a_deadline_there_is_no_answer_to_one(table):
    assert one(table, LLAMA_70B.format(gpus=64)).deadline is None


@pytest.mark.parametrize("days", [0.0, -1.0, math.nan, math.inf])
def test_a_deadline_that_is_none_is_refused(table, days):
    with pytest.raises(DomainError, match="deadline_days must be above 0"):
        one(table, LLAMA_70B.format(gpus=64), deadline_days=days)
