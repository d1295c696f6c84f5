"""Log loss of the law of Hoffmann et al. in centred coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nextdollar.scaling.fitting.surfaces.surface import Curvature
from nextdollar.units import FloatArray

LARGEST_FLOOR = np.inf
LEAST_EXPONENT, LARGEST_EXPONENT = 1e-3, 10.0


@dataclass(frozen=True)
class ChinchillaSurface:
    """ln L = ln(E + exp(a - alpha n) + exp(b - beta d)), n = ln N - centre[0], d = ln D - centre[1].

    The coefficients are (E, a, alpha, b, beta); `log_params` and `log_tokens` are (n_points,). Centred,
    a and b are what parameters and tokens cost at a typical run, which the data hold well; A and B of
    the paper lie at one parameter and one token, decades away, and are tied to their exponents. E is
    not in logs: runs that show no floor would drive its log down without end.
    """

    log_params: FloatArray
    log_tokens: FloatArray
    centre: tuple[float, float]

    names = ("E", "a", "alpha", "b", "beta")
    lower = np.array([0.0, -60.0, LEAST_EXPONENT, -60.0, LEAST_EXPONENT])
    upper = np.array([LARGEST_FLOOR, 60.0, LARGEST_EXPONENT, 60.0, LARGEST_EXPONENT])

    @cached_property
    def n(self) -> FloatArray:
        """Centred ln N, (n_points,)."""
        return self.log_params - self.centre[0]

    @cached_property
    def d(self) -> FloatArray:
        """Centred ln D, (n_points,)."""
        return self.log_tokens - self.centre[1]

    @cached_property
    def powers(self) -> tuple[FloatArray, FloatArray]:
        """Columns 1, n, n**2 and 1, d, d**2, each (n_points, 3)."""
        return (np.vander(self.n, 3, increasing=True), np.vander(self.d, 3, increasing=True))

    def at(self, theta: FloatArray) -> ChinchillaJet:
        """Return log loss, slopes and curvature at coefficients (n_batch, 5)."""
        floor, a, alpha, b, beta = (theta[:, k, None] for k in range(5))
        of_size = np.exp(a - alpha * self.n)
        of_data = np.exp(b - beta * self.d)
        loss = of_size + of_data
        loss += floor
        of_size /= loss
        of_data /= loss
        return ChinchillaJet(self, np.log(loss), 1 / loss, of_size, of_data)


@dataclass(frozen=True)
class ChinchillaJet:
    """The surface at one batch of coefficients: 1 / L, and the share of each power in the loss."""

    surface: ChinchillaSurface
    value: FloatArray
    per_nat: FloatArray
    size_share: FloatArray
    data_share: FloatArray

    @cached_property
    def jacobian(self) -> FloatArray:
        """Slopes (n_batch, 5, n_points): 1 / L, and the shares, times -n or -d for an exponent."""
        rows, points = self.value.shape
        slopes = np.empty((rows, 5, points))
        slopes[:, 0] = self.per_nat
        slopes[:, 1] = self.size_share
        np.multiply(self.size_share, -self.surface.n, out=slopes[:, 2])
        slopes[:, 3] = self.data_share
        np.multiply(self.data_share, -self.surface.d, out=slopes[:, 4])
        return slopes

    def curvature(self, slopes: FloatArray) -> Curvature:
        """Second derivatives: sum over powers of share u u^T, u the slopes of its log, less J J^T."""
        matrix = np.zeros((slopes.shape[0], 5, 5))
        size_powers, data_powers = self.surface.powers
        for first, share, powers in ((1, self.size_share, size_powers), (3, self.data_share, data_powers)):
            moments = (slopes * share) @ powers
            matrix[:, first, first] = moments[:, 0]
            matrix[:, first, first + 1] = matrix[:, first + 1, first] = -moments[:, 1]
            matrix[:, first + 1, first + 1] = moments[:, 2]
        return Curvature(matrix, -slopes)
