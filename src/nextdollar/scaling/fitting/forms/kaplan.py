"""The joint form of Kaplan et al.: no floor, one bracket to a power."""

from __future__ import annotations

from typing import Any

import numpy as np

from nextdollar.scaling.fitting.forms.form import Form, Need
from nextdollar.scaling.fitting.forms.guesses import N_STARTS, PARTS
from nextdollar.scaling.fitting.starts import best_of_each_part, linear_terms
from nextdollar.scaling.fitting.surfaces.kaplan import KaplanSurface
from nextdollar.scaling.laws.kaplan import Kaplan
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

_GUESSED_RATIOS = np.geomspace(0.2, 4.0, 12)
"""alpha_N / alpha_D: 0.74 by the paper."""
_GUESSED_ALPHA_D = np.geomspace(0.03, 0.8, 12)


def _surface(runs: Runs, centred: bool) -> KaplanSurface:
    """Return the log loss of the form over runs; it needs no centring."""
    return KaplanSurface(np.log(runs.params), np.log(runs.tokens))


def _starts(surface: Any, loss_nats: FloatArray, pinned_nats: float | None) -> FloatArray:
    """Return twelve starts: L**(1 / alpha_D) is linear in N**-r and 1 / D."""
    r, s = (axis.ravel() for axis in np.meshgrid(_GUESSED_RATIOS, _GUESSED_ALPHA_D, indexing="ij"))
    n0, d0 = surface.log_params.mean(), surface.log_tokens.mean()
    of_size = np.exp(-r[:, None] * (surface.log_params - n0))
    of_data = np.broadcast_to(np.exp(d0 - surface.log_tokens), of_size.shape)
    level = np.log(loss_nats).mean()
    powered = np.exp((np.log(loss_nats) - level) / s[:, None])
    terms, misfit = linear_terms(np.stack([of_size, of_data], axis=1), powered)
    logs = np.log(terms) + (level / s)[:, None]
    theta = np.stack([logs[:, 0] / r + n0, r * s, logs[:, 1] + d0, s], axis=1)
    table = (misfit * s**2).reshape(_GUESSED_RATIOS.size, -1)
    return theta[best_of_each_part(table, PARTS)[:N_STARTS]]


def _coefficients(surface: Any, theta: FloatArray) -> dict[str, FloatArray]:
    """Return N_c, D_c, alpha_N, alpha_D."""
    log_N_c, alpha_N, log_D_c, alpha_D = theta.T
    return {"N_c": np.exp(log_N_c), "D_c": np.exp(log_D_c), "alpha_N": alpha_N, "alpha_D": alpha_D}


KAPLAN = Form(
    name="kaplan",
    coefficients=("N_c", "D_c", "alpha_N", "alpha_D"),
    needs=(Need("params", 3, ("N_c", "alpha_N")), Need("tokens", 2, ("D_c", "alpha_D"))),
    surface=_surface,
    starts=_starts,
    law_coefficients=_coefficients,
    uncentred=lambda surface, theta: theta,
    law=lambda values, runs: Kaplan(**values, domain=runs.domain),
    profiled={"N_c": 0, "alpha_N": 1, "D_c": 2, "alpha_D": 3},
    has_floor=False,
)
