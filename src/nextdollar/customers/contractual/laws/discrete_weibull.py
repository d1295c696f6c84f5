"""The discrete Weibull law: customers are alike, and each becomes likelier to leave with age, or less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nextdollar.customers.contractual.laws.discounted import discounted_sum
from nextdollar.customers.contractual.laws.domain import (
    require_discount,
    require_period,
    require_positive,
    require_renewal,
)
from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class DiscreteWeibull:
    """S(t) = (1 - theta)**(t**c).

    theta is the chance to leave at the first renewal, from 0 to below 1; it rises with age where c is above
    1, and falls where c is below. It is what the beta-discrete-Weibull law becomes where customers do not
    differ, as the geometric law is that of the shifted-beta-geometric; c = 1 is the geometric law.
    """

    theta: Floats
    c: Floats

    source: ClassVar = Source(
        "Nakagawa & Osaki 1975, The Discrete Weibull Distribution",
        "equation 1, with q = 1 - theta",
        "https://doi.org/10.1109/TR.1975.5214915",
    )

    def __post_init__(self) -> None:
        ok = np.isfinite(self.theta) & np.greater_equal(self.theta, 0) & np.less(self.theta, 1)
        require(ok, "theta", "a fraction from 0 to below 1", self.theta)
        require_positive(c=self.c)

    def survival(self, period: Floats) -> Floats:
        """Share that is left after `period` renewals, 0 or more; 1 at 0."""
        require_period(period)
        left: Floats = np.exp(np.log1p(np.negative(self.theta)) * np.power(period, self.c))
        return left

    def retention(self, period: Floats) -> Floats:
        """Share that renews of those who are left, at renewal `period`, 1 or more: S(t) / S(t - 1)."""
        require_renewal(period)
        aged = np.power(period, self.c) - np.power(np.subtract(period, 1.0), self.c)
        renewed: Floats = np.exp(np.log1p(np.negative(self.theta)) * aged)
        return renewed

    def discounted_periods(self, discount_per_period: Floats) -> Floats:
        """Present number of paid periods of a new customer, the first of them now: sum of S(t) / (1 + d)**t.

        Terms are added as in `BetaDiscreteWeibull.discounted_periods`.
        """
        require_discount(discount_per_period)
        return discounted_sum(self.survival, discount_per_period, (self.theta, self.c), from_period=0.0)

    def discounted_residual_periods(self, discount_per_period: Floats, *, period: float) -> Floats:
        """Present number of paid periods from renewal `period` on, seen just before it.

        The customer may still leave at that renewal: sum over t of S(k + t) / (S(k - 1) (1 + d)**t).
        """
        require_discount(discount_per_period)
        require_renewal(period)
        log_kept, before = np.log1p(np.negative(self.theta)), np.power(period - 1.0, self.c)

        def left_of_those(age: Floats) -> Floats:
            # In logs: S(k - 1) itself may be too small for a float.
            left: Floats = np.exp(log_kept * (np.power(age, self.c) - before))
            return left

        return discounted_sum(left_of_those, discount_per_period, (self.theta, self.c), from_period=period)
