"""The layout behind the columns of a benchmark table."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.serving.inputs import Layout
from nextdollar.errors import require
from nextdollar.units import FloatArray

SCALE_UP_GPUS = 8.0
"""GPUs of an ordinary server: wider tensor parallelism is attention-data parallelism under another name."""


def layout_of_labels(
    n_tensor: FloatArray,
    n_attention_replicas: FloatArray,
    *,
    n_expert_shards: FloatArray,
    n_stages: FloatArray,
) -> Layout:
    """The layout of an instance from its labels: tensor, attention-data, expert and pipeline parallelism.

    Parameters
    ----------
    n_tensor, n_attention_replicas, n_expert_shards, n_stages : array (n_rows,)
        Degrees as labelled, at least 1.

    Returns
    -------
    Layout
        GPUs, attention replicas and stages, each array (n_rows,).

    Raises
    ------
    DomainError
        If a degree is below 1.

    Notes
    -----
    Tables that multiply every degree count an expert-parallel group twice: in aiconfigurator's sample
    "tp 8, ep 8" on an eight-GPU server is tensor 64, and "tp 4, ep 4" with attention on 4 is 16 experts
    groups. Degrees whose product is the square of the expert degree, or where the expert degree is the
    square of equal tensor and attention degrees, are one group of the root. The names of those rows
    (tp8_ep8, tp4_ep4) say the same.
    """
    given = {
        "n_tensor": n_tensor,
        "n_attention_replicas": n_attention_replicas,
        "n_expert_shards": n_expert_shards,
        "n_stages": n_stages,
    }
    for name, value in given.items():
        require(np.greater_equal(value, 1), name, "at least 1", value)
    product = n_tensor * n_attention_replicas
    squared = (n_expert_shards > 1) & (product == n_expert_shards**2)
    doubled = (n_tensor > 1) & (n_tensor == n_attention_replicas) & (n_expert_shards == product)
    gpus = np.where(squared, n_expert_shards, np.where(doubled, n_tensor, product))
    spread = ((n_attention_replicas > 1) & ~doubled) | (gpus > SCALE_UP_GPUS)
    return Layout(n_gpus=gpus * n_stages, n_attention_replicas=np.where(spread, gpus, 1.0), n_stages=n_stages)
