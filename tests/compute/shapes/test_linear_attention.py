"""Layers with a state of fixed size."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.compute.shapes.linear_attention import LinearAttention
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import DomainError


def test_a_model_of_it_has_the_parameters_of_its_weights():
    # keras-hub, qwen3_5_moe presets, the text-only one: 34,660,610,688 parameters.
    shape = Transformer(
        *(40, 2048, 16, 2, 256, 512, 248320),
        n_experts=256,
        experts_per_token=8,
        expert_width=512,
        shared_expert_width=512,
        n_full_attention_layers=10,
        linear_attention=LinearAttention(16, 32, 128, 128),
        gated_attention=True,
        # Two norms and the gate of the shared expert a layer, norms of heads where attention is full.
        vector_params=40 * 3 * 2048 + 10 * 2 * 256 + 2048,
    )
    assert shape.params == 34_660_610_688
    assert shape.kv_bytes_per_token() == 2 * 10 * 2 * 2 * 256


def test_counts_are_linear_in_the_width():
    layer = LinearAttention(16, 32, 128, 128)
    widths = np.array([1024.0, 2048.0, 3072.0])
    assert np.diff(layer.params(widths), 2) == pytest.approx(0, abs=1e-6)
    np.testing.assert_array_equal(layer.params(widths), [layer.params(width) for width in widths.tolist()])
    assert layer.state_values() == 32 * 128 * 128 + 3 * (2 * 16 + 32) * 128
    assert layer.state_flop_per_token() == 6 * 32 * 128 * 128


def test_a_layer_without_heads_is_refused():
    with pytest.raises(DomainError, match="n_value_heads must be at least 1, got 0"):
        LinearAttention(16, 0, 128, 128)
