"""A layout over GPUs in which training fits, cut as little as memory allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nextdollar.compute.activation_memory import Recompute
from nextdollar.compute.parallelism import Layout
from nextdollar.compute.step_time import StepBatch
from nextdollar.compute.training_memory import StateBytes, TrainingMemory, ZeroStage, training_memory
from nextdollar.compute.transformer import Transformer
from nextdollar.errors import require

_RECOMPUTE: tuple[Recompute, ...] = ("selective", "full")


@dataclass(frozen=True, slots=True)
class FeasibleLayout:
    """A layout, what it computes again, the largest power of two of sequences per micro-batch, and memory."""

    layout: Layout
    recompute: Recompute
    n_sequences_per_microbatch: int
    memory: TrainingMemory


def feasible_layout(
    shape: Transformer,
    n_gpus: int,
    *,
    batch: StepBatch,
    memory_bytes: float,
    n_gpus_per_server: int = 8,
    zero_stage: ZeroStage = 1,
    usable_share: float = 0.9,
    state: StateBytes | None = None,
) -> FeasibleLayout | None:
    """Layout with the fewest cuts of the model that fits, or None where none does.

    Parameters
    ----------
    shape : Transformer
        Shape of one model.
    n_gpus : int
        GPUs to use, all of them; at least 1.
    batch : StepBatch
        Tokens of one step; its micro-batch is the least that is tried.
    memory_bytes : float
        Memory of one GPU, above 0.
    n_gpus_per_server : int
        Most GPUs over which a matrix is split: their links are fast; at least 1.
    zero_stage : {0, 1, 2, 3}
        What is spread over the data-parallel copies.
    usable_share : float
        Share of the memory that may be filled, in (0, 1].
    state : StateBytes, optional
        Bytes per parameter; None takes 16.

    Returns
    -------
    FeasibleLayout or None
        Least tensor times pipeline parallelism; of equals, the one with the shorter pipeline; selective
        recomputation before full. Copies of the model divide the batch; stages need not divide the layers.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Cuts cost links and bubbles, so the fewest that fit are close to the fastest. It is a layout that
    works, not the best of all: `step_time` compares.
    """
    require(n_gpus >= 1, "n_gpus", "at least 1", n_gpus)
    require(memory_bytes > 0, "memory_bytes", "above 0", memory_bytes)
    require(n_gpus_per_server >= 1, "n_gpus_per_server", "at least 1", n_gpus_per_server)
    require(0 < usable_share <= 1, "usable_share", "above 0 and at most 1", usable_share)
    for layout in _layouts(shape, n_gpus, batch, n_gpus_per_server):
        for recompute in _RECOMPUTE:
            found = None
            for tried in _microbatches(layout, batch):
                memory = training_memory(
                    *(shape, layout), batch=tried, recompute=recompute, zero_stage=zero_stage, state=state
                )
                if not memory.fits(memory_bytes, usable_share):
                    break
                found = FeasibleLayout(layout, recompute, int(tried.n_sequences_per_microbatch), memory)
            if found is not None:
                return found
    return None


def _layouts(shape: Transformer, n_gpus: int, batch: StepBatch, n_gpus_per_server: int) -> Iterator[Layout]:
    """Layouts that use all GPUs, fewest cuts of the model first."""
    n_layers = int(shape.n_layers)
    least = int(batch.n_sequences_per_microbatch)
    cuts = [
        (tensor * stages, stages, tensor)
        for tensor in (2**power for power in range(n_gpus_per_server.bit_length()))
        if tensor <= n_gpus_per_server
        for stages in range(1, n_layers + 1)
        if n_gpus % (tensor * stages) == 0
    ]
    for cut, stages, tensor in sorted(cuts):
        copies = n_gpus // cut
        if int(batch.n_sequences) % (copies * least) == 0:
            yield Layout(tensor, stages, copies, sequence_parallel=tensor > 1)


def _microbatches(layout: Layout, batch: StepBatch) -> Iterator[StepBatch]:
    """The batch in ever larger micro-batches, doubled while each copy's share divides by them."""
    of_copy = int(batch.n_sequences) // int(layout.n_data)
    size = int(batch.n_sequences_per_microbatch)
    while size <= of_copy and of_copy % size == 0:
        yield StepBatch(batch.n_sequences, batch.n_sequence_tokens, size)
        size *= 2
