"""The most that an instance writes."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.compute.serving.calibration import IDEAL
from nextdollar.compute.serving.offline_throughput import offline_tokens_per_s_per_gpu
from nextdollar.errors import DomainError


def test_no_forecast_of_throughput_beats_the_arithmetic_peak(cases):
    for seed in range(5):
        deployment, load = cases.random_configurations(20_000, seed)
        rate = offline_tokens_per_s_per_gpu(
            deployment, load.n_prompt_tokens, n_output_tokens=load.n_output_tokens, calibration=IDEAL
        )
        per_answer = 2 * deployment.model.params_active * (load.n_prompt_tokens + load.n_output_tokens)
        flop_per_s = rate * per_answer / load.n_output_tokens
        assert (flop_per_s <= deployment.server.peak_flop_per_s * (1 + 1e-9)).all()


def test_longer_prompts_and_longer_contexts_write_less(cases):
    prompts = np.array([128.0, 1024.0, 8192.0, 32_768.0])
    rates = offline_tokens_per_s_per_gpu(
        cases.dense(2.0), prompts, n_output_tokens=1024.0, calibration=cases.CALIBRATION
    )
    assert (np.diff(rates) < 0).all()


def test_stages_hold_more_and_lose_nothing_to_links(cases):
    # A 70 B model in fp8 leaves 5 GB on one H100; two stages share the weights and keep both busy.
    case = {"n_output_tokens": 1024.0, "calibration": cases.CALIBRATION}
    one = offline_tokens_per_s_per_gpu(cases.dense(1.0), 1024.0, **case)
    staged = offline_tokens_per_s_per_gpu(cases.dense(2.0, n_stages=2.0), 1024.0, **case)
    assert staged > one


def test_one_call_on_arrays_agrees_with_many_on_numbers(cases):
    deployment, load = cases.random_configurations(30)
    together = offline_tokens_per_s_per_gpu(
        deployment,
        load.n_prompt_tokens,
        n_output_tokens=load.n_output_tokens,
        calibration=cases.CALIBRATION,
    )
    for index in range(30):
        one = cases.row(load, index)
        single = offline_tokens_per_s_per_gpu(
            cases.row(deployment, index),
            one.n_prompt_tokens,
            n_output_tokens=one.n_output_tokens,
            calibration=cases.CALIBRATION,
        )
        assert single == pytest.approx(together[index], rel=1e-12)


def test_an_empty_answer_is_refused(cases):
    with pytest.raises(DomainError, match=r"n_output_tokens must be at least 1, got 0\.0"):
        offline_tokens_per_s_per_gpu(cases.dense(), 1.0, n_output_tokens=0.0, calibration=IDEAL)
