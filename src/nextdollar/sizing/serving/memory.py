"""What the memory of the instances of many questions holds, and how wide they must be at least."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.serving.batch import USABLE_MEMORY_SHARE, sequences_that_fit, weight_bytes
from nextdollar.compute.serving.inputs import Deployment
from nextdollar.sizing.serving.arrays import ServingArrays
from nextdollar.sizing.serving.counts import WRITERS
from nextdollar.units import FloatArray, Floats

_MOST_DOUBLINGS = 9


@dataclass(frozen=True, slots=True)
class ServingMemory:
    """Memory of one instance; every field an array (n_asks,).

    `n_fitting` requests fit beside the weights, as a real number; 0 where the weights alone are too large.
    `usable_bytes_per_gpu` is what engines use of the memory, `cache_bytes_per_request` what a request holds
    on average, once. `fits` says whether a request fits into each instance, that of the readers too.
    """

    n_fitting: FloatArray
    fits: NDArray[np.bool_]
    weight_bytes_per_gpu: FloatArray
    cache_bytes_per_request: FloatArray
    usable_bytes_per_gpu: FloatArray


def serving_memory(arrays: ServingArrays) -> ServingMemory:
    """Return what memory holds; see `ServingMemory`."""
    deployment, context = arrays.deployment, arrays.load.n_context_tokens
    fitting = np.asarray(sequences_that_fit(deployment, context), dtype=np.float64)
    fits = np.greater_equal(fitting, 1)
    if arrays.readers is not None:
        at_once = sequences_that_fit(arrays.readers, arrays.load.n_prompt_tokens)
        fits = fits & np.greater_equal(at_once, 1)
    return ServingMemory(
        n_fitting=fitting,
        fits=fits,
        weight_bytes_per_gpu=np.asarray(weight_bytes(deployment) / deployment.layout.n_gpus),
        cache_bytes_per_request=np.asarray(deployment.model.kv_bytes(context)),
        usable_bytes_per_gpu=np.asarray(deployment.server.memory_bytes * USABLE_MEMORY_SHARE),
    )


def with_room(arrays: ServingArrays) -> ServingArrays:
    """Return the same questions with every instance wide enough for what it serves.

    GPUs of an instance into which not one request fits beside the weights are doubled until its requests
    do, 512 times as many at most; attention replicas and stages stay. Others stay as they are.
    """
    load = arrays.load
    readers, wanted = None, load.n_concurrent
    if arrays.readers is not None:
        readers = _widened(arrays.readers, load.n_prompt_tokens, 1.0)
        n_writers = np.where(arrays.is_count_assumed, WRITERS.p50, arrays.n_writers)
        wanted = np.maximum(load.n_concurrent / n_writers, 1.0)
    writers = _widened(arrays.deployment, load.n_context_tokens, wanted)
    return replace(arrays, deployment=writers, readers=readers)


def _widened(deployment: Deployment, n_tokens: Floats, n_sequences: Floats) -> Deployment:
    """Return a deployment with GPUs doubled, where not one sequence fits, until so many do."""
    wide = deployment
    is_small = np.less(sequences_that_fit(wide, n_tokens), 1)
    for _ in range(_MOST_DOUBLINGS):
        is_short = is_small & np.less(sequences_that_fit(wide, n_tokens), n_sequences)
        if not is_short.any():
            break
        gpus = np.where(is_short, 2.0 * wide.layout.n_gpus, wide.layout.n_gpus)
        wide = replace(wide, layout=replace(wide.layout, n_gpus=gpus))
    return wide
