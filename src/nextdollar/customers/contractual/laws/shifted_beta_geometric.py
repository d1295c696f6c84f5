"""The shifted-beta-geometric law: customers differ in how likely they are to leave, and never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import betaln

from nextdollar.customers.contractual.laws.domain import (
    require_discount,
    require_period,
    require_positive,
    require_renewal,
)
from nextdollar.sources import Source
from nextdollar.units import Floats

# 38 is a little more than -log of the rounding of a float.
_DIGITS = 38.0


@dataclass(frozen=True, slots=True)
class ShiftedBetaGeometric:
    """S(t) = B(alpha, beta + t) / B(alpha, beta).

    A customer leaves at each renewal with a chance of his own; over customers it is Beta(alpha, beta),
    both above 0. Those likely to leave go first, so that retention rises with age by sorting alone.
    """

    alpha: Floats
    beta: Floats

    source: ClassVar = Source(
        "Fader & Hardie 2007, How to Project Customer Retention",
        "equations 5 to 8 and appendix A",
        "https://doi.org/10.1002/dir.20074",
    )
    residual_source: ClassVar = Source(
        "Fader & Hardie 2010, Customer-Base Valuation in a Contractual Setting",
        "equations 5 and 6",
        "https://doi.org/10.1287/mksc.1080.0482",
    )

    def __post_init__(self) -> None:
        require_positive(alpha=self.alpha, beta=self.beta)

    def survival(self, period: Floats) -> Floats:
        """Share that is left after `period` renewals, 0 or more; 1 at 0."""
        require_period(period)
        left: Floats = np.exp(betaln(self.alpha, self.beta + period) - betaln(self.alpha, self.beta))
        return left

    def retention(self, period: Floats) -> Floats:
        """Share that renews of those who are left, at renewal `period`, 1 or more.

        (beta + t - 1) / (alpha + beta + t - 1): rises with t towards 1.
        """
        require_renewal(period)
        renewed: Floats = (self.beta + period - 1) / (self.alpha + self.beta + period - 1)
        return renewed

    def mean_periods(self) -> Floats:
        """Expected number of periods that a new customer pays for; infinite where alpha is 1 or less.

        (alpha + beta - 1) / (alpha - 1) for alpha above 1. Both segments of the paper have alpha below 1:
        such a lifetime needs a horizon or a discount.
        """
        is_finite = np.greater(self.alpha, 1)
        over = np.where(is_finite, self.alpha, 2.0) - 1
        mean: Floats = np.where(is_finite, 1 + self.beta / over, np.inf)[()]
        return mean

    def discounted_periods(self, discount_per_period: Floats) -> Floats:
        """Present number of paid periods of a new customer, the first of them now.

        DEL = 2F1(1, beta; alpha + beta; 1 / (1 + d)), for a discount d above 0.
        """
        require_discount(discount_per_period)
        return self._sum(self.beta, discount_per_period)

    def discounted_residual_periods(self, discount_per_period: Floats, *, period: Floats) -> Floats:
        """Present number of paid periods from renewal `period` on, seen just before it.

        The customer may still leave at that renewal: DERL = r(k) 2F1(1, beta + k; alpha + beta + k; v).
        """
        require_discount(discount_per_period)
        return self.retention(period) * self._sum(self.beta + period, discount_per_period)

    def _sum(self, b: Floats, discount_per_period: Floats) -> Floats:
        """Return 2F1(1, b; alpha + b; v), the sum of v**t times the share left of Beta(alpha, b) customers.

        Gauss's continued fraction: its coefficients are positive here, and n of them leave an error of
        about ((1 - s) / (1 + s))**n with s = sqrt(1 - v). Library routines fail at large beta.
        """
        v = 1 / np.add(1.0, discount_per_period)
        a_b = np.add(self.alpha, b)
        n_pairs = int(np.ceil(_DIGITS / (4 * np.arctanh(np.sqrt(np.min(1 - v)))))) + 4
        fraction = np.ones(np.broadcast_shapes(np.shape(a_b), np.shape(v)))
        for n in range(n_pairs, 0, -1):
            odd = (b + n) * (a_b - 1 + n) / ((a_b + 2 * n - 1) * (a_b + 2 * n))
            even = n * (self.alpha - 1 + n) / ((a_b + 2 * n - 2) * (a_b + 2 * n - 1))
            fraction = 1 - even * v / (1 - odd * v / fraction)
        total: Floats = (1 / (1 - b / a_b * v / fraction))[()]
        return total
