"""Activations and the state of the optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.shapes.activation_memory import activation_bytes_per_layer, training_state_bytes
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import DomainError

GIB = 2.0**30
LLAMA_8B = Transformer(32, 4096, 32, 8, 128, 14336, 128256)


def gpt(n_layers, width, heads):
    return Transformer(
        n_layers,
        width,
        heads,
        heads,
        width // heads,
        4 * width,
        51200,
        n_ffn_matrices=2,
        tied_embeddings=True,
    )


# Korthikanti et al. 2022 (arXiv:2205.05198), table 3: layers, width, heads, pipeline stages, interleaved
# stages, micro-batch; figure 1: GiB of activations without recomputation and with the paper's own, as
# calculon/llm/validation.py has them. The figure is drawn from the paper's formula, so digits agree.
MEGATRON = {
    "22B": (gpt(48, 6144, 64), 1, 1, 4, 59.25, 9.5625),
    "175B": (gpt(96, 12288, 96), 8, 3, 1, 66.84375, 12.3515625),
    "530B": (gpt(105, 20480, 128), 35, 3, 1, 114.0234375, 23.076171875),
    "1T": (gpt(128, 25600, 160), 64, 1, 1, 131.25, 26.5625),
}


@pytest.mark.parametrize(
    ("shape", "stages", "interleaved", "sequences", "none_gib", "best_gib"), MEGATRON.values(), ids=MEGATRON
)
def test_agrees_with_the_figures_of_megatron(shape, stages, interleaved, sequences, none_gib, best_gib):
    # The first stage holds L layers of micro-batches, with interleaving 1 + (p - 1) / (p m) times that.
    layers = shape.n_layers * (1 + (stages - 1) / (stages * interleaved) if interleaved > 1 else 1)
    common = {"n_sequences": sequences, "tensor_parallel_factor": 8, "dropout": True}
    none = activation_bytes_per_layer(shape, 2048, **common)
    best = activation_bytes_per_layer(shape, 2048, **common, sequence_parallel=True, recompute="selective")
    assert none * layers / GIB == pytest.approx(none_gib, rel=1e-9)
    assert best * layers / GIB == pytest.approx(best_gib, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "state_gib"), [("22B", 45.5625), ("175B", 45.5625), ("530B", 31.640625), ("1T", 32.958984375)]
)
def test_weights_and_optimiser_take_what_megatron_shows(name, state_gib):
    # Figure 1 of the same, weights and optimiser, without the embedding: gradients are in 32 bit, and
    # eight tensor-parallel devices share each pipeline stage. The figure leaves out norms and biases.
    shape, stages, *_ = MEGATRON[name]
    state = training_state_bytes(float(shape.params_non_embedding), gradient_bytes_per_param=4.0)
    assert state / (8 * stages) / GIB == pytest.approx(state_gib, rel=2e-4)


def test_is_the_formula_of_the_paper_for_a_gpt():
    # Table 2: s b h (10 + 24 / t + 5 a s / (h t)), and s b h (34 / t) with both savings.
    shape, tokens = gpt(96, 12288, 96), 2048
    sbh = tokens * 12288.0
    one = activation_bytes_per_layer(shape, tokens, tensor_parallel_factor=8, dropout=True)
    assert one == pytest.approx(sbh * (10 + 24 / 8 + 5 * 96 * tokens / (12288 * 8)), rel=1e-12)
    full = activation_bytes_per_layer(shape, tokens, recompute="full")
    assert full == 2 * sbh


@given(st.floats(1, 1e5), st.integers(1, 64))
def test_recomputing_more_keeps_less(tokens, split):
    kept = [
        activation_bytes_per_layer(LLAMA_8B, tokens, tensor_parallel_factor=split, recompute=word)
        for word in ("full", "selective", "none")
    ]
    assert kept == sorted(kept)
    shared = activation_bytes_per_layer(
        LLAMA_8B, tokens, tensor_parallel_factor=split, sequence_parallel=True
    )
    assert shared <= kept[-1]


def test_one_call_on_arrays_agrees_with_many_on_numbers():
    tokens = np.array([0.0, 512.0, 8192.0])
    single = [activation_bytes_per_layer(LLAMA_8B, n) for n in tokens.tolist()]
    np.testing.assert_array_equal(activation_bytes_per_layer(LLAMA_8B, tokens), single)
    assert single[0] == 0


def test_a_token_keeps_the_experts_it_visits():
    dense = Transformer(4, 1024, 8, 8, 128, 4096, 1000)
    routed = Transformer(4, 1024, 8, 8, 128, 4096, 1000, n_experts=16, experts_per_token=2, expert_width=2048)
    assert activation_bytes_per_layer(routed, 128) == activation_bytes_per_layer(dense, 128)


def test_adam_in_mixed_precision_takes_16_bytes_a_parameter():
    # Rajbhandari et al. 2020 (ZeRO, arXiv:1910.02054), section 3.1: 1.5 B parameters take 24 GB.
    assert training_state_bytes(1.5e9) == 24e9
    assert training_state_bytes(1.5e9, gradient_bytes_per_param=4.0) == 27e9
    sizes = np.array([0.0, 1e9])
    np.testing.assert_array_equal(training_state_bytes(sizes), [0, 16e9])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_sequences": -1.0}, "n_sequences must be at least 0"),
        ({"tensor_parallel_factor": 0.5}, "tensor_parallel_factor must be at least 1"),
    ],
)
def test_what_is_no_layout_is_refused_by_name(change, message):
    with pytest.raises(DomainError, match=message):
        activation_bytes_per_layer(LLAMA_8B, 2048, **change)


def test_less_than_no_tokens_and_parameters_are_refused():
    with pytest.raises(DomainError, match="n_sequence_tokens must be at least 0, got -1"):
        activation_bytes_per_layer(LLAMA_8B, -1)
    with pytest.raises(DomainError, match=r"params must be at least 0, got -1\.0"):
        training_state_bytes(-1.0)
    with pytest.raises(DomainError, match=r"optimiser_bytes_per_param must be at least 0, got -1\.0"):
        training_state_bytes(1.0, optimiser_bytes_per_param=-1.0)
