"""The ridge of a likelihood: for each value of its second coordinate, where the others are likeliest.

Likelihoods of retention are long and bent: how far customers differ (phi), or how they age (c), is hardly
told by few renewals, and what else is likely turns with it. Around the ridge they are short and straight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.customers.contractual.fitting.likelihood import Terms
from nextdollar.customers.contractual.fitting.newton import Function, Peak, maximise
from nextdollar.customers.contractual.fitting.prior import Coordinate
from nextdollar.units import FloatArray

# Log phi and log c beyond which the prior has less than a thousandth.
_ENDS: dict[Coordinate, tuple[float, float]] = {"spread": (-6.0, 10.0), "ageing": (-2.5, 2.5)}
_N_EACH_SIDE = 8
_NEAR_SD, _FAR_SD = 0.6, 4.0
_MOST_SD, _MOST_LEAN = 3.0, 1.0
_LEAST_CURVATURE = 0.25
_APART = 1e-3


@dataclass(frozen=True, slots=True)
class Ridge:
    """Points along ridges of n functions.

    Attributes
    ----------
    at : array (n, n_points)
        Second coordinate, ascending.
    height : array (n, n_points)
        Log of the mass of the function there over the other coordinates, up to a constant of each row.
    middle : array (n, n_points, n_others)
        Other coordinates where the function is highest.
    spread : array (n, n_points, n_others, n_others)
        Lower triangular root of the inverse curvature there.
    """

    at: FloatArray
    height: FloatArray
    middle: FloatArray
    spread: FloatArray


def ridge_of(function: Function, top: Peak, *, lead: Coordinate, box: FloatArray) -> Ridge:
    """Ridges of functions of two or three coordinates.

    Parameters
    ----------
    function : callable
        As of `newton.maximise`.
    top : Peak
        Where the functions are highest.
    lead : "spread" or "ageing"
        What the second coordinate is.
    box : array (n_coordinates, 2)
        Edges of what is held possible.

    Notes
    -----
    Points lie around the top at distances that grow by a factor, from a part of its spread to the end of what
    the prior holds possible. From straight lines through the top, Newton's method leads to the ridge.
    """
    n, n_coordinates = top.theta.shape
    others = [place for place in range(n_coordinates) if place != 1]
    spread = _spread(-top.terms.curvature, 1 / _MOST_SD**2)
    at = _points(top.theta[:, 1], np.sqrt(spread[:, 1, 1]), lead=lead, box=box[1])
    lean = spread[:, others, 1] / spread[:, 1:2, 1]
    away = (at - top.theta[:, 1:2])[..., None]
    start = np.empty((*at.shape, n_coordinates))
    start[..., 1] = at
    start[..., others] = top.theta[:, None, others] + np.clip(lean[:, None] * away, -_MOST_LEAN, _MOST_LEAN)
    row = np.repeat(np.arange(n), at.shape[1])
    found = maximise(
        lambda theta, places: _held(function(theta, row[places])),
        start.reshape(-1, n_coordinates),
        box=box,
        roughly=True,
    )
    bend = -found.terms.curvature[:, others][:, :, others]
    around: FloatArray = np.asarray(np.linalg.cholesky(_spread(bend, _LEAST_CURVATURE)), dtype=np.float64)
    height = found.terms.value + np.log(np.einsum("...ii->...i", around)).sum(axis=-1)
    middle = found.theta[:, others].reshape(*at.shape, -1)
    return Ridge(at, height.reshape(at.shape), middle, around.reshape(*at.shape, *around.shape[1:]))


def _points(top: FloatArray, sd: FloatArray, *, lead: Coordinate, box: FloatArray) -> FloatArray:
    """Return second coordinates (n, n_points) on both sides of the tops (n,)."""
    low, high = _ENDS[lead]
    far = np.maximum(np.stack([top - low, high - top]), _FAR_SD * sd)
    near = _NEAR_SD * sd
    steps = np.linspace(0, 1, _N_EACH_SIDE)
    away = near[..., None] * (far / near)[..., None] ** steps
    at = np.concatenate([top[:, None] - away[0, :, ::-1], top[:, None], top[:, None] + away[1]], axis=-1)
    apart = _APART * np.arange(at.shape[-1])
    clipped: FloatArray = np.clip(at, box[0] + apart, box[1] - apart[::-1])
    return clipped


def _held(terms: Terms) -> Terms:
    """Return terms of which no step moves the second coordinate."""
    slope, curvature = terms.slope.copy(), terms.curvature.copy()
    slope[:, 1] = 0
    curvature[:, 1, :] = curvature[:, :, 1] = 0
    curvature[:, 1, 1] = -1
    return Terms(terms.value, slope, curvature)


def _spread(curvature: FloatArray, least: float) -> FloatArray:
    """Return the inverse of curvatures (n, m, m), none of them taken below `least`."""
    values, vectors = np.linalg.eigh(curvature)
    inverse: FloatArray = np.einsum(
        "...ij,...j,...kj->...ik", vectors, 1 / np.maximum(values, least), vectors
    )
    return inverse
