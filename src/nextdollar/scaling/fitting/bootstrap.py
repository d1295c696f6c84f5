"""Coefficients of resampled whole runs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.scaling.fitting.identify import resolvable
from nextdollar.scaling.fitting.minimise import minimise
from nextdollar.scaling.fitting.refusals import NotConvergedError, TooFewRunsError
from nextdollar.scaling.fitting.solve import Solution
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

_MOST_FAILING_SHARE = 0.1
_MOST_ROUNDS = 10
_NUMBERS_PER_BLOCK = 4_000_000
"""Draws times runs whose weights are held at a time: 32 MB."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Coefficients of resampled runs, each (n_draws,), and the draws left out.

    `unresolved_share` of the resamples lacked the distinct sizes that the form needs and were drawn
    again; `failing_share` did not converge and are not among the draws.
    """

    draws: dict[str, FloatArray]
    unresolved_share: float
    failing_share: float


def bootstrap(solution: Solution, runs: Runs, *, n_draws: int, generator: np.random.Generator) -> Bootstrap:
    """Fit resamples of whole runs, from the best fit down.

    Parameters
    ----------
    solution : Solution
        The fit to all runs.
    runs : Runs
        The runs it was fitted to; rows of one run are drawn together.
    n_draws : int
        Number of resamples, above 1.
    generator : numpy.random.Generator
        Source of the resamples.

    Returns
    -------
    Bootstrap
        Coefficients of every resample that converged.

    Raises
    ------
    FitError
        If nine tenths of the resamples lack the sizes the form needs, or a tenth do not converge.

    Notes
    -----
    A resample is a row of counts, so that all are fitted together over the same points.
    """
    require(n_draws > 1, "n_draws", "above 1", n_draws)
    pinned = solution.problem.fixed is not None
    block = max(1, _NUMBERS_PER_BLOCK // len(runs))
    parts: list[tuple[dict[str, FloatArray], NDArray[np.bool_]]] = []
    drawn = n_sound = 0
    while n_sound < n_draws:
        weights = resample_weights(runs, min(block, n_draws), generator)
        sound = resolvable(runs, solution.form, weights, pinned=pinned)
        used = weights[sound][: n_draws - n_sound]
        drawn, n_sound = drawn + len(weights), n_sound + int(sound.sum())
        if len(used):
            parts.append(refits(solution, used))
        if drawn >= _MOST_ROUNDS * n_draws and n_sound < n_draws:
            raise TooFewRunsError(
                f"no trustworthy fit: of {drawn} resamples of the {runs.n_clusters} runs only {n_sound} "
                f"keep enough distinct sizes for {solution.form.name}"
            )
    draws = {name: np.concatenate([part[name] for part, _ in parts]) for name in parts[0][0]}
    converged = np.concatenate([was_good for _, was_good in parts])
    failing_share = 1 - float(converged.mean())
    if failing_share > _MOST_FAILING_SHARE:
        raise NotConvergedError(
            f"no trustworthy fit: {100 * failing_share:.0f} % of the resampled fits of {solution.form.name} "
            "did not converge"
        )
    draws = {name: values[converged] for name, values in draws.items()}
    return Bootstrap(draws, 1 - n_sound / drawn, failing_share)


def resample_weights(runs: Runs, n_draws: int, generator: np.random.Generator) -> FloatArray:
    """Counts (n_draws, n_runs) of resamples with replacement; rows of one run share theirs."""
    _, cluster = np.unique(runs.run, return_inverse=True)
    n_clusters = int(cluster.max()) + 1
    counts = generator.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=n_draws)
    return counts[:, cluster].astype(float)


def refits(solution: Solution, weights: FloatArray) -> tuple[dict[str, FloatArray], NDArray[np.bool_]]:
    """Coefficients under weights (n_draws, n_runs), from the best fit down, and whether each converged."""
    start = np.tile(solution.theta, (weights.shape[0], 1))
    found = minimise(replace(solution.problem, weights=weights), start)
    return solution.form.law_coefficients(solution.surface, found.theta), found.converged
