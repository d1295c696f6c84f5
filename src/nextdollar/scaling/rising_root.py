"""Where a rising function crosses zero, for many draws at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nextdollar.units import FloatArray, Floats

_MOST_STEPS = 200
_DOUBLINGS = 10
_CLOSE = 2 * np.finfo(np.float64).eps


def rising_root(function: Callable[[FloatArray], Floats], start: Floats, *, reach: float = 0.5) -> Floats:
    """Root of a function that rises, elementwise.

    Parameters
    ----------
    function : callable
        Rising in each element of its argument; infinities are allowed, and nan where there is no
        root to be found. It works on logarithms here, where the functions of this package are almost
        straight.
    start : float or array (...)
        Where the search for a bracket begins; its shape, broadcast with that of the function.
    reach : float
        First step of the search, doubled up to 10 times on each side.

    Returns
    -------
    float or array (...)
        The root to the spacing of floats; nan where the function does not change sign within reach.

    Notes
    -----
    A bracket by doubling steps; inside it inverse quadratic interpolation where the last three values
    look smooth and bisection where they do not (Chandrupatla 1997), so that it never leaves the
    bracket and ends when that is as narrow as floats allow.
    """
    with np.errstate(all="ignore"):
        low, high, at_low, at_high = _bracket(function, start, reach)
        has_root = (at_low <= 0) & (at_high >= 0)
        # Where there is no root the ends meet, so that the function is asked for nothing new.
        found = _closed_in(function, np.where(has_root, low, high), high, at_low, at_high)
    return np.where(has_root, found, np.nan)[()]


def _bracket(
    function: Callable[[FloatArray], Floats], start: Floats, reach: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return ends with values at most 0 and at least 0, where there are such within reach."""
    first = np.asarray(function(np.asarray(start, dtype=np.float64)), dtype=np.float64)
    low = np.broadcast_to(start, first.shape).astype(np.float64)
    high, at_low, at_high = low.copy(), first.copy(), first.copy()
    step = reach
    for _ in range(_DOUBLINGS):
        is_high, is_low = at_low > 0, at_high < 0
        if not (is_high.any() or is_low.any()):
            break
        # An end that has the wrong sign moves on and leaves the other end behind where it stood.
        high, at_high = np.where(is_high, low, high), np.where(is_high, at_low, at_high)
        low, at_low = np.where(is_low, high, low), np.where(is_low, at_high, at_low)
        tried = np.where(is_high, low - step, np.where(is_low, high + step, low))
        value = np.asarray(function(tried), dtype=np.float64)
        low, at_low = np.where(is_high, tried, low), np.where(is_high, value, at_low)
        high, at_high = np.where(is_low, tried, high), np.where(is_low, value, at_high)
        step *= 2
    return low, high, at_low, at_high


def _closed_in(
    function: Callable[[FloatArray], Floats],
    low: FloatArray,
    high: FloatArray,
    at_low: FloatArray,
    at_high: FloatArray,
) -> FloatArray:
    """Close in on the root between two ends; names as in Chandrupatla's paper."""
    b, a, fb, fa = low, high, at_low, at_high
    t = np.full(a.shape, 0.5)
    for _ in range(_MOST_STEPS):
        x = a + t * (b - a)
        f = np.asarray(function(x), dtype=np.float64)
        is_same = np.sign(f) == np.sign(fa)
        c, fc = np.where(is_same, a, b), np.where(is_same, fa, fb)
        b, fb = np.where(is_same, b, a), np.where(is_same, fb, fa)
        a, fa = x, f
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        limit = _CLOSE * np.maximum(np.abs(best), 1.0) / np.abs(b - a)
        is_done = (limit > 0.5) | (fa == 0) | (fb == 0) | ~np.isfinite(limit)
        if is_done.all():
            break
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        is_smooth = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        inverse = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        t = np.where(is_smooth, inverse, 0.5)
        # A settled element stays where it is while the others go on.
        t = np.where(is_done, 0.0, np.clip(t, limit, 1 - limit))
    return np.where(np.abs(fa) < np.abs(fb), a, b)
