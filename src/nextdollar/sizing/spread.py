"""Log-normal spreads, and ranges of their products."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nextdollar.compute.training_ladder import Range

SCORE_OF_P95 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Spread:
    """A log-normal quantity above 0 by its 5 % and 95 % quantiles; equal ends are one number."""

    p5: float
    p95: float

    @property
    def p50(self) -> float:
        """Median: the geometric mean of the ends."""
        return math.sqrt(self.p5 * self.p95)

    @property
    def sd_log(self) -> float:
        """Standard deviation of the log."""
        return math.log(self.p95 / self.p5) / (2 * SCORE_OF_P95)

    def as_range(self) -> Range:
        """Return the quantiles."""
        return Range(self.p5, self.p50, self.p95)


def product_range(p50: float, *sds_log: float, floor: float = 0.0) -> Range:
    """Range of a product of independent log-normal factors.

    Parameters
    ----------
    p50 : float
        Product of the medians.
    *sds_log : float
        Standard deviation of the log of each factor.
    floor : float
        No quantile lies below it.

    Notes
    -----
    Variances of logs add: p95 = p50 exp(1.645 sqrt(sum of sd**2)).
    """
    factor = math.exp(SCORE_OF_P95 * math.hypot(*sds_log))
    low, middle, high = np.maximum((p50 / factor, p50, p50 * factor), floor)
    return Range(float(low), float(middle), float(high))
