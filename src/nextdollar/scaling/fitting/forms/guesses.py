"""First guesses that several forms share: exponents from a grid, the rest by linear least squares."""

from __future__ import annotations

import numpy as np

from nextdollar.scaling.fitting.starts import linear_terms
from nextdollar.units import FloatArray

GUESSED_EXPONENTS = np.geomspace(0.1, 1.0, 12)
"""Exponents of the first guesses; published fits lie between 0.15 and 0.5 but for oddities."""
PARTS = 4
N_STARTS = 12


def guesses(
    powers: tuple[FloatArray, ...], loss_nats: FloatArray, pinned_nats: float | None
) -> tuple[FloatArray, FloatArray]:
    """Floor and logs of coefficients (n_guesses, 1 + n_powers) by relative least squares, and misfits.

    `powers` are the terms at coefficient 1, each (n_guesses, n_runs).
    """
    if pinned_nats is not None:
        coefficients, misfit = linear_terms(np.stack(powers, axis=1), loss_nats - pinned_nats)
        floor = np.full((misfit.size, 1), pinned_nats)
        return np.concatenate([floor, np.log(coefficients)], axis=1), misfit
    coefficients, misfit = linear_terms(np.stack([np.ones_like(powers[0]), *powers], axis=1), loss_nats)
    return np.concatenate([coefficients[:, :1], np.log(coefficients[:, 1:])], axis=1), misfit
