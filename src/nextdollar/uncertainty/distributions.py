"""What an uncertain number may be: the families with a closed inverse CDF, and what every family offers.

Draws come from the inverse CDF alone, one uniform each: the draw rises with its uniform, so inputs keep
their rank correlation and the balance of the point set. Beta, Pert and Gamma stand in `gamma_and_beta.py`,
atoms in `discrete.py`, and what is made from other distributions or from points in `composed.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import ndtr, ndtri

from nextdollar.errors import require
from nextdollar.uncertainty.reading import plain, reading
from nextdollar.units import FloatArray, Floats

_P5, _P95 = 0.05, 0.95
_LARGEST_EXPONENT = 700.0
_MARKS = np.array([_P5, 0.5, _P95])
Z95 = float(ndtri(_P95))
"""How many standard deviations the 95 % point of a normal lies above its mean."""
LEAST_UNIFORM = 2.0**-53
MOST_UNIFORM = 1 - 2.0**-53
"""Lowest and highest uniform that is dealt."""


class Distribution(Protocol):
    """What one uncertain number may be."""

    def ppf(self, u: FloatArray) -> FloatArray:
        """Value below which a share `u`, strictly between 0 and 1, of the draws lies; rises with `u`."""
        ...

    def cdf(self, x: Floats) -> Floats:
        """Share of the draws at or below `x`."""
        ...

    def support(self) -> tuple[float, float]:
        """Lowest and highest value that can occur; infinite where there is none."""
        ...

    def expectation(self) -> float:
        """Mean."""
        ...

    def describe(self) -> str:
        """How this is read, in plain words."""
        ...


def read_aloud(distribution: Distribution, family: str) -> str:
    """Sentence on a distribution: its 90 % interval, family, median and mean."""
    p5, p50, p95 = (float(point) for point in distribution.ppf(_MARKS))
    return reading(family, (p5, p50, p95), distribution.expectation())


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal distribution; `sd`, its standard deviation, is above 0."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        require(math.isfinite(self.mean), "mean", "finite", self.mean)
        require(0 < self.sd < math.inf, "sd", "above 0 and finite", self.sd)

    def ppf(self, u: FloatArray) -> FloatArray:
        """Inverse CDF: mean + sd z(u)."""
        return self.mean + self.sd * ndtri(u)

    def cdf(self, x: Floats) -> Floats:
        """Share of the draws at or below `x`."""
        return ndtr((np.asarray(x) - self.mean) / self.sd)

    def support(self) -> tuple[float, float]:
        """All numbers."""
        return -math.inf, math.inf

    def expectation(self) -> float:
        """Mean."""
        return self.mean

    def describe(self) -> str:
        """How this is read, in plain words."""
        return read_aloud(self, "normal")


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A positive number whose logarithm is normal, with standard deviation `sigma` above 0."""

    median: float
    sigma: float

    def __post_init__(self) -> None:
        require(0 < self.median < math.inf, "median", "above 0 and finite", self.median)
        require(0 < self.sigma < math.inf, "sigma", "above 0 and finite", self.sigma)

    def ppf(self, u: FloatArray) -> FloatArray:
        """Inverse CDF: median exp(sigma z(u))."""
        return self.median * np.exp(self.sigma * ndtri(u))

    def cdf(self, x: Floats) -> Floats:
        """Share of the draws at or below `x`; 0 at and below 0."""
        with np.errstate(divide="ignore"):
            log_ratio = np.log(np.maximum(x, 0.0)) - math.log(self.median)
        return ndtr(log_ratio / self.sigma)

    def support(self) -> tuple[float, float]:
        """All positive numbers."""
        return 0.0, math.inf

    def expectation(self) -> float:
        """Mean: median exp(sigma^2 / 2), above the median; infinite where a float ends."""
        exponent = self.sigma**2 / 2
        return self.median * math.exp(exponent) if exponent < _LARGEST_EXPONENT else math.inf

    def describe(self) -> str:
        """How this is read, in plain words."""
        return read_aloud(self, "lognormal")


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every number between `low` and `high` alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        require(math.isfinite(self.low), "low", "finite", self.low)
        above_low = f"above low ({plain(self.low)}) and finite"
        require(self.low < self.high < math.inf, "high", above_low, self.high)

    def ppf(self, u: FloatArray) -> FloatArray:
        """Inverse CDF: low + u (high - low)."""
        return self.low + u * (self.high - self.low)

    def cdf(self, x: Floats) -> Floats:
        """Share of the draws at or below `x`."""
        return np.clip((np.asarray(x) - self.low) / (self.high - self.low), 0.0, 1.0)

    def support(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high

    def expectation(self) -> float:
        """Mean."""
        return (self.low + self.high) / 2

    def describe(self) -> str:
        """How this is read, in plain words."""
        return read_aloud(self, f"uniform between {plain(self.low)} and {plain(self.high)}")


@dataclass(frozen=True, slots=True)
class Triangular:
    """Density that rises straight from `low` to `mode` and falls straight to `high`; both ends are limits."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        require_low_mode_high(self.low, self.mode, self.high)

    def ppf(self, u: FloatArray) -> FloatArray:
        """Inverse CDF: low + sqrt(u width left) up to the mode, high - sqrt((1 - u) width right) beyond."""
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        below = self.low + np.sqrt(u * width * left)
        above = self.high - np.sqrt((1 - u) * width * right)
        return np.where(u * width < left, below, above)

    def cdf(self, x: Floats) -> Floats:
        """Share of the draws at or below `x`."""
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        inside = np.clip(x, self.low, self.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            below = (inside - self.low) ** 2 / (width * left)
            above = 1 - (self.high - inside) ** 2 / (width * right)
        return np.where(inside < self.mode, below, np.where(inside < self.high, above, 1.0))

    def support(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high

    def expectation(self) -> float:
        """Mean."""
        return (self.low + self.mode + self.high) / 3

    def describe(self) -> str:
        """How this is read, in plain words."""
        ends = f"between {plain(self.low)} and {plain(self.high)}"
        return read_aloud(self, f"triangular {ends}, most likely {plain(self.mode)}")


def require_low_mode_high(low: float, mode: float, high: float) -> None:
    """Refuse ends that do not lie in order: low <= mode <= high and low < high, all finite."""
    require(math.isfinite(low), "low", "finite", low)
    require(low < high < math.inf, "high", f"above low ({plain(low)}) and finite", high)
    require(low <= mode <= high, "mode", f"between low and high ({plain(low)} to {plain(high)})", mode)


def interval_90(low: float, high: float) -> LogNormal | Normal:
    """Distribution with 5 % of its draws below `low` and 5 % above `high`.

    Lognormal when both ends are above 0, normal otherwise. Other tools read "8 to 12" as hard limits;
    here one draw in ten lies outside.
    """
    require(math.isfinite(low), "low", "finite", low)
    require(low < high < math.inf, "high", f"above low ({plain(low)}) and finite", high)
    if low > 0:
        return LogNormal(math.sqrt(low) * math.sqrt(high), math.log(high / low) / (2 * Z95))
    return Normal((low + high) / 2, (high - low) / (2 * Z95))
