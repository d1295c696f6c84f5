"""The form of Hoffmann et al.: a floor, a power of parameters and a power of tokens."""

from __future__ import annotations

from typing import Any

import numpy as np

from nextdollar.scaling.fitting.forms.form import Form, Need
from nextdollar.scaling.fitting.forms.guesses import GUESSED_EXPONENTS, N_STARTS, PARTS, guesses
from nextdollar.scaling.fitting.starts import best_of_each_part
from nextdollar.scaling.fitting.surfaces.chinchilla import ChinchillaSurface
from nextdollar.scaling.laws.chinchilla import Chinchilla
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray


def chinchilla_starts(
    surface: ChinchillaSurface, loss_nats: FloatArray, pinned_nats: float | None
) -> FloatArray:
    """Twelve starts (E, a, alpha, b, beta) from as many parts of the plane of exponents."""
    grid = GUESSED_EXPONENTS
    alpha, beta = (axis.ravel() for axis in np.meshgrid(grid, grid, indexing="ij"))
    of_size = np.repeat(np.exp(-grid[:, None] * surface.n), grid.size, axis=0)
    of_data = np.tile(np.exp(-grid[:, None] * surface.d), (grid.size, 1))
    guessed, misfit = guesses((of_size, of_data), loss_nats, pinned_nats)
    chosen = best_of_each_part(misfit.reshape(grid.size, grid.size), PARTS)[:N_STARTS]
    return np.stack([guessed[:, 0], guessed[:, 1], alpha, guessed[:, 2], beta], axis=1)[chosen]


def _chinchilla_surface(runs: Runs, centred: bool) -> ChinchillaSurface:
    """Return the log loss of the Chinchilla form over runs."""
    n, d = np.log(runs.params), np.log(runs.tokens)
    return ChinchillaSurface(n, d, (float(n.mean()), float(d.mean())) if centred else (0.0, 0.0))


def _chinchilla_uncentred(surface: Any, theta: FloatArray) -> FloatArray:
    """Return (E, ln A, alpha, ln B, beta)."""
    E, a, alpha, b, beta = theta.T
    return np.stack([E, a + alpha * surface.centre[0], alpha, b + beta * surface.centre[1], beta], axis=1)


def _chinchilla_coefficients(surface: Any, theta: FloatArray) -> dict[str, FloatArray]:
    """Return E, A, alpha, B, beta."""
    E, log_A, alpha, log_B, beta = _chinchilla_uncentred(surface, theta).T
    return {"E": E, "A": np.exp(log_A), "alpha": alpha, "B": np.exp(log_B), "beta": beta}


CHINCHILLA = Form(
    name="chinchilla",
    coefficients=("E", "A", "alpha", "B", "beta"),
    needs=(Need("params", 3, ("E", "A", "alpha")), Need("tokens", 3, ("E", "B", "beta"))),
    surface=_chinchilla_surface,
    starts=chinchilla_starts,  # type: ignore[arg-type]
    law_coefficients=_chinchilla_coefficients,
    uncentred=_chinchilla_uncentred,
    law=lambda values, runs: Chinchilla(**values, domain=runs.domain),
    profiled={"E": 0, "A": 1, "alpha": 2, "B": 3, "beta": 4},
)
