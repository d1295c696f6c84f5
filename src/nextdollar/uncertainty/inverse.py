"""Inverses of a CDF that have no closed form: by a table made once, or by bracketing each draw.

Each draw is found on its own, so a block of draws comes out the same whatever else is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from nextdollar.units import FloatArray, Floats

_Z_END = 8.3
_N_CELLS = 2048
_MOST_STEPS = 200
_EPSILON = float(np.finfo(np.float64).eps)


def table_points() -> FloatArray:
    """Normal scores at which a table is made: evenly from -8.3 to 8.3, beyond every uniform that is dealt."""
    return np.linspace(-_Z_END, _Z_END, _N_CELLS + 1)


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """A smooth rising function of the normal score, from its values and slopes at `table_points()`.

    Between two points it is the cubic that meets both values and both slopes (Hermite), whose error is
    the fourth derivative times cell**4 / 384.
    """

    heights: FloatArray
    slopes: FloatArray

    def at(self, u: FloatArray) -> FloatArray:
        """Function at the normal scores of the uniforms `u`."""
        cell = 2 * _Z_END / _N_CELLS
        place = (ndtri(u) + _Z_END) / cell
        left = np.clip(place.astype(np.int64), 0, _N_CELLS - 1)
        t = place - left
        start, rise = self.heights[left], self.heights[left + 1] - self.heights[left]
        slope, next_slope = self.slopes[left] * cell, self.slopes[left + 1] * cell
        bend = 3 * rise - 2 * slope - next_slope
        twist = slope + next_slope - 2 * rise
        return start + t * (slope + t * (bend + t * twist))


def bracketed(
    cdf: Callable[[FloatArray], Floats], u: FloatArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Solve cdf(x) = u for each element between `low` and `high`, to the last two digits of x.

    Parameters
    ----------
    cdf : callable
        Rising and continuous between each `low` and `high`.
    u, low, high : array (n,)
        Wanted shares, and ends with cdf(low) <= u <= cdf(high).

    Notes
    -----
    Chandrupatla's method: inverse quadratic interpolation where three points allow it, else halving.
    Lanes that are done leave the work.
    """
    found = np.array(high)
    lanes = np.arange(u.size)
    x1, x2, x3 = high, low, low
    f1, f2 = np.asarray(cdf(x1)) - u, np.asarray(cdf(x2)) - u
    f3 = f2
    t = np.full(u.size, 0.5)
    for _ in range(_MOST_STEPS):
        x = x1 + t * (x2 - x1)
        f = np.asarray(cdf(x)) - u
        same = (f >= 0) == (f1 >= 0)
        x3, f3 = np.where(same, x1, x2), np.where(same, f1, f2)
        x2, f2 = np.where(same, x2, x1), np.where(same, f2, f1)
        x1, f1 = x, f
        nearest = np.where(np.abs(f2) < np.abs(f1), x2, x1)
        found[lanes] = nearest
        with np.errstate(divide="ignore", invalid="ignore"):
            least = 2 * _EPSILON * np.abs(nearest) / np.abs(x2 - x1)
        open_ = (f1 != 0) & (f2 != 0) & (least < 0.5)
        if not open_.any():
            break
        lanes, u, least = lanes[open_], u[open_], least[open_]
        x1, x2, x3, f1, f2, f3 = (each[open_] for each in (x1, x2, x3, f1, f2, f3))
        t = np.clip(_next_place(x1, x2, x3, f1, f2, f3), least, 1 - least)
    return found


def _next_place(*points: FloatArray) -> FloatArray:
    """Where between x1 (0) and x2 (1) to look next."""
    x1, x2, x3, f1, f2, f3 = points
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        xi = (x1 - x2) / (x3 - x2)
        phi = (f1 - f2) / (f3 - f2)
        curved = f1 / (f1 - f2) * f3 / (f3 - f2) - (x3 - x1) / (x2 - x1) * f1 / (f3 - f1) * f2 / (f2 - f3)
        fits = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi) & np.isfinite(curved)
    return np.where(fits, curved, 0.5)
