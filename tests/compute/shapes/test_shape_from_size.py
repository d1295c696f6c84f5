"""Typical shapes of models of which only the size is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.shapes.shape_from_size import RULE, typical_shape
from nextdollar.errors import DomainError

sizes = st.floats(3e8, 3e12)


@pytest.mark.parametrize(
    ("params", "vocabulary", "n_layers", "width"),
    [
        # Brown et al. 2020 (GPT-3), table 2.1: 96 layers of 12,288.
        (174.6e9, 50257, 96, 12288),
        # Llama 3 (arXiv:2407.21783), table 3: 32 of 4,096 and 126 of 16,384.
        (8.03e9, 128256, 32, 4096),
        (405.85e9, 128256, 126, 16384),
    ],
)
def test_comes_near_the_shapes_that_the_rule_was_read_from(params, vocabulary, n_layers, width):
    shape = typical_shape(params, vocabulary=vocabulary).shape
    assert shape.n_layers == pytest.approx(n_layers, rel=0.1)
    assert shape.width == pytest.approx(width, rel=0.1)
    assert shape.n_kv_heads == 8


@given(sizes)
def test_keeps_the_parameters(params):
    shape = typical_shape(params).shape
    # The feed-forward width is rounded to whole entries: 3 L d / 2 parameters at most.
    assert abs(shape.params - params) <= 1.5 * shape.n_layers * shape.width + 3 * shape.n_layers * shape.width


@given(st.floats(1e9, 1e11), st.floats(1, 40))
def test_keeps_both_sizes_of_a_mixture_of_experts(active, ratio):
    shape = typical_shape(active * ratio, params_active=active).shape
    assert shape.params == pytest.approx(active * ratio, rel=0.02)
    assert shape.params_active == pytest.approx(active, rel=0.02)
    assert shape.experts_per_token <= shape.n_experts


def test_a_larger_model_is_never_narrower_and_as_deep_as_it_is_wide():
    shape = typical_shape(np.geomspace(1e9, 3e12, 200)).shape
    assert (np.diff(shape.width) >= 0).all()
    assert (np.diff(shape.params) > 0).all()
    # Width is rounded to whole heads of 128 and depth makes up for it.
    np.testing.assert_allclose(shape.width / shape.n_layers, 128, rtol=0.35)


def test_one_call_on_arrays_agrees_with_many_on_numbers():
    params, active = np.geomspace(1e9, 1e12, 7), np.geomspace(1e9, 4e10, 7)
    both = typical_shape(params, params_active=active).shape
    pairs = zip(params.tolist(), active.tolist(), strict=True)
    single = [typical_shape(size, params_active=part).shape for size, part in pairs]
    for name in ("n_layers", "width", "ffn_width", "n_experts", "expert_width", "params", "params_active"):
        np.testing.assert_array_equal(getattr(both, name), [getattr(one, name) for one in single])


def test_says_that_it_is_inferred_and_by_which_rule():
    found = typical_shape(7e9)
    assert found.is_inferred
    assert "inferred" in found.said
    assert found.rule == RULE
    assert all(source.link.startswith("https://arxiv.org/abs/") for source in RULE)


def test_sizes_of_no_model_are_refused_by_name():
    with pytest.raises(DomainError, match="params must be at least three times the embedding tables, got"):
        typical_shape(1e7)
    with pytest.raises(DomainError, match="params_active must be at least three times"):
        typical_shape(1e12, params_active=1e7)
    with pytest.raises(DomainError, match=r"params_active must be at most params, got 2000000000\.0"):
        typical_shape(1e9, params_active=2e9)
    with pytest.raises(DomainError, match="vocabulary must be at least 1, got 0"):
        typical_shape(1e9, vocabulary=0)
    assert typical_shape(7e7, vocabulary=50304).shape.params == pytest.approx(7e7, rel=1e-3)
