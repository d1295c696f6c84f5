"""Memory of training on the fullest GPU, and layouts in which it fits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.compute.parallelism import Layout
from nextdollar.compute.step_time import StepBatch
from nextdollar.compute.training_layout import feasible_layout
from nextdollar.compute.training_memory import StateBytes, training_memory
from nextdollar.compute.transformer import Transformer
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


class TestFeasibleLayout:
    def test_llama_405b_needs_tensor_parallelism_of_a_server_and_a_pipeline(self):
        # arXiv:2407.21783, table 4: tensor 8, pipeline 16 with 80 GB; this finds the least that fits.
        found = feasible_layout(LLAMA_405B, 16_384, batch=StepBatch(2048, 8192), memory_bytes=80e9)
        assert found is not None
        assert found.layout.gpus == 16_384
        assert found.layout.n_tensor == 8
        assert 1 < found.layout.n_pipeline <= 16
        assert found.memory.fits(80e9)

    def test_a_small_model_is_not_cut(self):
        found = feasible_layout(LLAMA_8B, 512, batch=StepBatch(2048, 8192), memory_bytes=80e9)
        assert found is not None
        assert (found.layout.n_tensor, found.layout.n_pipeline) == (1, 1)

    def test_what_fits_nowhere_is_said(self):
        assert feasible_layout(LLAMA_405B, 64, batch=StepBatch(64, 8192), memory_bytes=80e9) is None

    @given(st.sampled_from([16e9, 40e9, 80e9, 192e9]), st.sampled_from([8, 64, 512]))
    def test_what_is_found_fits_and_uses_all(self, memory_bytes, n_gpus):
        batch = StepBatch(512, 4096)
        found = feasible_layout(LLAMA_70B, n_gpus, batch=batch, memory_bytes=memory_bytes)
        if found is not None:
            assert found.layout.gpus == n_gpus
            assert found.memory.total_bytes <= 0.9 * memory_bytes
            assert 512 % (found.layout.n_data * found.n_sequences_per_microbatch) == 0

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"n_gpus": 0}, "n_gpus must be at least 1"),
            ({"memory_bytes": 0.0}, "memory_bytes must be above 0"),
            ({"n_gpus_per_server": 0}, "n_gpus_per_server must be at least 1"),
            ({"usable_share": 1.5}, "usable_share must be above 0 and at most 1"),
        ],
    )
    def test_what_cannot_be_is_refused_by_name(self, options, message):
        given_options = {"n_gpus": 8, "batch": StepBatch(8, 2048), "memory_bytes": 80e9} | options
        with pytest.raises(DomainError, match=message):
            feasible_layout(LLAMA_8B, **given_options)


def test_bytes_below_zero_are_refused():
    with pytest.raises(DomainError, match="gradient_bytes must be at least 0"):
        StateBytes(gradient_bytes=-1.0)
