"""Log of a sum of powers: the shape of most scaling laws in one or two quantities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nextdollar.scaling.fitting.surfaces.surface import Curvature
from nextdollar.units import FloatArray


@dataclass(frozen=True)
class LogSumSurface:
    """ln L = ln(theta_0 + sum_k exp(features_k . theta)).

    `features` is (n_terms, n_points, p): a power of x has the row (0, 1, -x) for (floor, ln coefficient,
    exponent). Exponents that are equal share a column. `uncentring` (p, p) turns coefficients into those
    of the same law where x is not centred.
    """

    features: FloatArray
    names: tuple[str, ...]
    lower: FloatArray
    upper: FloatArray
    uncentring: FloatArray

    @cached_property
    def outer(self) -> FloatArray:
        """Products of features, (n_terms, n_points, p * p)."""
        terms, points, p = self.features.shape
        products: FloatArray = np.einsum("kni,knj->knij", self.features, self.features)
        return products.reshape(terms, points, p * p)

    def at(self, theta: FloatArray) -> LogSumJet:
        """Return log loss, slopes and curvature at coefficients (n_batch, p)."""
        terms = np.exp(theta @ self.features.transpose(0, 2, 1))
        loss = terms.sum(axis=0) + theta[:, :1]
        return LogSumJet(self, np.log(loss), 1 / loss, terms / loss)


@dataclass(frozen=True)
class LogSumJet:
    """The surface at one batch of coefficients: 1 / L, and the shares (n_terms, n_batch, n_points)."""

    surface: LogSumSurface
    value: FloatArray
    per_nat: FloatArray
    shares: FloatArray

    @cached_property
    def jacobian(self) -> FloatArray:
        """Slopes (n_batch, p, n_points): features weighted by share, and 1 / L for the floor."""
        slopes: FloatArray = np.einsum("kbn,knp->bpn", self.shares, self.surface.features)
        slopes[:, 0] = self.per_nat
        return slopes

    def curvature(self, slopes: FloatArray) -> Curvature:
        """Second derivatives: features' spread between the terms."""
        rows, p = slopes.shape[0], len(self.surface.names)
        moments = ((slopes * self.shares) @ self.surface.outer).sum(axis=0)
        return Curvature(moments.reshape(rows, p, p), -slopes)
