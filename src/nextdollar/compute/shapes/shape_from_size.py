"""A typical shape for a number of parameters, where nothing else is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.compute.shapes.transformer import Counts, Transformer
from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import Floats

WIDTH_PER_LAYER = 128.0
"""Width over depth: 12,288 / 96 in GPT-3 175B, 4,096 / 32 in LLaMA 7B, 16,384 / 126 in Llama 3.1 405B."""
HEAD_WIDTH = 128
KV_HEADS = 8
VOCABULARY = 128_256
"""Of Llama 3; a vocabulary of GPT-2's kind has 50,257."""
EXPERTS_PER_TOKEN = 8
EXPERT_SHARE = 0.6
"""Share of the active parameters in routed experts: 0.54 in DeepSeek-V3 and Qwen3-30B-A3B, 0.64 in Kimi K2,
0.86 in Mixtral 8x7B; a reading of published shapes."""

RULE = (
    Source(
        "Kaplan et al. 2020, Scaling laws for neural language models",
        "equation 2.1 (N = 12 n_layer d_model**2) and section 3.1: shape hardly matters at a given size",
        "https://arxiv.org/abs/2001.08361",
    ),
    Source(
        "Brown et al. 2020 (GPT-3)", "table 2.1: width over depth 128", "https://arxiv.org/abs/2005.14165"
    ),
    Source("Ainslie et al. 2023 (GQA)", "section 3: eight groups", "https://arxiv.org/abs/2305.13245"),
)


@dataclass(frozen=True, slots=True)
class TypicalShape:
    """A shape inferred from parameters alone: its total is theirs, the rest is what is usual."""

    shape: Transformer
    is_inferred: bool = True
    rule: tuple[Source, ...] = RULE
    said: str = "shape inferred from the number of parameters: width 128 times depth, heads of 128, 8 shared"


def typical_shape(
    params: Floats,
    *,
    params_active: Floats | None = None,
    vocabulary: Counts = VOCABULARY,
    tied_embeddings: bool = False,
) -> TypicalShape:
    """Typical shape of a model of which only the size is known.

    Parameters
    ----------
    params : float or array (...)
        Parameters, all of them; at least three times those of the embedding tables at a width of 128.
    params_active : float or array (...), optional
        Active parameters of a mixture of experts, at most `params`; None is a dense model.
    vocabulary : number or array (...)
        Rows of the embedding table, at least 1.
    tied_embeddings : bool
        Whether the output head is the input embedding.

    Returns
    -------
    TypicalShape
        A shape with the sources of the rule and a sentence that says that it is inferred.

    Raises
    ------
    DomainError
        If there are too few parameters for the vocabulary, or more active ones than there are.

    Notes
    -----
    12 L d**2 + tables V d = N with L = d / 128: one real root d, brought to a whole number of heads of
    128, depth to a whole number; the feed-forward part then takes what is left, so that the total is
    kept to two parts in ten thousand. With experts the root is that of the active parameters, eight are
    visited, and there are so many that they hold 0.6 of the active parameters; a shared expert takes
    what is left of the active ones (both kept to one in a thousand).

    Against the shapes of the catalogue work per token is off by 1 % (dense) or 4 % (experts), width by
    13 or 23 %, depth by 18 or 24 %, all medians. The cache is off by a factor of 2.4 or 1.6: how many
    heads share a key, and latent or linear attention, cannot be told from the size. State it where
    serving matters.
    """
    active = params if params_active is None else params_active
    tables = vocabulary * (1 if tied_embeddings else 2)
    require(np.greater_equal(vocabulary, 1), "vocabulary", "at least 1", vocabulary)
    least = 3.0 * np.multiply(tables, HEAD_WIDTH)
    name = "params" if params_active is None else "params_active"
    require(np.greater_equal(active, least), name, "at least three times the embedding tables", active)
    require(np.less_equal(active, params), "params_active", "at most params", active)
    width = np.maximum(np.round(_width(active, tables) / HEAD_WIDTH), 1) * HEAD_WIDTH
    n_layers = np.maximum(np.round((active - tables * width) / (12 * width**2)), 1)
    n_heads = width / HEAD_WIDTH
    n_kv_heads = np.minimum(n_heads, KV_HEADS)
    left = active - tables * width - n_layers * 2 * width * HEAD_WIDTH * (n_heads + n_kv_heads)
    hidden = np.maximum(left / (3 * n_layers * width), 1)
    n_experts, expert_width, shared_width = _experts(params, active, n_layers * width, hidden)
    is_dense = params_active is None
    shape = Transformer(
        *(n_layers, width, n_heads, n_kv_heads, HEAD_WIDTH, np.round(hidden), vocabulary),
        n_experts=1 if is_dense else n_experts,
        experts_per_token=1 if is_dense else EXPERTS_PER_TOKEN,
        expert_width=None if is_dense else expert_width,
        shared_expert_width=0 if is_dense else shared_width,
        tied_embeddings=tied_embeddings,
    )
    return TypicalShape(shape)


def _width(params: Floats, tables: Floats) -> Floats:
    """Return the positive root d of 12 d**3 / 128 + tables d = params."""
    cubic = 12 / WIDTH_PER_LAYER
    p, q = np.true_divide(tables, cubic), np.true_divide(params, cubic)
    # d**3 + p d - q = 0 with p, q > 0 has one real root; sinh keeps its digits where p is large.
    half = np.sqrt(p / 3)
    root: Floats = 2 * half * np.sinh(np.arcsinh(1.5 * q / (p * half)) / 3)
    return root


def _experts(
    params: Floats, active: Floats, layers_by_width: Floats, hidden: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the number of experts, the width of one, and that of the shared one."""
    idle = params - active
    per_token = 3.0 * layers_by_width
    visited = np.minimum(EXPERT_SHARE * active / per_token, 0.8 * hidden)
    expert_width = np.maximum(np.round(visited / EXPERTS_PER_TOKEN), 1)
    # As many whole experts as hold the idle parameters; their width then fits them again.
    n_idle = np.where(idle > 0, np.maximum(np.round(idle / (per_token * expert_width)), 1), 0)
    fitted = np.where(idle > 0, idle / (per_token * np.maximum(n_idle, 1)), expert_width)
    expert_width = np.maximum(np.round(fitted), 1)
    n_experts = n_idle + EXPERTS_PER_TOKEN
    # A row of the router is a third of a hidden entry of three matrices.
    left = hidden - EXPERTS_PER_TOKEN * expert_width - n_experts / 3
    return n_experts, expert_width, np.round(np.maximum(left, 0))
