"""What drives the result, and where it turns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.units import FloatArray

_FEWEST_DRAWS = 4
_GRID_STEPS = 64
_LEAST_RTOL = 4 * float(np.finfo(np.float64).eps)


def first_order_shares(inputs: Mapping[str, FloatArray], output: FloatArray) -> dict[str, float]:
    """Share of the output's variance that knowing one input alone would remove.

    Parameters
    ----------
    inputs : mapping of name to array (n_draws,)
        Draws of each input.
    output : array (n_draws,)
        The result of the same draws, in any unit.

    Returns
    -------
    dict of name to float
        Shares from 0 to 1, in the order of `inputs`. 0 for an input that does not vary, and for
        all when the output does not.

    Raises
    ------
    DomainError
        If there are fewer than 4 draws, lengths differ, or a number is not finite.

    Notes
    -----
    Correlation ratio Var(E[Y | X]) / Var(Y), the first-order Sobol index when inputs are
    independent; with correlated inputs it also holds what X tells about the others, and the
    shares may add up to more than 1. Draws are sorted by X into sqrt(n) groups of equal
    count (or one for each value when there are no more values than that), and the noise of the
    group means is taken off (epsilon squared, Kelley 1935). Effects only felt together with another
    input are in no share. No run of the model is needed beyond the draws.
    """
    result = np.asarray(output, dtype=np.float64)
    require(result.ndim == 1 and result.size >= _FEWEST_DRAWS, "output", "at least 4 draws", result.shape)
    require(np.isfinite(result), "output", "finite in every draw", result)
    centred = result / max(float(np.abs(result).max()), math.ulp(0.0))
    centred = centred - centred.mean()
    return {name: _share(name, np.asarray(draws, np.float64), centred) for name, draws in inputs.items()}


def _share(name: str, draws: FloatArray, centred: FloatArray) -> float:
    require(draws.shape == centred.shape, name, f"of shape {centred.shape}", draws.shape)
    require(np.isfinite(draws), name, "finite in every draw", draws)
    order = np.argsort(draws, kind="stable")
    starts = _group_starts(draws[order])
    counts = np.diff(np.append(starts, draws.size))
    by_input = centred[order]
    total = float((centred * centred).sum())
    if starts.size == 1 or total == 0:
        return 0.0
    means = np.add.reduceat(by_input, starts) / counts
    residual = by_input - np.repeat(means, counts)
    noise = float((residual * residual).sum()) / (draws.size - starts.size)
    between = float((counts * means * means).sum()) - (starts.size - 1) * noise
    return min(max(between / total, 0.0), 1.0)


def _group_starts(ascending: FloatArray) -> NDArray[np.intp]:
    """Where each group begins; equal values stay together."""
    n_groups = math.isqrt(ascending.size)
    new_value = np.flatnonzero(np.append(True, ascending[1:] != ascending[:-1]))
    if new_value.size <= n_groups:
        return new_value
    edges = np.arange(n_groups) * ascending.size // n_groups
    return np.unique(np.searchsorted(ascending, ascending[edges], side="left"))


def break_even(
    function: Callable[[float], float], low: float, high: float, *, tolerance: float = 1e-9
) -> float | None:
    """Input at which a result turns from loss to gain or back: where `function` crosses zero.

    Parameters
    ----------
    function : callable
        Result for one value of the input; nan where it has no answer.
    low, high : float
        Range that is searched, low below high.
    tolerance : float
        Largest error of the answer, as a share of the range, above 0.

    Returns
    -------
    float or None
        The crossing nearest to `low` that the search saw; None when there is no break-even in
        the range.

    Raises
    ------
    DomainError
        If the range is empty or not finite, or the tolerance is not above 0.

    Notes
    -----
    Looks at 65 evenly spaced points for a change of sign, then closes in (Brent). Two crossings
    between neighbouring points cancel and are not seen; nor is a zero that is only touched, unless
    a point falls on it.
    """
    from scipy.optimize import brentq

    require(math.isfinite(low) and math.isfinite(high) and low < high, "low", f"below high ({high})", low)
    require(tolerance > 0, "tolerance", "above 0", tolerance)
    before, before_value = low, float(function(low))
    if before_value == 0:
        return low
    for step in range(1, _GRID_STEPS + 1):
        point = high if step == _GRID_STEPS else low + (high - low) * step / _GRID_STEPS
        value = float(function(point))
        if value == 0:
            return point
        if value * before_value < 0:
            return float(brentq(function, before, point, xtol=tolerance * (high - low), rtol=_LEAST_RTOL))
        before, before_value = point, value
    return None
