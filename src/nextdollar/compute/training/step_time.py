"""Seconds of one training step when the shape and its layout over GPUs are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.compute.shapes.activation_memory import Recompute, activation_bytes_per_layer
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.compute.training.machine_time import require_share
from nextdollar.compute.training.parallelism import Layout, all_reduce_s
from nextdollar.errors import require
from nextdollar.units import Floats

_BYTES_PER_VALUE = 2.0
_FORWARD_AND_BACKWARD = 3.0
_WITH_RECOMPUTE = 4.0
# All-reduces of one layer: two forward, two backward, two more where the forward pass is done again.
_ALL_REDUCES, _ALL_REDUCES_WITH_RECOMPUTE = 4.0, 6.0
# Tokens go to the experts and come back, forward and backward, and once more where that is done again.
_ALL_TO_ALLS, _ALL_TO_ALLS_WITH_RECOMPUTE = 4.0, 6.0
# Adam reads and writes 17 bytes of weights, gradients and moments per parameter.
_OPTIMISER_BYTES_PER_PARAM = 34.0


@dataclass(frozen=True, slots=True)
class StepMachine:
    """One GPU of a cluster and its links, by data sheet; each a number or an array (...), above 0.

    `link_bytes_per_s` is one direction within a server (tensor parallel), `network_bytes_per_s` one
    direction between servers.
    """

    peak_flop_per_s: Floats
    bandwidth_bytes_per_s: Floats
    link_bytes_per_s: Floats
    network_bytes_per_s: Floats

    def __post_init__(self) -> None:
        for name in (
            *("peak_flop_per_s", "bandwidth_bytes_per_s"),
            *("link_bytes_per_s", "network_bytes_per_s"),
        ):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))


@dataclass(frozen=True, slots=True)
class StepCalibration:
    """What of the data sheet is reached.

    `matrix_share` of the peak in matrix products and `link_share` of the links, both in (0, 1];
    `traffic_multiple`, at least 1: how often the kept activations pass through memory.
    """

    matrix_share: float
    traffic_multiple: float
    link_share: float

    def __post_init__(self) -> None:
        require_share(self.matrix_share, "matrix_share")
        require_share(self.link_share, "link_share")
        require(self.traffic_multiple >= 1, "traffic_multiple", "at least 1", self.traffic_multiple)


@dataclass(frozen=True, slots=True)
class StepBatch:
    """Tokens of one step: sequences of all copies, those of one micro-batch, and their length (above 0)."""

    n_sequences: Floats
    n_sequence_tokens: Floats
    n_sequences_per_microbatch: Floats = 1

    def __post_init__(self) -> None:
        for name in ("n_sequences", "n_sequence_tokens", "n_sequences_per_microbatch"):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))


@dataclass(frozen=True, slots=True)
class StepTime:
    """Seconds of one step and its parts, which add up to `step_s`; each a number or an array (...)."""

    matrices_s: Floats
    memory_s: Floats
    links_s: Floats
    head_s: Floats
    bubble_s: Floats
    update_s: Floats

    @property
    def step_s(self) -> Floats:
        """Seconds from one update of the weights to the next."""
        return self.matrices_s + self.memory_s + self.links_s + self.head_s + self.bubble_s + self.update_s


def step_time(
    shape: Transformer,
    layout: Layout,
    *,
    batch: StepBatch,
    machine: StepMachine,
    calibration: StepCalibration,
    recompute: Recompute = "selective",
) -> StepTime:
    """Time of one training step of a transformer in 16 bit.

    Parameters
    ----------
    shape : Transformer
        Shape of the model.
    layout : Layout
        How it is cut over GPUs.
    batch : StepBatch
        Tokens of one step.
    machine : StepMachine
        Data sheet of a GPU and its links.
    calibration : StepCalibration
        Shares of it that are reached.
    recompute : {"none", "selective", "full"}
        What the backward pass computes again: nothing, the scores of attention, or the whole layer.

    Returns
    -------
    StepTime
        Seconds by part.

    Raises
    ------
    DomainError
        If the batch holds no whole micro-batch for each copy, or an argument leaves its domain.

    Notes
    -----
    Per micro-batch and stage: matrix products at a share of the peak (attention counted in full, as
    these kernels do it), kept activations at the memory's bandwidth, two all-reduces each way per layer
    over the tensor-parallel GPUs, tokens sent to the experts of other copies and back over the network
    (`n_expert`; Lepikhin et al. 2020, arXiv:2006.16668), the activations handed to the next stage. Experts
    are taken as evenly visited, as no measured step here has any. A pipeline repeats that
    m + (p - 1) / v times. Then the output head, the gradients' all-reduce over the copies, not
    overlapped, and the optimiser. Korthikanti et al. 2022, arXiv:2205.05198, section 4 and appendix A.
    """
    size = batch.n_sequences_per_microbatch
    n_microbatches = batch.n_sequences / (layout.n_data * size)
    require(
        np.greater_equal(n_microbatches, 1), "n_sequences", "a micro-batch for each copy", batch.n_sequences
    )
    tokens = size * batch.n_sequence_tokens
    stage_layers = shape.n_layers / layout.n_pipeline
    speed_flop_per_s = layout.n_tensor * machine.peak_flop_per_s * calibration.matrix_share
    head_flop_per_token = 2.0 * shape.vocabulary * shape.width
    head_s = _FORWARD_AND_BACKWARD * tokens * head_flop_per_token / speed_flop_per_s / layout.n_pipeline

    work = _layer_flop(shape, batch.n_sequence_tokens, recompute) * tokens
    matrices_s = stage_layers * work / speed_flop_per_s
    memory_s = (
        stage_layers * _memory_s(shape, layout, batch, machine, recompute) * calibration.traffic_multiple
    )
    links_s = _links_s(shape, layout, tokens, machine, recompute) / calibration.link_share
    links_s = links_s + _experts_s(shape, layout, tokens, machine, recompute)
    links_s = stage_layers * links_s + _hand_over_s(shape, layout, tokens, machine)
    bubbles = (layout.n_pipeline - 1) / layout.n_interleaved
    return StepTime(
        matrices_s=n_microbatches * matrices_s,
        memory_s=n_microbatches * memory_s,
        links_s=n_microbatches * links_s,
        head_s=n_microbatches * head_s,
        bubble_s=bubbles * (matrices_s + memory_s + links_s),
        update_s=_update_s(shape, layout, machine),
    )


def _layer_flop(shape: Transformer, n_sequence_tokens: Floats, recompute: Recompute) -> Floats:
    """FLOP per token of a mean layer, forward and backward, with what is computed again."""
    head_flop = 2.0 * shape.vocabulary * shape.width
    forward = (shape.forward_flop_per_token(n_sequence_tokens, mask="full") - head_flop) / shape.n_layers
    if recompute == "full":
        return _WITH_RECOMPUTE * forward
    # Queries times keys and scores times values, 2 d_h s each.
    attention = 2.0 * shape.n_heads * (shape.head_width + shape.value_width) * n_sequence_tokens
    return _FORWARD_AND_BACKWARD * forward + (attention if recompute == "selective" else 0.0)


def _memory_s(
    shape: Transformer, layout: Layout, batch: StepBatch, machine: StepMachine, recompute: Recompute
) -> Floats:
    """Seconds in which the values that a layer makes for one micro-batch pass through memory once."""
    made_bytes = activation_bytes_per_layer(
        shape,
        batch.n_sequence_tokens,
        n_sequences=batch.n_sequences_per_microbatch,
        tensor_parallel_factor=layout.n_tensor,
        sequence_parallel=layout.sequence_parallel,
        dropout=True,
    )
    again = _WITH_RECOMPUTE / _FORWARD_AND_BACKWARD if recompute == "full" else 1.0
    return again * made_bytes / machine.bandwidth_bytes_per_s


def _links_s(
    shape: Transformer, layout: Layout, tokens: Floats, machine: StepMachine, recompute: Recompute
) -> Floats:
    """Seconds of the all-reduces of one layer and micro-batch at the full rate of the links."""
    message_bytes = tokens * shape.width * _BYTES_PER_VALUE
    n_all_reduces = _ALL_REDUCES_WITH_RECOMPUTE if recompute == "full" else _ALL_REDUCES
    return n_all_reduces * all_reduce_s(message_bytes, layout.n_tensor, machine.link_bytes_per_s)


def _experts_s(
    shape: Transformer, layout: Layout, tokens: Floats, machine: StepMachine, recompute: Recompute
) -> Floats:
    """Seconds in which the tokens of one layer and micro-batch visit experts on other copies of the model."""
    sent_bytes = tokens * shape.experts_per_token * shape.width * _BYTES_PER_VALUE / layout.n_tensor
    away_share = 1.0 - 1.0 / layout.n_expert
    n_all_to_alls = _ALL_TO_ALLS_WITH_RECOMPUTE if recompute == "full" else _ALL_TO_ALLS
    with_experts = shape.expert_layers / shape.n_layers
    return n_all_to_alls * with_experts * away_share * sent_bytes / machine.network_bytes_per_s


def _hand_over_s(shape: Transformer, layout: Layout, tokens: Floats, machine: StepMachine) -> Floats:
    """Seconds in which a stage hands one micro-batch on, both ways, once per chunk; 0 without a pipeline."""
    message_bytes = tokens * shape.width * _BYTES_PER_VALUE / layout.n_tensor
    both_ways_s = 2 * layout.n_interleaved * message_bytes / machine.network_bytes_per_s
    return np.where(np.greater(layout.n_pipeline, 1), both_ways_s, 0.0)[()]


def _update_s(shape: Transformer, layout: Layout, machine: StepMachine) -> Floats:
    """Seconds of the gradients' all-reduce over the copies and of the optimiser's pass through memory.

    Those of routed experts are summed over the copies that hold the same ones.
    """
    gpus_of_copy = layout.n_tensor * layout.n_pipeline
    routed = shape.params_routed / (gpus_of_copy * layout.n_expert)
    everywhere = (shape.params - shape.params_routed) / gpus_of_copy
    gradients_s = sum(
        all_reduce_s(params * _BYTES_PER_VALUE, copies, machine.network_bytes_per_s)
        for params, copies in ((everywhere, layout.n_data), (routed, layout.n_data / layout.n_expert))
    )
    return gradients_s + (everywhere + routed) * _OPTIMISER_BYTES_PER_PARAM / machine.bandwidth_bytes_per_s
