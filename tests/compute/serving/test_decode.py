"""A step of decode, by what it waits for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.compute.serving.calibration import IDEAL
from nextdollar.compute.serving.decode import BOUNDS, decode_step, weights_read_s
from nextdollar.errors import DomainError


def test_one_sequence_of_a_dense_model_reads_its_weights_and_its_cache_once(cases):
    # 70.55 GB in fp8 over 4 x 3.35 TB/s; 163,840 values of a token, 8 heads over 4 GPUs
    # (shared/facts/compute.md section 2 and model_architectures.csv).
    step = decode_step(cases.dense(), 1.0, n_context_tokens=1000.0, calibration=IDEAL)
    assert step.weights_s == pytest.approx(70.55e9 / (4 * 3.35e12), rel=1e-12)
    assert step.kv_s == pytest.approx(163_840_000 / (4 * 3.35e12), rel=1e-12)
    assert step.compute_s < step.weights_s
    assert step.overhead_s == 0
    assert step.bound_by == "weights"


def test_a_latent_cache_is_read_by_every_gpu_of_tensor_parallelism(cases):
    # aiconfigurator's field attention_dp_size: latent attention shards only over replicas.
    context = 4096.0
    together = decode_step(cases.experts(), 64.0, n_context_tokens=context, calibration=IDEAL)
    apart = decode_step(
        cases.experts(n_attention_replicas=8.0), 64.0, n_context_tokens=context, calibration=IDEAL
    )
    assert together.kv_s == pytest.approx(8 * apart.kv_s, rel=1e-12)


def test_few_sequences_read_few_experts_and_many_read_all(cases):
    # 256 experts of which a token visits 8: 671 - 37 = 634 B lie in 248 of 256 of the routed ones.
    deployment = cases.experts()
    routed = 634e9 / (248 / 256)
    always = 671e9 - routed
    peak = 8 * 7.7e12
    one = weights_read_s(deployment, 1.0, bandwidth_share=1.0)
    assert one == pytest.approx(37e9 / peak, rel=1e-12)
    many = weights_read_s(deployment, 1e5, bandwidth_share=1.0)
    assert many == pytest.approx(671e9 / peak, rel=1e-9)
    assert deployment.model.params_always == pytest.approx(always, rel=1e-12)


def test_the_parts_add_up_with_reading_and_arithmetic_side_by_side(cases):
    deployment, load = cases.random_configurations(1_000)
    step = decode_step(
        deployment,
        load.n_concurrent,
        n_context_tokens=load.n_context_tokens,
        calibration=cases.random_calibration(1_000),
    )
    longer = np.maximum(step.weights_s + step.kv_s, step.compute_s)
    np.testing.assert_allclose(step.total_s, longer + step.overhead_s + step.links_s, rtol=1e-15)
    assert set(np.unique(step.bound_by)) == set(BOUNDS)


def test_more_sequences_never_shorten_a_step(cases):
    batches = np.geomspace(1, 4096, 60)
    for deployment in (cases.dense(), cases.experts(), cases.experts(n_attention_replicas=8.0)):
        step = decode_step(deployment, batches, n_context_tokens=2048.0, calibration=cases.CALIBRATION)
        assert (np.diff(step.total_s) >= 0).all()
        assert (np.diff(batches / step.total_s) > 0).all()


def test_narrower_weights_and_a_narrower_cache_shorten_what_they_are_read_in(cases):
    wide = replace(cases.LLAMA_70B, weight_bytes_per_param=2.0, kv_bytes_per_value=2.0)
    narrow = cases.dense()
    step = decode_step(narrow, 8.0, n_context_tokens=4096.0, calibration=IDEAL)
    wider = decode_step(replace(narrow, model=wide), 8.0, n_context_tokens=4096.0, calibration=IDEAL)
    assert wider.weights_s == pytest.approx(2 * step.weights_s, rel=1e-12)
    assert wider.kv_s == pytest.approx(2 * step.kv_s, rel=1e-12)


def test_stages_pass_smaller_parts_of_the_batch_and_send_no_all_reduce(cases):
    staged = decode_step(cases.dense(4.0, n_stages=4.0), 64.0, n_context_tokens=1000.0, calibration=IDEAL)
    alone = decode_step(cases.dense(1.0), 16.0, n_context_tokens=1000.0, calibration=IDEAL)
    assert staged.total_s == pytest.approx(alone.total_s, rel=1e-12)
    assert staged.links_s == 0


def test_one_call_on_arrays_agrees_with_many_on_numbers(cases):
    deployment, load = cases.random_configurations(50)
    calibration = cases.random_calibration(50)
    together = decode_step(
        deployment, load.n_concurrent, n_context_tokens=load.n_context_tokens, calibration=calibration
    )
    for index in range(50):
        one_load = cases.row(load, index)
        single = decode_step(
            cases.row(deployment, index),
            one_load.n_concurrent,
            n_context_tokens=one_load.n_context_tokens,
            calibration=cases.row(calibration, index),
        )
        assert single.total_s == pytest.approx(together.total_s[index], rel=1e-12)
        assert single.bound_by == together.bound_by[index]


def test_numbers_outside_their_domain_are_refused_by_name(cases):
    with pytest.raises(DomainError, match=r"n_sequences must be above 0, got 0\.0"):
        decode_step(cases.dense(), 0.0, n_context_tokens=1.0, calibration=IDEAL)
    with pytest.raises(DomainError, match=r"n_context_tokens must be at least 0, got -1\.0"):
        decode_step(cases.dense(), 1.0, n_context_tokens=-1.0, calibration=IDEAL)
    with pytest.raises(DomainError, match=r"n_positions must be at least 1, got 0\.5"):
        decode_step(cases.dense(), 1.0, n_context_tokens=1.0, calibration=IDEAL, n_positions=0.5)
