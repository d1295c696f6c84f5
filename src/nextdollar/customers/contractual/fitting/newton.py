"""Newton's method for many functions at once, each climbing its own hill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.contractual.fitting.likelihood import Terms
from nextdollar.units import FloatArray

_MOST_STEPS = 60
_MOST_HALVINGS = 12
_LONGEST_STEP = 2.0
# What a further step would gain, as a share of the size of the function, at which it is not taken.
_GAIN_SHARE = 1e-13
_LEAST_CURVATURE = 1e-7
# Where the top is only a place to deal candidates around, whose weights make up for the rest.
_ROUGH_GAIN, _ROUGH_STEPS = 0.03, 5


Function = Callable[[FloatArray, NDArray[np.int64]], Terms]


@dataclass(frozen=True, slots=True)
class Peak:
    """Where functions are highest: theta (n, n_coordinates), terms there, whether it was reached (n,)."""

    theta: FloatArray
    terms: Terms
    is_reached: NDArray[np.bool_]


def maximise(function: Function, start: FloatArray, *, box: FloatArray, roughly: bool = False) -> Peak:
    """Climb from `start` (n, n_coordinates) within `box` (n_coordinates, 2).

    `function` maps theta (m, n_coordinates) and the places (m,) of m of the functions to their terms. Where
    a function is not concave the curvature is taken with the sign that leads upward; a step that does not
    climb is halved. Functions that have arrived are not asked again: a further step would gain no more
    than rounding tells, or where they are asked for `roughly`, a few hundredths.
    """
    theta = np.clip(start, box[:, 0], box[:, 1])
    climbing = np.arange(theta.shape[0])
    terms = function(theta, climbing)
    for _ in range(_ROUGH_STEPS if roughly else _MOST_STEPS):
        step = _step(theta[climbing], _at(terms, climbing), box)
        gain = np.sum(step * terms.slope[climbing], axis=-1)
        goes_on = gain > (_ROUGH_GAIN if roughly else _GAIN_SHARE * (1 + np.abs(terms.value[climbing])))
        climbing, step = climbing[goes_on], step[goes_on]
        if climbing.size == 0:
            break
        climbing = _climb(function, theta, terms, climbing, step=step, box=box)
    is_reached = np.ones(theta.shape[0], dtype=np.bool_)
    is_reached[climbing] = False
    return Peak(theta, terms, is_reached)


def _at(terms: Terms, places: NDArray[np.int64]) -> Terms:
    return Terms(terms.value[places], terms.slope[places], terms.curvature[places])


def _step(theta: FloatArray, terms: Terms, box: FloatArray) -> FloatArray:
    """Return Newton's step, upward in every direction and without what leads out of the box."""
    slope, curvature = terms.slope, terms.curvature
    blocked = ((theta <= box[:, 0]) & (slope < 0)) | ((theta >= box[:, 1]) & (slope > 0))
    if blocked.any():
        slope = np.where(blocked, 0.0, slope)
        free = ~blocked
        curvature = np.where(free[..., :, None] & free[..., None, :], curvature, 0.0)
        curvature = curvature - np.eye(theta.shape[-1]) * blocked[..., None, :]
    values, vectors = np.linalg.eigh(curvature)
    scale = np.maximum(np.abs(values), _LEAST_CURVATURE * (1 + np.abs(values).max(axis=-1, keepdims=True)))
    along = (slope[..., None, :] @ vectors)[..., 0, :] / scale
    step = (vectors @ along[..., None])[..., 0]
    longest = np.abs(step).max(axis=-1, keepdims=True)
    shortened: FloatArray = step * np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, _LONGEST_STEP / 2))
    return shortened


def _climb(
    function: Function,
    theta: FloatArray,
    terms: Terms,
    climbing: NDArray[np.int64],
    *,
    step: FloatArray,
    box: FloatArray,
) -> NDArray[np.int64]:
    """Move theta and terms to where steps lead, halved until nothing falls; return which have moved."""
    waiting, share = np.arange(climbing.size), 1.0
    for _ in range(_MOST_HALVINGS):
        places = climbing[waiting]
        tried = np.clip(theta[places] + share * step[waiting], box[:, 0], box[:, 1])
        there = function(tried, places)
        climbs = there.value >= terms.value[places]
        moved = places[climbs]
        theta[moved] = tried[climbs]
        terms.value[moved] = there.value[climbs]
        terms.slope[moved] = there.slope[climbs]
        terms.curvature[moved] = there.curvature[climbs]
        waiting, share = waiting[~climbs], share / 2
        if waiting.size == 0:
            break
    # What no step raises has arrived, as far as rounding tells.
    return np.delete(climbing, waiting)
