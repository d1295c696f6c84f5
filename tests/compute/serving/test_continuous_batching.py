"""Speed and latency at a fixed concurrency."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.calibration import IDEAL
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.decode import BOUNDS
from nextdollar.compute.serving.inputs import ServingLoad
from nextdollar.compute.serving.prefill import prefill
from nextdollar.errors import DomainError


def test_throughput_is_littles_law(cases):
    deployment, load = cases.random_configurations(2_000)
    point = serve(deployment, load, calibration=cases.random_calibration(2_000))
    request_s = point.ttft_s + (load.n_output_tokens - 1) * point.tpot_s
    tokens = point.output_tokens_per_s_per_gpu * deployment.layout.n_gpus * request_s
    np.testing.assert_allclose(tokens, load.n_concurrent * load.n_output_tokens, rtol=1e-12)


def test_a_token_takes_its_step_and_what_prompts_of_others_take(cases):
    deployment, load = cases.random_configurations(2_000)
    point = serve(deployment, load, calibration=cases.random_calibration(2_000))
    np.testing.assert_allclose(point.tpot_s, point.step.total_s + point.prompt_s, rtol=1e-12)
    assert (point.prompt_s >= 0).all()
    assert (point.n_decoding <= point.n_running).all()
    assert (point.n_running <= load.n_concurrent).all()
    assert set(np.unique(point.bound_by)) == set(BOUNDS)


def test_a_single_request_waits_for_nobody(cases):
    load = ServingLoad(1.0, 2048.0, 1.0)
    point = serve(cases.dense(), load, calibration=IDEAL)
    alone_s = prefill(cases.dense(), 2048.0, calibration=IDEAL).alone_s
    assert point.ttft_s >= alone_s + point.step.total_s


def test_more_requests_write_more_and_each_waits_longer(cases):
    load = ServingLoad(np.array([1.0, 4.0, 16.0, 64.0]), 1024.0, 1024.0)
    for deployment in (cases.dense(), cases.experts()):
        point = serve(deployment, load, calibration=cases.CALIBRATION)
        assert (np.diff(point.tpot_s) > 0).all()
        assert (np.diff(point.ttft_s) > 0).all()
        assert (np.diff(point.output_tokens_per_s_per_gpu) > 0).all()


def test_requests_beyond_the_memory_wait_for_room(cases):
    context = 8192.0 + 512.0
    fitting = sequences_that_fit(cases.dense(2.0), context)
    loads = ServingLoad(np.array([0.9, 3.0]) * fitting, 8192.0, 1024.0)
    point = serve(cases.dense(2.0), loads, calibration=cases.CALIBRATION)
    assert point.n_running[1] == pytest.approx(fitting, rel=1e-12)
    # Two of three wait for one who stays a whole answer, so twice as long as an answer takes.
    assert point.ttft_s[1] > 2 * 1024 * point.tpot_s[1]
    assert point.ttft_s[0] < point.ttft_s[1] / 10


def test_a_cached_prompt_brings_the_first_token_sooner(cases):
    load = ServingLoad(8.0, 8192.0, 512.0)
    fresh = serve(cases.dense(), load, calibration=cases.CALIBRATION)
    cached = serve(cases.dense(), load, calibration=cases.CALIBRATION, cached_prompt_share=0.9)
    assert cached.ttft_s < fresh.ttft_s
    assert cached.tpot_s < fresh.tpot_s


def test_long_prompts_with_short_answers_are_bound_by_arithmetic(cases):
    point = serve(cases.dense(), ServingLoad(32.0, 8192.0, 64.0), calibration=cases.CALIBRATION)
    assert point.bound_by == "compute"
    assert serve(cases.dense(), ServingLoad(1.0, 128.0, 512.0), calibration=IDEAL).bound_by == "weights"


def test_losing_more_of_the_data_sheet_is_never_faster(cases):
    deployment, load = cases.random_configurations(2_000)
    calibration = cases.random_calibration(2_000)
    half = {name: 0.5 * getattr(calibration, name) for name in cases.SHARES}
    point = serve(deployment, load, calibration=calibration)
    slower = serve(deployment, load, calibration=replace(calibration, **half))
    assert (slower.tpot_s >= point.tpot_s * (1 - 1e-6)).mean() > 0.995
    assert (slower.ttft_s >= point.ttft_s * (1 - 1e-6)).mean() > 0.995


def test_one_call_on_arrays_agrees_with_many_on_numbers(cases):
    deployment, load = cases.random_configurations(50)
    calibration = cases.random_calibration(50)
    together = serve(deployment, load, calibration=calibration)
    for index in range(50):
        single = serve(
            cases.row(deployment, index), cases.row(load, index), calibration=cases.row(calibration, index)
        )
        for name in ("tpot_s", "ttft_s", "output_tokens_per_s_per_gpu"):
            assert getattr(single, name) == pytest.approx(getattr(together, name)[index], rel=1e-9)
        assert single.bound_by == together.bound_by[index]


def test_draws_of_a_constant_stand_on_the_last_axis(cases):
    # Three loads, four draws of how much of the bandwidth is reached.
    load = ServingLoad(np.array([[1.0], [8.0], [64.0]]), 1024.0, 1024.0)
    uncertain = replace(cases.CALIBRATION, weight_bandwidth_share=np.array([0.5, 0.6, 0.7, 0.8]))
    point = serve(cases.dense(), load, calibration=uncertain)
    assert point.tpot_s.shape == (3, 4)
    assert (np.diff(point.tpot_s[0]) < 0).all()


def test_a_cached_share_beyond_one_is_refused(cases):
    with pytest.raises(DomainError, match=r"cached_prompt_share must be at least 0 and at most 1, got 1\.5"):
        serve(cases.dense(), ServingLoad(1.0, 1.0, 1.0), calibration=IDEAL, cached_prompt_share=1.5)
