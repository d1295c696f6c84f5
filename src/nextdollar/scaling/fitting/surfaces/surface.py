"""What the minimiser needs to know of a law: log loss, its slopes and its curvature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class Curvature:
    """Sum over points of s_i times the second derivatives of point i, as matrix + J diag(rank_one) J^T.

    `matrix` is (n_batch, p, p) and `rank_one` (n_batch, n_points), with J the Jacobian of the same
    point. The second part is kept apart because it joins the weights of a product that is formed anyway.
    """

    matrix: FloatArray
    rank_one: FloatArray


class Jet(Protocol):
    """A surface at one coefficient vector per batch item.

    `value` is (n_batch, n_points) and `jacobian` (n_batch, p, n_points).
    """

    @property
    def value(self) -> FloatArray:
        """Value at each point."""
        ...

    @property
    def jacobian(self) -> FloatArray:
        """Change of the value per coefficient."""
        ...

    def curvature(self, slopes: FloatArray) -> Curvature | None:
        """Second derivatives summed with slopes (n_batch, n_points); None where they are not known."""
        ...


class Surface(Protocol):
    """A law over fixed points, as a function of p unbounded coefficients.

    `lower` and `upper` (p,) are the ends of the search: a coefficient that ends there is not found.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each coefficient."""
        ...

    @property
    def lower(self) -> FloatArray:
        """Least coefficients that are searched."""
        ...

    @property
    def upper(self) -> FloatArray:
        """Largest coefficients that are searched."""
        ...

    def at(self, theta: FloatArray) -> Jet:
        """Return the surface at coefficients (n_batch, p)."""
        ...
