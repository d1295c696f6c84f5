"""Layouts over GPUs in which many training runs fit, each cut as little as its memory allows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nextdollar.compute.shapes.activation_memory import Recompute
from nextdollar.compute.shapes.transformer import Transformer
from nextdollar.compute.training.memory import TrainingMemory, training_memory
from nextdollar.compute.training.parallelism import Layout
from nextdollar.compute.training.step_time import StepBatch
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

USABLE_SHARE = 0.9
"""Share of a GPU's memory that may be filled: buffers and fragments take the rest."""
MOST_GPUS = 2.0**20
_MOST_TENSOR = 8
_STAGES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 64, 128)
_STAGES_WITH_EXPERTS = (1, 2, 4, 8, 16, 32, 64)
_EXPERT_SPLITS = (1, 2, 4, 8, 16, 32, 64)
_RECOMPUTE: tuple[Recompute, ...] = ("selective", "full")
_PARTS_FOR_RECOMPUTE = 4
"""Cut four times finer rather than compute whole layers again, which took 11 % of the speed of llm-foundry's
runs (`training_calibration.csv`, framework.recompute)."""
# Weights and gradients in 16 bit lie wherever the model is cut; with the moments there are 16 bytes.
_CUT_BYTES_PER_PARAM, _STATE_BYTES_PER_PARAM, _INPUT_BYTES = 4.0, 16.0, 2.0


@dataclass(frozen=True, slots=True)
class FittingLayouts:
    """A layout for each run, arrays (n_runs,); nan, and 0 bytes, where `fits` is False.

    `n_data` copies of the model of `n_tensor` x `n_pipeline` GPUs each; `n_expert` of them share their routed
    experts. `recomputes_all` says whether whole layers are computed again, or the scores of attention alone.
    """

    fits: NDArray[np.bool_]
    n_tensor: FloatArray
    n_pipeline: FloatArray
    n_data: FloatArray
    n_expert: FloatArray
    recomputes_all: NDArray[np.bool_]
    memory: TrainingMemory

    @property
    def gpus(self) -> FloatArray:
        """GPUs of each layout; what a count leaves over is idle."""
        return self.n_tensor * self.n_pipeline * self.n_data


@dataclass(frozen=True, slots=True)
class _Runs:
    """What a search knows of its runs; every field, and those of the shape, is an array (n_runs,) or one."""

    shape: Transformer
    gpus: FloatArray
    tokens_per_sequence: FloatArray
    memory_bytes: FloatArray
    most_tensor: FloatArray

    def taken(self, places: NDArray[np.intp]) -> _Runs:
        """Return some of the runs."""
        return _Runs(
            shapes_at(self.shape, places),
            *(self.gpus[places], self.tokens_per_sequence[places]),
            *(self.memory_bytes[places], self.most_tensor[places]),
        )


def shapes_at(shape: Transformer, places: NDArray[np.intp]) -> Transformer:
    """Return the shapes at some places of one whose counts are arrays; one of numbers is that of all."""
    changed = {
        field.name: value[places] for field in fields(shape) if np.ndim(value := getattr(shape, field.name))
    }
    return replace(shape, **changed)


@dataclass(frozen=True, slots=True)
class _Cut:
    """One way to cut a model."""

    n_tensor: int
    n_pipeline: int
    n_expert: int
    recompute: Recompute

    @property
    def parts(self) -> int:
        return self.n_tensor * self.n_pipeline * self.n_expert

    @property
    def rank(self) -> tuple[int, bool, int, int]:
        """What is tried first: few parts, nothing twice, few stages, whole matrices."""
        is_full = self.recompute == "full"
        weight = _PARTS_FOR_RECOMPUTE if is_full else 1
        return self.parts * weight, is_full, self.n_pipeline, self.n_tensor


def fitting_layouts(
    shape: Transformer,
    gpus: Floats,
    *,
    tokens_per_sequence: Floats,
    memory_bytes: Floats,
    n_gpus_per_server: Floats = 8,
) -> FittingLayouts:
    """Layouts with the fewest cuts of the model that fit, for many runs at once.

    Parameters
    ----------
    shape : Transformer
        Shapes; its counts are numbers or arrays (n_runs,).
    gpus : float or array (n_runs,)
        GPUs to use, at least 1; fractions are left out.
    tokens_per_sequence : float or array (n_runs,)
        Tokens of a sequence, above 0; a micro-batch is one sequence.
    memory_bytes : float or array (n_runs,)
        Memory of one GPU, above 0.
    n_gpus_per_server : float or array (n_runs,)
        Most GPUs over which a matrix is split, for their links are fast; eight at most are used.

    Returns
    -------
    FittingLayouts
        For each run the layout with the least tensor x pipeline x expert parallelism; of equals, the one with
        the shorter pipeline, then with fewer parts of a matrix. Whole layers are computed again only where a
        cut four times finer does not fit without. Layouts that leave no GPU over come first.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Adam with 16 bytes per parameter, its moments spread over the copies (ZeRO, stage 1), and as many
    micro-batches in flight as there are stages; `training_memory` counts the rest. Sequences are not cut
    over GPUs (context parallelism): the longest ones may need that where nothing here fits.
    """
    require(np.greater_equal(gpus, 1), "gpus", "at least 1", gpus)
    require(np.greater(tokens_per_sequence, 0), "tokens_per_sequence", "above 0", tokens_per_sequence)
    require(np.greater(memory_bytes, 0), "memory_bytes", "above 0", memory_bytes)
    require(np.greater_equal(n_gpus_per_server, 1), "n_gpus_per_server", "at least 1", n_gpus_per_server)
    most_tensor = np.minimum(n_gpus_per_server, _MOST_TENSOR)
    given = np.broadcast_arrays(
        np.floor(gpus), tokens_per_sequence, memory_bytes, most_tensor, shape.params, np.empty(1)
    )
    runs = _Runs(shape, *(np.array(value, dtype=np.float64) for value in given[:4]))
    search = _Search(runs)
    cuts = _cuts(bool(np.any(np.greater(shape.n_experts, 1))))
    for may_idle in (False, True):
        for cut in cuts:
            search.attempt(cut, may_idle=may_idle)
    return search.found()


def fewest_gpus(
    shape: Transformer, *, tokens_per_sequence: Floats, memory_bytes: Floats, n_gpus_per_server: Floats = 8
) -> FloatArray:
    """Fewest GPUs, a power of two, over which training fits.

    Arguments and errors as in `fitting_layouts`; array (n_runs,), nan where a million do not suffice.
    """
    least = _STATE_BYTES_PER_PARAM * shape.params / (USABLE_SHARE * memory_bytes)
    given = np.broadcast_arrays(least, tokens_per_sequence, memory_bytes, n_gpus_per_server, np.empty(1))
    least, tokens, memory, per_server = (np.array(value, dtype=np.float64) for value in given[:4])
    runs = _Runs(shape, least, tokens, memory, per_server)
    doublings = np.ceil(np.log2(np.maximum(least, 1)))
    most = np.full(doublings.shape, np.log2(MOST_GPUS))
    left = np.flatnonzero(doublings <= most)
    left = left[_fit_on(runs.taken(left), np.exp2(most[left]))]
    fewest = np.full(doublings.shape, np.nan)
    fewest[left] = MOST_GPUS
    # More GPUs never hold less: halve between the fewest that could and the most.
    while (left := left[doublings[left] < most[left]]).size:
        middle = np.floor(0.5 * (doublings[left] + most[left]))
        fits = _fit_on(runs.taken(left), np.exp2(middle))
        most[left] = np.where(fits, middle, most[left])
        doublings[left] = np.where(fits, doublings[left], middle + 1)
        fewest[left] = np.exp2(most[left])
    return fewest


def _fit_on(runs: _Runs, gpus: FloatArray) -> NDArray[np.bool_]:
    """Whether runs fit on so many GPUs."""
    return fitting_layouts(
        runs.shape,
        gpus,
        tokens_per_sequence=runs.tokens_per_sequence,
        memory_bytes=runs.memory_bytes,
        n_gpus_per_server=runs.most_tensor,
    ).fits


@cache
def _cuts(has_experts: bool) -> tuple[_Cut, ...]:
    """Return the ways to cut a model, in the order in which they are tried."""
    cuts = [
        _Cut(tensor, stages, experts, recompute)
        for tensor in (1, 2, 4, 8)
        for stages in (_STAGES_WITH_EXPERTS if has_experts else _STAGES)
        for experts in (_EXPERT_SPLITS if has_experts else (1,))
        for recompute in _RECOMPUTE
    ]
    return tuple(sorted(cuts, key=lambda cut: cut.rank))


class _Search:
    """Tries one cut after the other on the runs that have no layout yet."""

    def __init__(self, runs: _Runs) -> None:
        n_runs = len(runs.gpus)
        self._runs = runs
        self._left = np.arange(n_runs)
        self._layouts = np.full((4, n_runs), np.nan)
        self._bytes = np.zeros((4, n_runs))
        self._recomputes_all = np.zeros(n_runs, dtype=bool)
        per_gpu = USABLE_SHARE * runs.memory_bytes
        moments = _STATE_BYTES_PER_PARAM - _CUT_BYTES_PER_PARAM
        shape = runs.shape
        # The inputs of all layers: a stage holds fewer layers and as many more micro-batches.
        inputs = _INPUT_BYTES * runs.tokens_per_sequence * shape.width * shape.n_layers / _MOST_TENSOR
        room = per_gpu - moments * shape.params / runs.gpus - inputs
        # No cut with fewer parts can fit, whatever else is kept.
        self._least_parts = np.where(
            room > 0, _CUT_BYTES_PER_PARAM * shape.params / np.maximum(room, 1), np.inf
        )

    def attempt(self, cut: _Cut, *, may_idle: bool) -> None:
        """Give the runs that fit so the layout of a cut."""
        places = self._left[self._possible(cut, may_idle)]
        if not places.size:
            return
        some = self._runs.taken(places)
        copies = np.floor(some.gpus / (cut.n_tensor * cut.n_pipeline))
        if cut.n_expert > 1:
            copies = np.floor(copies / cut.n_expert) * cut.n_expert
        layout = Layout(
            *(cut.n_tensor, cut.n_pipeline, copies),
            sequence_parallel=cut.n_tensor > 1,
            n_expert=cut.n_expert,
        )
        batch = StepBatch(copies * cut.n_pipeline, some.tokens_per_sequence, 1)
        memory = training_memory(some.shape, layout, batch=batch, recompute=cut.recompute)
        fits = np.asarray(memory.fits(some.memory_bytes, USABLE_SHARE))
        ours = places[fits]
        layouts = (cut.n_tensor, cut.n_pipeline, copies[fits], cut.n_expert)
        parts = (memory.weights_bytes, memory.gradients_bytes, memory.optimiser_bytes)
        for row, value in enumerate(layouts):
            self._layouts[row, ours] = value
        for row, of_all in enumerate((*parts, memory.activations_bytes)):
            self._bytes[row, ours] = _of(of_all, fits)
        self._recomputes_all[ours] = cut.recompute == "full"
        self._left = np.setdiff1d(self._left, ours, assume_unique=True)

    def _possible(self, cut: _Cut, may_idle: bool) -> NDArray[np.bool_]:
        """Which of the runs left could fit into a cut."""
        runs, left = self._runs, self._left
        shape = runs.shape
        gpus, gpus_of_copy = runs.gpus[left], cut.n_tensor * cut.n_pipeline
        possible = (
            (cut.parts >= self._least_parts[left])
            & (cut.n_tensor <= runs.most_tensor[left])
            & (gpus >= cut.parts)
            & np.less_equal(cut.n_pipeline, _of(shape.n_layers, left))
            & np.less_equal(cut.n_expert, _of(shape.n_experts, left))
        )
        if not may_idle:
            possible &= gpus % (gpus_of_copy * cut.n_expert) == 0
        return possible

    def found(self) -> FittingLayouts:
        """Return what was found."""
        fits = ~np.isnan(self._layouts[0])
        tensor, stages, copies, experts = self._layouts
        memory = TrainingMemory(*self._bytes)
        return FittingLayouts(fits, tensor, stages, copies, experts, self._recomputes_all, memory)


def _of(value: Floats, places: NDArray[np.bool_] | NDArray[np.intp]) -> Floats:
    """Return some elements of an array; a number is that of all."""
    return np.asarray(value)[places] if np.ndim(value) else value
