"""What an answer on serving says beside its figures: memory, layout, what is missing and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.sizing.serving.arrays import ServingArrays
from nextdollar.sizing.serving.ask import ServingAsk
from nextdollar.sizing.serving.memory import serving_memory
from nextdollar.sizing.serving.words import Mode
from nextdollar.units import BYTES_PER_GIB, Floats

_NO_TIMES = "every request is queued at the start: what is asked for is the most that is written"
_NO_TPOT = "an answer of one token has no time between tokens"
_NO_SPEED = "how many instances there were is not stated, so not how many GPUs to divide by"
_LIMITS = {
    "too_large": "does not fit: {weights:.3g} GiB of weights a GPU, {usable:.3g} GiB usable",
    "no_room": "does not fit: {free:.3g} GiB beside the weights, a request holds {cache:.3g} GiB",
}


@dataclass(frozen=True, slots=True)
class InstanceMemory:
    """Memory of one instance that writes answers.

    `usable_gib_per_gpu` is what engines use of a GPU, `n_fitting` requests fit beside the weights (0 where
    these do not); a request holds `cache_gib_per_request` on average, counted once. `fits` says whether
    one request does, in an instance that reads prompts too.
    """

    usable_gib_per_gpu: float
    weights_gib_per_gpu: float
    cache_gib_per_request: float
    n_fitting: float
    fits: bool


@dataclass(frozen=True, slots=True)
class InstanceLayout:
    """GPUs of one instance that writes, as they were counted on, and all GPUs of the question.

    `total_gpus` is None where it is not stated how many instances there are.
    """

    gpus: float
    labelled_gpus: float
    attention_replicas: float
    stages: float
    total_gpus: float | None


def instance_memories(arrays: ServingArrays) -> list[InstanceMemory]:
    """Return what the memory of each question's instance holds."""
    memory = serving_memory(arrays)
    columns = (
        _listed(column, arrays)
        for column in (
            memory.usable_bytes_per_gpu / BYTES_PER_GIB,
            memory.weight_bytes_per_gpu / BYTES_PER_GIB,
            memory.cache_bytes_per_request / BYTES_PER_GIB,
            memory.n_fitting,
        )
    )
    return [
        InstanceMemory(usable, weights, cache, fitting, fits)
        for usable, weights, cache, fitting, fits in zip(*columns, memory.fits.tolist(), strict=True)
    ]


def instance_layouts(arrays: ServingArrays, asks: Sequence[ServingAsk]) -> list[InstanceLayout]:
    """Return how each question's instance is spread."""
    layout = arrays.deployment.layout
    total: Floats = arrays.n_writers * layout.n_gpus
    if arrays.readers is not None:
        total = total + arrays.n_readers * arrays.readers.layout.n_gpus
    columns = (
        _listed(column, arrays)
        for column in (layout.n_gpus, layout.n_attention_replicas, layout.n_stages, total)
    )
    return [
        InstanceLayout(
            gpus=gpus,
            labelled_gpus=ask.writers.product,
            attention_replicas=replicas,
            stages=stages,
            total_gpus=None if ask.is_count_assumed else all_gpus,
        )
        for ask, gpus, replicas, stages, all_gpus in zip(asks, *columns, strict=True)
    ]


def missing_figures(ask: ServingAsk, mode: Mode) -> Iterator[tuple[str, str]]:
    """Yield the figures that a question does not have, by name, and why."""
    if mode == "offline":
        yield "tpot_ms", _NO_TIMES
        yield "ttft_ms", _NO_TIMES
        return
    if ask.n_output_tokens <= 1:
        yield "tpot_ms", _NO_TPOT
    if ask.is_count_assumed:
        yield "out_tok_s_per_gpu", _NO_SPEED


def count_notes(arrays: ServingArrays) -> Iterator[str]:
    """Yield for each question what was assumed of numbers of instances, empty where they are stated."""
    columns = (arrays.is_count_assumed.tolist(), arrays.n_readers.tolist(), arrays.n_writers.tolist())
    for is_assumed, n_readers, n_writers in zip(*columns, strict=True):
        words = f"{n_readers:,.0f} that read and {n_writers:,.0f} that write are assumed, as many as keep up"
        yield f"prefill_workers or decode_workers is empty: {words}" if is_assumed else ""


def memory_notes(
    ask: ServingAsk, memory: InstanceMemory, layout: InstanceLayout, *, mode: Mode
) -> Iterator[str]:
    """Yield what to know of memory: what does not fit as labelled, and requests that wait for room."""
    wide = f"the figures are those of {layout.gpus:g} GPUs, the fewest that hold it"
    if memory.n_fitting < 1:
        kind = "too_large" if memory.weights_gib_per_gpu >= memory.usable_gib_per_gpu else "no_room"
        yield (
            _LIMITS[kind].format(
                weights=memory.weights_gib_per_gpu,
                usable=memory.usable_gib_per_gpu,
                free=memory.usable_gib_per_gpu - memory.weights_gib_per_gpu,
                cache=memory.cache_gib_per_request,
            )
            + f"; {wide}"
        )
        return
    if not memory.fits:
        yield "does not fit into an instance that reads prompts; the figures are those of one that holds it"
    each = ask.n_concurrent / ask.n_writers
    if mode != "offline" and memory.n_fitting < each:
        n_fitting = int(memory.n_fitting)
        yield f"memory holds {n_fitting:,} of {each:,.0f} requests of an instance at once: the others wait"


def _listed(column: Floats, arrays: ServingArrays) -> list[float]:
    """Return a column as plain numbers, one for each question."""
    found: list[float] = np.broadcast_to(column, arrays.n_writers.shape).tolist()
    return found
