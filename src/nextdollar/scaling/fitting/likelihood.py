"""How much less likely a worse fit is."""

from __future__ import annotations

import math

import numpy as np

from nextdollar.scaling.fitting.result import Objective
from nextdollar.units import FloatArray

_HALVINGS = 100
_GOLDEN = (math.sqrt(5) - 1) / 2
_LOG_SCALE_ENDS = (-80.0, 20.0)


def deviance(objective: FloatArray, *, n_runs: int, kind: Objective, huber_delta: float) -> FloatArray:
    """Minus twice the log likelihood of residuals whose scale is fitted too.

    Parameters
    ----------
    objective : array (...)
        Sums that a fit made least, above 0.
    n_runs : int
        Independent runs behind each sum.
    kind : {"huber-log", "squares-log", "squares"}
        What the sum is of.
    huber_delta : float
        Where Huber's loss turns linear; of no meaning for squares.

    Returns
    -------
    array (...)
        Differences of it are compared with chi squared.

    Notes
    -----
    Squares belong to a normal density: n ln(sum) but for a constant. Huber's loss h belongs to the
    density exp(-h(r) / s) / Z(s), with Z(s) = sqrt(2 pi s) erf(delta / sqrt(2 s)) + 2 s / delta
    exp(-delta**2 / (2 s)): 2 (sum / s + n ln Z(s)), least over s. At a delta far below the residuals
    that is 2 n ln(sum), the Laplace density.
    """
    if kind != "huber-log":
        return n_runs * np.log(objective)
    sums = np.asarray(objective, dtype=float)
    low, high = (np.full(sums.shape, end) for end in _LOG_SCALE_ENDS)
    for _ in range(_HALVINGS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        falls = _negative_log(sums, left, n_runs, huber_delta) > _negative_log(
            sums, right, n_runs, huber_delta
        )
        low, high = np.where(falls, left, low), np.where(falls, high, right)
    return 2 * _negative_log(sums, (low + high) / 2, n_runs, huber_delta)


def _negative_log(sums: FloatArray, log_scale: FloatArray, n_runs: int, delta: float) -> FloatArray:
    """Return sum / s + n ln Z(s)."""
    scale = np.exp(log_scale)
    ratio = delta / np.sqrt(2 * scale)
    near = np.sqrt(2 * np.pi * scale) * np.array([math.erf(x) for x in ratio.ravel()]).reshape(ratio.shape)
    far = 2 * scale / delta * np.exp(-(ratio**2))
    total: FloatArray = sums / scale + n_runs * np.log(near + far)
    return total
