"""The shape of a transformer, and what can be counted on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from nextdollar.compute.shapes.linear_attention import LinearAttention
from nextdollar.errors import require
from nextdollar.units import Floats

Counts: TypeAlias = Floats
"""Whole numbers without a unit (layers, heads, entries of a vector): one, or an array of them."""
Attention: TypeAlias = Literal["full", "windowed", "hybrid", "latent"]
Mask: TypeAlias = Literal["causal", "full"]

_MAY_BE_NONE = ("expert_width", "n_full_attention_layers", "window", "kv_rank", "q_rank", "value_head_width")
_AT_LEAST_ONE = ("n_layers", "width", "n_heads", "n_kv_heads", "head_width", "ffn_width", "vocabulary")


@dataclass(frozen=True, slots=True)
class Transformer:
    """A decoder-only transformer: dense or with routed experts, with full, windowed or latent attention.

    Every count is one number, or an array (...) of one shape: many models at once.

    Parameters
    ----------
    n_layers, width, n_heads, n_kv_heads, head_width : number or array (...)
        Blocks, entries of the residual stream, query heads, key-value heads (1 is multi-query, fewer
        than `n_heads` grouped-query), entries of a query head (positional ones included).
    ffn_width : number or array (...)
        Hidden entries of the feed-forward part of a layer without experts.
    vocabulary : number or array (...)
        Rows of the embedding table as stored, padding included.
    n_experts, experts_per_token, expert_width : number or array (...)
        Routed experts of a layer, those that one token visits, and the hidden entries of one; a width
        of None is `ffn_width`. One expert is a dense model.
    shared_expert_width : number or array (...)
        Hidden entries of all experts that every token visits, together; `ffn_width` does not hold them.
    n_dense_layers : number or array (...)
        Layers without experts, wherever they stand.
    n_full_attention_layers, window : number or array (...)
        Layers that see the whole context, None for all (or for none where a window is given); the
        others see the last `window` tokens, or are `linear_attention` where there is no window.
    kv_rank, rope_width, q_rank, value_head_width : number or array (...)
        Multi-head latent attention (DeepSeek-V2, arXiv:2405.04434): entries of the compressed keys and
        values, of the positional key beside them, and of the compressed query (None: not compressed);
        entries of a value head, None where it is `head_width`.
    linear_attention : LinearAttention
        Layers with a state of fixed size instead of a cache.
    gated_attention : bool
        Whether the output of full attention is gated, which doubles the query matrix.
    n_ffn_matrices : number or array (...)
        3 for gated feed-forward parts (SwiGLU), 2 for plain ones.
    n_learned_positions : number or array (...)
        Rows of a table of learned positions.
    vector_params : number or array (...)
        Norms, biases and sinks of the whole model; None takes two norms a layer and one at the end.
    tied_embeddings : bool
        Whether the output head is the input embedding.

    Raises
    ------
    DomainError
        If a count is below 1 (below 0 where a part may be absent), if more is chosen than there is, or
        if layers without a full view are given neither a window nor linear attention.
    """

    n_layers: Counts
    width: Counts
    n_heads: Counts
    n_kv_heads: Counts
    head_width: Counts
    ffn_width: Counts
    vocabulary: Counts
    n_experts: Counts = 1
    experts_per_token: Counts = 1
    expert_width: Counts | None = None
    shared_expert_width: Counts = 0
    n_dense_layers: Counts = 0
    n_full_attention_layers: Counts | None = None
    window: Counts | None = None
    kv_rank: Counts | None = None
    rope_width: Counts = 0
    q_rank: Counts | None = None
    value_head_width: Counts | None = None
    linear_attention: LinearAttention | None = None
    gated_attention: bool = False
    n_ffn_matrices: Counts = 3
    n_learned_positions: Counts = 0
    vector_params: Counts | None = None
    tied_embeddings: bool = False

    def __post_init__(self) -> None:
        for name in (*_AT_LEAST_ONE, "n_experts", "experts_per_token", *_MAY_BE_NONE):
            low = 0 if name == "n_full_attention_layers" else 1
            value = getattr(self, name)
            require(value is None or np.greater_equal(value, low), name, f"at least {low}", value)
        for name in ("shared_expert_width", "n_dense_layers", "rope_width", "n_learned_positions"):
            require(np.greater_equal(getattr(self, name), 0), name, "at least 0", getattr(self, name))
        vectors = self.vector_params
        require(vectors is None or np.greater_equal(vectors, 0), "vector_params", "at least 0", vectors)
        require(np.isin(self.n_ffn_matrices, (2, 3)), "n_ffn_matrices", "2 or 3", self.n_ffn_matrices)
        chosen = ("experts_per_token", "n_experts"), ("n_kv_heads", "n_heads"), ("n_dense_layers", "n_layers")
        for part, whole in (*chosen, ("rope_width", "head_width"), ("n_full_attention_layers", "n_layers")):
            few, many = getattr(self, part), getattr(self, whole)
            require(few is None or np.less_equal(few, many), part, f"at most {whole}", few)
        seen = self.window is not None or self.linear_attention is not None
        rule = "n_layers where there is neither a window nor linear attention"
        full = self.full_attention_layers
        require(seen or np.equal(full, self.n_layers), "n_full_attention_layers", rule, full)

    @property
    def full_attention_layers(self) -> Counts:
        """Layers that see the whole context."""
        if self.n_full_attention_layers is not None:
            return self.n_full_attention_layers
        return self.n_layers if self.window is None else 0 * self.n_layers

    @property
    def windowed_layers(self) -> Counts:
        """Layers that see the last `window` tokens."""
        return 0 * self.n_layers if self.window is None else self.n_layers - self.full_attention_layers

    @property
    def linear_layers(self) -> Counts:
        """Layers whose state does not grow with the context."""
        return self.n_layers - self.full_attention_layers - self.windowed_layers

    @property
    def expert_layers(self) -> Counts:
        """Layers with routed experts."""
        return np.where(np.greater(self.n_experts, 1), self.n_layers - self.n_dense_layers, 0)[()]

    @property
    def attention(self) -> Attention:
        """The word for how it looks back; an array of shapes is named by its widest kind."""
        if self.kv_rank is not None:
            return "latent"
        if not np.any(np.greater(self.n_layers - self.full_attention_layers, 0)):
            return "full"
        return "windowed" if not np.any(np.greater(self.full_attention_layers, 0)) else "hybrid"

    @property
    def value_width(self) -> Counts:
        """Entries of a value head."""
        return self.head_width if self.value_head_width is None else self.value_head_width

    @property
    def attention_params_per_layer(self) -> Counts:
        """Entries of the matrices of one layer of softmax attention."""
        out = self.n_heads * self.value_width * self.width
        query_width = self.n_heads * self.head_width
        if self.kv_rank is None:
            gates = 2 if self.gated_attention else 1
            keys = self.n_kv_heads * (self.head_width + self.value_width) * self.width
            return gates * query_width * self.width + keys + out
        query = query_width * self.width
        if self.q_rank is not None:
            query = self.q_rank * (self.width + query_width)
        unrotated = self.head_width - self.rope_width
        raised = self.kv_rank * self.n_heads * (unrotated + self.value_width)
        return query + self.width * (self.kv_rank + self.rope_width) + raised + out

    @property
    def expert_params(self) -> Counts:
        """Entries of the matrices of one routed expert."""
        hidden = self.ffn_width if self.expert_width is None else self.expert_width
        return self.n_ffn_matrices * self.width * hidden

    @property
    def params_routed(self) -> Counts:
        """Parameters of all routed experts."""
        return self.expert_layers * self.n_experts * self.expert_params

    @property
    def params_embedding(self) -> Counts:
        """Parameters of the input embedding, the output head and the learned positions."""
        tables = 1 if self.tied_embeddings else 2
        return (tables * self.vocabulary + self.n_learned_positions) * self.width

    @property
    def params_non_embedding(self) -> Counts:
        """Parameters without both embedding tables: what the scaling laws of 2020 called the size."""
        softmax_layers = self.n_layers - self.linear_layers
        mixing = softmax_layers * self.attention_params_per_layer
        if self.linear_attention is not None:
            mixing = mixing + self.linear_layers * self.linear_attention.params(self.width)
        dense = (self.n_layers - self.expert_layers) * self.n_ffn_matrices * self.width * self.ffn_width
        always = self.n_experts + self.n_ffn_matrices * self.shared_expert_width
        routing = self.expert_layers * always * self.width
        norms = (2 * self.n_layers + 1) * self.width
        vectors = norms if self.vector_params is None else self.vector_params
        return mixing + dense + routing + self.params_routed + vectors

    @property
    def params(self) -> Counts:
        """All parameters."""
        return self.params_non_embedding + self.params_embedding

    @property
    def params_active(self) -> Counts:
        """Parameters less the routed experts that a token does not visit; all of them where it is dense."""
        idle = (self.n_experts - self.experts_per_token) * self.expert_params
        return self.params - self.expert_layers * idle

    @property
    def params_multiplied(self) -> Counts:
        """Active parameters that a token is multiplied by: with the output head, without look-ups.

        The N of 6 N D. Some papers print it as the active parameters, others `params_active`.
        """
        looked_up = self.n_learned_positions + (0 if self.tied_embeddings else self.vocabulary)
        return self.params_active - looked_up * self.width

    @property
    def kv_values_per_layer(self) -> Counts:
        """Entries that one token adds to the cache of one layer: 2 h_kv d_h, or r_kv + d_rope."""
        if self.kv_rank is not None:
            return self.kv_rank + self.rope_width
        return self.n_kv_heads * (self.head_width + self.value_width)

    def kv_bytes_per_token(self, bytes_per_value: Floats = 2.0) -> Floats:
        """Bytes that one token adds to the key-value cache while no window is full; 2 is 16 bit.

        Layers of linear attention add nothing; `kv_cache_bytes` knows windows and states.
        """
        require(np.greater(bytes_per_value, 0), "bytes_per_value", "above 0", bytes_per_value)
        layers = self.full_attention_layers + self.windowed_layers
        return layers * self.kv_values_per_layer * bytes_per_value

    def forward_flop_per_token(self, n_context_tokens: Floats, *, mask: Mask = "causal") -> Floats:
        """Mean work of a forward pass in FLOP per token of a sequence.

        Parameters
        ----------
        n_context_tokens : float or array (...)
            Tokens of the sequence, at least 0.
        mask : {"causal", "full"}
            "causal" counts what a token may see (half the sequence on average), "full" all pairs, as
            papers that count hardware work do.

        Returns
        -------
        float or array (...)
            FLOP per token; three times this is a step of training (`training_flop_per_token`).

        Raises
        ------
        DomainError
            If the context is negative.

        Notes
        -----
        2 N + 2 h (d_qk + d_v) x keys seen, summed over layers: 4 L h d_h s (full) or 2 L h d_h s
        (causal) where nothing is windowed (Chowdhery et al. 2022, PaLM, arXiv:2204.02311, appendix B,
        counts 12 L h d_h s for training). N is `params_multiplied`. With a window w and a causal mask
        a token of a longer sequence sees w - w**2 / (2 s) keys on average.
        """
        require(np.greater_equal(n_context_tokens, 0), "n_context_tokens", "at least 0", n_context_tokens)
        half = 0.5 if mask == "causal" else 1.0
        pairs = self.full_attention_layers * (half * n_context_tokens)
        if self.window is not None:
            near = np.minimum(n_context_tokens, self.window)
            masked = near / np.maximum(n_context_tokens, 1) * (1 - half)
            pairs = pairs + self.windowed_layers * near * (1 - masked)
        flop = (
            2.0 * self.params_multiplied + 2.0 * self.n_heads * (self.head_width + self.value_width) * pairs
        )
        if self.linear_attention is not None:
            flop = flop + self.linear_layers * self.linear_attention.state_flop_per_token()
        return flop

    def training_flop_per_token(self, n_context_tokens: Floats, *, mask: Mask = "causal") -> Floats:
        """Work of training in FLOP per token: three forward passes, and no recomputation."""
        return 3.0 * self.forward_flop_per_token(n_context_tokens, mask=mask)
