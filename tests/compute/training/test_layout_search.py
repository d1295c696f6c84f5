"""Layouts of many runs at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextdollar.catalogue import model_shape
from nextdollar.compute.shapes.shape_from_size import typical_shape
from nextdollar.compute.training.layout_search import USABLE_SHARE, fewest_gpus, fitting_layouts
from nextdollar.compute.training.memory import training_memory
from nextdollar.compute.training.parallelism import Layout
from nextdollar.compute.training.step_time import StepBatch
from nextdollar.errors import DomainError

LLAMA_8B, LLAMA_70B = model_shape("Llama-3.1-8B").shape, model_shape("Llama-3.1-70B").shape
DEEPSEEK_V3 = model_shape("DeepSeek-V3").shape


def found(shape, gpus, tokens=4096, memory_bytes=80e9, **options):
    return fitting_layouts(shape, gpus, tokens_per_sequence=tokens, memory_bytes=memory_bytes, **options)


class TestPublishedRuns:
    @pytest.mark.parametrize(
        ("name", "gpus", "memory_bytes", "tokens"),
        [
            # arXiv:2407.21783, table 4: 8,192 and 16,384 H100 at 8,192 tokens.
            ("Llama-3.1-405B", 8192, 80e9, 8192),
            ("Llama-3.1-405B", 16_384, 80e9, 8192),
            # arXiv:2412.19437, section 3: 2,048 H800 at 4,096 tokens.
            ("DeepSeek-V3", 2048, 80e9, 4096),
            # BLOOM model card: 384 A100 80 GB at 2,048 tokens.
            ("BLOOM-176B", 384, 80e9, 2048),
            # llm-foundry, training benchmarks: MPT-70b on 64 H100, MPT-7b on 8 A100 40 GB.
            ("MPT-70b", 64, 80e9, 2048),
            ("MPT-7b", 8, 40e9, 2048),
        ],
    )
    def test_a_run_that_took_place_fits(self, name, gpus, memory_bytes, tokens):
        layouts = found(model_shape(name).shape, gpus, tokens, memory_bytes)
        assert layouts.fits.all()
        assert layouts.gpus[0] == gpus

    def test_the_largest_llama_is_cut_over_a_server_and_a_pipeline_as_it_was(self):
        # arXiv:2407.21783, table 4: tensor 8, pipeline 16.
        layouts = found(model_shape("Llama-3.1-405B").shape, 16_384, 8192)
        assert layouts.n_tensor[0] == 8
        assert 1 < layouts.n_pipeline[0] <= 16

    @pytest.mark.parametrize(("tensor", "stages"), [(4, 12), (8, 6)])
    def test_no_more_is_counted_for_bloom_than_it_took(self, tensor, stages):
        # BigScience 176B model (bigscience.notion.site): a copy on 48 GPUs of 80 GB fills 60 GB of each.
        layout = Layout(tensor, stages, 8)
        batch = StepBatch(2048, 2048, 2)
        memory = training_memory(model_shape("BLOOM-176B").shape, layout, batch=batch, recompute="full")
        assert 16 * 176e9 / 384 < memory.total_bytes < 60e9

    def test_a_small_model_on_many_gpus_is_not_cut(self):
        # arXiv:2407.21783, section 3.3.2, cuts 405 B parameters; 8 B in 16 bit are 16 GB.
        layouts = found(LLAMA_8B, 512, 4096)
        assert (layouts.n_tensor[0], layouts.n_pipeline[0]) == (1, 1)

    def test_the_states_of_70_billion_parameters_overflow_a_server(self):
        # arXiv:1910.02054, section 3.1: 16 bytes a parameter; 1,130 GB against 640.
        assert not found(LLAMA_70B, 8).fits.any()
        assert not found(model_shape("Llama-3.1-405B").shape, 64).fits.any()
        assert fewest_gpus(LLAMA_70B, tokens_per_sequence=4096, memory_bytes=80e9)[0] >= 16


class TestLaws:
    @settings(max_examples=30)
    @given(st.floats(3e8, 1e12), st.integers(1, 4096), st.sampled_from([24e9, 80e9, 288e9]))
    def test_what_is_found_fits_when_it_is_counted_again(self, params, gpus, memory_bytes):
        shape = typical_shape(params).shape
        layouts = found(shape, gpus, 4096, memory_bytes)
        if not layouts.fits[0]:
            return
        assert layouts.gpus[0] <= gpus
        recompute = "full" if layouts.recomputes_all[0] else "selective"
        tensor, stages, copies = (
            int(value[0]) for value in (layouts.n_tensor, layouts.n_pipeline, layouts.n_data)
        )
        layout = Layout(tensor, stages, copies, sequence_parallel=tensor > 1)
        memory = training_memory(shape, layout, batch=StepBatch(copies * stages, 4096), recompute=recompute)
        assert layouts.memory.total_bytes[0] == pytest.approx(float(memory.total_bytes), rel=1e-12)
        assert memory.total_bytes <= USABLE_SHARE * memory_bytes

    @settings(max_examples=20)
    @given(st.floats(3e8, 2e12), st.sampled_from([40e9, 80e9, 192e9]))
    def test_the_fewest_gpus_fit_and_half_of_them_do_not(self, params, memory_bytes):
        shape = typical_shape(params).shape
        fewest = fewest_gpus(shape, tokens_per_sequence=4096, memory_bytes=memory_bytes)[0]
        assert found(shape, fewest, 4096, memory_bytes).fits.all()
        if fewest > 1:
            assert not found(shape, fewest / 2, 4096, memory_bytes).fits.any()

    def test_experts_spread_over_copies_take_less_of_each(self):
        options = {"batch": StepBatch(64, 4096)}
        alone = training_memory(DEEPSEEK_V3, Layout(n_data=64), **options)
        spread = training_memory(DEEPSEEK_V3, Layout(n_data=64, n_expert=64), **options)
        elsewhere = DEEPSEEK_V3.params_routed * (1 - 1 / 64)
        assert alone.weights_bytes - spread.weights_bytes == pytest.approx(2 * elsewhere, rel=1e-12)
        assert alone.optimiser_bytes == spread.optimiser_bytes

    def test_a_mixture_of_experts_is_cut_by_experts(self):
        layouts = found(DEEPSEEK_V3, 2048)
        assert layouts.n_expert[0] > 1
        assert layouts.n_data[0] % layouts.n_expert[0] == 0

    def test_many_runs_at_once_agree_with_one_call_each(self):
        params = np.array([1e9, 8e9, 70e9, 400e9, 7e9])
        gpus = np.array([8.0, 100.0, 992.0, 64.0, 73.0])
        memory_bytes = np.array([40e9, 80e9, 80e9, 192e9, 24e9])
        tokens = np.array([2048.0, 4096.0, 8192.0, 4096.0, 32_768.0])
        many = found(typical_shape(params).shape, gpus, tokens, memory_bytes)
        for place, one in enumerate(zip(params, gpus, tokens, memory_bytes, strict=True)):
            size, count, length, held = one
            alone = found(typical_shape(size).shape, count, length, held)
            for name in ("fits", "n_tensor", "n_pipeline", "n_data", "n_expert", "recomputes_all"):
                np.testing.assert_array_equal(getattr(many, name)[place], getattr(alone, name)[0])

    def test_matrices_are_not_split_over_more_gpus_than_share_fast_links(self):
        assert found(LLAMA_70B, 64, n_gpus_per_server=2).n_tensor[0] <= 2

    def test_a_count_that_does_not_divide_leaves_gpus_idle_rather_than_none(self):
        layouts = found(LLAMA_70B, 73)
        assert layouts.fits[0]
        assert 0 < layouts.gpus[0] <= 73


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"gpus": 0.5}, "gpus must be at least 1"),
            ({"tokens": 0}, "tokens_per_sequence must be above 0"),
            ({"memory_bytes": 0.0}, "memory_bytes must be above 0"),
            ({"n_gpus_per_server": 0}, "n_gpus_per_server must be at least 1"),
        ],
    )
    def test_what_cannot_be_is_refused_by_name(self, options, message):
        with pytest.raises(DomainError, match=message):
            found(**({"shape": LLAMA_8B, "gpus": 8} | options))

    def test_a_model_too_large_for_a_million_gpus_has_no_fewest(self):
        shape = typical_shape(1e18).shape
        assert np.isnan(fewest_gpus(shape, tokens_per_sequence=4096, memory_bytes=24e9)).all()
