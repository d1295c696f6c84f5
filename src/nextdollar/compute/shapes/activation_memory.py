"""What training keeps on a device beside the weights: activations for the backward pass."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import Floats

Recompute: TypeAlias = Literal["none", "selective", "full"]

ACTIVATION_SOURCE = Source(
    "Korthikanti et al. 2022, Reducing activation recomputation in large transformer models",
    "section 4, table 2",
    "https://arxiv.org/abs/2205.05198",
)
_BYTES = 2.0
"""Activations are 16 bit; dropout masks are one byte."""


def activation_bytes_per_layer(
    shape: Transformer,
    n_sequence_tokens: Floats,
    *,
    n_sequences: Floats = 1.0,
    tensor_parallel_factor: Floats = 1.0,
    sequence_parallel: bool = False,
    recompute: Recompute = "none",
    dropout: bool = False,
) -> Floats:
    """Activations that one layer keeps for the backward pass, in bytes per device.

    Parameters
    ----------
    shape : Transformer
        Shape of the model.
    n_sequence_tokens, n_sequences : float or array (...)
        Tokens of a sequence and sequences of a micro-batch, at least 0.
    tensor_parallel_factor : float or array (...)
        Devices over which each matrix is split, at least 1.
    sequence_parallel : bool
        Whether norms and residuals are split over them too.
    recompute : {"none", "selective", "full"}
        "selective" keeps everything but the scores of attention, which is also what a fused kernel
        (FlashAttention) does; "full" keeps the input of the layer alone.
    dropout : bool
        Whether masks of dropout are kept, a byte per value, as in the models of 2022.

    Returns
    -------
    float or array (...)
        Bytes of one layer and one micro-batch.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    For a layer of width d with 4 d hidden entries, two matrices and dropout this is
    s b d (34 + 5 h s / d): inputs of norms 4, of attention 2, of the feed-forward part 2, masks 2
    (not split without sequence parallelism: 10 with them); queries, keys, values and their mix 8, hidden
    entries 16 (split: 24); scores 5 h s / d. Gated parts keep four hidden vectors instead of two. A
    token keeps those of the experts it visits, as if they were one.
    """
    require(np.greater_equal(n_sequence_tokens, 0), "n_sequence_tokens", "at least 0", n_sequence_tokens)
    require(np.greater_equal(n_sequences, 0), "n_sequences", "at least 0", n_sequences)
    name, split = "tensor_parallel_factor", tensor_parallel_factor
    require(np.greater_equal(split, 1), name, "at least 1", split)
    tokens = n_sequence_tokens * n_sequences
    whole_split = split if sequence_parallel else 1.0
    if recompute == "full":
        return _BYTES * tokens * shape.width / whole_split
    whole = (4 * _BYTES + (2 if dropout else 0)) * shape.width
    query, value = shape.n_heads * shape.head_width, shape.n_heads * shape.value_width
    keys = shape.n_kv_heads * (shape.head_width + shape.value_width)
    shared = _BYTES * (query + keys + value + _hidden_entries(shape))
    scores = (2 * _BYTES + (1 if dropout else 0)) * shape.n_heads * n_sequence_tokens
    kept = scores if recompute == "none" else 0.0
    return tokens * (whole / whole_split + (shared + kept) / split)


def _hidden_entries(shape: Transformer) -> Floats:
    """Hidden values that the feed-forward part of a mean layer keeps for a token."""
    expert = shape.ffn_width if shape.expert_width is None else shape.expert_width
    routed = shape.experts_per_token * expert + shape.shared_expert_width
    with_experts = shape.expert_layers / shape.n_layers
    kept_vectors = np.where(np.equal(shape.n_ffn_matrices, 3), 4.0, 2.0)[()]
    return kept_vectors * ((1 - with_experts) * shape.ffn_width + with_experts * routed)


def training_state_bytes(
    params: Floats,
    *,
    weight_bytes_per_param: Floats = 2.0,
    gradient_bytes_per_param: Floats = 2.0,
    optimiser_bytes_per_param: Floats = 12.0,
) -> Floats:
    """Weights, gradients and optimiser state of training, in bytes over all devices.

    Parameters
    ----------
    params : float or array (...)
        Parameters, at least 0.
    weight_bytes_per_param, gradient_bytes_per_param : float or array (...)
        2 in 16 bit; gradients kept in 32 bit are 4. At least 0.
    optimiser_bytes_per_param : float or array (...)
        12 for Adam: a master copy and two moments in 32 bit. At least 0.

    Returns
    -------
    float or array (...)
        Bytes: 16 per parameter by default, 18 with gradients in 32 bit.

    Raises
    ------
    DomainError
        If an argument is negative.

    Notes
    -----
    Rajbhandari et al. 2020 (ZeRO, arXiv:1910.02054), section 3.1: 2 + 2 + 12 bytes. Divided over
    tensor- and pipeline-parallel devices; how far over data-parallel ones is the stage of ZeRO.
    """
    require(np.greater_equal(params, 0), "params", "at least 0", params)
    parts = {
        "weight_bytes_per_param": weight_bytes_per_param,
        "gradient_bytes_per_param": gradient_bytes_per_param,
        "optimiser_bytes_per_param": optimiser_bytes_per_param,
    }
    for name, part in parts.items():
        require(np.greater_equal(part, 0), name, "at least 0", part)
    return params * (weight_bytes_per_param + gradient_bytes_per_param + optimiser_bytes_per_param)
