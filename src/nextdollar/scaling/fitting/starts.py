"""First guesses for laws that are linear in all but their exponents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nextdollar.scaling.fitting.symmetric import solve_positive
from nextdollar.units import FloatArray

_LEAST_SHARE = 1e-3
"""A term that least squares would make negative starts at this share of the loss instead."""
_RIDGE = 1e-10


def linear_terms(bases: FloatArray, loss_nats: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients c > 0 of loss = sum_k c_k basis_k by relative least squares, for many sets of bases.

    Parameters
    ----------
    bases : array (n_guesses, n_terms, n_runs)
        The terms at coefficient 1, above 0.
    loss_nats : array (n_runs,) or (n_guesses, n_runs)
        Losses in nats per token, or a power of them for each guess.

    Returns
    -------
    coefficients : array (n_guesses, n_terms)
        Above 0: a term that would be negative is set to a thousandth of the loss.
    misfit : array (n_guesses,)
        Sum of squared relative errors.
    """
    relative = bases / (loss_nats if loss_nats.ndim == 1 else loss_nats[:, None, :])
    gram = relative @ relative.transpose(0, 2, 1)
    totals = relative.sum(axis=2)
    ridged = gram * (1 + _RIDGE * np.eye(gram.shape[1]))
    solution, sound = solve_positive(ridged, totals)
    least = _LEAST_SHARE * loss_nats.shape[-1] / totals
    coefficients = np.where(sound[:, None] & (solution > least), solution, least)
    # sum (c . x - 1)**2, opened up: cancellation leaves ten digits, and a ranking needs two.
    through = (coefficients[:, None, :] @ gram)[:, 0]
    misfit = ((through - 2 * totals) * coefficients).sum(axis=1) + loss_nats.shape[-1]
    return coefficients, misfit


def best_of_each_part(misfit: FloatArray, parts: int) -> NDArray[np.intp]:
    """Flat indices of the least misfit in each of `parts` x `parts` parts of a square table, best first.

    Starts from every part of the (alpha, beta) plane are distinct, so that their agreement says
    something; the neighbours of the best one would agree with it in any case.
    """
    side = misfit.shape[0] // parts
    blocks = misfit.reshape(parts, side, parts, side).transpose(0, 2, 1, 3).reshape(parts, parts, -1)
    within = blocks.argmin(axis=2)
    rows = np.arange(parts)[:, None] * side + within // side
    columns = np.arange(parts)[None, :] * side + within % side
    chosen = (rows * misfit.shape[1] + columns).ravel()
    ordered: NDArray[np.intp] = chosen[np.argsort(misfit.ravel()[chosen], kind="stable")]
    return ordered
