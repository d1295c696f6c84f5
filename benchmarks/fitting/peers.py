"""What others do to fit the law of Hoffmann et al., for comparison."""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import optimize

from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

HUBER_DELTA = 1e-3
GRID = {
    "alpha": np.arange(0, 2.1, 0.5),
    "beta": np.arange(0, 2.1, 0.5),
    "e": np.arange(-1, 1.1, 0.5),
    "a": np.arange(0, 26, 5.0),
    "b": np.arange(0, 26, 5.0),
}
"""The 4,500 starts of Besiroglu et al. 2024, after Hoffmann et al. 2022."""
HOFFMANN = np.array([0.33917084, 0.2849083, 0.5267228, 6.0073404, 6.0179186])
PACKAGE_GRID = {
    "e": np.linspace(0.0, 1.0, 3),
    "a": np.linspace(4.0, 8.0, 3),
    "b": np.linspace(4.0, 8.0, 3),
    "alpha": np.linspace(0.2, 0.5, 3),
    "beta": np.linspace(0.2, 0.5, 3),
}
"""243 starts for the package `chinchilla`, in the right region already; e, a, b are logs."""


@dataclass(frozen=True)
class Effort:
    """What a procedure found and used: CPU seconds for `n_done` of `n_all` starts or resamples."""

    objective: float
    cpu_s: float
    n_done: int
    n_all: int
    close_share: float = float("nan")

    @property
    def whole_cpu_s(self) -> float:
        """CPU seconds for all of them, in proportion."""
        return self.cpu_s * self.n_all / self.n_done


@dataclass(frozen=True)
class Logs:
    """Logs of params, tokens and losses, each (n_runs,), taken once."""

    n: FloatArray
    d: FloatArray
    loss: FloatArray

    @classmethod
    def of(cls, runs: Runs) -> Logs:
        """Return them for runs."""
        return cls(np.log(runs.params), np.log(runs.tokens), np.log(runs.loss_nats))


def objective(theta: FloatArray, logs: Logs, weights: FloatArray | None = None) -> float:
    """Sum of Huber losses of log residuals at (alpha, beta, e, a, b), as the notebook writes it."""
    alpha, beta, e, a, b = theta
    terms = np.stack([a - alpha * logs.n, b - beta * logs.d, np.full(logs.n.size, e)])
    top = terms.max(axis=0)
    predicted = top + np.log(np.exp(terms - top).sum(axis=0))
    size = np.abs(logs.loss - predicted)
    near = np.minimum(size, HUBER_DELTA)
    loss = near * (size - near / 2)
    return float(loss.sum() if weights is None else (weights * loss).sum())


def gradient(theta: FloatArray, logs: Logs, weights: FloatArray) -> FloatArray:
    """Slope of the objective."""
    alpha, beta, e, a, b = theta
    terms = np.exp(np.stack([a - alpha * logs.n, b - beta * logs.d, np.full(logs.n.size, e)]))
    total = terms.sum(axis=0)
    size, data, floor = terms / total
    pull = -weights * np.clip(logs.loss - np.log(total), -HUBER_DELTA, HUBER_DELTA)
    return np.array(
        [-(logs.n * size) @ pull, -(logs.d * data) @ pull, floor @ pull, size @ pull, data @ pull]
    )


def grid_of_starts(runs: Runs, n_starts: int | None, generator: np.random.Generator) -> Effort:
    """L-BFGS-B with finite differences from the grid of 4,500 starts, or a random part of it."""
    starts = np.array(list(itertools.product(*GRID.values())))
    chosen = starts if n_starts is None else generator.choice(starts, n_starts, replace=False)
    logs, found, began = Logs.of(runs), [], time.process_time()
    with np.errstate(all="ignore"):
        for start in chosen:
            end = optimize.minimize(objective, start, args=(logs,), method="L-BFGS-B")
            found.append(end.fun if np.isfinite(end.fun) else np.inf)
    used = time.process_time() - began
    close = float((np.array(found) <= 1.01 * min(found)).mean())
    return Effort(min(found), used, len(chosen), len(starts), close)


def bootstrap_by_bfgs(
    runs: Runs, n_draws: int, n_all: int, generator: np.random.Generator
) -> tuple[Effort, FloatArray]:
    """One BFGS with an analytic gradient per resample, from Hoffmann's coefficients; and the resamples."""
    counts = generator.multinomial(len(runs), np.full(len(runs), 1 / len(runs)), size=n_draws).astype(float)
    logs, ends, began = Logs.of(runs), [], time.process_time()
    with np.errstate(all="ignore"):
        for weights in counts:
            end = optimize.minimize(
                partial(objective, logs=logs, weights=weights),
                HOFFMANN,
                jac=partial(gradient, logs=logs, weights=weights),
                method="BFGS",
                options={"gtol": 1e-9},
            )
            ends.append(end.fun)
    used = time.process_time() - began
    return Effort(float(np.mean(ends)), used, n_draws, n_all), counts


def package_chinchilla(runs: Runs, grid: dict[str, FloatArray]) -> Effort | None:
    """Fit with the package `chinchilla` in this process, with its original loss; None if not installed."""
    try:
        from chinchilla import Chinchilla
        from chinchilla._metrics import log_huber
    except ImportError:
        return None
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        fitter = Chinchilla(
            project_dir=folder,
            param_grid=grid,
            seed_ranges={"C": (1e18, 1e19), "N_to_D": (10, 100)},
            loss_fn=partial(log_huber, delta=HUBER_DELTA),
            log_level=50,
        )
        for params, tokens, loss in zip(runs.params, runs.tokens, runs.loss_nats, strict=True):
            fitter.append(N=params, D=tokens, loss=loss)
        began = time.process_time()
        fitter.fit(parallel=False, simulation=True)
        used = time.process_time() - began
        os.chdir(here)
    found = fitter.params
    theta = np.array([found["alpha"], found["beta"], *np.log([found["E"], found["A"], found["B"]])])
    n_starts = int(np.prod([len(values) for values in grid.values()]))
    return Effort(objective(theta, Logs.of(runs)), used, n_starts, n_starts)
