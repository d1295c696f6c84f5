"""Seconds of a step with a known layout, against Megatron's published ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue.training_calibration import step_calibration
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.compute.training.parallelism import Layout
from nextdollar.compute.training.step_time import StepBatch, StepCalibration, StepMachine, step_time
from nextdollar.errors import DomainError

SELENE = StepMachine(312e12, 2.039e12, 300e9, 25e9)
FULL_PEAK = StepCalibration(1.0, 1.0, 1.0)


def gpt(layers, width, heads):
    return Transformer(
        layers, width, heads, heads, width // heads, 4 * width, 51_200, n_ffn_matrices=2, tied_embeddings=True
    )


# arXiv:2205.05198, tables 3 and 5: shape, layout, batch, seconds with full and with selective recomputation.
MEGATRON = {
    "22B": (gpt(48, 6144, 64), Layout(8), StepBatch(4, 2048, 4), 1.42, 1.10),
    "175B": (gpt(96, 12_288, 96), Layout(8, 8, 1, 3), StepBatch(64, 2048), 18.13, 13.75),
    "530B": (gpt(105, 20_480, 128), Layout(8, 35, 1, 3), StepBatch(280, 2048), 49.05, 37.83),
    "1T": (gpt(128, 25_600, 160), Layout(8, 64), StepBatch(512, 2048), 94.42, 71.49),
}


def seconds(shape, layout, batch, recompute, calibration=None, machine=SELENE):
    cut = Layout(
        *(layout.n_tensor, layout.n_pipeline, layout.n_data, layout.n_interleaved),
        sequence_parallel=recompute == "selective",
    )
    return step_time(
        *(shape, cut),
        batch=batch,
        machine=machine,
        calibration=step_calibration() if calibration is None else calibration,
        recompute=recompute,
    )


@pytest.mark.parametrize("name", MEGATRON)
def test_published_steps_are_met_within_six_percent(name):
    shape, layout, batch, full_s, selective_s = MEGATRON[name]
    assert seconds(shape, layout, batch, "full").step_s == pytest.approx(full_s, rel=0.06)
    assert seconds(shape, layout, batch, "selective").step_s == pytest.approx(selective_s, rel=0.06)


@pytest.mark.parametrize("name", MEGATRON)
def test_no_step_beats_its_arithmetic_at_the_full_peak(name):
    shape, layout, batch, full_s, selective_s = MEGATRON[name]
    for recompute, measured_s in (("full", full_s), ("selective", selective_s)):
        bound = seconds(shape, layout, batch, recompute, FULL_PEAK).step_s
        least = 3 * shape.forward_flop_per_token(2048) * batch.n_sequences * 2048 / layout.gpus / 312e12
        assert least < bound < measured_s


@given(st.sampled_from(list(MEGATRON)), st.floats(1, 4))
def test_a_faster_machine_is_never_slower(name, factor):
    shape, layout, batch, *_ = MEGATRON[name]
    base = seconds(shape, layout, batch, "selective")
    rates = (312e12, 2.039e12, 300e9, 25e9)
    for place in range(4):
        machine = StepMachine(*(rate * (factor if n == place else 1) for n, rate in enumerate(rates)))
        faster = seconds(shape, layout, batch, "selective", machine=machine)
        assert faster.step_s <= base.step_s * (1 + 1e-12)


def test_the_parts_add_up_and_copies_share_the_batch():
    shape, layout, batch, *_ = MEGATRON["175B"]
    parts = seconds(shape, layout, batch, "full")
    names = ("matrices_s", "memory_s", "links_s", "head_s", "bubble_s", "update_s")
    assert sum(getattr(parts, name) for name in names) == pytest.approx(parts.step_s)
    copies = seconds(shape, Layout(8, 8, 4, 3), StepBatch(256, 2048), "full")
    assert copies.matrices_s == pytest.approx(parts.matrices_s)
    assert copies.update_s > parts.update_s


def test_one_gpu_has_no_links_and_no_bubble():
    parts = seconds(gpt(12, 768, 12), Layout(), StepBatch(8, 1024), "none")
    assert (parts.links_s, parts.bubble_s) == (0, 0)


def test_many_at_once_agree_with_one_call_each():
    shape, layout, _, *_ = MEGATRON["175B"]
    batches = np.array([64.0, 128.0, 640.0])
    many = seconds(shape, layout, StepBatch(batches, 2048), "full").step_s
    one_by_one = [seconds(shape, layout, StepBatch(one, 2048), "full").step_s for one in batches]
    np.testing.assert_allclose(many, one_by_one, rtol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: StepMachine(0.0, 1.0, 1.0, 1.0), "peak_flop_per_s must be above 0"),
        (lambda: StepMachine(1.0, 1.0, 1.0, 0.0), "network_bytes_per_s must be above 0"),
        (lambda: StepCalibration(1.2, 1.0, 1.0), "matrix_share must be above 0 and at most 1"),
        (lambda: StepCalibration(1.0, 0.5, 1.0), "traffic_multiple must be at least 1"),
        (lambda: StepCalibration(1.0, 1.0, 0.0), "link_share must be above 0"),
        (lambda: StepBatch(0, 2048), "n_sequences must be above 0"),
        (
            lambda: seconds(gpt(12, 768, 12), Layout(n_data=8), StepBatch(4, 1024), "none"),
            "n_sequences must be a micro-batch for each copy, got 4",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, message):
    with pytest.raises(DomainError, match=message):
        call()


class TestExperts:
    # Mixtral 8x7B's config.json: 32 layers, 8 experts of 14,336, two chosen.
    SHAPE = Transformer(
        32, 4096, 32, 8, 128, 14_336, 32_000, n_experts=8, experts_per_token=2, expert_width=14_336
    )
    BATCH = StepBatch(256, 4096)

    def step(self, n_expert, shape=SHAPE):
        cut = Layout(n_data=64, n_expert=n_expert)
        return step_time(shape, cut, batch=self.BATCH, machine=SELENE, calibration=FULL_PEAK)

    def test_tokens_travel_to_other_copies_and_back_each_way(self):
        # 4 micro-batches of a copy x 4 all-to-alls x 32 layers x 7 of 8 tokens away, two experts each.
        sent_bytes = 4096 * 2 * 4096 * 2
        expected_s = 4 * 4 * 32 * 7 / 8 * sent_bytes / SELENE.network_bytes_per_s
        assert self.step(8).links_s - self.step(1).links_s == pytest.approx(expected_s, rel=1e-12)

    def test_a_dense_model_has_nothing_to_send(self):
        assert self.step(1, gpt(48, 6144, 64)).links_s == 0

    def test_experts_that_are_spread_are_updated_in_less_time(self):
        updates_s = [self.step(n_expert).update_s for n_expert in (1, 2, 4, 8)]
        assert (np.diff(updates_s) < 0).all()

    def test_arrays_of_degrees_agree_with_one_call_each(self):
        degrees = np.array([1.0, 2.0, 8.0])
        one_by_one = [self.step(n_expert).step_s for n_expert in degrees]
        np.testing.assert_allclose(self.step(degrees).step_s, one_by_one, rtol=1e-12)
