"""What is served, on what, how it is spread, and for whom: the plain numbers of the serving model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.compute.shapes.kv_cache import decode_attention_flop_per_token
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import require
from nextdollar.units import Floats

NO_WINDOW_TOKENS = float("inf")
"""Window of a model whose layers all see the whole context."""


@dataclass(frozen=True, slots=True)
class ServedModel:
    """What serving needs to know of a model; each number one value or an array (...) of one shape.

    Parameters
    ----------
    params, params_active : float or array (...)
        All parameters, and those that one token passes through; above 0, active at most all.
    n_layers, n_width : float or array (...)
        Blocks, and entries of the residual stream; at least 1.
    kv_values_per_token : float or array (...)
        Entries that a token adds to the cache of all layers, at least 0.
    n_kv_shards : float or array (...)
        Devices that can hold different parts of the cache: key-value heads, 1 where it is latent.
    n_experts, experts_per_token : float or array (...)
        Routed experts of a layer and those that a token visits; 1 and 1 is a dense model.
    decode_flop_per_pair, prefill_flop_per_pair : float or array (...)
        Work of attention for a token that looks at another, in FLOP over all layers, at least 0. They
        differ for latent attention, which decodes in the compressed space.
    weight_bytes_per_param, kv_bytes_per_value : float or array (...)
        2 in 16 bit, 1 in fp8, 0.5625 in 4 bit with its scales; above 0.
    windowed_share, n_window_tokens : float or array (...)
        Share of the layers (by cached entries) that see the last tokens only, and how many.

    Raises
    ------
    DomainError
        If a number leaves its domain.
    """

    params: Floats
    params_active: Floats
    n_layers: Floats
    n_width: Floats
    kv_values_per_token: Floats
    n_kv_shards: Floats = 1.0
    n_experts: Floats = 1.0
    experts_per_token: Floats = 1.0
    decode_flop_per_pair: Floats = 0.0
    prefill_flop_per_pair: Floats = 0.0
    weight_bytes_per_param: Floats = 2.0
    kv_bytes_per_value: Floats = 2.0
    windowed_share: Floats = 0.0
    n_window_tokens: Floats = NO_WINDOW_TOKENS

    def __post_init__(self) -> None:
        for name in ("params", "params_active", "weight_bytes_per_param", "kv_bytes_per_value"):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))
        for name in ("n_layers", "n_width", "n_kv_shards", "n_experts", "experts_per_token"):
            require(np.greater_equal(getattr(self, name), 1), name, "at least 1", getattr(self, name))
        for name in ("kv_values_per_token", "decode_flop_per_pair", "prefill_flop_per_pair"):
            require(np.greater_equal(getattr(self, name), 0), name, "at least 0", getattr(self, name))
        require(np.greater(self.n_window_tokens, 0), "n_window_tokens", "above 0", self.n_window_tokens)
        share_ok = np.greater_equal(self.windowed_share, 0) & np.less_equal(self.windowed_share, 1)
        require(share_ok, "windowed_share", "at least 0 and at most 1", self.windowed_share)
        for few, many in (("params_active", "params"), ("experts_per_token", "n_experts")):
            ok = np.less_equal(getattr(self, few), getattr(self, many))
            require(ok, few, f"at most {many}", getattr(self, few))

    @property
    def params_routed(self) -> Floats:
        """Parameters of all routed experts: (N - N_active) / (1 - k / E), 0 for a dense model."""
        idle = np.subtract(self.n_experts, self.experts_per_token)
        # Counts: where experts are idle, at least one is.
        routed = (self.params - self.params_active) * (self.n_experts * (idle > 0) / np.maximum(idle, 1.0))
        # Rounded published counts can ask for more experts than the active parameters leave room for.
        most = np.minimum(self.params, self.params_active * (self.n_experts / self.experts_per_token))
        return np.minimum(routed, most)

    @property
    def params_always(self) -> Floats:
        """Parameters that every token passes through."""
        return self.params_active - self.params_routed * (self.experts_per_token / self.n_experts)

    def tokens_seen(self, n_context_tokens: Floats) -> Floats:
        """Tokens of a context that a layer holds and looks at, averaged over the layers."""
        if np.ndim(self.windowed_share) == 0 and self.windowed_share == 0:
            return n_context_tokens
        near = np.minimum(n_context_tokens, self.n_window_tokens)
        return n_context_tokens + self.windowed_share * (near - n_context_tokens)

    def kv_bytes(self, n_context_tokens: Floats) -> Floats:
        """Bytes of the cache of one sequence, over all devices, held once."""
        return self.tokens_seen(n_context_tokens) * self.kv_values_per_token * self.kv_bytes_per_value


def served_model(
    shape: Transformer, *, weight_bytes_per_param: Floats = 2.0, kv_bytes_per_value: Floats = 2.0
) -> ServedModel:
    """What serving needs of a shape; states of linear attention are left out, being of fixed size."""
    layers = shape.full_attention_layers + shape.windowed_layers
    latent = shape.kv_rank is not None
    keys = shape.head_width + shape.value_width
    prefill_per_pair = 2.0 * shape.n_heads * keys * layers
    decode_per_pair = prefill_per_pair
    if latent:
        decode_per_pair = decode_attention_flop_per_token(shape, 1.0)
    windowed = np.true_divide(shape.windowed_layers, np.maximum(layers, 1))
    return ServedModel(
        params=shape.params,
        params_active=shape.params_active,
        n_layers=shape.n_layers,
        n_width=shape.width,
        kv_values_per_token=layers * shape.kv_values_per_layer,
        n_kv_shards=1.0 if latent else shape.n_kv_heads,
        n_experts=shape.n_experts,
        experts_per_token=shape.experts_per_token,
        decode_flop_per_pair=decode_per_pair,
        prefill_flop_per_pair=prefill_per_pair,
        weight_bytes_per_param=weight_bytes_per_param,
        kv_bytes_per_value=kv_bytes_per_value,
        windowed_share=windowed,
        n_window_tokens=NO_WINDOW_TOKENS if shape.window is None else shape.window,
    )


@dataclass(frozen=True, slots=True)
class Server:
    """One GPU by its data sheet: dense peaks in FLOP/s, bytes, bytes per second. All above 0.

    `peak_flop_per_s` is the peak at the precision that the weights are multiplied in (bf16 where only
    the weights are narrow), `attention_flop_per_s` that of attention, bf16 as a rule.
    `link_bytes_per_s` is one direction of the scale-up link of a GPU.
    """

    peak_flop_per_s: Floats
    attention_flop_per_s: Floats
    bandwidth_bytes_per_s: Floats
    memory_bytes: Floats
    link_bytes_per_s: Floats

    def __post_init__(self) -> None:
        for name in self.__slots__:
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))


@dataclass(frozen=True, slots=True)
class Layout:
    """How one instance is spread over GPUs.

    `n_gpus` hold one copy of the experts, `n_attention_replicas` of them serve different sequences
    with a full copy of everything else (1 is tensor parallelism, `n_gpus` full attention-data
    parallelism), in `n_stages` of a pipeline. At least 1; replicas and stages together at most n_gpus.
    """

    n_gpus: Floats
    n_attention_replicas: Floats = 1.0
    n_stages: Floats = 1.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            require(np.greater_equal(getattr(self, name), 1), name, "at least 1", getattr(self, name))
        parts = np.multiply(self.n_attention_replicas, self.n_stages)
        require(np.less_equal(parts, self.n_gpus), "n_attention_replicas x n_stages", "at most n_gpus", parts)

    @property
    def gpus_per_stage(self) -> Floats:
        """GPUs that work on one layer at a time."""
        return self.n_gpus / self.n_stages

    @property
    def gpus_per_replica(self) -> Floats:
        """GPUs that share the attention of one sequence."""
        return self.n_gpus / (self.n_stages * self.n_attention_replicas)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A model on servers in a layout."""

    model: ServedModel
    server: Server
    layout: Layout

    @property
    def kv_shards(self) -> Floats:
        """Devices of a stage that hold different parts of the cache."""
        shared = np.minimum(self.layout.gpus_per_replica, self.model.n_kv_shards)
        return shared * self.layout.n_attention_replicas


@dataclass(frozen=True, slots=True)
class ServingLoad:
    """Requests in flight at an instance, and their lengths in tokens; each at least 1."""

    n_concurrent: Floats
    n_prompt_tokens: Floats
    n_output_tokens: Floats

    def __post_init__(self) -> None:
        for name in self.__slots__:
            require(np.greater_equal(getattr(self, name), 1), name, "at least 1", getattr(self, name))

    @property
    def n_context_tokens(self) -> Floats:
        """Tokens before the one that is written, on average over the answer."""
        return self.n_prompt_tokens + 0.5 * self.n_output_tokens
