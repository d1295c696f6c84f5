"""The forms with one exponent: over-training (Gadre et al.) and power laws in one quantity."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from nextdollar.scaling.fitting.forms.form import Form, Need
from nextdollar.scaling.fitting.forms.guesses import N_STARTS, guesses
from nextdollar.scaling.fitting.surfaces.chinchilla import (
    LARGEST_EXPONENT,
    LARGEST_FLOOR,
    LEAST_EXPONENT,
)
from nextdollar.scaling.fitting.surfaces.log_sum import LogSumSurface
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.over_training import OverTraining
from nextdollar.scaling.laws.power_law import PowerLaw, Variable
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

_GUESSED_EXPONENTS = np.geomspace(0.02, 1.2, 3 * N_STARTS)


def _surface(logs: tuple[FloatArray, ...], centred: bool) -> LogSumSurface:
    """Return ln(E + sum_k exp(a_k - h x_k)) with one exponent h; coefficients (E, a_1, .., h)."""
    p = len(logs) + 2
    shifts = [float(x.mean()) if centred else 0.0 for x in logs]
    features = np.zeros((p - 2, logs[0].size, p))
    uncentring = np.eye(p)
    for k, (x, shift) in enumerate(zip(logs, shifts, strict=True), start=1):
        features[k - 1, :, k] = 1.0
        features[k - 1, :, -1] = shift - x
        uncentring[-1, k] = shift
    return LogSumSurface(
        features=features,
        names=("E", *(f"a_{k}" for k in range(1, p - 1)), "h"),
        lower=np.array([0.0, *[-60.0] * (p - 2), LEAST_EXPONENT]),
        upper=np.array([LARGEST_FLOOR, *[60.0] * (p - 2), LARGEST_EXPONENT]),
        uncentring=uncentring,
    )


def _starts(surface: Any, loss_nats: FloatArray, pinned_nats: float | None) -> FloatArray:
    """Return twelve starts, the best of as many stretches of the exponent."""
    grid = _GUESSED_EXPONENTS[:, None]
    powers = tuple(np.exp(grid * row[:, -1]) for row in surface.features)
    guessed, misfit = guesses(powers, loss_nats, pinned_nats)
    stretches = misfit.reshape(N_STARTS, -1)
    chosen = stretches.argmin(axis=1) + stretches.shape[1] * np.arange(N_STARTS)
    chosen = chosen[np.argsort(misfit[chosen], kind="stable")]
    theta: FloatArray = np.concatenate([guessed, grid], axis=1)[chosen]
    return theta


def _uncentred(surface: Any, theta: FloatArray) -> FloatArray:
    """Return the coefficients on the surface that is not centred."""
    uncentred: FloatArray = theta @ surface.uncentring
    return uncentred


def _over_training_surface(runs: Runs, centred: bool) -> LogSumSurface:
    """Return the log loss of the over-training form over runs.

    a M**eta / C**eta = a / (6 N**2)**eta, and likewise b and D.
    """
    work = np.log(FLOP_PER_PARAM_TOKEN)
    return _surface((work + 2 * np.log(runs.params), work + 2 * np.log(runs.tokens)), centred)


def _over_training_coefficients(surface: Any, theta: FloatArray) -> dict[str, FloatArray]:
    """Return E, a, b, eta."""
    E, log_a, log_b, eta = _uncentred(surface, theta).T
    return {"E": E, "a": np.exp(log_a), "b": np.exp(log_b), "eta": eta}


OVER_TRAINING = Form(
    name="over-training",
    coefficients=("E", "a", "b", "eta"),
    needs=(Need("tokens_per_param", 2, ("a", "b")), Need("flop", 3, ("E", "eta"))),
    surface=_over_training_surface,
    starts=_starts,
    law_coefficients=_over_training_coefficients,
    uncentred=_uncentred,
    law=lambda values, runs: OverTraining(**values, domain=runs.domain),
    profiled={"E": 0, "a": 1, "b": 2, "eta": 3},
)


def _x(variable: Variable, runs: Runs) -> FloatArray:
    """Return the quantity that a power law is in."""
    if variable == "flop":
        return FLOP_PER_PARAM_TOKEN * runs.params * runs.tokens
    return runs.params if variable == "params" else runs.tokens


def _power_surface(variable: Variable, runs: Runs, centred: bool) -> LogSumSurface:
    """Return the log loss of a power law over runs."""
    return _surface((np.log(_x(variable, runs)),), centred)


def _power_coefficients(surface: Any, theta: FloatArray) -> dict[str, FloatArray]:
    """Return E, A, alpha."""
    E, log_A, alpha = _uncentred(surface, theta).T
    return {"E": E, "A": np.exp(log_A), "alpha": alpha}


def _power_law(variable: Variable, values: Any, runs: Runs) -> PowerLaw:
    """Return the power law with the given coefficients."""
    return PowerLaw(**values, variable=variable, domain=runs.domain)


def power(variable: Variable) -> Form:
    """Return the form L = E + A / x**alpha in params, tokens or flop (6 N D)."""
    return Form(
        name=f"power-{variable}",
        coefficients=("E", "A", "alpha"),
        needs=(Need(variable, 3, ("E", "A", "alpha")),),
        surface=partial(_power_surface, variable),
        starts=_starts,
        law_coefficients=_power_coefficients,
        uncentred=_uncentred,
        law=partial(_power_law, variable),
        profiled={"E": 0, "A": 1, "alpha": 2},
    )
