"""How a model is cut over GPUs: tensor, pipeline and data parallel, and what each costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class Layout:
    """Degrees of parallelism; each a whole number of at least 1, or an array (...).

    Parameters
    ----------
    n_tensor, n_pipeline, n_data : number or array (...)
        GPUs over which each matrix, the layers, and the batch are split.
    n_interleaved : number or array (...)
        Chunks of layers that each pipeline stage holds; more make the bubble shorter.
    sequence_parallel : bool
        Whether norms and residuals are split over the tensor-parallel GPUs too.
    n_expert : number or array (...)
        Of the copies of the model, how many share one set of routed experts (expert parallel); it divides
        `n_data` and takes no GPUs of its own.
    """

    n_tensor: Floats = 1
    n_pipeline: Floats = 1
    n_data: Floats = 1
    n_interleaved: Floats = 1
    sequence_parallel: bool = False
    n_expert: Floats = 1

    def __post_init__(self) -> None:
        for name in ("n_tensor", "n_pipeline", "n_data", "n_interleaved", "n_expert"):
            require(np.greater_equal(getattr(self, name), 1), name, "at least 1", getattr(self, name))

    @property
    def gpus(self) -> Floats:
        """GPUs of the layout."""
        return self.n_tensor * self.n_pipeline * self.n_data


def bubble_share(layout: Layout, n_microbatches: Floats) -> Floats:
    """Idle time of a pipeline over its ideal time.

    Parameters
    ----------
    layout : Layout
        Stages and chunks.
    n_microbatches : float or array (...)
        Micro-batches of one step in each pipeline, at least 1.

    Returns
    -------
    float or array (...)
        (p - 1) / (v m), 0 without a pipeline (Narayanan et al. 2021, section 2.2, arXiv:2104.04473).

    Raises
    ------
    DomainError
        If there is no micro-batch.
    """
    require(np.greater_equal(n_microbatches, 1), "n_microbatches", "at least 1", n_microbatches)
    return (layout.n_pipeline - 1) / (layout.n_interleaved * n_microbatches)


def all_reduce_s(message_bytes: Floats, n_gpus: Floats, link_bytes_per_s: Floats) -> Floats:
    """Seconds of an all-reduce in a ring, 2 (n - 1) / n of the message over the link (arXiv:1909.08053)."""
    require(np.greater_equal(n_gpus, 1), "n_gpus", "at least 1", n_gpus)
    require(np.greater(link_bytes_per_s, 0), "link_bytes_per_s", "above 0", link_bytes_per_s)
    return 2 * (n_gpus - 1) / n_gpus * message_bytes / link_bytes_per_s
