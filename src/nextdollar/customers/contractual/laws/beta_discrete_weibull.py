"""The beta-discrete-Weibull law: customers differ, and each becomes more or less likely to leave with age."""

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
from nextdollar.customers.contractual.laws.gamma_ratio import log_gamma_fall
from nextdollar.sources import Source
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class BetaDiscreteWeibull:
    """S(t) = B(alpha, beta + t**c) / B(alpha, beta).

    c above 1 lets each customer become likelier to leave with age, c below 1 less likely; c = 1 is the
    shifted-beta-geometric law. All three are above 0.
    """

    alpha: Floats
    beta: Floats
    c: Floats

    source: ClassVar = Source(
        "Fader et al. 2018, How to Project Customer Retention Revisited",
        "the beta-discrete-Weibull model",
        "https://doi.org/10.1016/j.intmar.2018.01.002",
    )

    def __post_init__(self) -> None:
        require_positive(alpha=self.alpha, beta=self.beta, c=self.c)

    def survival(self, period: Floats) -> Floats:
        """Share that is left after `period` renewals, 0 or more; 1 at 0."""
        require_period(period)
        aged = np.power(np.asarray(period, dtype=np.float64), self.c)
        left: Floats = np.exp(self._log_left(aged) - self._log_left(0.0))[()]
        return left

    def retention(self, period: Floats) -> Floats:
        """Share that renews of those who are left, at renewal `period`, 1 or more: S(t) / S(t - 1)."""
        require_renewal(period)
        now = np.power(np.asarray(period, dtype=np.float64), self.c)
        before = np.power(np.subtract(period, 1.0), self.c)
        renewed: Floats = np.exp(self._log_left(now) - self._log_left(before))[()]
        return renewed

    def discounted_periods(self, discount_per_period: Floats) -> Floats:
        """Present number of paid periods of a new customer, the first of them now: sum of S(t) / (1 + d)**t.

        There is no closed form; terms are added until the rest is below 1e-10 of the sum, at most 200,000
        of them (DomainError where that is not enough: the discount is then next to nothing).
        """
        require_discount(discount_per_period)
        return self._sum(discount_per_period, from_period=0.0)

    def discounted_residual_periods(self, discount_per_period: Floats, *, period: float) -> Floats:
        """Present number of paid periods from renewal `period` on, seen just before it.

        The customer may still leave at that renewal: sum over t of S(k + t) / (S(k - 1) (1 + d)**t).
        """
        require_discount(discount_per_period)
        require_renewal(period)
        return self._sum(discount_per_period, from_period=period) / self.survival(period - 1)

    def _log_left(self, aged: Floats) -> Floats:
        """Return log B(alpha, beta + aged) without log Gamma(alpha)."""
        return log_gamma_fall(self.beta + aged, self.alpha)

    def _sum(self, discount_per_period: Floats, *, from_period: float) -> Floats:
        letters = (self.alpha, self.beta, self.c)
        return discounted_sum(self.survival, discount_per_period, letters, from_period=from_period)
