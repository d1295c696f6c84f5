"""Keys and values that serving keeps of a sequence."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import require
from nextdollar.units import Floats

STATE_BYTES_PER_VALUE = 4.0
"""States of linear attention are kept in 32 bit."""


def kv_cache_bytes(
    shape: Transformer,
    n_context_tokens: Floats,
    *,
    bytes_per_value: Floats = 2.0,
    state_bytes_per_value: Floats = STATE_BYTES_PER_VALUE,
    n_sequences: Floats = 1.0,
) -> Floats:
    """Cache of sequences of one length, in bytes over all devices.

    Parameters
    ----------
    shape : Transformer
        Shape of the model.
    n_context_tokens : float or array (...)
        Tokens that a sequence holds, prompt and answer, at least 0.
    bytes_per_value : float or array (...)
        Bytes of a cached key or value, above 0: 2 in 16 bit, 1 in fp8.
    state_bytes_per_value : float or array (...)
        Bytes of a value of the state of linear attention, above 0.
    n_sequences : float or array (...)
        Sequences held at the same time, at least 0.

    Returns
    -------
    float or array (...)
        Bytes. Tensor parallelism repeats it where there are fewer key-value heads than devices: see
        `kv_copies`.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Layers with a full view hold every token, layers with a window at most the window, layers of linear
    attention a state of fixed size. Latent attention holds r_kv + d_rope values per token and layer
    (DeepSeek-V2, arXiv:2405.04434, section 2.1.4), any other 2 h_kv d_h.
    """
    require(np.greater_equal(n_context_tokens, 0), "n_context_tokens", "at least 0", n_context_tokens)
    require(np.greater(bytes_per_value, 0), "bytes_per_value", "above 0", bytes_per_value)
    require(np.greater(state_bytes_per_value, 0), "state_bytes_per_value", "above 0", state_bytes_per_value)
    require(np.greater_equal(n_sequences, 0), "n_sequences", "at least 0", n_sequences)
    held = shape.full_attention_layers * n_context_tokens
    if shape.window is not None:
        held = held + shape.windowed_layers * np.minimum(n_context_tokens, shape.window)
    per_sequence = held * shape.kv_values_per_layer * bytes_per_value
    if shape.linear_attention is not None:
        state = shape.linear_layers * shape.linear_attention.state_values()
        per_sequence = per_sequence + state * state_bytes_per_value
    return per_sequence * n_sequences


def kv_copies(shape: Transformer, tensor_parallel_factor: Floats) -> Floats:
    """How often tensor parallelism holds the cache: 1 where every device has key-value heads of its own.

    Heads are shared out over min(devices, heads); a latent cache belongs to all heads and is held by
    every device, unless attention is data-parallel (a factor of 1 here). Devices at least 1.
    """
    name, devices = "tensor_parallel_factor", tensor_parallel_factor
    require(np.greater_equal(devices, 1), name, "at least 1", devices)
    shares = 1.0 if shape.kv_rank is not None else np.minimum(devices, shape.n_kv_heads)
    return devices / shares


def decode_attention_flop_per_token(shape: Transformer, n_context_tokens: Floats) -> Floats:
    """Work of attention to write one token after a context, in FLOP; weights are not in it.

    Parameters
    ----------
    shape : Transformer
        Shape of the model.
    n_context_tokens : float or array (...)
        Tokens before the one that is written, at least 0.

    Returns
    -------
    float or array (...)
        FLOP per written token.

    Raises
    ------
    DomainError
        If the context is negative.

    Notes
    -----
    2 h (d_qk + d_v) for each cached token and layer. Latent attention decodes in the compressed space,
    the up-projections absorbed into the query: 2 h (2 r_kv + d_rope), more work and far less to read.
    """
    require(np.greater_equal(n_context_tokens, 0), "n_context_tokens", "at least 0", n_context_tokens)
    entries = shape.head_width + shape.value_width
    if shape.kv_rank is not None:
        entries = 2 * shape.kv_rank + shape.rope_width
    seen = shape.full_attention_layers * n_context_tokens
    if shape.window is not None:
        seen = seen + shape.windowed_layers * np.minimum(n_context_tokens, shape.window)
    flop = 2.0 * shape.n_heads * entries * seen
    if shape.linear_attention is not None:
        flop = flop + shape.linear_layers * shape.linear_attention.state_flop_per_token()
    return flop
