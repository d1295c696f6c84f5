"""Experts that a step reads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.shapes.mixture_of_experts import experts_read, params_read
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import DomainError

MIXTRAL = Transformer(32, 4096, 32, 8, 128, 14336, 32000, n_experts=8, experts_per_token=2)
DENSE = Transformer(32, 4096, 32, 8, 128, 14336, 128256)


def test_agrees_with_throwing_tokens_at_experts():
    rng = np.random.default_rng(3)
    visits = np.argsort(rng.random((20_000, 6, 16)), axis=-1)[..., :3].reshape(20_000, -1)
    seen = np.zeros((20_000, 16), dtype=bool)
    np.put_along_axis(seen, visits, True, axis=-1)
    counts = seen.sum(axis=-1)
    error = counts.std() / np.sqrt(counts.size)
    assert experts_read(16, 3, n_tokens=6) == pytest.approx(counts.mean(), abs=4 * error)


def test_mixtral_reads_its_published_active_parameters_for_one_token():
    # Mistral AI: 12.9 B active of 46.7 B; the input embedding (0.13 B) is looked up.
    assert params_read(MIXTRAL, 1) == pytest.approx(12.9e9 - 32000 * 4096, abs=5e7)
    assert params_read(MIXTRAL, 1e6) == pytest.approx(MIXTRAL.params - 32000 * 4096, rel=1e-12)


def test_a_dense_model_reads_the_same_for_any_number_of_tokens():
    reads = params_read(DENSE, np.array([1.0, 10.0, 1e4]))
    np.testing.assert_array_equal(reads, [DENSE.params_multiplied] * 3)


@given(st.integers(1, 512), st.data())
def test_stays_between_one_token_and_all_experts_and_never_falls(experts, data):
    chosen = data.draw(st.integers(0, experts))
    read = experts_read(experts, chosen, n_tokens=np.arange(0.0, 300.0))
    assert read[0] == 0
    assert read[1] == pytest.approx(chosen, abs=1e-9 * experts)
    assert (np.diff(read) >= 0).all()
    assert (read <= experts).all()


def test_one_call_on_arrays_agrees_with_many_on_numbers():
    tokens = np.array([0.0, 1.0, 7.0, 1e5])
    single = [experts_read(256, 8, n_tokens=n) for n in tokens.tolist()]
    np.testing.assert_array_equal(experts_read(256, 8, n_tokens=tokens), single)
    np.testing.assert_array_equal(experts_read(4, 4, n_tokens=tokens), [0, 4, 4, 4])


@pytest.mark.parametrize(
    ("experts", "chosen", "tokens", "message"),
    [
        (0, 0, 1, "n_experts must be at least 1, got 0"),
        (8, 9, 1, "experts_per_token must be at least 0 and at most n_experts, got 9"),
        (8, -1, 1, "experts_per_token must be at least 0 and at most n_experts, got -1"),
        (8, 2, -1, "n_tokens must be at least 0, got -1"),
    ],
)
def test_what_cannot_be_routed_is_refused_by_name(experts, chosen, tokens, message):
    with pytest.raises(DomainError, match=message):
        experts_read(experts, chosen, n_tokens=tokens)


def test_a_step_without_tokens_is_refused():
    with pytest.raises(DomainError, match="n_tokens must be at least 1, got 0"):
        params_read(MIXTRAL, 0)
