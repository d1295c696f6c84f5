"""What no server can beat."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.compute.serving.bound import (
    CAUSES,
    audit_tpot,
    throughput_bound_per_s_per_gpu,
    tpot_bound_s,
    tpot_percentiles_s,
)
from nextdollar.compute.serving.calibration import ErrorBand
from nextdollar.compute.serving.continuous_batching import serve
from nextdollar.compute.serving.disaggregated import serve_disaggregated
from nextdollar.compute.serving.inputs import Deployment, ServingLoad
from nextdollar.errors import DomainError


def test_the_bound_of_one_sequence_is_the_reading_of_its_weights_and_cache(cases):
    bound_s = tpot_bound_s(cases.dense(1.0), ServingLoad(1.0, 1000.0, 1000.0))
    assert bound_s == pytest.approx((70.55e9 + 163_840 * 1500) / 3.35e12, rel=1e-12)


@pytest.mark.slow
def test_no_forecast_beats_the_bound_in_a_million_random_configurations(cases):
    for seed in range(20):
        deployment, load = cases.random_configurations(50_000, seed)
        point = serve(deployment, load, calibration=cases.random_calibration(50_000, seed + 100))
        bound_s = tpot_bound_s(deployment, load, n_decoding=point.n_decoding)
        assert (point.tpot_s >= bound_s * (1 - 1e-12)).all()
        per_request = load.n_prompt_tokens + load.n_output_tokens
        tokens_per_s = point.output_tokens_per_s_per_gpu * per_request / load.n_output_tokens
        flop_per_s = tokens_per_s * 2 * deployment.model.params_active
        assert (flop_per_s <= deployment.server.peak_flop_per_s * (1 + 1e-9)).all()


def test_what_keeps_the_bound_is_not_flagged(cases):
    load = ServingLoad(np.array([1.0, 8.0, 64.0]), 1024.0, 1024.0)
    point = serve(cases.experts(), load, calibration=cases.CALIBRATION)
    audit = audit_tpot(cases.experts(), load, tpot_s=point.tpot_s, ttft_s=point.ttft_s)
    assert not audit.beats_bound.any()
    assert (audit.likely_cause == "none").all()
    assert (audit.ratio_factor <= 1).all()


@pytest.mark.parametrize(
    ("factor", "cause"),
    [
        (0.9, "speculative decoding not declared, or weights narrower than the label says"),
        (0.4, "speculative decoding not declared"),
        (0.2, "more GPUs than stated, or times in another unit"),
    ],
)
def test_one_sequence_that_beats_the_bound_is_told_why_by_how_much(cases, factor, cause):
    load = ServingLoad(1.0, 128.0, 128.0)
    audit = audit_tpot(cases.dense(1.0), load, tpot_s=factor * tpot_bound_s(cases.dense(1.0), load))
    assert audit.beats_bound
    assert audit.ratio_factor == pytest.approx(1 / factor, rel=1e-12)
    assert audit.likely_cause == cause


def test_a_latent_cache_on_wide_tensor_parallelism_points_to_attention_replicas(cases):
    # DeepSeek-R1 on 48 GPUs of a GB200, 2,150 requests: row ..._c2150_tp48_ep1_127 of
    # shared/data/compute/inference_points.csv takes 32.6 ms a token.
    load = ServingLoad(2150.0, 8192.0, 1024.0)
    audit = audit_tpot(cases.experts(48.0), load, tpot_s=0.0326)
    assert audit.beats_bound
    assert "attention replicas" in str(audit.likely_cause)


def test_while_requests_wait_they_do_not_decode(cases):
    load = ServingLoad(512.0, 8192.0, 128.0)
    least_s = tpot_bound_s(cases.dense(), load)
    at_once = audit_tpot(cases.dense(), load, tpot_s=0.6 * least_s)
    queued = audit_tpot(cases.dense(), load, tpot_s=0.6 * least_s, ttft_s=500 * least_s)
    assert at_once.beats_bound
    assert not queued.beats_bound


def test_every_cause_is_reached(cases):
    deployment, load = cases.random_configurations(20_000)
    factors = np.random.default_rng(1).uniform(0.05, 1.5, 20_000)
    audit = audit_tpot(deployment, load, tpot_s=factors * tpot_bound_s(deployment, load))
    assert set(np.unique(audit.likely_cause)) == set(CAUSES)


def test_a_time_of_nothing_is_refused(cases):
    with pytest.raises(DomainError, match=r"tpot_s must be above 0, got 0\.0"):
        audit_tpot(cases.dense(), ServingLoad(1.0, 1.0, 1.0), tpot_s=0.0)


def test_no_percentile_lies_below_the_bound():
    found = tpot_percentiles_s(0.010, 0.009, band=ErrorBand(0.7, 1.5))
    assert (found.p5, found.p50) == (0.009, 0.010)
    assert found.p95 == pytest.approx(0.015, rel=1e-12)


class TestThroughputBound:
    def test_a_long_prompt_is_read_at_the_peak_at_most(self, cases):
        # 2 x 70.55 GFLOP a token: four H100 of 1,979 TFLOP/s in fp8 read 100,000 tokens for each one written.
        load = ServingLoad(1e5, 1e5, 1.0)
        most = throughput_bound_per_s_per_gpu(cases.dense(4.0), load)
        assert most == pytest.approx(1979e12 / (2 * 70.55e9) / 100_001, rel=1e-9)

    def test_a_few_sequences_wait_for_the_weights(self, cases):
        load = ServingLoad(1.0, 1.0, 1000.0)
        most = throughput_bound_per_s_per_gpu(cases.dense(1.0), load)
        assert most == pytest.approx(1 / tpot_bound_s(cases.dense(1.0), load), rel=1e-12)

    def test_no_forecast_beats_it_in_a_hundred_thousand_random_configurations(self, cases):
        deployment, load = cases.random_configurations(100_000, 31)
        point = serve(deployment, load, calibration=cases.random_calibration(100_000, 32))
        most = throughput_bound_per_s_per_gpu(deployment, load)
        assert (point.output_tokens_per_s_per_gpu <= most * (1 + 1e-9)).all()

    def test_neither_do_readers_and_writers(self, cases):
        writers, load = cases.random_configurations(50_000, 33)
        others, _ = cases.random_configurations(50_000, 34)
        readers = Deployment(writers.model, writers.server, others.layout)
        n_readers, n_writers = np.random.default_rng(35).integers(1, 9, (2, 50_000)).astype(float)
        counts = {"n_readers": n_readers, "n_writers": n_writers}
        calibration = cases.random_calibration(50_000, 36)
        point = serve_disaggregated(readers, writers, load=load, calibration=calibration, **counts)
        most = throughput_bound_per_s_per_gpu(writers, load, readers=readers, **counts)
        assert (point.output_tokens_per_s_per_gpu <= most * (1 + 1e-9)).all()

    def test_fewer_than_one_instance_is_refused_by_name(self, cases):
        load = ServingLoad(1.0, 1.0, 1.0)
        with pytest.raises(DomainError, match=r"n_writers must be at least 1, got 0\.5"):
            throughput_bound_per_s_per_gpu(cases.dense(), load, n_writers=0.5)
