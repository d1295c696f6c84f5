"""Published studies and made-up runs that the tests of fitting share."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nextdollar.scaling.runs import Runs, runs_of

STUDIES = Path(__file__).resolve().parents[4] / "shared" / "data" / "scaling"
Row = dict[str, str]


@pytest.fixture(scope="session")
def study() -> Callable[..., Runs]:
    """Return a reader of one published study: file, which rows, and the columns of its extras."""

    def read(file: str, keep: Callable[[Row], bool] = lambda row: True, **extras: str) -> Runs:
        path = STUDIES / file
        if not path.exists():
            pytest.skip(f"{file} is not beside this checkout (../shared/data/scaling)")
        with path.open(newline="", encoding="utf-8") as stream:
            rows = [row for row in csv.DictReader(stream) if keep(row)]

        def column(name: str) -> np.ndarray:
            return np.array([float(row[name]) for row in rows])

        return Runs(
            params=column("params"),
            tokens=column("tokens"),
            flop=column("flops"),
            loss_nats=column("loss"),
            run=np.arange(len(rows)),
            **{field: column(name) for field, name in extras.items()},
        )

    return read


@pytest.fixture(scope="session")
def hoffmann_runs(study: Callable[..., Runs]) -> Runs:
    """Return the 240 digitised runs of Hoffmann et al. that Besiroglu et al. fit."""
    return study("chinchilla_epoch.csv", lambda row: row["epoch_outlier"] != "1")


@pytest.fixture(scope="session")
def noisy_runs() -> Runs:
    """Return 60 runs of a known law with half a per cent of noise."""
    generator = np.random.default_rng(11)
    N, D = np.exp(generator.uniform(17, 23, 60)), np.exp(generator.uniform(20, 26, 60))
    loss = 1.7 + 400 / N**0.34 + 600 / D**0.30
    return runs_of(N, D, loss * np.exp(generator.normal(0, 0.005, 60)))


def grid_runs(E: float, A: float, alpha: float, B: float, beta: float) -> Runs:
    """Return noise-free runs of the form of Hoffmann et al.: 8 budgets of 16 sizes each."""
    budgets_flop = np.repeat(np.geomspace(1e18, 1e22, 8), 16)
    best = np.sqrt(budgets_flop / 120)
    N = best * np.tile(np.geomspace(0.15, 6.0, 16), 8)
    D = budgets_flop / (6 * N)
    return runs_of(N, D, E + A / N**alpha + B / D**beta)
