"""Log loss of the law of Clark et al. for routed mixtures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.scaling.fitting.surfaces.surface import Curvature
from nextdollar.units import FloatArray


@dataclass(frozen=True)
class RoutedMoeSurface:
    """ln L = d + a n + b s + c n s, n = ln N - centre and s = ln S of the saturated experts.

    1 / S = 1 / (E - 1 + t) + 1 / E_max, with 1 / t = 1 / E_start - 1 / E_max. The coefficients are
    (d, a, b, c, ln t, ln E_max): with t in place of E_start any pair of values makes a law.
    """

    log_params: FloatArray
    experts: FloatArray
    centre: float

    names = ("d", "a", "b", "c", "log_t", "log_E_max")
    lower = np.array([-20.0, -3.0, -3.0, -1.0, -6.0, np.log(8.0)])
    upper = np.array([20.0, 0.5, 0.5, 1.0, 8.0, 25.0])

    def at(self, theta: FloatArray) -> RoutedMoeJet:
        """Return log loss, slopes and curvature at coefficients (n_batch, 6)."""
        d, a, b, c, log_t, log_most = (theta[:, k, None] for k in range(6))
        n, t = self.log_params - self.centre, np.exp(log_t)
        rising = self.experts - 1 + t
        inverse = 1 / rising + np.exp(-log_most)
        s, per_s = -np.log(inverse), b + c * n
        by_t, by_most = t / rising**2 / inverse, np.exp(-log_most) / inverse
        return RoutedMoeJet(
            d + a * n + per_s * s,
            np.stack(np.broadcast_arrays(1.0, n, s, n * s, per_s * by_t, per_s * by_most), axis=1),
            n,
            (by_t, by_most),
            (
                per_s * by_t * (1 - 2 * t / rising + by_t),
                per_s * by_t * by_most,
                per_s * by_most * (by_most - 1),
            ),
        )


@dataclass(frozen=True)
class RoutedMoeJet:
    """The surface at one batch of coefficients.

    `of_s` are the slopes of s in ln t and ln E_max, `bends` (b + c n) times its second derivatives.
    """

    value: FloatArray
    jacobian: FloatArray
    n: FloatArray
    of_s: tuple[FloatArray, FloatArray]
    bends: tuple[FloatArray, FloatArray, FloatArray]

    def curvature(self, slopes: FloatArray) -> Curvature:
        """Second derivatives: s with b and c, and s with itself."""
        matrix = np.zeros((slopes.shape[0], 6, 6))
        for column, by in enumerate(self.of_s, start=4):
            matrix[:, 2, column] = matrix[:, column, 2] = (slopes * by).sum(axis=1)
            matrix[:, 3, column] = matrix[:, column, 3] = (slopes * by * self.n).sum(axis=1)
        for (i, j), bend in zip(((4, 4), (4, 5), (5, 5)), self.bends, strict=True):
            matrix[:, i, j] = matrix[:, j, i] = (slopes * bend).sum(axis=1)
        return Curvature(matrix, np.zeros_like(slopes))
