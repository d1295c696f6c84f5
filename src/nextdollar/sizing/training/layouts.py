"""Whether runs fit into the memory of their accelerators, cut how, and on how many where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.training.layout_search import (
    USABLE_SHARE,
    FittingLayouts,
    fewest_gpus,
    fitting_layouts,
    shapes_at,
)
from nextdollar.compute.training.memory import TrainingMemory
from nextdollar.sizing.training.arrays import RunTable
from nextdollar.units import FloatArray

_USUAL_SERVER = 8.0
_BYTES_PER_GB = 1e9
_LONG_SEQUENCE = 32_768
_PARTS = ("weights_bytes", "gradients_bytes", "optimiser_bytes", "activations_bytes")


@dataclass(frozen=True, slots=True)
class RunLayout:
    """How a run is cut over `gpus` accelerators; `n_expert` of its copies share their routed experts."""

    gpus: float
    n_tensor: int
    n_pipeline: int
    n_data: int
    n_expert: int
    recompute: Literal["selective", "full"]


@dataclass(frozen=True, slots=True)
class RunMemory:
    """What training keeps on each accelerator, in bytes by use, and the layout in which it fits.

    `layout` and the bytes are None where it does not fit; `fewest_gpus` then says on how many it does, None
    where a million do not suffice. `memory_bytes` is that of one accelerator.
    """

    memory_bytes: float
    layout: RunLayout | None
    weights_bytes: float | None
    gradients_bytes: float | None
    optimiser_bytes: float | None
    activations_bytes: float | None
    fewest_gpus: float | None

    @property
    def fits(self) -> bool:
        """Whether the run fits on its accelerators."""
        return self.layout is not None

    @property
    def total_bytes(self) -> float | None:
        """All of it; None where it does not fit."""
        parts = [getattr(self, name) for name in _PARTS]
        return None if self.layout is None else sum(parts)


@dataclass(frozen=True, slots=True)
class TableLayouts:
    """Layouts of the runs of a table; `fewest` (n_runs,) is nan where the count given fits, or none does."""

    memory_bytes: FloatArray
    found: FittingLayouts
    fewest: FloatArray

    def each(self) -> Iterator[RunMemory]:
        """Yield the memory of each run."""
        memory = self.found.memory
        parts = [np.asarray(getattr(memory, name)).tolist() for name in _PARTS]
        counts = (self.found.gpus, self.found.n_tensor, self.found.n_pipeline, self.found.n_data)
        degrees = [values.tolist() for values in (*counts, self.found.n_expert)]
        whole = self.found.recomputes_all.tolist()
        given = zip(self.memory_bytes.tolist(), self.found.fits.tolist(), self.fewest.tolist(), strict=True)
        for place, (memory_bytes, fits, fewest) in enumerate(given):
            if not fits:
                nearest = None if np.isnan(fewest) else fewest
                yield RunMemory(memory_bytes, None, None, None, None, None, nearest)
                continue
            gpus, tensor, stages, copies, experts = (values[place] for values in degrees)
            recompute: Literal["selective", "full"] = "full" if whole[place] else "selective"
            layout = RunLayout(gpus, int(tensor), int(stages), int(copies), int(experts), recompute)
            weights, gradients, optimiser, activations = (values[place] for values in parts)
            yield RunMemory(memory_bytes, layout, weights, gradients, optimiser, activations, None)


def layouts_of(table: RunTable) -> TableLayouts:
    """Return a layout of each run on its accelerators, and the fewest where there is none.

    A count that nobody stated is taken in whole servers of eight; where the model does not fit on so many, it
    is raised to the fewest that hold it. Stated counts stay as they are.
    """
    stated = np.asarray(table.run.gpus, dtype=np.float64)
    in_servers = np.ceil(stated / _USUAL_SERVER) * _USUAL_SERVER
    gpus = np.maximum(np.where(table.is_count_assumed, in_servers, stated), 1.0)
    machines = _Machines(
        np.asarray(table.run.tokens_per_sequence, dtype=np.float64),
        np.array([chip.memory_bytes for chip in table.chips], dtype=np.float64),
        np.array([chip.n_scale_up or _USUAL_SERVER for chip in table.chips], dtype=np.float64),
    )
    merged = _Merged(len(gpus))
    fewest = np.full(len(gpus), np.nan)
    for group in table.groups:
        found = fitting_layouts(group.shape, gpus[group.places], **machines.options(group.places))
        merged.put(group.places, found)
        left = np.flatnonzero(~found.fits)
        if not left.size:
            continue
        places = group.places[left]
        fewest[places] = fewest_gpus(shapes_at(group.shape, left), **machines.options(places))
        raised = left[table.is_count_assumed[places] & ~np.isnan(fewest[places])]
        places = group.places[raised]
        if places.size:
            shapes = shapes_at(group.shape, raised)
            merged.put(places, fitting_layouts(shapes, fewest[places], **machines.options(places)))
    return TableLayouts(machines.memory_bytes, merged.layouts(), fewest)


@dataclass(frozen=True, slots=True)
class _Machines:
    """What layouts depend on beside the shape and the count, arrays (n_runs,)."""

    tokens_per_sequence: FloatArray
    memory_bytes: FloatArray
    n_gpus_per_server: FloatArray

    def options(self, places: NDArray[np.intp]) -> dict[str, FloatArray]:
        """Return those of some runs, as a search takes them."""
        return {name: getattr(self, name)[places] for name in _Machines.__slots__}


def on_gpus_that_hold(table: RunTable) -> tuple[RunTable, TableLayouts, NDArray[np.bool_]]:
    """Return runs whose assumed count holds them, their layouts, and which counts were raised for it."""
    layouts = layouts_of(table)
    raised = table.is_count_assumed & ~np.isnan(layouts.fewest)
    return table.with_gpus(np.where(raised, layouts.fewest, np.asarray(table.run.gpus))), layouts, raised


def layout_notes(memory: RunMemory, stated_gpus: float | None, tokens_per_sequence: float) -> Iterator[str]:
    """Yield what a user should know of a layout: that there is none, or that it leaves GPUs idle."""
    gpus = 0.0 if stated_gpus is None else stated_gpus
    if memory.layout is None:
        held = f"{USABLE_SHARE:.0%} of {memory.memory_bytes / _BYTES_PER_GB:g} GB".replace("%", " %")
        found = "on no million" if memory.fewest_gpus is None else f"from {memory.fewest_gpus:,.0f} on"
        longest = ", sequences not cut over GPUs" if tokens_per_sequence >= _LONG_SEQUENCE else ""
        yield f"does not fit on {gpus:,.0f} GPUs, {held} each with Adam; it does {found}{longest}"
    elif memory.layout.gpus < np.floor(gpus):
        yield f"the layout uses {memory.layout.gpus:,.0f} of {gpus:,.0f} GPUs: no cut divides them"


class _Merged:
    """Layouts of groups put back into the order of the table."""

    def __init__(self, n_runs: int) -> None:
        self._numbers = {
            name: np.full(n_runs, np.nan) for name in ("n_tensor", "n_pipeline", "n_data", "n_expert")
        }
        self._flags = {name: np.zeros(n_runs, dtype=bool) for name in ("fits", "recomputes_all")}
        self._bytes = {name: np.zeros(n_runs) for name in _PARTS}

    def put(self, places: NDArray[np.intp], found: FittingLayouts) -> None:
        """Put layouts into their places."""
        for name, numbers in self._numbers.items():
            numbers[places] = getattr(found, name)
        for name, flags in self._flags.items():
            flags[places] = getattr(found, name)
        for name, of_all in self._bytes.items():
            of_all[places] = getattr(found.memory, name)

    def layouts(self) -> FittingLayouts:
        """Return them."""
        return FittingLayouts(memory=TrainingMemory(**self._bytes), **self._numbers, **self._flags)
