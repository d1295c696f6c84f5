"""What training keeps on each GPU, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.shapes.activation_memory import Recompute, activation_bytes_per_layer
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.compute.training.parallelism import Layout
from nextdollar.compute.training.step_time import StepBatch
from nextdollar.errors import require
from nextdollar.units import Floats

ZeroStage: TypeAlias = Literal[0, 1, 2, 3]
"""What ZeRO spreads over the data-parallel copies: nothing, moments, and gradients, and weights."""

_LOGIT_BYTES = 4.0


@dataclass(frozen=True, slots=True)
class StateBytes:
    """Bytes per parameter in training; each at least 0.

    The defaults are 16: weights and gradients in 16 bit, a master copy and two moments of Adam in 32 bit
    (Rajbhandari et al. 2020, section 3.1, arXiv:1910.02054). Megatron keeps gradients in 32 bit, 18.
    """

    weight_bytes: float = 2.0
    gradient_bytes: float = 2.0
    optimiser_bytes: float = 12.0

    def __post_init__(self) -> None:
        for name in ("weight_bytes", "gradient_bytes", "optimiser_bytes"):
            require(getattr(self, name) >= 0, name, "at least 0", getattr(self, name))


@dataclass(frozen=True, slots=True)
class TrainingMemory:
    """Bytes on the fullest GPU, by use; each a number or an array (...)."""

    weights_bytes: Floats
    gradients_bytes: Floats
    optimiser_bytes: Floats
    activations_bytes: Floats

    @property
    def state_bytes(self) -> Floats:
        """Weights, gradients and optimiser state."""
        return self.weights_bytes + self.gradients_bytes + self.optimiser_bytes

    @property
    def total_bytes(self) -> Floats:
        """All of it; buffers of the framework and fragments come on top."""
        return self.state_bytes + self.activations_bytes

    def fits(self, memory_bytes: Floats, usable_share: float = 0.9) -> bool | NDArray[np.bool_]:
        """Whether it fits into the usable share of a GPU's memory."""
        return np.less_equal(self.total_bytes, usable_share * memory_bytes)[()]


def training_memory(
    shape: Transformer,
    layout: Layout,
    *,
    batch: StepBatch,
    recompute: Recompute = "selective",
    zero_stage: ZeroStage = 1,
    state: StateBytes | None = None,
    dropout: bool = False,
) -> TrainingMemory:
    """Memory that training takes on the fullest GPU of a layout.

    Parameters
    ----------
    shape : Transformer
        Shape of the model.
    layout : Layout
        How it is cut over GPUs.
    batch : StepBatch
        Tokens of one step.
    recompute : {"none", "selective", "full"}
        What the backward pass computes again, and so what need not be kept.
    zero_stage : {0, 1, 2, 3}
        What is spread over the data-parallel copies.
    state : StateBytes, optional
        Bytes per parameter; None takes 16.
    dropout : bool
        Whether masks of dropout are kept.

    Returns
    -------
    TrainingMemory
        Bytes by use.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    The first stage of a pipeline of p holds min(p, m) micro-batches of its L / p layers, rounded up, at
    once, and with v > 1 interleaved chunks 1 + (p - 1) / (p v) times that (Korthikanti et al. 2022,
    section 4.2.3, arXiv:2205.05198); also an embedding table. Without a pipeline it holds the logits
    too, in 32 bit. Full recomputation keeps the input of each layer, and all of one layer while it runs
    again. Routed experts are spread over the copies that share them (`n_expert`); what a token keeps of the
    experts it visits is the same on average.
    """
    held = StateBytes() if state is None else state
    # The first stage holds an embedding table, and of a tied pair the only one.
    one_end = np.equal(layout.n_pipeline, 1) | shape.tied_embeddings
    table = shape.params_embedding * np.where(one_end, 1.0, 0.5)[()]
    stage_share = _stage_layers(shape, layout) / shape.n_layers
    params = (shape.params_non_embedding * stage_share + table) / layout.n_tensor
    # Copies that share their experts hold a part of them each; what ZeRO spreads is spread as evenly as ever.
    elsewhere = shape.params_routed * stage_share / layout.n_tensor * (1 - 1 / layout.n_expert)
    spread, held_here = params / layout.n_data, params - elsewhere
    return TrainingMemory(
        weights_bytes=(spread if zero_stage >= 3 else held_here) * held.weight_bytes,
        gradients_bytes=(spread if zero_stage >= 2 else held_here) * held.gradient_bytes,
        optimiser_bytes=(spread if zero_stage >= 1 else held_here) * held.optimiser_bytes,
        activations_bytes=_activations_bytes(shape, layout, batch, recompute, dropout),
    )


def _stage_layers(shape: Transformer, layout: Layout) -> Floats:
    """Layers of the fullest stage."""
    return np.ceil(shape.n_layers / layout.n_pipeline)


def _activations_bytes(
    shape: Transformer, layout: Layout, batch: StepBatch, recompute: Recompute, dropout: bool
) -> Floats:
    """Activations of the micro-batches in flight on the first stage, in bytes per GPU."""
    per_layer = _layer_bytes(shape, layout, batch, recompute, dropout)
    stages, chunks = layout.n_pipeline, layout.n_interleaved
    n_microbatches = batch.n_sequences / (layout.n_data * batch.n_sequences_per_microbatch)
    in_flight = np.minimum(stages, np.maximum(n_microbatches, 1))
    more = np.where(np.greater(chunks, 1), 1 + (stages - 1) / (stages * chunks), 1.0)
    kept = per_layer * _stage_layers(shape, layout) * in_flight * more
    if recompute == "full":
        kept = kept + _layer_bytes(shape, layout, batch, "none", dropout)
    tokens = batch.n_sequence_tokens * batch.n_sequences_per_microbatch
    logits = tokens * shape.vocabulary * _LOGIT_BYTES / layout.n_tensor
    return (kept + np.where(np.equal(stages, 1), logits, 0.0))[()]


def _layer_bytes(
    shape: Transformer, layout: Layout, batch: StepBatch, recompute: Recompute, dropout: bool
) -> Floats:
    """Activations that one layer keeps for one micro-batch, in bytes per GPU."""
    return activation_bytes_per_layer(
        shape,
        batch.n_sequence_tokens,
        n_sequences=batch.n_sequences_per_microbatch,
        tensor_parallel_factor=layout.n_tensor,
        sequence_parallel=layout.sequence_parallel,
        recompute=recompute,
        dropout=dropout,
    )
