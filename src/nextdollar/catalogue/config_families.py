"""What a config.json of a model family leaves unsaid: defaults that stand in the code of the family."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Family:
    """Conventions of one `model_type`, as its code in Hugging Face transformers has them.

    `n_norms` counts vectors of the width in a layer (a norm with a bias is two), `n_final_norms` those
    after the last layer; `has_query_key_norms` adds one vector per head kind. `biases` says which
    matrices of a layer have one: "", "qkv" or "all". `has_shared_gate` is a vector that weighs the shared
    expert.
    """

    n_ffn_matrices: int = 3
    n_norms: int = 2
    n_final_norms: int = 1
    has_query_key_norms: bool = False
    biases: str = ""
    tied_embeddings: bool = False
    learned_positions: str = ""
    position_offset: int = 0
    ffn_multiple: int | None = None
    experts_have_ffn_width: bool = False
    full_every: int | None = None
    has_shared_gate: bool = False


_GPT = Family(n_ffn_matrices=2, n_norms=4, n_final_norms=2, ffn_multiple=4)
LLAMA_LIKE = Family()
"""Taken for a model type that is not listed."""

FAMILIES: dict[str, Family] = {
    "llama": LLAMA_LIKE,
    "mistral": LLAMA_LIKE,
    "deepseek_v2": LLAMA_LIKE,
    "deepseek_v3": LLAMA_LIKE,
    "kimi_k2": LLAMA_LIKE,
    "mixtral": Family(experts_have_ffn_width=True),
    "minimax_m2": Family(experts_have_ffn_width=True),
    "llama4_text": Family(experts_have_ffn_width=True, full_every=4),
    "gpt_oss": Family(experts_have_ffn_width=True, biases="all"),
    "qwen2": Family(biases="qkv"),
    "qwen3": Family(has_query_key_norms=True),
    "qwen3_moe": Family(has_query_key_norms=True),
    "qwen3_next": Family(has_query_key_norms=True, has_shared_gate=True),
    "qwen3_5_text": Family(has_query_key_norms=True),
    "qwen3_5_moe_text": Family(has_query_key_norms=True, has_shared_gate=True),
    "gemma": Family(tied_embeddings=True),
    "gemma2": Family(n_norms=4, tied_embeddings=True, full_every=2),
    "gemma3_text": Family(n_norms=4, has_query_key_norms=True, tied_embeddings=True, full_every=6),
    "phi3": LLAMA_LIKE,
    "olmo2": Family(has_query_key_norms=True),
    "gpt2": replace(_GPT, biases="all", tied_embeddings=True, learned_positions="n_positions"),
    "opt": replace(
        _GPT,
        biases="all",
        tied_embeddings=True,
        learned_positions="max_position_embeddings",
        position_offset=2,
    ),
    "bloom": replace(_GPT, biases="all", tied_embeddings=True),
    "gpt_neox": replace(_GPT, biases="all"),
    "mpt": replace(_GPT, n_norms=2, n_final_norms=1, tied_embeddings=True),
    "falcon": replace(_GPT, tied_embeddings=True),
}
"""Conventions by `model_type`; a family that is not here is counted as `LLAMA_LIKE`, and that is noted."""

NOT_COUNTED = {
    "is_encoder_decoder": "encoder-decoder models",
    "hybrid_override_pattern": "layers of state-space models",
    "mamba_d_state": "layers of state-space models",
    "ssm_state_size": "layers of state-space models",
    "global_head_dim": "layers with heads of two widths",
    "swa_num_key_value_heads": "windowed layers with heads of their own",
    "num_kv_shared_layers": "layers that share a cache",
    "compress_ratios": "layers with a compressed cache",
    "linear_attn_config": "linear layers beside latent attention",
    "routed_expert_hidden_size": "experts on a narrower stream",
}
"""Keys that, where they are set, name a shape that a Transformer does not hold."""
