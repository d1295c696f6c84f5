"""How many sequences fit into memory."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.serving.inputs import Deployment
from nextdollar.errors import require
from nextdollar.units import Floats

USABLE_MEMORY_SHARE = 0.95
"""Of the memory of a GPU, for weights and cache; engines keep 0.90 to 0.95 (TensorRT-LLM documentation)."""


def weight_bytes(deployment: Deployment) -> Floats:
    """Bytes of the weights on all GPUs of an instance; attention replicas hold copies."""
    model = deployment.model
    copies = deployment.layout.n_attention_replicas
    always = model.params_always
    return (model.params - always + always * copies) * model.weight_bytes_per_param


def sequences_that_fit(
    deployment: Deployment, n_context_tokens: Floats, *, usable_share: Floats = USABLE_MEMORY_SHARE
) -> Floats:
    """Sequences whose cache fits beside the weights, as a real number; 0 where the weights do not fit.

    Parameters
    ----------
    deployment : Deployment
        Model, servers and layout.
    n_context_tokens : float or array (...)
        Tokens that a sequence holds on average while it is served, at least 1.
    usable_share : float or array (...)
        Share of the memory for weights and cache, in (0, 1].

    Returns
    -------
    float or array (...)
        Sequences of the instance, at least 0.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    (u HBM g - weights) / (KV per sequence x copies). Tensor parallelism repeats the cache where there
    are fewer key-value heads than GPUs, and always where it is latent.
    """
    require(np.greater_equal(n_context_tokens, 1), "n_context_tokens", "at least 1", n_context_tokens)
    ok = np.greater(usable_share, 0) & np.less_equal(usable_share, 1)
    require(ok, "usable_share", "above 0 and at most 1", usable_share)
    layout = deployment.layout
    memory_bytes = usable_share * deployment.server.memory_bytes * layout.n_gpus
    copies = layout.gpus_per_stage / deployment.kv_shards
    free_bytes = memory_bytes - weight_bytes(deployment)
    return np.maximum(free_bytes / (deployment.model.kv_bytes(n_context_tokens) * copies), 0.0)
