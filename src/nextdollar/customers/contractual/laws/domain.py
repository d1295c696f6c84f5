"""What the laws of retention may be asked."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats


def require_period(period: Floats) -> None:
    """Raise DomainError unless every period is finite and 0 or more."""
    require(np.isfinite(period) & np.greater_equal(period, 0), "period", "finite and 0 or more", period)


def require_renewal(period: Floats) -> None:
    """Raise DomainError unless every period is finite and 1 or more: nobody can renew before the first."""
    require(np.isfinite(period) & np.greater_equal(period, 1), "period", "finite and 1 or more", period)


def require_positive(**coefficients: Floats) -> None:
    """Raise DomainError unless every coefficient is finite and above 0."""
    for name, value in coefficients.items():
        require(np.isfinite(value) & np.greater(value, 0), name, "finite and above 0", value)


def require_discount(discount_per_period: Floats) -> None:
    """Raise DomainError unless every discount is finite and above 0."""
    ok = np.isfinite(discount_per_period) & np.greater(discount_per_period, 0)
    require(ok, "discount_per_period", "finite and above 0", discount_per_period)
