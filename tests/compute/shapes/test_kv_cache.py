"""Keys and values of sequences in flight."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.shapes.kv_cache import decode_attention_flop_per_token, kv_cache_bytes, kv_copies
from nextdollar.compute.shapes.linear_attention import LinearAttention
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import DomainError

LLAMA_70B = Transformer(80, 8192, 64, 8, 128, 28672, 128256)
LATENT = dataclasses.replace(
    LLAMA_70B, kv_rank=512, rope_width=64, head_width=192, value_head_width=128, n_kv_heads=64
)
GPT_OSS = Transformer(36, 2880, 64, 8, 64, 2880, 201088, n_full_attention_layers=18, window=128)
HYBRID = Transformer(
    *(60, 4096, 32, 2, 256, 1024, 248320),
    n_full_attention_layers=15,
    linear_attention=LinearAttention(16, 64, 128, 128),
)
SHAPES = {"grouped": LLAMA_70B, "latent": LATENT, "windows": GPT_OSS, "states": HYBRID}


def test_a_long_context_of_llama_takes_the_published_bytes():
    # 327,680 B a token (shared model_architectures.csv): 40 GiB at 131,072 tokens.
    assert kv_cache_bytes(LLAMA_70B, 131_072) == 40 * 2**30
    assert kv_cache_bytes(LLAMA_70B, 131_072, bytes_per_value=1.0) == 20 * 2**30


def test_a_window_stops_to_grow_when_it_is_full():
    # Every second layer of gpt-oss sees 128 tokens: 73,728 B a token at first, half of it later.
    assert kv_cache_bytes(GPT_OSS, 128) == 128 * 73_728
    assert kv_cache_bytes(GPT_OSS, 1128) - kv_cache_bytes(GPT_OSS, 128) == 1000 * 73_728 / 2


def test_a_state_is_there_from_the_first_token_and_does_not_grow():
    # Qwen3.5-397B-A17B: 30,720 B a token (shared table), of the 15 layers with a full view.
    state = kv_cache_bytes(HYBRID, 0)
    assert state == 45 * HYBRID.linear_attention.state_values() * 4
    assert kv_cache_bytes(HYBRID, 1000) - state == 1000 * 30_720


def test_latent_attention_reads_less_and_works_more():
    # Absorbed decode, 2 h (2 r_kv + d_rope) a cached token and layer, against 2 h (d_qk + d_v).
    assert decode_attention_flop_per_token(LATENT, 1.0) == 80 * 2 * 64 * (2 * 512 + 64)
    assert decode_attention_flop_per_token(LLAMA_70B, 1.0) == 80 * 2 * 64 * 256
    assert kv_cache_bytes(LATENT, 1) < kv_cache_bytes(LLAMA_70B, 1) / 3


def test_the_last_token_works_as_a_pass_without_a_mask_does():
    whole = LLAMA_70B.forward_flop_per_token(5000.0, mask="full") - 2.0 * LLAMA_70B.params_multiplied
    assert decode_attention_flop_per_token(LLAMA_70B, 5000.0) == pytest.approx(whole, rel=1e-12)


def test_heads_are_shared_out_until_there_are_none_left():
    assert kv_copies(LLAMA_70B, 1) == kv_copies(LLAMA_70B, 8) == 1
    assert kv_copies(LLAMA_70B, 16) == 2
    # aiconfigurator, attention_dp_size: a latent cache is held by every device of a tensor group.
    assert kv_copies(LATENT, 8) == 8
    np.testing.assert_array_equal(kv_copies(LLAMA_70B, np.array([1.0, 8.0, 16.0])), [1, 1, 2])


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
class TestEveryKind:
    def test_a_longer_context_never_takes_less(self, shape):
        context = np.geomspace(1, 1e6, 50)
        assert (np.diff(kv_cache_bytes(shape, context)) >= 0).all()
        assert (np.diff(decode_attention_flop_per_token(shape, context)) >= 0).all()

    def test_one_call_on_arrays_agrees_with_many_on_numbers(self, shape):
        context = np.array([0.0, 100.0, 128.0, 4096.0])
        single = [kv_cache_bytes(shape, tokens) for tokens in context.tolist()]
        np.testing.assert_array_equal(kv_cache_bytes(shape, context), single)

    def test_sequences_add_up_and_no_more_than_a_full_view_is_held(self, shape):
        assert kv_cache_bytes(shape, 512, n_sequences=7) == 7 * kv_cache_bytes(shape, 512)
        state = kv_cache_bytes(shape, 0)
        assert kv_cache_bytes(shape, 5e5) - state <= 5e5 * shape.kv_bytes_per_token()


@given(st.floats(0, 1e7), st.floats(0.25, 8))
def test_bytes_are_linear_in_the_width_of_a_value(tokens, bytes_per_value):
    expected = kv_cache_bytes(LLAMA_70B, tokens, bytes_per_value=1.0) * bytes_per_value
    assert kv_cache_bytes(LLAMA_70B, tokens, bytes_per_value=bytes_per_value) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_context_tokens": -1.0}, "n_context_tokens must be at least 0"),
        ({"n_context_tokens": 1.0, "bytes_per_value": 0.0}, "bytes_per_value must be above 0"),
        ({"n_context_tokens": 1.0, "state_bytes_per_value": 0.0}, "state_bytes_per_value must be above 0"),
        ({"n_context_tokens": 1.0, "n_sequences": -1.0}, "n_sequences must be at least 0"),
    ],
)
def test_what_is_no_cache_is_refused_by_name(arguments, message):
    with pytest.raises(DomainError, match=message):
        kv_cache_bytes(LLAMA_70B, **arguments)


def test_less_than_one_device_and_less_than_no_context_are_refused():
    with pytest.raises(DomainError, match="tensor_parallel_factor must be at least 1, got 0"):
        kv_copies(LLAMA_70B, 0)
    with pytest.raises(DomainError, match=r"n_context_tokens must be at least 0, got -1\.0"):
        decode_attention_flop_per_token(LLAMA_70B, -1.0)
