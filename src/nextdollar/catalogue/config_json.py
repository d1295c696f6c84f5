"""The text of a Hugging Face config.json as a Transformer; nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nextdollar.catalogue.config_families import FAMILIES, LLAMA_LIKE, NOT_COUNTED, Family
from nextdollar.compute.shapes.linear_attention import LinearAttention
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.errors import CatalogueError, DomainError

_SHOWN = 60
"""Characters of a value that a message shows."""
_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
_WIDTH = ("hidden_size", "n_embd", "d_model", "n_embed")
_HEADS = ("num_attention_heads", "n_head", "n_heads")
_KV_HEADS = ("num_key_value_heads", "num_kv_heads", "n_head_kv")
_FFN = ("dense_intermediate_size", "intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size")
_EXPERTS = ("n_routed_experts", "num_local_experts", "num_experts")
_KINDS = ("full_attention", "sliding_attention", "chunked_attention", "linear_attention")
_PER_TOKEN = ("num_experts_per_tok", "experts_per_token", "top_k_experts")


@dataclass(frozen=True, slots=True)
class ConfigShape:
    """The shape in a config.json, the family it names, and what was assumed or left out, in words."""

    shape: Transformer
    model_type: str
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Config:
    """Cells of a config.json, with the faults and notes met on the way."""

    file: str
    cells: Mapping[str, Any]
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, name: str, rule: str, value: object) -> None:
        """Keep a fault."""
        found = json.dumps(value)
        shown = found if len(found) <= _SHOWN else found[:_SHOWN] + " ..."
        self.faults.append(f"{self.file}: {name} must be {rule}, got {shown}")

    def count(self, names: tuple[str, ...], default: int | None = None, *, low: int = 1) -> int:
        """Return the first of some keys that is set, as a whole number; a fault gives 1."""
        for name in names:
            value = self.cells.get(name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < low:
                self.fault(name, f"a whole number, at least {low}", value)
                return max(low, 1)
            return value
        if default is None:
            self.fault(names[0], "given", None)
            return 1
        return default

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a key as yes or no."""
        value = self.cells.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(name, "true or false", value)
        return bool(value)

    def words(self, name: str) -> list[Any]:
        """Return a key as a list, empty where it is not set."""
        value = self.cells.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(name, "a list", value)
            return []
        return value


def parse_config_json(text: str, file: str = "config.json") -> ConfigShape:
    """Shape of the model that a config.json describes.

    Parameters
    ----------
    text : str
        The file's text, as Hugging Face hosts it. Of a model that sees or hears, the language part is
        read (`text_config`).
    file : str
        Name for messages.

    Returns
    -------
    ConfigShape
        The shape, with notes on what the file does not say.

    Raises
    ------
    CatalogueError
        With every fault at once: what is missing, no whole number, or a shape that is not counted here
        (encoder-decoders, state-space layers, heads of two widths).
    """
    config = _Config(file, _language_part(text, file))
    model_type = str(config.cells.get("model_type", ""))
    family = FAMILIES.get(model_type, LLAMA_LIKE)
    if model_type not in FAMILIES:
        config.notes.append(f"model_type {model_type or 'not given'} is counted as llama is")
    for name, words in NOT_COUNTED.items():
        if config.cells.get(name):
            config.fault(name, f"unset, {words} are not counted", config.cells[name])
    fields = _fields(config, family)
    if config.faults:
        raise CatalogueError("; ".join(config.faults))
    try:
        shape = Transformer(**fields)
    except DomainError as fault:
        raise CatalogueError(f"{file}: {fault}") from None
    return ConfigShape(shape, model_type, tuple(config.notes))


def _language_part(text: str, file: str) -> Mapping[str, Any]:
    """Return the cells that describe the language model."""
    try:
        cells = json.loads(text)
    except json.JSONDecodeError as fault:
        raise CatalogueError(f"{file}:{fault.lineno}:{fault.colno}: text must be JSON, {fault.msg}") from None
    if not isinstance(cells, dict):
        raise CatalogueError(f"{file}: text must be a JSON object, got {type(cells).__name__}")
    part = cells.get("text_config")
    return {**cells, **part} if isinstance(part, dict) else cells


def _fields(config: _Config, family: Family) -> dict[str, Any]:
    """Return the fields of the Transformer."""
    n_layers, width = config.count(_LAYERS), config.count(_WIDTH)
    n_heads = config.count(_HEADS)
    alone = 1 if config.cells.get("multi_query") is True else n_heads
    fields: dict[str, Any] = {
        "n_layers": n_layers,
        "width": width,
        "n_heads": n_heads,
        "n_kv_heads": config.count(_KV_HEADS, alone),
        "vocabulary": config.count(("vocab_size",)),
        "n_ffn_matrices": family.n_ffn_matrices,
        "tied_embeddings": config.flag("tie_word_embeddings", family.tied_embeddings),
        "gated_attention": config.flag("attn_output_gate", config.cells.get("model_type") == "qwen3_next"),
    }
    if family.learned_positions:
        fields["n_learned_positions"] = config.count((family.learned_positions,)) + family.position_offset
    fields |= _heads(config, width, n_heads) | _ffn(config, family, n_layers, width)
    fields |= _views(config, family, n_layers)
    vectors = _vectors(config, family, fields)
    if vectors != (2 * n_layers + 1) * width:
        fields["vector_params"] = vectors
    return fields


def _heads(config: _Config, width: int, n_heads: int) -> dict[str, Any]:
    """Return the width of a head, and the ranks of latent attention."""
    if config.cells.get("kv_lora_rank") is None:
        if config.cells.get("head_dim") is None and width % n_heads:
            config.fault("head_dim", f"given where {n_heads} heads do not divide {width}", None)
        return {"head_width": config.count(("head_dim",), max(width // n_heads, 1))}
    rope = config.count(("qk_rope_head_dim",), low=0)
    ranks: dict[str, Any] = {
        "kv_rank": config.count(("kv_lora_rank",)),
        "rope_width": rope,
        "head_width": config.count(("qk_nope_head_dim",)) + rope,
        "value_head_width": config.count(("v_head_dim",)),
    }
    if config.cells.get("q_lora_rank") is not None:
        ranks["q_rank"] = config.count(("q_lora_rank",))
    if config.cells.get("index_topk"):
        config.notes.append("sparse attention is counted as full, without its indexer")
    return ranks


def _ffn(config: _Config, family: Family, n_layers: int, width: int) -> dict[str, Any]:
    """Return the feed-forward part, dense and routed."""
    n_experts = config.count(_EXPERTS, 1, low=0)
    n_dense_layers = _dense_layers(config, n_layers) if n_experts > 1 else n_layers
    default = None if family.ffn_multiple is None else family.ffn_multiple * width
    if n_dense_layers == 0 and config.cells.get("intermediate_size") is None:
        default = config.count(("moe_intermediate_size",))
    ffn_width = config.count(_FFN, default)
    if n_experts <= 1:
        return {"ffn_width": ffn_width}
    given = ffn_width if family.experts_have_ffn_width else None
    expert_width = config.count(("moe_intermediate_size",), given)
    shared = config.count(("shared_expert_intermediate_size", "shared_intermediate_size"), 0, low=0)
    shared = shared or expert_width * config.count(("n_shared_experts",), 0, low=0)
    if config.cells.get("interleave_moe_layer_step") is not None:
        # Llama 4: one shared expert beside the routed ones, and a dense width of its own.
        shared, ffn_width = expert_width, config.count(("intermediate_size_mlp",), ffn_width)
    return {
        "ffn_width": ffn_width,
        "n_experts": n_experts,
        "experts_per_token": config.count(_PER_TOKEN),
        "expert_width": expert_width,
        "shared_expert_width": shared,
        "n_dense_layers": n_dense_layers,
    }


def _dense_layers(config: _Config, n_layers: int) -> int:
    """Return how many layers have no experts."""
    if isinstance(config.cells.get("moe_layer_freq"), list):
        return sum(1 for word in config.words("moe_layer_freq") if word == 0)
    step = config.count(("interleave_moe_layer_step", "decoder_sparse_step"), 1)
    apart = n_layers - n_layers // step
    return apart + config.count(("first_k_dense_replace",), 0, low=0) + len(config.words("mlp_only_layers"))


def _views(config: _Config, family: Family, n_layers: int) -> dict[str, Any]:
    """Return which layers see everything, and what the others see."""
    kinds = config.words("layer_types")
    if kinds and len(kinds) != n_layers:
        config.fault("layer_types", f"of {n_layers} layers", len(kinds))
    for kind in kinds:
        if kind not in _KINDS:
            config.fault("layer_types", f"of {', '.join(_KINDS)}", kind)
    every = config.count(("full_attention_interval", "sliding_window_pattern"), family.full_every or 0, low=0)
    full = kinds.count("full_attention") if kinds else (n_layers // every if every else 0)
    if "linear_attention" in kinds or config.cells.get("linear_num_value_heads") is not None:
        names = ("num_key_heads", "num_value_heads", "key_head_dim", "value_head_dim", "conv_kernel_dim")
        counts = [config.count((f"linear_{name}",)) for name in names]
        return {"n_full_attention_layers": full, "linear_attention": LinearAttention(*counts)}
    has_window = config.cells.get("sliding_window", config.cells.get("attention_chunk_size")) is not None
    if not has_window or not config.flag("use_sliding_window", True):
        if full < len(kinds):
            config.fault("sliding_window", "given where layers have one", None)
        return {}
    if config.cells.get("sliding_window") is None:
        config.notes.append("attention within chunks is counted as a window of their length")
    window = config.count(("sliding_window", "attention_chunk_size"))
    return {"n_full_attention_layers": full or None, "window": window}


def _vectors(config: _Config, family: Family, fields: Mapping[str, Any]) -> int:
    """Return the parameters of norms and biases."""
    width, n_layers, n_heads = fields["width"], fields["n_layers"], fields["n_heads"]
    entries = family.n_norms * width + fields.get("kv_rank", 0) + fields.get("q_rank", 0)
    head = fields["head_width"]
    biased = family.biases or ("all" if config.flag("attention_bias") else "")
    if family.has_shared_gate:
        entries += width
    if biased:
        entries += (n_heads + 2 * fields["n_kv_heads"]) * head
    if biased == "all":
        entries += width
        if fields.get("n_experts", 1) == 1:
            entries += fields["ffn_width"] * (fields["n_ffn_matrices"] - 1) + width
        else:
            per_expert = fields["expert_width"] * (fields["n_ffn_matrices"] - 1) + width
            entries += fields["n_experts"] * (per_expert + 1) + n_heads
    n_norms = n_layers if not fields.get("linear_attention") else fields["n_full_attention_layers"]
    norms_of_heads = 2 * head * n_norms if family.has_query_key_norms else 0
    return int(n_layers * entries + norms_of_heads + family.n_final_norms * width)
