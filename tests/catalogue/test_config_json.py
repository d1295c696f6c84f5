"""The text of a config.json as a shape."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.config_families import FAMILIES
from nextdollar.catalogue.config_json import parse_config_json
from nextdollar.catalogue.model_shapes import model_shape
from nextdollar.errors import CatalogueError

# Cells as the makers' files have them (config.json as bundled in aiconfigurator-core 0.12.0), less those
# that say nothing on the shape.
LLAMA_70B = {
    "model_type": "llama",
    "hidden_size": 8192,
    "intermediate_size": 28672,
    "num_attention_heads": 64,
    "num_hidden_layers": 80,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "tie_word_embeddings": False,
}
DEEPSEEK_V3 = {
    "model_type": "deepseek_v3",
    "first_k_dense_replace": 3,
    "hidden_size": 7168,
    "intermediate_size": 18432,
    "kv_lora_rank": 512,
    "moe_intermediate_size": 2048,
    "moe_layer_freq": 1,
    "n_routed_experts": 256,
    "n_shared_experts": 1,
    "num_attention_heads": 128,
    "num_experts_per_tok": 8,
    "num_hidden_layers": 61,
    "num_key_value_heads": 128,
    "q_lora_rank": 1536,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "vocab_size": 129280,
}
QWEN_MOE = {
    "model_type": "qwen3_moe",
    "decoder_sparse_step": 1,
    "head_dim": 128,
    "hidden_size": 2048,
    "intermediate_size": 6144,
    "mlp_only_layers": [],
    "moe_intermediate_size": 768,
    "num_attention_heads": 32,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "num_hidden_layers": 48,
    "num_key_value_heads": 4,
    "sliding_window": None,
    "use_sliding_window": False,
    "vocab_size": 151936,
}
MAVERICK = {
    "model_type": "llama4",
    "text_config": {
        "model_type": "llama4_text",
        "attention_chunk_size": 8192,
        "head_dim": 128,
        "hidden_size": 5120,
        "interleave_moe_layer_step": 2,
        "intermediate_size": 8192,
        "intermediate_size_mlp": 16384,
        "num_attention_heads": 40,
        "num_experts_per_tok": 1,
        "num_hidden_layers": 48,
        "num_key_value_heads": 8,
        "num_local_experts": 128,
        "vocab_size": 202048,
    },
}
GPT_OSS = {
    "model_type": "gpt_oss",
    "attention_bias": True,
    "head_dim": 64,
    "hidden_size": 2880,
    "intermediate_size": 2880,
    "layer_types": ["sliding_attention", "full_attention"] * 18,
    "num_attention_heads": 64,
    "num_experts_per_tok": 4,
    "num_hidden_layers": 36,
    "num_key_value_heads": 8,
    "num_local_experts": 128,
    "sliding_window": 128,
    "vocab_size": 201088,
}
QWEN_HYBRID = {
    "model_type": "qwen3_5_moe",
    "text_config": {
        "model_type": "qwen3_5_moe_text",
        "attn_output_gate": True,
        "head_dim": 256,
        "hidden_size": 4096,
        "layer_types": (["linear_attention"] * 3 + ["full_attention"]) * 15,
        "linear_conv_kernel_dim": 4,
        "linear_key_head_dim": 128,
        "linear_num_key_heads": 16,
        "linear_num_value_heads": 64,
        "linear_value_head_dim": 128,
        "moe_intermediate_size": 1024,
        "num_attention_heads": 32,
        "num_experts": 512,
        "num_experts_per_tok": 10,
        "num_hidden_layers": 60,
        "num_key_value_heads": 2,
        "shared_expert_intermediate_size": 1024,
        "vocab_size": 248320,
    },
}
# EleutherAI/pythia-70m, openai-community/gpt2, google/gemma-2-9b and Mistral-7B-v0.1: shapes as in litgpt.
PYTHIA = {
    "model_type": "gpt_neox",
    "hidden_size": 512,
    "intermediate_size": 2048,
    "num_attention_heads": 8,
    "num_hidden_layers": 6,
    "vocab_size": 50304,
    "tie_word_embeddings": False,
}
GPT2 = {
    "model_type": "gpt2",
    "n_embd": 768,
    "n_head": 12,
    "n_layer": 12,
    "n_positions": 1024,
    "vocab_size": 50257,
}
GEMMA_2 = {
    "model_type": "gemma2",
    "head_dim": 256,
    "hidden_size": 3584,
    "intermediate_size": 14336,
    "num_attention_heads": 16,
    "num_hidden_layers": 42,
    "num_key_value_heads": 8,
    "sliding_window": 4096,
    "vocab_size": 256000,
}
MISTRAL = {
    "model_type": "mistral",
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 8,
    "sliding_window": 4096,
    "vocab_size": 32000,
}
CONFIGS = {
    "Llama-3.1-70B": LLAMA_70B,
    "Qwen3-30B-A3B": QWEN_MOE,
    "Llama-4-Maverick": MAVERICK,
    "gpt-oss-120b": GPT_OSS,
    "Qwen3.5-397B-A17B": QWEN_HYBRID,
    "Pythia-70M": PYTHIA,
    "GPT-2-124M": GPT2,
    "Gemma-2-9B": GEMMA_2,
    "Mistral-7B-v0.1": MISTRAL,
}


@pytest.mark.parametrize(("name", "cells"), CONFIGS.items(), ids=CONFIGS)
def test_a_file_of_the_makers_gives_the_published_shape(name, cells):
    assert parse_config_json(json.dumps(cells)).shape == model_shape(name).shape


def test_deepseek_has_its_published_sizes():
    # arXiv:2412.19437: 671 B, 37 B active; 70,272 B of cache a token at 16 bit.
    found = parse_config_json(json.dumps(DEEPSEEK_V3))
    assert found.shape.params == pytest.approx(671e9, abs=5e8)
    assert found.shape.params_multiplied == pytest.approx(37e9, abs=5e8)
    assert found.shape.kv_bytes_per_token() == 70_272
    # The correction bias of the router is a buffer, which no configuration states.
    assert model_shape("DeepSeek-V3").shape.params - found.shape.params == 58 * 256


def test_windows_that_are_switched_off_are_no_windows():
    qwen = {**QWEN_MOE, "sliding_window": 4096}
    assert parse_config_json(json.dumps(qwen)).shape.attention == "full"
    assert parse_config_json(json.dumps(MISTRAL)).shape.attention == "windowed"


def test_what_is_assumed_is_said():
    found = parse_config_json(json.dumps({**LLAMA_70B, "model_type": "newcomer"}))
    assert found.notes == ("model_type newcomer is counted as llama is",)
    assert found.shape == model_shape("Llama-3.1-70B").shape
    assert parse_config_json(json.dumps(LLAMA_70B)).notes == ()
    sparse = parse_config_json(json.dumps({**DEEPSEEK_V3, "index_topk": 2048}))
    assert sparse.notes == ("sparse attention is counted as full, without its indexer",)


def test_every_fault_is_named_at_once():
    cells = {
        **QWEN_MOE,
        "hidden_size": "wide",
        "num_hidden_layers": 2.5,
        "vocab_size": None,
        "num_attention_heads": True,
        "tie_word_embeddings": "no",
        "is_encoder_decoder": True,
        "mlp_only_layers": 3,
        "num_experts_per_tok": -1,
    }
    with pytest.raises(CatalogueError) as caught:
        parse_config_json(json.dumps(cells), "qwen.json")
    faults = str(caught.value).split("; ")
    assert set(faults) == {
        "qwen.json: is_encoder_decoder must be unset, encoder-decoder models are not counted, got true",
        "qwen.json: num_hidden_layers must be a whole number, at least 1, got 2.5",
        'qwen.json: hidden_size must be a whole number, at least 1, got "wide"',
        "qwen.json: num_attention_heads must be a whole number, at least 1, got true",
        "qwen.json: vocab_size must be given, got null",
        'qwen.json: tie_word_embeddings must be true or false, got "no"',
        "qwen.json: mlp_only_layers must be a list, got 3",
        "qwen.json: num_experts_per_tok must be a whole number, at least 1, got -1",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"hidden_size": 4096,\n "n_layer" 12}', r"config\.json:2:12: text must be JSON, Expecting ':'"),
        ("[1, 2]", r"config\.json: text must be a JSON object, got list"),
        ("", r"config\.json:1:1: text must be JSON"),
        (
            json.dumps({**LLAMA_70B, "num_attention_heads": 60}),
            "head_dim must be given where 60 heads",
        ),
        (
            json.dumps({**LLAMA_70B, "num_key_value_heads": 128}),
            "n_kv_heads must be at most n_heads",
        ),
        (json.dumps({**GPT_OSS, "num_hidden_layers": 24}), "layer_types must be of 24 layers, got 36"),
        (json.dumps({**GPT_OSS, "layer_types": ["mamba"] * 36}), "layer_types must be of full_attention, "),
        (json.dumps({**GPT_OSS, "sliding_window": None}), "sliding_window must be given where layers have"),
        (
            json.dumps({**GEMMA_2, "global_head_dim": 512}),
            "global_head_dim must be unset, layers with",
        ),
        (
            json.dumps({**LLAMA_70B, "hybrid_override_pattern": "M-M*"}),
            "layers of state-space models",
        ),
    ],
)
def test_what_is_no_shape_is_refused_with_its_place(text, message):
    with pytest.raises(CatalogueError, match=message):
        parse_config_json(text)


def test_linear_layers_without_their_widths_are_refused():
    cells = dict(QWEN_HYBRID["text_config"])
    del cells["linear_key_head_dim"]
    with pytest.raises(CatalogueError, match="linear_key_head_dim must be given, got null"):
        parse_config_json(json.dumps(cells))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**12) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
keys = sorted(
    {key for cells in CONFIGS.values() for key in (cells.get("text_config") or cells)} | {"n_inner"}
)


@given(
    st.sampled_from(sorted(CONFIGS)),
    st.dictionaries(st.sampled_from(keys), json_values | st.integers(1, 300), max_size=6),
)
def test_any_other_value_gives_a_shape_or_is_refused_by_name(name, change):
    cells = CONFIGS[name]
    text = json.dumps({**(cells.get("text_config") or cells), **change})
    try:
        shape = parse_config_json(text, "odd.json").shape
    except CatalogueError as fault:
        assert str(fault).startswith("odd.json: ")
    else:
        assert shape.params > 0


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_takes_a_plain_shape(name):
    family = FAMILIES[name]
    cells = {**LLAMA_70B, "model_type": name, "n_positions": 2048, "max_position_embeddings": 2048}
    found = parse_config_json(json.dumps(cells))
    assert found.notes == ()
    assert found.shape.n_ffn_matrices == family.n_ffn_matrices
    assert found.shape.params > 0
