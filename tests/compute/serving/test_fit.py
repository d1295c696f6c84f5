"""Constants of the serving model from measurements."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.fit import (
    OfflineEvidence,
    Prior,
    ServingEvidence,
    calibration_of,
    fit_serving,
)
from nextdollar.compute.serving.inputs import ServingLoad
from nextdollar.compute.serving.offline_throughput import offline_tokens_per_s_per_gpu
from nextdollar.errors import DomainError


def priors(cases, spread_log=0.5):
    hardware = (*cases.SHARES, *cases.TIMES)
    found = [
        Prior(name, "", getattr(cases.CALIBRATION, name), spread_log, 1.0 if name in cases.SHARES else 10.0)
        for name in hardware
    ]
    for name in ("overhead_factor", "first_token_factor"):
        found += [Prior(name, "vllm", 1.0, 0.0, 10.0), Prior(name, "trtllm", 1.0, spread_log, 10.0)]
    return tuple(found)


def measured(cases, constants):
    """What a server with these constants would have been measured at."""
    shape = np.meshgrid([1.0, 2, 4, 8, 16, 32, 64, 128, 256], [256.0, 1024, 8192], [128.0, 1024, 8192])
    flat = [axis.ravel() for axis in shape]
    load = ServingLoad(*flat)
    engines = np.where(np.arange(flat[0].size) % 2, "vllm", "trtllm")
    deployment = cases.dense()
    point = serve(deployment, load, calibration=calibration_of(constants, engines))
    return ServingEvidence(deployment, load, engines, point.tpot_s, point.ttft_s, np.ones(flat[0].size))


def test_it_explains_measurements_that_the_model_made(cases):
    made = {(prior.name, prior.engine): prior.start for prior in priors(cases)}
    made["weight_bandwidth_share", ""] = 0.6
    made["layer_s", ""] = 6e-5
    made["prefill_compute_share", ""] = 0.5
    made["overhead_factor", "trtllm"] = 1.4
    evidence = measured(cases, made)
    found = fit_serving(priors(cases, spread_log=3.0), served=evidence)
    again = measured(cases, found)
    np.testing.assert_allclose(again.tpot_s, evidence.tpot_s, rtol=0.02)
    np.testing.assert_allclose(again.ttft_s, evidence.ttft_s, rtol=0.05)
    # On one layout the step and its layers cannot be told apart; what prompts cost can.
    assert found["prefill_compute_share", ""] == pytest.approx(0.5, rel=0.05)


def test_constants_of_which_the_rows_say_nothing_stay(cases):
    made = {(prior.name, prior.engine): prior.start for prior in priors(cases)}
    found = fit_serving(priors(cases), served=measured(cases, made | {("layer_s", ""): 5e-5}))
    # A dense model says nothing of experts.
    for name in ("expert_layer_s", "expert_compute_share"):
        assert found[name, ""] == pytest.approx(made[name, ""], rel=1e-6)


def test_a_constant_stays_below_what_physics_allows(cases):
    made = {(prior.name, prior.engine): prior.start for prior in priors(cases)}
    evidence = measured(cases, made)
    fast = ServingEvidence(
        evidence.deployment,
        evidence.load,
        evidence.engines,
        0.2 * evidence.tpot_s,
        evidence.ttft_s,
        evidence.weights,
    )
    found = fit_serving(priors(cases, spread_log=5.0), served=fast)
    for name in cases.SHARES:
        assert found[name, ""] <= 1


def test_throughput_with_a_full_queue_counts_too(cases):
    made = {(prior.name, prior.engine): prior.start for prior in priors(cases)}
    prompts = np.array([128.0, 1024.0, 8192.0])
    engines = np.full(3, "trtllm")
    truth = calibration_of(made | {("prefill_compute_share", ""): 0.4}, engines)
    rates = offline_tokens_per_s_per_gpu(
        cases.dense(), prompts, n_output_tokens=np.full(3, 128.0), calibration=truth
    )
    offline = OfflineEvidence(cases.dense(), prompts, np.full(3, 128.0), engines, rates, np.ones(3))
    found = fit_serving(priors(cases), served=None, offline=offline)
    assert found["prefill_compute_share", ""] < made["prefill_compute_share", ""]


def test_an_unknown_engine_is_the_mean_of_the_known(cases):
    constants = {(prior.name, prior.engine): prior.start for prior in priors(cases)}
    constants["overhead_factor", "trtllm"] = 4.0
    calibration = calibration_of(constants, np.array(["vllm", "trtllm", "another"]))
    np.testing.assert_allclose(calibration.overhead_factor, [1.0, 4.0, 2.0], rtol=1e-12)


def test_no_measurement_is_refused(cases):
    with pytest.raises(DomainError, match="measurements must be given"):
        fit_serving(priors(cases), served=None)
