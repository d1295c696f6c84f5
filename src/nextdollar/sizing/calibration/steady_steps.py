"""The steps of a log that show how fast a run steps: without warm-up, and without what interrupts it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.units import FloatArray

SLOW_FACTOR = 1.25
"""Seconds over their median up to which an entry at the start is no warm-up (compilation, caches)."""
OUTLIER_SPREADS = 5.0
"""Robust standard deviations above the median from which on an entry is an interruption: a checkpoint, an
evaluation, a straggler. They belong to goodput and the calendar, not to the speed of steps."""
_LEAST_SPREAD_LOG = 0.02
_MOST_BATCHES = 10
_LEAST_IN_BATCH = 5
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True)
class SteadySteps:
    """Entries that count, and what is said of the others.

    `kept` (n_entries,) marks them; `mean_s` is their mean of seconds per token, in the unit of the entries.
    `sd_log` is the standard error of its log, None where there are too few entries. `halves_log` is the log
    of the second half's speed over the first's, None where there are fewer than four.
    """

    kept: NDArray[np.bool_]
    mean_s: float
    n_warm_up: int
    n_interrupted: int
    interrupted_share: float
    sd_log: float | None
    halves_log: float | None


def steady_steps(entry_s: FloatArray) -> SteadySteps:
    """Return the entries of a log that show its speed.

    Parameters
    ----------
    entry_s : array (n_entries,)
        Seconds of each entry for the same work (a step, a token), above 0.

    Notes
    -----
    Warm-up: the first entry of five or more, and those after it until one lies within a quarter of the median
    of all. Interruptions: entries more than five robust standard deviations (1.4826 x the median absolute
    deviation of the logs, at least 2 %) slower than the median. The standard error is that of the means of
    up to ten stretches of at least five entries: neighbours are alike.
    """
    logs = np.log(entry_s)
    n = len(logs)
    middle = float(np.median(logs))
    start = 0
    if n >= _LEAST_IN_BATCH:
        within = np.flatnonzero(logs[1:] <= middle + np.log(SLOW_FACTOR))
        start = 1 + (int(within[0]) if len(within) else 0)
    kept = np.arange(n) >= start
    middle = float(np.median(logs[kept]))
    spread = max(_MAD_TO_SD * float(np.median(np.abs(logs[kept] - middle))), _LEAST_SPREAD_LOG)
    slow = kept & (logs > middle + OUTLIER_SPREADS * spread)
    kept = kept & ~slow
    steady = entry_s[kept]
    # Time beyond that of a usual entry: what the interruptions cost the run.
    extra = float(np.sum(entry_s[slow] - np.exp(middle)))
    return SteadySteps(
        kept=kept,
        mean_s=float(np.mean(steady)),
        n_warm_up=start,
        n_interrupted=int(slow.sum()),
        interrupted_share=extra / float(np.sum(entry_s[start:])),
        sd_log=_standard_error_log(steady),
        halves_log=_halves_log(steady),
    )


def _standard_error_log(entry_s: FloatArray) -> float | None:
    """Standard error of the log of the mean, from the means of stretches."""
    n_batches = min(len(entry_s) // _LEAST_IN_BATCH, _MOST_BATCHES)
    if n_batches < 2:
        return None
    means = np.array([np.mean(stretch) for stretch in np.array_split(entry_s, n_batches)])
    return float(np.std(np.log(means), ddof=1) / np.sqrt(n_batches))


def _halves_log(entry_s: FloatArray) -> float | None:
    half = len(entry_s) // 2
    if half < 2:
        return None
    return float(np.log(np.mean(entry_s[:half]) / np.mean(entry_s[half:])))
