"""The one root of each of many polynomials inside its bracket, one polynomial a column.

Only elementwise arithmetic in a fixed order is used, so the result depends neither on threads nor
on a linear algebra library.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nextdollar.units import FloatArray

_MAX_STEPS = 200
_STEPS_BEFORE_HALVING = 12
_ERROR_LEFT = 1e-18
_LARGEST_BEND = 0.5
_EPS = float(np.finfo(np.float64).eps)


def root_between(
    coefficients: FloatArray,
    low: FloatArray,
    high: FloatArray,
    sign_high: FloatArray,
    *,
    wanted: NDArray[np.bool_],
) -> FloatArray:
    """Return the one root v that each polynomial has between two points.

    Parameters
    ----------
    coefficients : array (n_rows, n)
        Coefficients; row k multiplies v**k. Overwritten: a copy of so large a table costs as much
        as a step of the search.
    low : array (n,)
        Lower end of each bracket, 0 or more.
    high : array (n,)
        Upper end, above `low`; may be infinite.
    sign_high : array (n,)
        Sign of each polynomial just below its upper end, 1 or -1; just above `low` it is the other.
    wanted : array (n,) of bool
        Columns to solve; the others get a number without meaning.

    Returns
    -------
    array (n,)
        Roots, each independent of the columns beside it.

    Notes
    -----
    Works in x = v below 1 and in x = 1 / v above, with the coefficients turned round, so that x
    never leaves (0, 1] and no power overflows; and with the signs turned so that all columns rise.
    """
    at_one = np.zeros(coefficients.shape[1])
    for row in coefficients:
        at_one += row
    far = (low >= 1) | ((high > 1) & (at_one * sign_high < 0))
    falls, turned = np.flatnonzero(~far & (sign_high < 0)), np.flatnonzero(far)
    _replace(coefficients, falls, -np.take(coefficients, falls, axis=1))
    _replace(coefficients, turned, np.take(coefficients[::-1], turned, axis=1) * -sign_high[turned])
    # A step from a flat stretch may be infinite or nan: it is then outside the bracket.
    with np.errstate(all="ignore"):
        x_low = np.where(far, 1 / high, low)
        x_high = np.where(far, 1 / np.maximum(low, 1), np.minimum(high, 1))
        x = _refine(coefficients, x_low, x_high, settled=~wanted)
        return np.where(far, 1 / x, x)


def _replace(table: FloatArray, lanes: NDArray[np.intp], columns: FloatArray) -> None:
    """Write `columns` over those of `table`, row by row: twice as fast as in one assignment."""
    for row, new in zip(table, columns, strict=True):
        row[lanes] = new


def _refine(
    scratch: FloatArray, low: FloatArray, high: FloatArray, *, settled: NDArray[np.bool_]
) -> FloatArray:
    """Root x in [low, high] within [0, 1] of each polynomial, negative at low and positive at high.

    Overwrites `scratch`. A step of `_log_step` that leaves the bracket halves it instead, and so does
    every other late step. The test of leaving lets the ends through: a settled lane sits on one of
    them, and a strict test would throw it back to halving. A settled lane moves no more, so that
    its answer does not depend on its neighbours, and leaves the table when enough others have.
    """
    losses = _losses_at_one(scratch)
    result, lane, x = high.copy(), np.arange(high.size), high
    rise_before, moved = np.zeros_like(x), np.full_like(x, np.inf)
    for step in range(_MAX_STEPS):
        value, slope = _value_and_slope(scratch, x)
        low, high = np.where(value < 0, x, low), np.where(value < 0, high, x)
        log_step, rise = _log_step(value, x * slope, losses, rise_before, moved)
        new_x = x * np.exp(log_step)
        inside = (new_x >= low) & (new_x <= high)
        if step >= _STEPS_BEFORE_HALVING and step % 2:
            inside[:] = False
        new_x = np.where(inside, new_x, (low + high) / 2)
        stays = settled | (value == 0)
        settled = stays | (inside & _is_last(log_step, moved)) | (high - low <= 2 * _EPS * high)
        x = np.where(stays, x, new_x)
        rise_before, moved = rise, np.where(inside, log_step, np.inf)
        n_settled = np.count_nonzero(settled)
        if n_settled == x.size:
            break
        if 2 * n_settled >= x.size:
            result[lane[settled]] = x[settled]
            kept = np.flatnonzero(~settled)
            # In place: a second table of this size would go back to the system, and be zeroed, each time.
            for row in scratch:
                row[: kept.size] = row[kept]
            scratch = scratch[:, : kept.size]
            lane, x, low, high, losses = lane[kept], x[kept], low[kept], high[kept], losses[kept]
            rise_before, moved, settled = rise_before[kept], moved[kept], settled[kept]
    result[lane] = x
    return result


def _losses_at_one(coefficients: FloatArray) -> FloatArray:
    """Sum of the sizes of the negative coefficients of each column."""
    losses = np.zeros(coefficients.shape[1])
    zero, negative = np.zeros_like(losses), np.empty_like(losses)
    for row in coefficients:
        losses -= np.minimum(row, zero, out=negative)
    return losses


def _value_and_slope(coefficients: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Each polynomial and its derivative at x, by Horner's rule."""
    value = coefficients[-1].copy()
    slope = np.zeros_like(value)
    if (x == 1).all():
        for row in coefficients[-2::-1]:
            slope += value
            value += row
        return value, slope
    for row in coefficients[-2::-1]:
        slope *= x
        slope += value
        value *= x
        value += row
    return value, slope


def _log_step(
    value: FloatArray,
    slope_of_log: FloatArray,
    losses: FloatArray,
    rise_before: FloatArray,
    moved: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Step in log x towards h = 0, and the slope of h = log(1 + value / losses) against log x.

    With `losses` the sum of the negative terms at x = 1, h always exists for x up to 1; for one
    outlay followed by income it is the logarithm of a benefit-cost ratio, nearly a straight line.
    Chebyshev's step: Newton's, bent by the change of the slope since the step before (`moved`,
    infinite where there was none).
    """
    rise = slope_of_log / (value + losses)
    newton = -np.log1p(value / losses) / rise
    bend = newton * (rise - rise_before) / (2 * moved * rise)
    return newton * (1 - np.where(np.abs(bend) < _LARGEST_BEND, bend, 0.0)), rise


def _is_last(log_step: FloatArray, moved: FloatArray) -> NDArray[np.bool_]:
    """Whether a step in log x leaves nothing to gain.

    It leaves about its square times the step before it; or, near a double root, times the bend that
    these two steps show. Below the root of `_ERROR_LEFT` the next step is noise either way.
    """
    before = np.abs(moved)
    factor = np.maximum(before, np.abs(log_step) / (before * before))
    return np.asarray(log_step * log_step * np.minimum(factor, 1) <= _ERROR_LEFT)
