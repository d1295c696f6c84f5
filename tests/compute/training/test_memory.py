"""Memory of training on the fullest GPU."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.compute.training.memory import StateBytes, training_memory
from nextdollar.compute.training.parallelism import Layout
from nextdollar.compute.training.step_time import StepBatch
from nextdollar.errors import DomainError

GIB = 2**30
LLAMA_8B = Transformer(32, 4096, 32, 8, 128, 14_336, 128_256)
LLAMA_70B = Transformer(80, 8192, 64, 8, 128, 28_672, 128_256)
LLAMA_405B = Transformer(126, 16_384, 128, 8, 128, 53_248, 128_256)

# arXiv:2205.05198, figure 1, as read by calculon caa4b11 (validation.py): GiB of state (18 bytes per
# parameter of the blocks) and of activations without recomputation and with selective and sequence parallel.
FIGURE_1 = [
    (48, 6144, 64, Layout(8), StepBatch(4, 2048, 4), (45.5625, 59.25, 9.5625)),
    (96, 12_288, 96, Layout(8, 8, 1, 3), StepBatch(64, 2048), (45.5625, 66.84375, 12.3515625)),
    (105, 20_480, 128, Layout(8, 35, 1, 3), StepBatch(280, 2048), (31.640625, 114.0234375, 23.076171875)),
    (128, 25_600, 160, Layout(8, 64), StepBatch(512, 2048), (32.958984375, 131.25, 26.5625)),
]


def gpt(layers, width, heads):
    return Transformer(
        layers, width, heads, heads, width // heads, 4 * width, 51_200, n_ffn_matrices=2, tied_embeddings=True
    )


@pytest.mark.parametrize(("layers", "width", "heads", "layout", "batch", "published"), FIGURE_1)
def test_megatrons_published_memory_is_met(layers, width, heads, layout, batch, published):
    shape, state = gpt(layers, width, heads), StateBytes(gradient_bytes=4.0)
    split = Layout(8, layout.n_pipeline, 1, layout.n_interleaved, sequence_parallel=True)
    options = {"batch": batch, "zero_stage": 0, "state": state, "dropout": True}
    kept = training_memory(shape, layout, recompute="none", **options)
    selective = training_memory(shape, split, recompute="selective", **options)
    # The figure leaves out the embedding table, which the first stage holds whole, and the logits.
    table = shape.params_embedding * 18 / 8
    assert (kept.state_bytes - table) / GIB == pytest.approx(published[0], rel=0.002)
    logits = 4 * 2048 * 4 * 51_200 / 8 if layout.n_pipeline == 1 else 0
    assert (kept.activations_bytes - logits) / GIB == pytest.approx(published[1], rel=1e-6)
    assert (selective.activations_bytes - logits) / GIB == pytest.approx(published[2], rel=1e-6)


def test_adam_keeps_sixteen_bytes_per_parameter_and_zero_spreads_them():
    whole = training_memory(LLAMA_8B, Layout(n_data=64), batch=StepBatch(64, 8192), zero_stage=0)
    assert whole.state_bytes == pytest.approx(16 * 8.03e9, rel=1e-3)
    least = training_memory(LLAMA_8B, Layout(n_data=64), batch=StepBatch(64, 8192), zero_stage=3)
    assert least.state_bytes == pytest.approx(whole.state_bytes / 64)


@given(st.sampled_from([1, 2, 4, 8]), st.integers(1, 32), st.integers(1, 64))
def test_every_stage_of_zero_and_every_recomputation_keeps_less(tensor, stages, copies):
    layout = Layout(tensor, stages, copies, sequence_parallel=True)
    batch = StepBatch(copies * 64, 4096)
    states = [
        training_memory(LLAMA_70B, layout, batch=batch, zero_stage=stage).state_bytes
        for stage in (0, 1, 2, 3)
    ]
    assert states == sorted(states, reverse=True)
    kept = [
        training_memory(LLAMA_70B, layout, batch=batch, recompute=recompute).activations_bytes
        for recompute in ("none", "selective")
    ]
    assert kept[0] > kept[1] > 0


def test_many_at_once_agree_with_one_call_each():
    copies = np.array([1.0, 8.0, 64.0])
    many = training_memory(LLAMA_8B, Layout(n_data=copies), batch=StepBatch(64, 8192)).total_bytes
    one_by_one = [
        training_memory(LLAMA_8B, Layout(n_data=n), batch=StepBatch(64, 8192)).total_bytes for n in copies
    ]
    np.testing.assert_allclose(many, one_by_one, rtol=1e-14)


def test_bytes_below_zero_are_refused():
    with pytest.raises(DomainError, match="gradient_bytes must be at least 0"):
        StateBytes(gradient_bytes=-1.0)
