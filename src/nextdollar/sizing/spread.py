"""Log-normal spreads, and ranges of their products."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nextdollar.compute.training.ladder import Range
from nextdollar.units import SCORE_OF_P95, FloatArray, Floats


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


def product_range(p50: Floats, *sds_log: Floats, floor: Floats = 0.0) -> Range:
    """Range of a product of independent log-normal factors.

    Parameters
    ----------
    p50 : float or array (...)
        Product of the medians.
    *sds_log : float or array (...)
        Standard deviation of the log of each factor.
    floor : float or array (...)
        No quantile lies below it.

    Notes
    -----
    Variances of logs add: p95 = p50 exp(1.645 sqrt(sum of sd**2)).
    """
    variance = 0.0 * np.asarray(p50)
    for sd_log in sds_log:
        variance = variance + np.square(sd_log)
    factor = np.exp(SCORE_OF_P95 * np.sqrt(variance))
    return Range(*(np.maximum(value, floor)[()] for value in (p50 / factor, p50, p50 * factor)))


def each(found: Range) -> Iterator[Range | None]:
    """Yield the range of each run of arrays (n_runs,); None where there is no number."""
    ends = np.broadcast_arrays(found.p5, found.p50, found.p95)
    for low, middle, high in zip(*(np.asarray(end).tolist() for end in ends), strict=True):
        yield None if math.isnan(middle) else Range(low, middle, high)


def column(values: Iterator[float | None]) -> FloatArray:
    """Return numbers as an array, nan where there is none."""
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)
