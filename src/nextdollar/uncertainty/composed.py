"""Distributions made from others: a mixture of several, and one cut to a range."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from nextdollar.errors import require
from nextdollar.uncertainty.discrete import Bernoulli, Constant, Discrete, require_shares
from nextdollar.uncertainty.distributions import LEAST_UNIFORM, MOST_UNIFORM, Distribution, read_aloud
from nextdollar.uncertainty.inverse import bracketed, table_points
from nextdollar.uncertainty.reading import percent, plain
from nextdollar.units import FloatArray, Floats

# The CDF keeps 16 decimals, so what is left of a rarer range would lose too many digits.
_LEAST_KEPT = 1e-6
_MOST_PARTS_SAID = 4


@dataclass(frozen=True, slots=True)
class Mixture:
    """One of several distributions, each with its share of the draws; the shares add up to 1.

    A price war that may not come: `Mixture((Constant(0), interval_90(0.1, 0.3)), (0.9, 0.1))`.
    """

    components: tuple[Distribution, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        require(len(self.components) > 0, "components", "one or more distributions", self.components)
        require_shares(self.shares, len(self.components), "components")

    def ppf(self, u: FloatArray) -> FloatArray:
        """Inverse of the summed CDF: lowest x whose CDF reaches `u`.

        The answer lies between the components' own quantiles at `u`. Values with a probability of their
        own (atoms) are met exactly; the rest is solved to the last two digits.
        """
        parts = [part.ppf(u) for part, share in zip(self.components, self.shares, strict=True) if share > 0]
        low: FloatArray = np.minimum.reduce(parts)
        high: FloatArray = np.maximum.reduce(parts)
        found: FloatArray = np.where(np.greater_equal(self.cdf(low), u), low, high)
        open_ = np.less(self.cdf(low), u) & np.greater_equal(self.cdf(np.nextafter(high, -np.inf)), u)
        for atom in atoms(self):
            below, reached = np.asarray(self.cdf(np.array([np.nextafter(atom, -np.inf), atom])))
            here = open_ & (u > below) & (u <= reached) & (reached > below)
            found[here] = atom
            open_ &= ~here
        if open_.any():
            found[open_] = bracketed(self.cdf, u[open_], low[open_], high[open_])
        return found

    def cdf(self, x: Floats) -> Floats:
        """Share of the draws at or below `x`."""
        total: Floats = np.zeros(np.shape(x))
        for part, share in zip(self.components, self.shares, strict=True):
            total = total + share * part.cdf(x)
        return total

    def support(self) -> tuple[float, float]:
        """Lowest and highest value of any component that occurs."""
        ends = [part.support() for part, share in zip(self.components, self.shares, strict=True) if share > 0]
        return min(low for low, _ in ends), max(high for _, high in ends)

    def expectation(self) -> float:
        """Mean: each component's mean times its share."""
        pairs = zip(self.components, self.shares, strict=True)
        return math.fsum(share * part.expectation() for part, share in pairs if share > 0)

    def describe(self) -> str:
        """How this is read, in plain words."""
        pairs = list(zip(self.shares, self.components, strict=True))
        said = [f"in {percent(share)} {part.describe()}" for share, part in pairs[:_MOST_PARTS_SAID]]
        more = [f"{len(pairs) - _MOST_PARTS_SAID} more"] if len(pairs) > _MOST_PARTS_SAID else []
        return f"{read_aloud(self, 'mixture')}: {'; '.join([*said, *more])}"


@dataclass(frozen=True, slots=True)
class Truncated:
    """A distribution given that it lies between `low` and `high`, ends included; either may be infinite.

    What lay outside is dealt again inside, not piled up at the ends. A range that holds less than a
    millionth of the draws is refused: it is a slip, and little of the CDF's precision would be left.
    """

    inner: Distribution
    low: float
    high: float

    def __post_init__(self) -> None:
        require(not math.isnan(self.low), "low", "a number", self.low)
        require(self.low < self.high, "high", f"above low ({plain(self.low)})", self.high)
        below, reached = self._shares()
        kept = f"such that {plain(self.low)} to {plain(self.high)} holds a millionth of the draws or more"
        require(reached - below >= _LEAST_KEPT, "low and high", kept, max(reached - below, 0.0))

    def ppf(self, u: FloatArray) -> FloatArray:
        """Inverse CDF of the inner distribution at F(below low) + u (F(high) - F(below low))."""
        below, reached = self._shares()
        inner_u = np.clip(below + u * (reached - below), LEAST_UNIFORM, MOST_UNIFORM)
        return np.clip(self.inner.ppf(inner_u), self.low, self.high)

    def cdf(self, x: Floats) -> Floats:
        """Share of the draws at or below `x`."""
        below, reached = self._shares()
        return np.clip((np.asarray(self.inner.cdf(x)) - below) / (reached - below), 0.0, 1.0)

    def support(self) -> tuple[float, float]:
        """The range, or the inner distribution's ends where these are narrower."""
        low, high = self.inner.support()
        return max(low, self.low), min(high, self.high)

    def expectation(self) -> float:
        """Mean, to about four digits: a sum of quantiles over 2,048 even steps of the normal score."""
        edges = ndtr(table_points())
        weights = np.diff(edges)
        values = self.ppf(np.clip(edges[:-1] + weights / 2, LEAST_UNIFORM, MOST_UNIFORM))
        return float(np.sum(values * weights) / np.sum(weights))

    def describe(self) -> str:
        """How this is read, in plain words."""
        if math.isinf(self.low) or math.isinf(self.high):
            ends = f"at most {plain(self.high)}" if math.isinf(self.low) else f"at least {plain(self.low)}"
        else:
            ends = f"within {plain(self.low)} to {plain(self.high)}"
        return f"{read_aloud(self, f'kept {ends}')}; before: {self.inner.describe()}"

    def _shares(self) -> tuple[float, float]:
        """Share of the inner draws below `low`, and at or below `high`."""
        ends = np.array([np.nextafter(self.low, -np.inf), self.high])
        below, reached = np.asarray(self.inner.cdf(ends))
        return float(below), float(reached)


def atoms(distribution: Distribution) -> tuple[float, ...]:
    """Values that may have a probability of their own, rising."""
    if isinstance(distribution, Constant):
        return (float(distribution.value),)
    if isinstance(distribution, Bernoulli):
        return (0.0, 1.0)
    if isinstance(distribution, Discrete):
        return tuple(sorted(map(float, distribution.values)))
    if isinstance(distribution, Truncated):
        return tuple(x for x in atoms(distribution.inner) if distribution.low <= x <= distribution.high)
    if isinstance(distribution, Mixture):
        return tuple(sorted({x for part in distribution.components for x in atoms(part)}))
    return ()
