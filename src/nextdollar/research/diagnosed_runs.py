"""Runs to be diagnosed: one that is described, or those of a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.research.reading import RunTable
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class Run:
    """Runs to look at, arrays (n_runs,): parameters, tokens, and the loss observed (nan: not known).

    `unique_tokens` are the different ones among the tokens, infinity where not known.
    `gpu_seconds` is the machine time that was billed, nan where it is not known.
    """

    params: FloatArray
    tokens: FloatArray
    observed_nats: FloatArray
    labels: tuple[str, ...]
    gpu_seconds: FloatArray
    unique_tokens: FloatArray

    @property
    def n_runs(self) -> int:
        """Number of runs."""
        return int(self.params.size)


def one_run(
    params: float,
    tokens: float,
    *,
    observed_nats: float | None = None,
    gpu_seconds: float | None = None,
    label: str = "the run",
) -> Run:
    """Return a single run; None is not known."""
    return Run(
        np.array([params], dtype=np.float64),
        np.array([tokens], dtype=np.float64),
        np.array([np.nan if observed_nats is None else observed_nats], dtype=np.float64),
        (label,),
        np.array([np.nan if gpu_seconds is None else gpu_seconds], dtype=np.float64),
        np.array([np.inf]),
    )


def runs_of_table(table: RunTable) -> Run:
    """Return the runs of a table."""
    found = table.runs
    unknown = np.full(found.params.shape, np.nan)
    unique = np.full(found.params.shape, np.inf) if found.unique_tokens is None else found.unique_tokens
    return Run(found.params, found.tokens, found.loss_nats, table.labels, unknown, unique)
