"""Counts on the shape of a transformer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.shapes.linear_attention import LinearAttention
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import DomainError

LLAMA_8B = Transformer(32, 4096, 32, 8, 128, 14336, 128256)
LLAMA_70B = Transformer(80, 8192, 64, 8, 128, 28672, 128256)
LATENT = {"kv_rank": 512, "rope_width": 64, "q_rank": 1536, "value_head_width": 128}
DEEPSEEK_V3 = Transformer(
    *(61, 7168, 128, 128, 192, 18432, 129280),
    n_experts=256,
    experts_per_token=8,
    expert_width=2048,
    shared_expert_width=2048,
    n_dense_layers=3,
    **LATENT,
)
GEMMA_2_9B = Transformer(
    *(42, 3584, 16, 8, 256, 14336, 256000),
    n_full_attention_layers=21,
    window=4096,
    tied_embeddings=True,
    vector_params=(4 * 42 + 1) * 3584,
)
STATE = LinearAttention(16, 64, 128, 128)
HYBRID = Transformer(12, 1024, 8, 2, 128, 4096, 50000, n_full_attention_layers=3, linear_attention=STATE)
SHAPES = {"gqa": LLAMA_8B, "latent, experts": DEEPSEEK_V3, "windows": GEMMA_2_9B, "hybrid": HYBRID}

small = st.integers(1, 64)


@st.composite
def dense_shapes(draw):
    heads = draw(small)
    kv_heads = draw(st.integers(1, heads))
    counts = [draw(small) for _ in range(5)]
    return Transformer(counts[0], counts[1], heads, kv_heads, counts[2], counts[3], counts[4])


def test_llama_has_the_parameters_of_its_weights():
    # keras-hub, llama3 presets: 8,030,261,248. Model card of Llama 3.1 70B: 70.55 B (shared table).
    assert LLAMA_8B.params == 8_030_261_248
    assert LLAMA_70B.params == pytest.approx(70.55e9, abs=5e6)


def test_deepseek_has_its_published_sizes():
    # DeepSeek-V3 (arXiv:2412.19437), abstract: 671 B parameters, 37 B for each token.
    assert DEEPSEEK_V3.params == pytest.approx(671e9, abs=5e8)
    assert DEEPSEEK_V3.params_multiplied == pytest.approx(37e9, abs=5e8)
    assert DEEPSEEK_V3.params_multiplied < DEEPSEEK_V3.params_active < 38e9


def test_a_token_of_cache_takes_the_published_bytes():
    # shared/data/compute/model_architectures.csv, 16 bit: 327,680 (grouped), 70,272 (latent).
    assert LLAMA_70B.kv_bytes_per_token(2.0) == 327_680
    assert DEEPSEEK_V3.kv_bytes_per_token(2.0) == 70_272
    # DeepSeek-V2 (arXiv:2405.04434), section 2.1: (d_c + d_h^R) l elements.
    assert DEEPSEEK_V3.kv_bytes_per_token(1.0) == 61 * (512 + 64)


def test_gemma_counts_as_its_report_does():
    # keras-hub, gemma presets: 9,241,705,984, the head tied to the embedding of 256,000 x 3,584.
    assert GEMMA_2_9B.params == 9_241_705_984
    assert GEMMA_2_9B.params_embedding == 917_504_000
    assert GEMMA_2_9B.params_multiplied == pytest.approx(GEMMA_2_9B.params, rel=1e-12)


def test_training_takes_6_n_and_12_l_h_d_s_per_token():
    # PaLM (arXiv:2204.02311), appendix B: 6 N + 12 L H Q T FLOP per token, all pairs counted.
    tokens = 2048
    attention = 12 * 32 * 32 * 128 * tokens
    whole = LLAMA_8B.training_flop_per_token(tokens, mask="full")
    assert whole == pytest.approx(6 * LLAMA_8B.params_multiplied + attention, rel=1e-12)
    causal = LLAMA_8B.training_flop_per_token(tokens)
    assert causal == pytest.approx(6 * LLAMA_8B.params_multiplied + attention / 2, rel=1e-12)


def test_a_window_bounds_the_work_of_attention():
    short, long = GEMMA_2_9B.forward_flop_per_token(4096.0), GEMMA_2_9B.forward_flop_per_token(1e6)
    full = dataclasses.replace(GEMMA_2_9B, window=None, n_full_attention_layers=None)
    assert short == pytest.approx(full.forward_flop_per_token(4096.0), rel=1e-12)
    # Half of the layers see 4,096 - 4,096**2 / 2e6 keys on average.
    keys = 21 * 1e6 / 2 + 21 * (4096 - 4096**2 / 2e6)
    assert long == pytest.approx(2 * full.params_multiplied + 4 * 16 * 256 * keys, rel=1e-12)


def test_experts_are_counted_once_each_and_visited_in_part():
    dense = Transformer(2, 8, 2, 2, 4, 16, 10)
    routed = dataclasses.replace(dense, n_experts=4, experts_per_token=1, expert_width=16)
    router = 2 * 4 * 8
    assert routed.params == dense.params + 3 * 2 * 3 * 8 * 16 + router
    assert routed.params_active == dense.params + router
    every_one = dataclasses.replace(routed, experts_per_token=4)
    assert every_one.params_active == every_one.params


def test_words_say_how_it_looks_back():
    words = {name: shape.attention for name, shape in SHAPES.items()}
    assert words == {"gqa": "full", "latent, experts": "latent", "windows": "hybrid", "hybrid": "hybrid"}
    assert dataclasses.replace(LLAMA_8B, window=4096).attention == "windowed"


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
class TestEveryKind:
    def test_parts_add_up(self, shape):
        assert shape.params == shape.params_non_embedding + shape.params_embedding
        layers = shape.full_attention_layers + shape.windowed_layers + shape.linear_layers
        assert layers == shape.n_layers
        assert 0 < shape.params_multiplied <= shape.params_active <= shape.params

    def test_more_context_never_takes_less_work(self, shape):
        flop = shape.forward_flop_per_token(np.geomspace(1, 1e6, 40))
        assert (np.diff(flop) >= 0).all()
        assert (flop >= 2 * shape.params_multiplied).all()
        assert (flop <= shape.forward_flop_per_token(np.geomspace(1, 1e6, 40), mask="full")).all()

    def test_one_call_on_arrays_agrees_with_many_on_numbers(self, shape):
        fields = {item.name: getattr(shape, item.name) for item in dataclasses.fields(shape)}
        layers = np.array([fields["n_layers"], fields["n_layers"] + 4])
        both = dataclasses.replace(shape, n_layers=layers)
        single = [dataclasses.replace(shape, n_layers=int(n)) for n in layers]
        for name in ("params", "params_active", "params_multiplied", "params_embedding", "expert_layers"):
            expected = [getattr(one, name) for one in single]
            np.testing.assert_array_equal(np.broadcast_to(getattr(both, name), 2), expected)
        np.testing.assert_array_equal(
            both.forward_flop_per_token(3000.0), [one.forward_flop_per_token(3000.0) for one in single]
        )
        np.testing.assert_array_equal(both.kv_bytes_per_token(), [one.kv_bytes_per_token() for one in single])


@given(dense_shapes())
def test_twice_the_layers_hold_twice_the_blocks(shape):
    blocks = shape.params_non_embedding - shape.width
    twice = dataclasses.replace(shape, n_layers=2 * shape.n_layers)
    assert twice.params_non_embedding - shape.width == 2 * blocks
    assert twice.kv_bytes_per_token() == 2 * shape.kv_bytes_per_token()


@given(dense_shapes())
def test_fewer_key_value_heads_never_take_more(shape):
    one = dataclasses.replace(shape, n_kv_heads=1)
    assert one.params <= shape.params
    assert one.kv_bytes_per_token() * shape.n_kv_heads == shape.kv_bytes_per_token()


def test_tying_the_tables_saves_one_of_them_and_no_work():
    tied = dataclasses.replace(LLAMA_8B, tied_embeddings=True)
    assert LLAMA_8B.params - tied.params == 128256 * 4096
    assert tied.params_multiplied == LLAMA_8B.params_multiplied


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_layers": 0}, "n_layers must be at least 1, got 0"),
        ({"width": -1}, "width must be at least 1, got -1"),
        ({"n_kv_heads": 64}, "n_kv_heads must be at most n_heads, got 64"),
        ({"experts_per_token": 2}, "experts_per_token must be at most n_experts, got 2"),
        ({"n_dense_layers": 99}, "n_dense_layers must be at most n_layers, got 99"),
        ({"n_full_attention_layers": 8}, "n_full_attention_layers must be n_layers where there is neither"),
        ({"n_ffn_matrices": 4}, "n_ffn_matrices must be 2 or 3, got 4"),
        ({"window": 0}, "window must be at least 1, got 0"),
        ({"kv_rank": 512, "rope_width": 256}, "rope_width must be at most head_width, got 256"),
        ({"vector_params": -5}, "vector_params must be at least 0, got -5"),
        ({"n_layers": np.array([2, 0])}, "n_layers must be at least 1, got 0"),
    ],
)
def test_a_shape_of_no_model_is_refused_by_name(change, message):
    with pytest.raises(DomainError, match=message):
        dataclasses.replace(LLAMA_8B, **change)


def test_less_than_no_context_and_values_without_bytes_are_refused():
    with pytest.raises(DomainError, match=r"n_context_tokens must be at least 0, got -1\.0"):
        LLAMA_8B.forward_flop_per_token(-1.0)
    with pytest.raises(DomainError, match=r"bytes_per_value must be above 0, got 0\.0"):
        LLAMA_8B.kv_bytes_per_token(0.0)
    assert LLAMA_8B.forward_flop_per_token(0.0) == 2.0 * LLAMA_8B.params_multiplied
