"""The form of Clark et al., for routed mixtures of experts at one number of tokens."""

from __future__ import annotations

from typing import Any

import numpy as np

from nextdollar.scaling.fitting.forms.form import Form, Need
from nextdollar.scaling.fitting.surfaces.routed_moe import RoutedMoeSurface
from nextdollar.scaling.laws.routed_moe import RoutedMoe
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

_GUESSED_T, _GUESSED_MOST = (1.2, 2.0, 4.5), (100.0, 300.0, 800.0, 1e5)
_LN10 = np.log(10.0)


def _surface(runs: Runs, centred: bool) -> RoutedMoeSurface:
    """Return the log loss of the form over runs; without experts every run was dense."""
    n = np.log(runs.params)
    experts = np.ones_like(n) if runs.experts is None else runs.experts
    return RoutedMoeSurface(n, experts, float(n.mean()) if centred else 0.0)


def _starts(surface: Any, loss_nats: FloatArray, pinned_nats: float | None) -> FloatArray:
    """Return twelve starts: given t and E_max the log loss is linear in the rest."""
    n, log_loss, starts = surface.log_params - surface.centre, np.log(loss_nats), []
    for t in _GUESSED_T:
        for most in _GUESSED_MOST:
            s = -np.log(1 / (surface.experts - 1 + t) + 1 / most)
            columns = np.stack([np.ones_like(n), n, s, n * s], axis=1)
            linear = np.linalg.lstsq(columns, log_loss, rcond=None)[0]
            starts.append([*linear, np.log(t), np.log(most)])
    return np.array(starts)


def _uncentred(surface: Any, theta: FloatArray) -> FloatArray:
    """Return the coefficients where ln N is not centred."""
    moved = theta.copy()
    moved[:, 0] -= theta[:, 1] * surface.centre
    moved[:, 2] -= theta[:, 3] * surface.centre
    return moved


def _coefficients(surface: Any, theta: FloatArray) -> dict[str, FloatArray]:
    """Return a, b, c, d, E_start, E_max of the law, which is in decimal logs."""
    d, a, b, c, log_t, log_most = _uncentred(surface, theta).T
    start = 1 / (np.exp(-log_t) + np.exp(-log_most))
    return {"a": a, "b": b, "c": c * _LN10, "d": d / _LN10, "E_start": start, "E_max": np.exp(log_most)}


ROUTED_MOE = Form(
    name="routed-moe",
    coefficients=("a", "b", "c", "d", "E_start", "E_max"),
    needs=(Need("params", 2, ("a", "c")), Need("experts", 4, ("b", "E_start", "E_max"))),
    surface=_surface,
    starts=_starts,
    law_coefficients=_coefficients,
    uncentred=_uncentred,
    law=lambda values, runs: RoutedMoe(**values, domain=runs.domain),
    profiled={"a": 1, "b": 2, "c": 3, "d": 0, "E_max": 5},
    has_floor=False,
)
