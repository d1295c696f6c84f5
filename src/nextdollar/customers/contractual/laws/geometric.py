"""The geometric law: everybody leaves at one and the same rate, at every age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nextdollar.customers.contractual.laws.domain import (
    require_discount,
    require_period,
    require_renewal,
)
from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class Geometric:
    """S(t) = (1 - theta)**t.

    theta is the chance to leave at each renewal, from 0 to 1. It is what the beta laws become where
    customers do not differ: alpha + beta without end at a mean of alpha / (alpha + beta) = theta.
    """

    theta: Floats

    source: ClassVar = Source(
        "Fader & Hardie 2007, How to Project Customer Retention",
        "section 3, equation 1",
        "https://doi.org/10.1002/dir.20074",
    )

    def __post_init__(self) -> None:
        ok = np.isfinite(self.theta) & np.greater_equal(self.theta, 0) & np.less_equal(self.theta, 1)
        require(ok, "theta", "a fraction from 0 to 1", self.theta)

    def survival(self, period: Floats) -> Floats:
        """Share that is left after `period` renewals, 0 or more; 1 at 0."""
        require_period(period)
        left: Floats = np.power(np.subtract(1.0, self.theta), period)
        return left

    def retention(self, period: Floats) -> Floats:
        """Share that renews of those who are left, at renewal `period`, 1 or more: 1 - theta at each."""
        require_renewal(period)
        return np.subtract(1.0, self.theta) * np.ones_like(period, dtype=np.float64)

    def mean_periods(self) -> Floats:
        """Expected number of periods that a new customer pays for: 1 / theta, infinite at 0."""
        with np.errstate(divide="ignore"):
            mean: Floats = np.divide(1.0, self.theta)
        return mean

    def discounted_periods(self, discount_per_period: Floats) -> Floats:
        """Present number of paid periods of a new customer, the first of them now: (1 + d) / (theta + d)."""
        require_discount(discount_per_period)
        present: Floats = (1 + discount_per_period) / (self.theta + discount_per_period)
        return present

    def discounted_residual_periods(self, discount_per_period: Floats, *, period: Floats) -> Floats:
        """Present number of paid periods from renewal `period` on, seen just before it.

        The customer may still leave at that renewal: (1 - theta) (1 + d) / (theta + d), whatever the age.
        """
        return self.retention(period) * self.discounted_periods(discount_per_period)
