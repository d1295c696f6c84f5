"""Any smooth function of a few coefficients, with derivatives by complex steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nextdollar.scaling.fitting.surfaces.surface import Curvature
from nextdollar.units import FloatArray

_IMAGINARY = 1e-40
_RELATIVE = 1e-5


@dataclass(frozen=True)
class FunctionSurface:
    """A function of coefficients b_1, .., b_p over fixed points.

    `function(*b)` takes complex columns (n_batch, 1) and returns (n_batch, n_points); it must be
    analytic: no absolute values, no real parts, no order of complex numbers. Its first derivatives are
    exact to rounding; second ones, differences of those, hold some ten digits.
    """

    function: Callable[..., Any]
    names: tuple[str, ...]
    lower: FloatArray
    upper: FloatArray
    curved: bool = True

    def at(self, theta: FloatArray) -> FunctionJet:
        """Return value, slopes and curvature at coefficients (n_batch, p)."""
        return FunctionJet(self, theta)

    def slopes(self, theta: FloatArray) -> FloatArray:
        """First derivatives (n_batch, p, n_points): Im f(b + i h) / h, with no difference to cancel."""
        columns = []
        for k in range(theta.shape[1]):
            stepped = theta.astype(complex)
            stepped[:, k] += 1j * _IMAGINARY
            columns.append(np.imag(self.evaluate(stepped)) / _IMAGINARY)
        return np.stack(columns, axis=1)

    def evaluate(self, theta: Any) -> Any:
        """Value (n_batch, n_points) at coefficients (n_batch, p), real or complex."""
        return self.function(*(theta[:, k, None] for k in range(theta.shape[1])))


@dataclass(frozen=True)
class FunctionJet:
    """The function at one batch of coefficients."""

    surface: FunctionSurface
    theta: FloatArray

    @cached_property
    def value(self) -> FloatArray:
        """Value (n_batch, n_points)."""
        return np.real(self.surface.evaluate(self.theta.astype(complex)))

    @cached_property
    def jacobian(self) -> FloatArray:
        """Slopes (n_batch, p, n_points)."""
        return self.surface.slopes(self.theta)

    def curvature(self, slopes: FloatArray) -> Curvature | None:
        """Second derivatives, by central differences of the slopes; None where the surface says so."""
        if not self.surface.curved:
            return None
        rows, p = self.theta.shape
        matrix = np.zeros((rows, p, p))
        for k in range(p):
            step = _RELATIVE * np.maximum(np.abs(self.theta[:, k]), 1e-150)
            ahead, behind = self.theta.copy(), self.theta.copy()
            ahead[:, k] += step
            behind[:, k] -= step
            change = self.surface.slopes(ahead) - self.surface.slopes(behind)
            matrix[:, k] = (change * slopes[:, None]).sum(axis=2) / (2 * step)[:, None]
        return Curvature((matrix + matrix.transpose(0, 2, 1)) / 2, np.zeros_like(slopes))
