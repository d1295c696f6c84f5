"""Log loss of the coupled law in centred coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nextdollar.scaling.fitting.surfaces.chinchilla import LARGEST_EXPONENT, LARGEST_FLOOR, LEAST_EXPONENT
from nextdollar.scaling.fitting.surfaces.surface import Curvature
from nextdollar.units import FloatArray


@dataclass(frozen=True)
class CoupledSurface:
    """ln L = ln(E + (exp(u / k) + exp(v / k))**k), u = a - alpha n and v = b - beta d.

    n = ln N - centre[0] and d = ln D - centre[1]; the coefficients are (E, a, alpha, b, beta, ln k).
    """

    log_params: FloatArray
    log_tokens: FloatArray
    centre: tuple[float, float]

    names = ("E", "a", "alpha", "b", "beta", "log_k")
    lower = np.array([0.0, -60.0, LEAST_EXPONENT, -60.0, LEAST_EXPONENT, -3.0])
    upper = np.array([LARGEST_FLOOR, 60.0, LARGEST_EXPONENT, 60.0, LARGEST_EXPONENT, 2.0])

    def at(self, theta: FloatArray) -> CoupledJet:
        """Return log loss, slopes and curvature at coefficients (n_batch, 6)."""
        E, a, alpha, b, beta, log_k = (theta[:, i, None] for i in range(6))
        n, d, k = self.log_params - self.centre[0], self.log_tokens - self.centre[1], np.exp(log_k)
        u, v = a - alpha * n, b - beta * d
        joined = k * np.logaddexp(u / k, v / k)
        S = np.exp(joined)
        loss = E + S
        return CoupledJet(
            value=np.log(loss),
            per_nat=1 / loss,
            share=S / loss,
            of_size=np.exp((u - joined) / k),
            gap=u - v,
            log_sum=(joined - u, k, n, d),
        )


@dataclass(frozen=True)
class CoupledJet:
    """The surface at one batch of coefficients.

    `share` is that of the joined powers in the loss, `of_size` that of the parameters in the joined
    powers, `gap` u - v; all (n_batch, n_points).
    """

    value: FloatArray
    per_nat: FloatArray
    share: FloatArray
    of_size: FloatArray
    gap: FloatArray
    log_sum: tuple[FloatArray, FloatArray, FloatArray, FloatArray]

    @cached_property
    def per_log_k(self) -> FloatArray:
        """Change of ln S per ln k: ln S less the weighted mean of u and v."""
        above, _, _, _ = self.log_sum
        return above + (1 - self.of_size) * self.gap

    @cached_property
    def slopes_of_sum(self) -> FloatArray:
        """Slopes (n_batch, 6, n_points) of ln S."""
        w, (_, _, n, d) = self.of_size, self.log_sum
        return np.stack([np.zeros_like(w), w, -w * n, 1 - w, (w - 1) * d, self.per_log_k], axis=1)

    @cached_property
    def jacobian(self) -> FloatArray:
        """Slopes (n_batch, 6, n_points)."""
        slopes = self.share[:, None] * self.slopes_of_sum
        slopes[:, 0] = self.per_nat
        return slopes

    def curvature(self, slopes: FloatArray) -> Curvature:
        """Second derivatives: for ln S w (1 - w) / k q q^T, q = (0, 1, -n, -1, d, v - u), and one in k."""
        w, (_, k, n, d) = self.of_size, self.log_sum
        weights = slopes * self.share
        q = np.stack(np.broadcast_arrays(0.0, 1.0, -n, -1.0, d, -self.gap), axis=1)
        by = self.slopes_of_sum
        matrix = (by * weights[:, None]) @ by.transpose(0, 2, 1)
        matrix += (q * (weights * w * (1 - w) / k)[:, None]) @ q.transpose(0, 2, 1)
        matrix[:, 5, 5] += (weights * self.per_log_k).sum(axis=1)
        return Curvature(matrix, -slopes)
