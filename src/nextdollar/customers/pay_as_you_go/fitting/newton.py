"""Maximum of a smooth function of a few coordinates within a box, by Newton steps that never go down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nextdollar.units import FloatArray

Objective = Callable[[FloatArray], tuple[float, FloatArray]]
"""From coordinates (k,) to the value and its slopes (k,)."""

_MOST_STEPS = 100
_LONGEST_STEP = 2.0
_MOST_HALVINGS = 40
# A step that can gain less than this of a log-likelihood is the last: its own error is far smaller.
_LEAST_GAIN = 1e-6
# Central differences of slopes: the error is about the square of the step.
_DIFFERENCE = 1e-4
_LEAST_CURVATURE = 1e-10


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the climb ended: coordinates, value, curvature there, what lies on the box, and if it arrived.

    `curvature` (k, k) is minus the matrix of second slopes; `at_low` and `at_high` mark coordinates that the
    box holds back.
    """

    theta: FloatArray
    value: float
    curvature: FloatArray
    at_low: tuple[bool, ...]
    at_high: tuple[bool, ...]
    has_converged: bool


def maximise(objective: Objective, start: FloatArray, *, low: FloatArray, high: FloatArray) -> Maximum:
    """Maximum of `objective` within the box from `low` to `high`, climbing from `start`; arrays (k,).

    Notes
    -----
    Newton's step with the curvatures made positive, no longer than 2, cut to the box and halved until the
    value rises. A coordinate on the box whose slope points outward stays there. It has arrived when the
    step promises a gain below 1e-6; that step is still taken.
    """
    theta = np.clip(start, low, high)
    value, slopes = objective(theta)
    has_converged = False
    for _ in range(_MOST_STEPS):
        curvature = _curvature(objective, theta)
        if not np.isfinite(curvature).all():
            break
        free = ~(((theta <= low) & (slopes < 0)) | ((theta >= high) & (slopes > 0)))
        step = _step(curvature, slopes, free)
        has_converged = float(slopes @ step) < _LEAST_GAIN
        moved = _climbed(objective, theta, value, step, (low, high))
        if moved is not None:
            theta, value, slopes = moved
        if has_converged or moved is None:
            break
    curvature = _curvature(objective, theta)
    at_low, at_high = (theta <= low) & (slopes < 0), (theta >= high) & (slopes > 0)
    return Maximum(theta, value, curvature, tuple(at_low), tuple(at_high), has_converged)


def _step(
    curvature: FloatArray, slopes: FloatArray, free: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> FloatArray:
    step = np.zeros(slopes.shape)
    if not free.any():
        return step
    bends, axes = np.linalg.eigh(curvature[np.ix_(free, free)])
    floor = _LEAST_CURVATURE * max(1.0, float(np.abs(bends).max()))
    step[free] = axes @ ((axes.T @ slopes[free]) / np.maximum(np.abs(bends), floor))
    length = float(np.linalg.norm(step))
    return step * min(1.0, _LONGEST_STEP / length) if length > 0 else step


def _climbed(
    objective: Objective,
    theta: FloatArray,
    value: float,
    step: FloatArray,
    box: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, float, FloatArray] | None:
    """Return the first point on the way that is higher, with its value and slopes; None where none is."""
    share = 1.0
    for _ in range(_MOST_HALVINGS):
        there = np.clip(theta + share * step, *box)
        found, slopes = objective(there)
        if np.isfinite(found) and found > value:
            return there, found, slopes
        share /= 2
    return None


def _curvature(objective: Objective, theta: FloatArray) -> FloatArray:
    """Minus the second slopes, by central differences of the slopes."""
    rows = []
    for place in range(len(theta)):
        offset = np.zeros(theta.shape)
        offset[place] = _DIFFERENCE
        _, above = objective(theta + offset)
        _, below = objective(theta - offset)
        rows.append((below - above) / (2 * _DIFFERENCE))
    matrix = np.stack(rows)
    symmetric: FloatArray = (matrix + matrix.T) / 2
    return symmetric
