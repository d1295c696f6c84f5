"""The ladder from work to billed hours."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.training_calibration import mfu_calibration
from nextdollar.compute.training.ladder import training_ladder
from nextdollar.compute.training.mfu_model import TrainingRun, mfu_ceiling
from nextdollar.errors import DomainError

H100 = (989.4e12, 3.35e12)
CALIBRATION = mfu_calibration()
LLAMA_405B = TrainingRun(405.85e9, 405.85e9, 15.6e12, *H100, 16_384.0, 8192.0)


def random_runs(n_runs, seed=3):
    rng = np.random.default_rng(seed)
    active = np.exp(rng.uniform(np.log(1e6), np.log(1e13), n_runs))
    peak = np.exp(rng.uniform(np.log(1e12), np.log(1e17), n_runs))
    return TrainingRun(
        params_active=active,
        params=active * np.where(rng.random(n_runs) < 0.5, 1.0, rng.uniform(1, 50, n_runs)),
        tokens=np.exp(rng.uniform(0, np.log(1e15), n_runs)),
        peak_flop_per_s=peak,
        bandwidth_bytes_per_s=np.exp(rng.uniform(np.log(1e9), np.log(1e14), n_runs)),
        gpus=np.exp(rng.uniform(0, np.log(1e6), n_runs)),
        tokens_per_sequence=np.exp(rng.uniform(0, np.log(1e6), n_runs)),
        fp8_peak_flop_per_s=np.where(rng.random(n_runs) < 0.3, 2 * peak, 0.0),
        old_software=rng.random(n_runs) < 0.2,
        attention_multiple=rng.uniform(0, 2, n_runs),
    )


def test_a_million_random_runs_never_beat_the_peak():
    runs = random_runs(1_000_000)
    ladder = training_ladder(runs, CALIBRATION)
    ceiling = mfu_ceiling(runs)
    fastest = ladder.flop / (runs.peak_flop_per_s * ceiling) / 3600 * (1 - 1e-12)
    for hours in (ladder.gpu_hours.p5, ladder.gpu_hours.p50, ladder.gpu_hours.p95):
        assert (hours >= fastest).all()
    for mfu in (ladder.mfu.p5, ladder.mfu.p50, ladder.mfu.p95):
        assert (mfu <= ceiling).all()
    assert (ladder.gpu_hours.p5 <= ladder.gpu_hours.p50).all()
    assert (ladder.gpu_hours.p50 <= ladder.gpu_hours.p95).all()


def test_the_factors_multiply_to_the_bill():
    runs = random_runs(10_000)
    ladder = training_ladder(runs, CALIBRATION)
    billed_mfu = ladder.mfu.p50 * ladder.goodput_share * ladder.calendar_share.p50
    work = ladder.gpu_hours.p50 * 3600 * runs.peak_flop_per_s * billed_mfu
    np.testing.assert_allclose(work, ladder.flop, rtol=1e-12)
    np.testing.assert_allclose(ladder.wall_days.p50 * 24 * runs.gpus, ladder.gpu_hours.p50, rtol=1e-12)


def test_billed_utilisation_lies_where_published_runs_lie():
    # shared/facts/compute.md 4.1: median 0.318 over 28 runs, 0.25 to 0.46 for the middle 80 %; and
    # billed over reported utilisation 0.66 to 0.91.
    for params, tokens, chip in ((7e9, 1e12, (312e12, 2.039e12)), (70e9, 15e12, H100), (3e9, 11e12, H100)):
        ladder = training_ladder(TrainingRun(params, params, tokens, *chip), CALIBRATION)
        billed = ladder.mfu.p50 * ladder.goodput_share * ladder.calendar_share.p50
        assert 0.20 < billed < 0.46
        assert 0.66 < billed / ladder.mfu.p50 < 0.91


def test_what_llama_405b_took_lies_in_its_interval():
    # Model card of Llama 3.1: 30.84 M H100 hours (it is one of the runs fitted to).
    hours = training_ladder(LLAMA_405B, CALIBRATION).gpu_hours
    assert hours.p5 < 30.84e6 < hours.p95
    assert 1.5 < hours.p95 / hours.p5 < 3.5


def test_most_published_runs_lie_in_their_intervals(shared_data):
    inside = total = 0
    chips = {"NVIDIA A100 SXM 80GB": (312e12, 2.039e12), "NVIDIA H100 SXM 80GB": H100}
    with (shared_data / "compute" / "training_runs.csv").open() as file:
        for row in csv.DictReader(file):
            scored = row["quality"] in "AB" and row["accel_hours"] and row["tokens"]
            if not scored or row["hardware"] not in chips:
                continue
            run = TrainingRun(
                *(float(row[name]) for name in ("params_active", "params_total", "tokens")),
                *chips[row["hardware"]],
                float(row["accel_count"]) if row["accel_count"] else None,
                old_software=row["date"] < "2023",
            )
            hours = training_ladder(run, CALIBRATION).gpu_hours
            inside += hours.p5 <= float(row["accel_hours"]) <= hours.p95
            total += 1
    assert total > 20
    assert inside / total > 0.8


@given(st.floats(1, 100))
def test_hours_grow_in_proportion_to_the_tokens_on_the_same_gpus(factor):
    more = TrainingRun(7e9, 7e9, 1e12 * factor, *H100, 512.0)
    once = training_ladder(TrainingRun(7e9, 7e9, 1e12, *H100, 512.0), CALIBRATION)
    assert training_ladder(more, CALIBRATION).gpu_hours.p50 == pytest.approx(once.gpu_hours.p50 * factor)


def test_no_tokens_take_no_hours():
    hours = training_ladder(TrainingRun(7e9, 7e9, 0.0, *H100), CALIBRATION).gpu_hours
    assert (hours.p5, hours.p50, hours.p95) == (0, 0, 0)


def test_many_at_once_agree_with_one_call_each():
    runs = random_runs(20)
    many = training_ladder(runs, CALIBRATION)
    for place in range(20):
        one = TrainingRun(*(getattr(runs, name)[place] for name in TrainingRun.__slots__))
        hours = training_ladder(one, CALIBRATION).gpu_hours
        for level in ("p5", "p50", "p95"):
            assert getattr(hours, level) == pytest.approx(getattr(many.gpu_hours, level)[place], rel=1e-12)


def test_draws_have_the_quantiles_of_the_ladder():
    scores = np.random.default_rng(1).standard_normal(200_000)
    ladder = training_ladder(LLAMA_405B, CALIBRATION)
    draws = ladder.gpu_hours_at(scores)
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95])
    assert middle == pytest.approx(ladder.gpu_hours.p50, rel=0.01)
    assert low == pytest.approx(ladder.gpu_hours.p5, rel=0.01)
    assert high == pytest.approx(ladder.gpu_hours.p95, rel=0.01)
    assert ladder.gpu_hours_at(0.0) == pytest.approx(ladder.gpu_hours.p50)
    assert training_ladder(random_runs(5), CALIBRATION).gpu_hours_at(scores[:7]).shape == (5, 7)


def test_no_draw_beats_the_peak():
    ladder = training_ladder(random_runs(1000), CALIBRATION)
    draws = ladder.gpu_hours_at(np.linspace(-20, 20, 41))
    assert (draws >= np.asarray(ladder.least_gpu_hours)[:, None]).all()


class TestMeasuredUtilisation:
    def test_it_moves_the_median_and_narrows_the_interval(self):
        before = training_ladder(LLAMA_405B, CALIBRATION)
        # arXiv:2407.21783, section 3.3.2: 38 to 43 % over the stages.
        after = before.with_measured_mfu(0.41)
        assert after.mfu.p50 == pytest.approx(0.41, rel=0.05)
        assert after.gpu_hours.p95 / after.gpu_hours.p5 < before.gpu_hours.p95 / before.gpu_hours.p5
        assert after.gpu_hours.p5 < 30.84e6 < after.gpu_hours.p50 < before.gpu_hours.p50

    def test_what_is_already_believed_leaves_the_median(self):
        before = training_ladder(LLAMA_405B, CALIBRATION)
        after = before.with_measured_mfu(before.mfu.p50)
        assert after.gpu_hours.p50 == pytest.approx(before.gpu_hours.p50)

    def test_a_vague_measurement_changes_nothing(self):
        before = training_ladder(LLAMA_405B, CALIBRATION)
        after = before.with_measured_mfu(0.9, 1e6)
        assert after.gpu_hours.p50 == pytest.approx(before.gpu_hours.p50, rel=1e-6)
        assert after.sd_log == pytest.approx(before.sd_log, rel=1e-6)

    @pytest.mark.parametrize(("mfu", "sd"), [(0.0, 0.05), (1.2, 0.05)])
    def test_one_that_cannot_be_is_refused(self, mfu, sd):
        with pytest.raises(DomainError, match="mfu must be above 0 and at most the peak in use"):
            training_ladder(LLAMA_405B, CALIBRATION).with_measured_mfu(mfu, sd)

    def test_one_without_an_error_is_refused(self):
        with pytest.raises(DomainError, match="measured_log must be above 0"):
            training_ladder(LLAMA_405B, CALIBRATION).with_measured_mfu(0.4, 0.0)
