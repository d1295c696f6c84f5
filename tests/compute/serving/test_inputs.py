"""What is served, on what, and for whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nextdollar.compute.serving.inputs import Layout, ServedModel, Server, ServingLoad, served_model
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import DomainError


def test_routed_and_other_parameters_add_up(cases):
    model = cases.DEEPSEEK_R1
    assert model.params_routed + model.params_always == pytest.approx(671e9, rel=1e-12)
    assert model.params_always + model.params_routed * 8 / 256 == pytest.approx(37e9, rel=1e-12)
    assert cases.LLAMA_70B.params_routed == 0
    assert cases.LLAMA_70B.params_always == 70.55e9


def test_a_shape_gives_what_serving_needs_of_it(cases):
    # Llama-3.1-70B, config.json; 70.55 B parameters and 327,680 bytes a token (model card and table).
    shape = Transformer(80, 8192, 64, 8, 128, 28_672, 128_256)
    model = served_model(shape, weight_bytes_per_param=1.0, kv_bytes_per_value=1.0)
    assert model.params == pytest.approx(70.55e9, rel=1e-3)
    assert replace(model, params=70.55e9, params_active=70.55e9) == cases.LLAMA_70B


def test_a_latent_shape_decodes_in_the_compressed_space(cases):
    # DeepSeek-V3, arXiv:2412.19437, section 4.2.
    shape = Transformer(
        61,
        7168,
        128,
        128,
        192,
        18_432,
        129_280,
        n_experts=256,
        experts_per_token=8,
        expert_width=2048,
        shared_expert_width=2048,
        n_dense_layers=3,
        kv_rank=512,
        rope_width=64,
        q_rank=1536,
        value_head_width=128,
    )
    model = served_model(shape, weight_bytes_per_param=1.0, kv_bytes_per_value=1.0)
    known = cases.DEEPSEEK_R1
    assert model.params == pytest.approx(671e9, rel=2e-3)
    assert model.kv_values_per_token == known.kv_values_per_token
    assert model.n_kv_shards == 1
    assert model.decode_flop_per_pair == known.decode_flop_per_pair
    assert model.prefill_flop_per_pair == known.prefill_flop_per_pair


def test_windowed_layers_hold_their_window(cases):
    model = replace(cases.LLAMA_70B, windowed_share=0.5, n_window_tokens=1000.0)
    assert model.tokens_seen(500.0) == 500
    assert model.tokens_seen(9000.0) == 5000
    assert model.kv_bytes(9000.0) == pytest.approx(cases.LLAMA_70B.kv_bytes(5000.0), rel=1e-12)


def test_a_stage_and_a_replica_share_the_gpus():
    layout = Layout(16.0, n_attention_replicas=4.0, n_stages=2.0)
    assert layout.gpus_per_stage == 8
    assert layout.gpus_per_replica == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"params": 0.0}, "params must be above 0, got 0.0"),
        ({"params_active": 2e12}, "params_active must be at most params, got 2000000000000.0"),
        ({"n_layers": 0.0}, "n_layers must be at least 1, got 0.0"),
        ({"experts_per_token": 300.0}, "experts_per_token must be at most n_experts, got 300.0"),
        ({"kv_values_per_token": -1.0}, "kv_values_per_token must be at least 0, got -1.0"),
        ({"windowed_share": 1.5}, "windowed_share must be at least 0 and at most 1, got 1.5"),
        ({"n_window_tokens": 0.0}, "n_window_tokens must be above 0, got 0.0"),
    ],
)
def test_a_model_outside_its_domain_is_refused_by_name(cases, change, message):
    with pytest.raises(DomainError) as refused:
        replace(cases.DEEPSEEK_R1, **change)
    assert str(refused.value) == message


def test_servers_layouts_and_loads_outside_their_domain_are_refused_by_name(cases):
    with pytest.raises(DomainError, match=r"link_bytes_per_s must be above 0, got 0\.0"):
        Server(1.0, 1.0, 1.0, 1.0, 0.0)
    with pytest.raises(DomainError, match=r"n_gpus must be at least 1, got 0\.5"):
        Layout(0.5)
    with pytest.raises(
        DomainError, match=r"n_attention_replicas x n_stages must be at most n_gpus, got 8\.0"
    ):
        Layout(4.0, n_attention_replicas=4.0, n_stages=2.0)
    with pytest.raises(DomainError, match=r"n_output_tokens must be at least 1, got 0\.0"):
        ServingLoad(1.0, 1.0, np.array([1.0, 0.0]))


def test_parameters_without_experts_need_no_experts():
    model = ServedModel(
        params=8e9, params_active=8e9, n_layers=32.0, n_width=4096.0, kv_values_per_token=65_536.0
    )
    assert model.params_routed == 0
