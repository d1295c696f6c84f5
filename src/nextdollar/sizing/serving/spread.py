"""How the instances of a row are spread over GPUs: what its cells say, and what is assumed elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from nextdollar.catalogue.table_file import shown
from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.inputs import Deployment, Layout, ServedModel, Server
from nextdollar.sizing.cells import CellReader
from nextdollar.sizing.serving.arrays import layout_of
from nextdollar.sizing.serving.words import Degrees, degrees_in

_MOST_DEGREE = 65_536.0
_MOST_DOUBLINGS = 6


@dataclass(frozen=True, slots=True)
class Spreading:
    """Degrees of one instance that writes and one that reads (None where they are one), and their numbers."""

    writers: Degrees
    readers: Degrees | None = None
    n_readers: float = 1.0
    n_writers: float = 1.0
    is_count_assumed: bool = False


def disaggregated(cells: CellReader) -> Spreading | None:
    """Return how readers and writers are spread; None where it is refused."""
    readers = _degrees(cells, "prefill_", "ep")
    writers = _degrees(cells, "decode_", "ep")
    for name, degrees in (("prefill", readers), ("decode", writers)):
        if degrees is None:
            cells.refused.append(f"{name}_tp is empty: GPUs over which one instance is spread")
    n_readers = cells.count("prefill_workers", 1, _MOST_DEGREE)
    n_writers = cells.count("decode_workers", 1, _MOST_DEGREE)
    if readers is None or writers is None:
        return None
    is_assumed = n_readers is None or n_writers is None
    return Spreading(
        writers=writers,
        readers=readers,
        n_readers=1.0 if n_readers is None else n_readers,
        n_writers=1.0 if n_writers is None else n_writers,
        is_count_assumed=is_assumed,
    )


def together(
    cells: CellReader, model: ServedModel, server: Server, *, n_context_tokens: float
) -> Spreading | None:
    """Return how instances that read and write are spread; None where it is refused."""
    stated = cells.count("gpus", 1, _MOST_DEGREE)
    exact = cells.count("gpus_per_instance", 1, _MOST_DEGREE)
    parallel = cells.text("parallel")
    degrees = degrees_in(parallel) if parallel else _degrees(cells, "", "moe_ep")
    if parallel and degrees is None:
        cells.refused.append(f"parallel must be such as TP8, DEP4 or TP2,PP2, got {shown(parallel)}")
        return None
    if degrees is None:
        degrees = _assumed(cells, model, server, gpus=exact or stated, n_context_tokens=n_context_tokens)
    if exact is not None:
        if exact == degrees.product:
            degrees = replace(degrees, is_exact=True)
        else:
            words = f"gpus_per_instance is {exact:g}, its degrees make {degrees.product:g}"
            cells.notes.append(f"{words}: the degrees are taken")
    _note_on_reading(cells, degrees)
    return Spreading(writers=degrees, n_writers=_instances(cells, degrees, stated))


def _degrees(cells: CellReader, prefix: str, experts: str) -> Degrees | None:
    """Return the degrees that cells state, those that are left out being 1; None where all are."""
    columns = [prefix + label for label in ("tp", "attn_dp", experts, "pp")]
    if not cells.text(*columns):
        return None
    found = [cells.count(column, 1, _MOST_DEGREE) for column in columns]
    tensor, attention, expert, stages = (1.0 if value is None else value for value in found)
    return Degrees(tensor, attention, expert, stages)


def _assumed(
    cells: CellReader,
    model: ServedModel,
    server: Server,
    *,
    gpus: float | None,
    n_context_tokens: float,
) -> Degrees:
    """Return a layout where no degree is stated: tensor parallelism over the GPUs, or the fewest that do."""
    if gpus is not None:
        if gpus > 1:
            cells.notes.append(f"tp is empty: one instance over all {gpus:g} GPUs is assumed")
        return Degrees(gpus, 1.0, 1.0, 1.0)
    tensor = _fewest(model, server, n_context_tokens)
    cells.notes.append(f"tp and gpus are empty: {_gpus(tensor)} assumed, the fewest that hold the model")
    return Degrees(tensor, 1.0, 1.0, 1.0)


@cache
def _fewest(model: ServedModel, server: Server, n_context_tokens: float) -> float:
    """Return the fewest GPUs, a power of two up to 64, that hold the weights and one request."""
    tensor = np.exp2(np.arange(_MOST_DOUBLINGS + 1, dtype=np.float64))
    fitting = sequences_that_fit(Deployment(model, server, Layout(tensor)), n_context_tokens)
    holds = np.greater_equal(fitting, 1)
    return float(tensor[int(np.argmax(holds))] if holds.any() else tensor[-1])


def _note_on_reading(cells: CellReader, degrees: Degrees) -> None:
    """Note where the labels are read as something else than their product."""
    if degrees.is_exact:
        return
    gpus, replicas = _as_read(degrees)
    if gpus != degrees.product:
        words = f"tp {degrees.tensor:g}, attn_dp {degrees.attention:g} and moe_ep {degrees.experts:g}"
        cells.notes.append(
            f"{words} are read as one group of {gpus:g} GPUs: tables that multiply every degree count it "
            f"twice (gpus_per_instance {degrees.product:g} would say otherwise)"
        )
    elif replicas > 1 and degrees.attention == 1:
        cells.notes.append(
            f"tp {degrees.tensor:g} is wider than a server: read as attention-data parallelism"
        )


@cache
def _as_read(degrees: Degrees) -> tuple[float, float]:
    """Return GPUs and attention replicas of an instance, as its labels are read."""
    layout = layout_of([degrees])
    return float(np.ravel(layout.n_gpus)[0]), float(np.ravel(layout.n_attention_replicas)[0])


def _instances(cells: CellReader, degrees: Degrees, gpus: float | None) -> float:
    """Return how many instances the stated GPUs make; requests are shared among them."""
    if gpus is None or gpus == degrees.product:
        return 1.0
    number = gpus / degrees.product
    if number > 1 and number == int(number):
        cells.notes.append(f"gpus is {gpus:g}, an instance has {degrees.product:g}: {number:g} instances")
        return number
    cells.notes.append(f"gpus is {gpus:g}, the degrees make {degrees.product:g}: the degrees are taken")
    return 1.0


def _gpus(number: float) -> str:
    return "1 GPU is" if number == 1 else f"{number:g} GPUs are"
