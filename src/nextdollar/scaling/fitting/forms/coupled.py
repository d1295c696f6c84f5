"""The coupled form: the two shortages of the Chinchilla form joined with an exponent of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from nextdollar.scaling.fitting.forms.chinchilla import chinchilla_starts
from nextdollar.scaling.fitting.forms.form import Form, Need
from nextdollar.scaling.fitting.surfaces.chinchilla import ChinchillaSurface
from nextdollar.scaling.fitting.surfaces.coupled import CoupledSurface
from nextdollar.scaling.laws.coupled import Coupled
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

_GUESSED_K = np.log([1.0, 0.5, 1.5])


def _surface(runs: Runs, centred: bool) -> CoupledSurface:
    """Return the log loss of the form over runs."""
    n, d = np.log(runs.params), np.log(runs.tokens)
    return CoupledSurface(n, d, (float(n.mean()), float(d.mean())) if centred else (0.0, 0.0))


def _starts(surface: Any, loss_nats: FloatArray, pinned_nats: float | None) -> FloatArray:
    """Return the starts of the Chinchilla form, with k of 0.5 to 1.5."""
    plain = ChinchillaSurface(surface.log_params, surface.log_tokens, surface.centre)
    theta = chinchilla_starts(plain, loss_nats, pinned_nats)
    return np.concatenate([theta, np.resize(_GUESSED_K, theta.shape[0])[:, None]], axis=1)


def _uncentred(surface: Any, theta: FloatArray) -> FloatArray:
    """Return (E, ln A, alpha, ln B, beta, ln k)."""
    moved = theta.copy()
    moved[:, 1] += theta[:, 2] * surface.centre[0]
    moved[:, 3] += theta[:, 4] * surface.centre[1]
    return moved


def _coefficients(surface: Any, theta: FloatArray) -> dict[str, FloatArray]:
    """Return E, A, alpha, B, beta, k."""
    E, log_A, alpha, log_B, beta, log_k = _uncentred(surface, theta).T
    return {
        "E": E,
        "A": np.exp(log_A),
        "alpha": alpha,
        "B": np.exp(log_B),
        "beta": beta,
        "k": np.exp(log_k),
    }


COUPLED = Form(
    name="coupled",
    coefficients=("E", "A", "alpha", "B", "beta", "k"),
    needs=(Need("params", 3, ("E", "A", "alpha")), Need("tokens", 3, ("E", "B", "beta"))),
    surface=_surface,
    starts=_starts,
    law_coefficients=_coefficients,
    uncentred=_uncentred,
    law=lambda values, runs: Coupled(**values, domain=runs.domain),
    profiled={"E": 0, "A": 1, "alpha": 2, "B": 3, "beta": 4, "k": 5},
)
