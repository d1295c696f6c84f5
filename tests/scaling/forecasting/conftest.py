"""Runs and a prior that several tests use."""

from __future__ import annotations

import numpy as np
import pytest

from nextdollar.scaling import Chinchilla
from nextdollar.scaling.forecasting.prior import Prior
from nextdollar.scaling.runs import Runs, runs_of

# Besiroglu et al. 2024, table 1.
TRUTH = Chinchilla(E=1.8172, A=482.01, alpha=0.3478, B=2085.43, beta=0.3658)


@pytest.fixture(scope="session")
def prior() -> Prior:
    """Return a prior in round numbers: half a decade of doubt about every coefficient."""
    return Prior(
        mean=np.array([-1.5, -1.5, np.log(0.34), np.log(0.34), -0.3]),
        sd=np.array([0.4, 0.4, 0.25, 0.25, 0.4]),
        noise_log=0.005,
        curvature=0.5,
    )


@pytest.fixture(scope="session")
def ladder():
    """Return a maker of runs of a known law: 30 million to a billion parameters, half a percent of noise."""

    def make(n_runs: int, *, noise_log: float = 0.005, seed: int = 7) -> Runs:
        generator = np.random.default_rng(seed)
        params = 10 ** generator.uniform(7.5, 9.0, n_runs)
        tokens = params * 10 ** generator.uniform(0.8, 1.8, n_runs)
        noise = noise_log * generator.standard_normal(n_runs)
        return runs_of(params, tokens, TRUTH.loss(params, tokens) * np.exp(noise))

    return make
