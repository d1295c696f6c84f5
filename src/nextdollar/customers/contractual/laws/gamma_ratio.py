"""How much less the logarithm of the gamma function, and its slopes, are at z than at z + a.

Both are of the size of z log z, and their difference of that of a log z: subtracting one from the other
leaves no digits where t**c is large.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import gammaln, psi, zeta

from nextdollar.units import FloatArray, Floats

Difference = Callable[[FloatArray, FloatArray], FloatArray]

# From here on Stirling's series with the terms below errs by less than 1e-15 of the difference.
_SERIES_FROM = 1e3


def log_gamma_fall(z: Floats, a: Floats) -> FloatArray:
    """Difference log Gamma(z) - log Gamma(z + a), elementwise, for z and a above 0."""
    return _fall(z, a, near=lambda z, a: gammaln(z) - gammaln(z + a), far=_log_series)


def digamma_fall(z: Floats, a: Floats) -> FloatArray:
    """Difference psi(z) - psi(z + a), elementwise, for z and a above 0."""
    return _fall(z, a, near=lambda z, a: psi(z) - psi(z + a), far=_digamma_series)


def trigamma_fall(z: Floats, a: Floats) -> FloatArray:
    """Difference psi'(z) - psi'(z + a), elementwise, for z and a above 0; psi'(z) = zeta(2, z)."""
    return _fall(z, a, near=lambda z, a: zeta(2, z) - zeta(2, z + a), far=_trigamma_series)


def _fall(z: Floats, a: Floats, *, near: Difference, far: Difference) -> FloatArray:
    """Return the difference by the functions themselves where z is small, by their series beyond."""
    z_all, a_all = np.broadcast_arrays(np.asarray(z, dtype=np.float64), a)
    is_far = z_all > _SERIES_FROM
    if not is_far.any():
        return near(z_all, a_all)
    fall = np.empty(z_all.shape)
    fall[is_far] = far(z_all[is_far], a_all[is_far])
    is_near = ~is_far
    fall[is_near] = near(z_all[is_near], a_all[is_near])
    return fall


def _log_series(z: FloatArray, a: FloatArray) -> FloatArray:
    total = z + a
    series: FloatArray = a - (z - 0.5) * np.log1p(a / z) - a * np.log(total) + a / (12 * z * total)
    return series


def _digamma_series(z: FloatArray, a: FloatArray) -> FloatArray:
    series: FloatArray = -np.log1p(a / z) - _step(z, a, 1) / 2 - _step(z, a, 2) / 12
    return series


def _trigamma_series(z: FloatArray, a: FloatArray) -> FloatArray:
    series: FloatArray = _step(z, a, 1) + _step(z, a, 2) / 2 + _step(z, a, 3) / 6
    return series


def _step(z: FloatArray, a: FloatArray, power: int) -> FloatArray:
    """Return z**-n - (z + a)**-n without the loss of subtracting them."""
    step: FloatArray = -np.power(z, -float(power)) * np.expm1(-power * np.log1p(a / z))
    return step
