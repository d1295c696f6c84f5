"""Utilisation of training runs: what it depends on, and its ceiling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.training_calibration import mfu_calibration
from nextdollar.compute import training_flop
from nextdollar.compute.training.mfu_model import (
    MFU_CONSTANTS,
    MfuCalibration,
    TrainingRun,
    attention_over_matrices,
    balance_log,
    mfu_ceiling,
    mfu_design,
    run_flop,
    step_mfu,
    usual_gpus,
)
from nextdollar.errors import DomainError

A100, H100, H100_FP8 = (312e12, 2.039e12), (989.4e12, 3.35e12), 1978.9e12
PARAMS = st.floats(1e6, 1e13)
CALIBRATION = mfu_calibration()


def a_run(params=7e9, chip=A100, experts=1.0, **rest):
    return TrainingRun(params, params * experts, 1e12, *chip, **rest)


def mfu_of(run, gpus=512.0):
    return step_mfu(run, gpus, CALIBRATION)


def test_attention_of_published_shapes_is_met_within_a_fifth():
    # 6 L s h d_h over 6 N with the shapes of their config.json: Llama 3.1 8B (32 layers of 4,096),
    # 70B (80 of 8,192) and 405B (126 of 16,384), each at 8,192 tokens.
    for layers, width, params in ((32, 4096, 8.03e9), (80, 8192, 70.55e9), (126, 16_384, 405.85e9)):
        exact = layers * width * 8192 / params
        assert attention_over_matrices(params, 8192) == pytest.approx(exact, rel=0.2)


def test_work_is_six_n_d_and_the_attention():
    run = a_run(tokens_per_sequence=2048.0)
    extra = attention_over_matrices(7e9, 2048.0)
    assert run_flop(run) == pytest.approx(training_flop(7e9, 1e12) * (1 + extra), rel=1e-12)
    assert extra == pytest.approx(2048 / (12 * 4096), rel=0.05)


@given(PARAMS, st.floats(1, 1e7))
def test_attention_grows_with_the_sequence_and_falls_with_size(params, length):
    share = attention_over_matrices(params, length)
    assert attention_over_matrices(params, 2 * length) == pytest.approx(2 * share, rel=1e-12)
    assert attention_over_matrices(2 * params, length) < share


def test_newer_chips_get_less_of_their_peak_but_do_more():
    slower, faster = mfu_of(a_run()), mfu_of(a_run(chip=H100))
    assert faster < slower
    assert faster * H100[0] > slower * A100[0]


def test_experts_small_models_old_software_and_large_clusters_cost():
    plain = mfu_of(a_run())
    assert mfu_of(a_run(experts=8.0)) < plain
    assert mfu_of(a_run(1e8)) < mfu_of(a_run(1e9)) == plain
    assert mfu_of(a_run(old_software=True)) < plain
    assert mfu_of(a_run(), 16_384.0) < plain


def test_eight_bits_are_faster_than_sixteen_and_less_than_twice():
    sixteen = mfu_of(a_run(chip=H100))
    assert 1 < mfu_of(a_run(chip=H100, fp8_peak_flop_per_s=H100_FP8)) / sixteen < 2
    assert mfu_of(a_run(chip=H100, fp8_peak_flop_per_s=0.0)) == sixteen


def test_steps_of_frameworks_lie_where_frameworks_say():
    # 0.38 to 0.65 of an A100 in llm-foundry (shared/facts/compute.md 4.1), 0.33 to 0.5 of an H100.
    assert 0.38 < mfu_of(a_run()) < 0.65
    assert 0.28 < mfu_of(a_run(chip=H100)) < 0.50


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.booleans())
def test_no_chip_passes_its_peak(peak_factor, bandwidth_factor, is_fp8):
    chip = (312e12 * peak_factor, 2e12 * bandwidth_factor)
    run = a_run(chip=chip, fp8_peak_flop_per_s=2 * chip[0] if is_fp8 else None)
    assert 0 < mfu_of(run) <= mfu_ceiling(run) == (2 if is_fp8 else 1)


@given(st.floats(1e18, 1e28))
def test_more_work_never_takes_fewer_gpus(flop):
    assert 8 <= usual_gpus(flop) <= usual_gpus(2 * flop) <= 65_536


def test_many_at_once_agree_with_one_call_each():
    params, experts = np.array([1e8, 1e9, 7e10]), np.array([1.0, 8.0, 1.0])
    gpus = np.array([8.0, 512.0, 4096.0])
    runs = [TrainingRun(n, n * e, 1e12, *H100, g) for n, e, g in zip(params, experts, gpus, strict=True)]
    many = TrainingRun(params, params * experts, 1e12, *H100, gpus)
    assert mfu_design(many, gpus).shape == (len(MFU_CONSTANTS), 3)
    one_by_one = [mfu_of(run, gpus=float(run.gpus)) for run in runs]
    np.testing.assert_allclose(mfu_of(many, gpus), one_by_one, rtol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: a_run(0.0), "params_active must be above 0"),
        (lambda: a_run(experts=0.5), "params must be at least params_active"),
        (lambda: TrainingRun(1e9, 1e9, -1.0, *A100), "tokens must be at least 0"),
        (lambda: a_run(chip=(0.0, 1e12)), "peak_flop_per_s must be above 0"),
        (lambda: a_run(gpus=0.0), "gpus must be above 0 or not given"),
        (lambda: a_run(tokens_per_sequence=0.0), "tokens_per_sequence must be above 0"),
        (lambda: a_run(fp8_peak_flop_per_s=-1.0), "fp8_peak_flop_per_s must be at least 0"),
        (lambda: a_run(old_software=2), "old_software must be 0 or 1"),
        (lambda: mfu_design(a_run(), 0.0), "gpus must be above 0"),
        (lambda: attention_over_matrices(0.0), "params_active must be above 0"),
        (lambda: usual_gpus(-1.0), "flop must be at least 0"),
        (lambda: MfuCalibration(np.ones(3), np.eye(8), 0.1, 0.1, 0.1), "coefficients must be 8 long"),
        (lambda: MfuCalibration(np.ones(8), np.eye(3), 0.1, 0.1, 0.1), "covariance_log must be 8 by 8"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, message):
    with pytest.raises(DomainError, match=message):
        call()


@pytest.mark.parametrize(
    ("chip", "held"),
    [
        # H20: 148 TFLOP/s at 4.0 TB/s; L4: 121 at 0.3; A100 80 GB; H100 SXM (data sheets).
        ((148e12, 4.0e12), 0.0),
        ((121e12, 0.3e12), 0.714),
        ((312e12, 2.039e12), 0.0),
        ((989.4e12, 3.35e12), 0.658),
    ],
)
def test_the_balance_is_held_where_no_utilisation_was_measured(chip, held):
    assert balance_log(*chip) == pytest.approx(held, abs=2e-3)


def test_attention_of_a_known_shape_takes_the_place_of_a_usual_one():
    run = TrainingRun(8e9, 8e9, 1e12, 989e12, 3.35e12)
    counted = replace(run, attention_multiple=0.25)
    # Kaplan et al. 2020, section 2.1: 6 N D for the matrices.
    assert run_flop(counted) == pytest.approx(6 * 8e9 * 1e12 * 1.25)
    assert run_flop(replace(run, attention_multiple=0.0)) < run_flop(run)


def test_attention_that_takes_back_work_is_refused():
    with pytest.raises(DomainError, match="attention_multiple must be at least 0"):
        TrainingRun(8e9, 8e9, 1e12, 989e12, 3.35e12, attention_multiple=-0.1)
