"""Machine time of training runs."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute import (
    gpu_hours,
    gpu_seconds,
    gpus_for_deadline,
    training_flop,
    wall_clock_s,
    whole_gpus_for_deadline,
)
from nextdollar.errors import DomainError

H100_FLOP_PER_S = 989.4e12
DAY_S = 86_400.0
WORK = st.floats(1e18, 1e27)
SHARES = st.floats(0.01, 1.0)


def test_the_case_study_takes_its_gpu_hours_and_its_gpus():
    # shared/design/case-study.md: v3 takes about 3.6e7 GPU-hours at 40 % MFU, about 39,000 GPUs
    # for 38 days. Within 2 %.
    machine_s = gpu_seconds(training_flop(650e9, 13e12), H100_FLOP_PER_S, mfu=0.4)
    assert gpu_hours(machine_s) == pytest.approx(3.6e7, rel=0.02)
    assert gpus_for_deadline(machine_s, 38 * DAY_S) == pytest.approx(39_000, rel=0.02)


def test_llama_405b_took_its_gpu_hours_at_its_billed_utilisation():
    # Llama 3.1 model card: 30.84 M H100 hours; 6 N D over them is an MFU of 0.3458
    # (shared/data/compute/training_runs.csv, at 989.5 TFLOP/s).
    machine_s = gpu_seconds(training_flop(405_853_388_800, 15.6e12), 989.5e12, mfu=0.3458)
    assert gpu_hours(machine_s) == pytest.approx(30.84e6, rel=2e-4)


def test_published_runs_are_slower_than_their_data_sheets(shared_data):
    # Billed hours of every run of quality A and B with hours; 6 N D over the peak is the least time.
    hours_of = {
        "NVIDIA A100 SXM 80GB": 312e12,
        "NVIDIA A100 SXM 40GB": 312e12,
        "NVIDIA H100 SXM 80GB": 989.4e12,
    }
    checked = 0
    with (shared_data / "compute" / "training_runs.csv").open(newline="", encoding="utf-8") as file:
        for run in csv.DictReader(file):
            if run["quality"] not in "AB" or not run["accel_hours"] or run["hardware"] not in hours_of:
                continue
            if not (run["params_active"] and run["tokens"]):
                continue
            flop = training_flop(float(run["params_active"]), float(run["tokens"]))
            least_s = gpu_seconds(flop, hours_of[run["hardware"]], mfu=1.0)
            assert gpu_hours(least_s) < float(run["accel_hours"]), run["model"]
            checked += 1
    assert checked >= 20


@given(WORK, SHARES, SHARES)
def test_time_times_rate_is_the_work(flop, mfu, goodput):
    machine_s = gpu_seconds(flop, H100_FLOP_PER_S, mfu=mfu, goodput_share=goodput)
    assert machine_s * H100_FLOP_PER_S * mfu * goodput == pytest.approx(flop, rel=1e-13)


@given(WORK, SHARES)
def test_nothing_is_faster_than_the_data_sheet(flop, mfu):
    assert gpu_seconds(flop, H100_FLOP_PER_S, mfu=mfu) >= flop / H100_FLOP_PER_S * (1 - 1e-15)


@given(st.floats(1.0, 1e12), st.floats(1.0, 1e9))
def test_the_gpus_for_a_deadline_meet_it(machine_s, deadline_s):
    exact, whole = gpus_for_deadline(machine_s, deadline_s), whole_gpus_for_deadline(machine_s, deadline_s)
    assert wall_clock_s(machine_s, exact) == pytest.approx(deadline_s, rel=1e-13)
    # Rounding up forgives one part in 1e9 of a count.
    assert wall_clock_s(machine_s, whole) <= deadline_s * (1 + 1.1e-9)
    assert whole - exact < 1


def test_a_whole_number_of_gpus_is_not_rounded_up_to_the_next():
    # (0.1 + 0.2) * 10 is 3.0000000000000004 in floats.
    assert whole_gpus_for_deadline((0.1 + 0.2) * 36_000, 3_600.0) == 3
    assert whole_gpus_for_deadline(3 * 3_600.0 + 1, 3_600.0) == 4


def test_one_call_on_arrays_agrees_with_many_on_numbers():
    flop, mfu = np.geomspace(1e20, 1e25, 6), np.linspace(0.2, 0.5, 6)
    together = gpu_seconds(flop, H100_FLOP_PER_S, mfu=mfu)
    pairs = zip(flop.tolist(), mfu.tolist(), strict=True)
    np.testing.assert_array_equal(together, [gpu_seconds(f, H100_FLOP_PER_S, mfu=m) for f, m in pairs])
    np.testing.assert_array_equal(
        whole_gpus_for_deadline(together, DAY_S),
        [whole_gpus_for_deadline(s, DAY_S) for s in together.tolist()],
    )
    np.testing.assert_array_equal(
        wall_clock_s(together, 8.0), [wall_clock_s(s, 8.0) for s in together.tolist()]
    )


def test_an_mfu_above_one_is_refused_as_faster_than_the_machine():
    with pytest.raises(DomainError, match=r"mfu must be above 0 and at most 1, got 1\.2"):
        gpu_seconds(1e20, H100_FLOP_PER_S, mfu=np.array([0.4, 1.2]))
    with pytest.raises(DomainError, match=r"mfu must be above 0 and at most 1, got 0\.0"):
        gpu_seconds(1e20, H100_FLOP_PER_S, mfu=0.0)
    with pytest.raises(DomainError, match=r"goodput_share must be above 0 and at most 1, got 1\.01"):
        gpu_seconds(1e20, H100_FLOP_PER_S, mfu=0.4, goodput_share=1.01)


def test_other_numbers_outside_their_domain_are_refused_by_name():
    with pytest.raises(DomainError, match=r"flop must be at least 0, got -1\.0"):
        gpu_seconds(-1.0, H100_FLOP_PER_S, mfu=0.4)
    with pytest.raises(DomainError, match=r"peak_flop_per_s must be above 0, got 0\.0"):
        gpu_seconds(1e20, 0.0, mfu=0.4)
    with pytest.raises(DomainError, match=r"deadline_s must be above 0, got 0\.0"):
        gpus_for_deadline(1.0, 0.0)
    with pytest.raises(DomainError, match=r"gpu_s must be at least 0, got -1\.0"):
        whole_gpus_for_deadline(-1.0, 1.0)
    with pytest.raises(DomainError, match=r"gpus must be above 0, got 0\.0"):
        wall_clock_s(1.0, 0.0)
    with pytest.raises(DomainError, match=r"gpu_s must be at least 0, got -1\.0"):
        wall_clock_s(-1.0, 1.0)


def test_no_work_takes_no_time():
    assert gpu_seconds(0.0, H100_FLOP_PER_S, mfu=0.4) == 0
    assert whole_gpus_for_deadline(0.0, DAY_S) == 0
