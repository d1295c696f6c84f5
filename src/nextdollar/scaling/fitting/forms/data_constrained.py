"""The form of Muennighoff et al., for runs that repeat their data."""

from __future__ import annotations

from typing import Any

import numpy as np

from nextdollar.scaling.fitting.forms.chinchilla import chinchilla_starts
from nextdollar.scaling.fitting.forms.form import Form, Need
from nextdollar.scaling.fitting.surfaces.chinchilla import ChinchillaSurface
from nextdollar.scaling.fitting.surfaces.data_constrained import DataConstrainedSurface
from nextdollar.scaling.laws.data_constrained import DataConstrained
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

_GUESSED_R = np.log([15.0, 5.0, 40.0])


def _surface(runs: Runs, centred: bool) -> DataConstrainedSurface:
    """Return the log loss of the form over runs; without unique tokens nothing was repeated."""
    n, d = np.log(runs.params), np.log(runs.tokens)
    unique = d if runs.unique_tokens is None else np.log(runs.unique_tokens)
    return DataConstrainedSurface(n, d, unique, (float(n.mean()), float(d.mean())) if centred else (0.0, 0.0))


def _starts(surface: Any, loss_nats: FloatArray, pinned_nats: float | None) -> FloatArray:
    """Return the starts of the Chinchilla form over effective tokens, with R_D and R_N of 5 to 40."""
    passes = np.exp(surface.log_tokens - np.minimum(surface.log_tokens, surface.log_unique))
    R = np.exp(_GUESSED_R[0])
    effective = surface.log_tokens - np.log(passes) + np.log1p(-R * np.expm1(-(passes - 1) / R))
    plain = ChinchillaSurface(surface.log_params, effective, surface.centre)
    theta = chinchilla_starts(plain, loss_nats, pinned_nats)
    log_R = np.resize(_GUESSED_R, theta.shape[0])[:, None]
    return np.concatenate([theta, log_R, log_R], axis=1)


def _uncentred(surface: Any, theta: FloatArray) -> FloatArray:
    """Return (E, ln A, alpha, ln B, beta, ln R_D, ln R_N)."""
    n0, d0 = surface.centre
    shift = np.zeros_like(theta)
    shift[:, 1], shift[:, 3] = theta[:, 2] * n0, theta[:, 4] * d0
    return theta + shift


def _coefficients(surface: Any, theta: FloatArray) -> dict[str, FloatArray]:
    """Return E, A, alpha, B, beta, R_D, R_N."""
    E, log_A, alpha, log_B, beta, log_R_D, log_R_N = _uncentred(surface, theta).T
    return {
        "E": E,
        "A": np.exp(log_A),
        "alpha": alpha,
        "B": np.exp(log_B),
        "beta": beta,
        "R_D": np.exp(log_R_D),
        "R_N": np.exp(log_R_N),
    }


DATA_CONSTRAINED = Form(
    name="data-constrained",
    coefficients=("E", "A", "alpha", "B", "beta", "R_D", "R_N"),
    needs=(
        Need("params", 3, ("E", "A", "alpha")),
        Need("tokens", 3, ("E", "B", "beta")),
        Need("passes", 3, ("R_D",)),
    ),
    surface=_surface,
    starts=_starts,
    law_coefficients=_coefficients,
    uncentred=_uncentred,
    law=lambda values, runs: DataConstrained(**values, domain=runs.domain),
    profiled={
        "E": 0,
        "A": 1,
        "alpha": 2,
        "B": 3,
        "beta": 4,
        "R_D": 5,
        "R_N": 6,
    },
)
