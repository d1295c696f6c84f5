"""Means over a beta distribution by quadrature, for where the hypergeometric function has no answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, expit, log_expit, polygamma

from nextdollar.units import FloatArray

Rows = NDArray[np.intp]

_N_NODES = 1500
# Past so many logits the rest of the integral is below rounding.
_REACH_LOGITS = 45.0
_NARROW = 50.0
_REACH_DEVIATIONS = 14.0
_ROWS = 64


def beta_mean(
    function: Callable[[FloatArray, Rows], FloatArray],
    a: FloatArray,
    b: FloatArray,
    *,
    scale: FloatArray,
) -> FloatArray:
    """Mean of function(p, rows) over p ~ Beta(a, b), array (n,).

    Parameters
    ----------
    function : callable
        From p (k, m) and the k rows it is asked for, (k, 1), to values (k, m); smooth from 0 to 1 and
        analytic off the negative p.
    a, b : array (n,)
        Above 0.
    scale : array (n,)
        Where the function changes: at p of about 1 / scale; 0 or more.

    Notes
    -----
    The straight line from function(0) to function(1) has the mean of a line; what is left vanishes at both
    ends and is summed at equal steps of the logit of p, which converges exponentially. The error is
    below 1e-9 of the largest value for a and b of 1e-8 to 2,000.
    """
    means = []
    for start in range(0, len(a), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(a)))
        means.append(_mean(function, rows, (a[rows], b[rows], scale[rows])))
    return np.concatenate(means)


def _mean(
    function: Callable[[FloatArray, Rows], FloatArray],
    rows: Rows,
    known: tuple[FloatArray, FloatArray, FloatArray],
) -> FloatArray:
    a, b, scale = known
    low, high = _ends(a, b, scale)
    step = (high - low) / (_N_NODES - 1)
    logits = low[:, None] + step[:, None] * np.arange(_N_NODES)
    p = expit(logits)
    at_none, at_all = (function(np.full((len(a), 1), end), rows[:, None]) for end in (0.0, 1.0))
    rest = function(p, rows[:, None]) - at_none * expit(-logits) - at_all * p
    density = np.exp(a[:, None] * log_expit(logits) + b[:, None] * log_expit(-logits) - betaln(a, b)[:, None])
    line = (at_none[:, 0] * b + at_all[:, 0] * a) / (a + b)
    mean: FloatArray = line + (rest * density).sum(axis=1) * step
    return mean


def _ends(a: FloatArray, b: FloatArray, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logits between which the integral lies: around the middle where the distribution is narrow."""
    middle = digamma(a) - digamma(b)
    reach = _REACH_DEVIATIONS * np.sqrt(polygamma(1, a) + polygamma(1, b))
    is_narrow = np.minimum(a, b) > _NARROW
    low = np.where(is_narrow, middle - reach, -_REACH_LOGITS - np.log1p(scale))
    return low, np.where(is_narrow, middle + reach, _REACH_LOGITS)
