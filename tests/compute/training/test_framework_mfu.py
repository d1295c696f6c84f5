"""Speed of a tuned framework with a known configuration."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.training_calibration import framework_calibration
from nextdollar.compute.training.framework_mfu import (
    FRAMEWORK_CONSTANTS,
    FrameworkStep,
    framework_design,
    framework_mfu,
    framework_tokens_per_s_per_gpu,
)
from nextdollar.compute.training.mfu_model import attention_over_matrices
from nextdollar.errors import DomainError

A100, H100 = (312e12, 2.039e12), (989.5e12, 3.35e12)
CONSTANTS = framework_calibration().coefficients


def a_step(params=6.66e9, length=2048.0, gpus=8.0, chip=A100, **rest):
    return FrameworkStep(params, length, gpus, *chip, **rest)


def test_published_rows_of_llm_foundry_are_met():
    # llm-foundry 8c8dd48, scripts/train/benchmarking/README.md: MPT-7B on 8 GPUs at 2,048 tokens,
    # 4,641 and 10,643 tokens per second and GPU. One row of a noisy table: within a fifth.
    for chip, measured in ((A100, 4641), (H100, 10_643)):
        step = a_step(chip=chip, tokens_per_microbatch=6 * 2048.0)
        assert framework_tokens_per_s_per_gpu(step, CONSTANTS) == pytest.approx(measured, rel=0.2)


def test_most_rows_are_met_within_a_tenth(shared_data):
    chips = {"a100_40gb": (312e12, 1.555e12), "a100_80gb": A100, "h100_80gb": H100}
    ratios = []
    with (shared_data / "compute" / "training_throughput.csv").open() as file:
        for row in csv.DictReader(file):
            step = a_step(
                *(float(row[name]) for name in ("params", "seq_len", "gpus")),
                chip=chips[row["gpu"]],
                tokens_per_microbatch=float(row["micro_batch"]) * float(row["seq_len"]),
                recomputes=row["act_ckpt"] == "True",
                fp8_peak_flop_per_s=1979e12 if "fp8" in row["precision"] else None,
            )
            speed = framework_tokens_per_s_per_gpu(step, CONSTANTS)
            ratios.append(speed / float(row["tokens_per_s_per_gpu"]))
    assert len(ratios) == 164
    assert np.median(np.abs(np.array(ratios) - 1)) < 0.10


def test_recomputation_and_starved_gpus_cost_and_eight_bits_pay():
    plain = framework_mfu(a_step(chip=H100), CONSTANTS)
    assert framework_mfu(a_step(chip=H100, recomputes=True), CONSTANTS) < plain
    assert framework_mfu(a_step(chip=H100, tokens_per_microbatch=512.0), CONSTANTS) < plain
    assert framework_mfu(a_step(chip=H100, tokens_per_microbatch=1e6), CONSTANTS) == plain
    assert plain < framework_mfu(a_step(chip=H100, fp8_peak_flop_per_s=1979e12), CONSTANTS) < 2 * plain


@given(st.floats(1e6, 1e12), st.floats(16, 1e6), st.floats(0.01, 100), st.booleans())
def test_the_work_that_must_be_done_never_beats_the_peak(params, length, factor, is_fp8):
    peak = 312e12 * factor
    step = a_step(params, length, chip=(peak, 2e12), fp8_peak_flop_per_s=2 * peak if is_fp8 else None)
    causal_flop = 6 * params * (1 + attention_over_matrices(params, length))
    speed = framework_tokens_per_s_per_gpu(step, CONSTANTS) * causal_flop
    assert 0 < speed <= peak * (2 if is_fp8 else 1) * (1 + 1e-12)


def test_mfu_times_peak_is_the_work_of_the_tokens():
    step = a_step()
    flop_per_token = 6 * 6.66e9 * (1 + 2 * attention_over_matrices(6.66e9, 2048.0))
    speed = framework_tokens_per_s_per_gpu(step, CONSTANTS)
    assert speed * flop_per_token / 312e12 == pytest.approx(framework_mfu(step, CONSTANTS))


def test_many_at_once_agree_with_one_call_each():
    params, length = np.array([1e8, 1e9, 1e11]), np.array([512.0, 2048.0, 65_536.0])
    many = framework_mfu(a_step(params, length, recomputes=np.array([0.0, 1.0, 1.0])), CONSTANTS)
    one_by_one = [
        framework_mfu(a_step(n, s, recomputes=again), CONSTANTS)
        for n, s, again in zip(params, length, (False, True, True), strict=True)
    ]
    np.testing.assert_allclose(many, one_by_one, rtol=1e-14)
    assert framework_design(a_step(params, length)).shape == (len(FRAMEWORK_CONSTANTS), 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: a_step(0.0), "params must be above 0"),
        (lambda: a_step(length=0.0), "tokens_per_sequence must be above 0"),
        (lambda: a_step(gpus=0.0), "gpus must be above 0"),
        (lambda: a_step(tokens_per_microbatch=0.0), "tokens_per_microbatch must be above 0"),
        (lambda: a_step(recomputes=2), "recomputes must be 0 or 1"),
        (lambda: a_step(fp8_peak_flop_per_s=-1.0), "fp8_peak_flop_per_s must be at least 0"),
        (lambda: framework_mfu(a_step(), np.ones(2)), "coefficients must be 9 long"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, message):
    with pytest.raises(DomainError, match=message):
        call()
