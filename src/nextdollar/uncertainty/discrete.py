"""Numbers that take a few values only, a certain one included."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.uncertainty.distributions import read_aloud
from nextdollar.uncertainty.reading import percent, plain
from nextdollar.units import FloatArray, Floats

_SHARES_CLOSE = 1e-9
_MOST_VALUES_SAID = 6


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that is certain."""

    value: float

    def __post_init__(self) -> None:
        require(math.isfinite(self.value), "value", "finite", self.value)

    def ppf(self, u: FloatArray) -> FloatArray:
        """Return the value, whatever `u`."""
        return np.full(np.shape(u), float(self.value))

    def cdf(self, x: Floats) -> Floats:
        """1 from the value on."""
        return np.asarray(np.greater_equal(x, self.value), dtype=np.float64)

    def support(self) -> tuple[float, float]:
        """Return the value, twice."""
        return self.value, self.value

    def expectation(self) -> float:
        """Return the value."""
        return self.value

    def describe(self) -> str:
        """How this is read, in plain words."""
        return f"{self.value:,.10g}"


@dataclass(frozen=True, slots=True)
class Bernoulli:
    """1 with a probability, else 0."""

    probability: float

    def __post_init__(self) -> None:
        require(0 <= self.probability <= 1, "probability", "between 0 and 1", self.probability)

    def ppf(self, u: FloatArray) -> FloatArray:
        """1 where `u` exceeds 1 - probability."""
        return np.asarray(np.greater(u, 1 - self.probability), dtype=np.float64)

    def cdf(self, x: Floats) -> Floats:
        """Share of the draws at or below `x`: 1 - probability from 0 on, 1 from 1 on."""
        return np.where(np.less(x, 0), 0.0, np.where(np.less(x, 1), 1 - self.probability, 1.0))

    def support(self) -> tuple[float, float]:
        """0 and 1, or the one of them that can occur."""
        return (0.0 if self.probability < 1 else 1.0), (1.0 if self.probability > 0 else 0.0)

    def expectation(self) -> float:
        """Return the probability."""
        return self.probability

    def describe(self) -> str:
        """How this is read, in plain words."""
        return f"0 ({percent(1 - self.probability)}), 1 ({percent(self.probability)})"


@dataclass(frozen=True, slots=True)
class Discrete:
    """A few values, each with its share of the draws; the shares add up to 1."""

    values: tuple[float, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        require(len(self.values) > 0, "values", "one or more numbers", self.values)
        require(np.isfinite(self.values), "values", "finite", np.asarray(self.values, dtype=float))
        require(len(set(self.values)) == len(self.values), "values", "all different", self.values)
        require_shares(self.shares, len(self.values), "values")

    def ppf(self, u: FloatArray) -> FloatArray:
        """Lowest value whose cumulated share reaches `u`."""
        values, reached = self._steps()
        return values[np.searchsorted(reached[:-1], u, side="left")]

    def cdf(self, x: Floats) -> Floats:
        """Share of the draws at or below `x`."""
        values, reached = self._steps()
        return np.concatenate([[0.0], reached])[np.searchsorted(values, x, side="right")]

    def support(self) -> tuple[float, float]:
        """Lowest and highest value that occurs."""
        values, _ = self._steps()
        return float(values[0]), float(values[-1])

    def expectation(self) -> float:
        """Mean: each value times its share."""
        return math.fsum(value * share for value, share in zip(self.values, self.shares, strict=True))

    def describe(self) -> str:
        """How this is read, in plain words."""
        if len(self.values) > _MOST_VALUES_SAID:
            return read_aloud(self, f"one of {len(self.values)} values")
        parts = sorted(zip(self.values, self.shares, strict=True))
        listed = ", ".join(f"{plain(value)} ({percent(share)})" for value, share in parts)
        return f"{listed}, mean {plain(self.expectation())}"

    def _steps(self) -> tuple[FloatArray, FloatArray]:
        """Values that occur, rising, and the share at or below each; the last is 1."""
        parts = sorted((v, s) for v, s in zip(self.values, self.shares, strict=True) if s > 0)
        reached = np.cumsum(np.array([share for _, share in parts]))
        reached[-1] = 1.0
        return np.array([value for value, _ in parts], dtype=np.float64), reached


def require_shares(shares: tuple[float, ...], n_expected: int, of_what: str) -> None:
    """Refuse shares that are not one for each thing, not between 0 and 1, or do not add up to 1."""
    require(len(shares) == n_expected, "shares", f"one for each of the {n_expected} {of_what}", len(shares))
    given = np.asarray(shares, dtype=np.float64)
    require((given >= 0) & (given <= 1), "shares", "between 0 and 1", given)
    total = math.fsum(shares)
    require(abs(total - 1) <= _SHARES_CLOSE, "shares", "adding up to 1", total)
