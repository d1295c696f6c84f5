"""A distribution through a few stated points, such as the 5 %, 50 % and 95 % points of a survey."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from nextdollar.errors import require
from nextdollar.uncertainty.distributions import read_aloud
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class Quantiles:
    """The distribution that passes through given points: a share `shares[i]` lies below `values[i]`.

    Both rise strictly, and the shares lie strictly between 0 and 1.

    Notes
    -----
    On normal probability paper (value over normal score) the points are joined by straight lines, and the
    end lines run on. So each stretch is a piece of a normal, or of a lognormal where all values are above 0
    (then the paper's value axis is logarithmic). The tails are those of the normal or lognormal through the
    last two points: unbounded, and above 0 where all values are. Two points 5 % and 95 % give `interval_90`.
    """

    shares: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        given, values = np.asarray(self.shares, dtype=float), np.asarray(self.values, dtype=float)
        require(given.size >= 2, "shares", "two or more", given.size)
        require(values.size == given.size, "values", f"as many as shares ({given.size})", values.size)
        require((given > 0) & (given < 1), "shares", "strictly between 0 and 1", given)
        require(np.isfinite(values), "values", "finite", values)
        require(np.diff(given) > 0, "shares", "rising from point to point", self.shares)
        require(np.diff(values) > 0, "values", "rising from point to point", self.values)

    def ppf(self, u: FloatArray) -> FloatArray:
        """Inverse CDF: the line of the stretch that `u` lies in, at its normal score."""
        scores, heights = self._points()
        z = ndtri(u)
        left = np.clip(np.searchsorted(scores, z, side="right") - 1, 0, scores.size - 2)
        slopes = np.diff(heights) / np.diff(scores)
        found = heights[left] + slopes[left] * (z - scores[left])
        return np.exp(found) if self._is_logarithmic() else found

    def cdf(self, x: Floats) -> Floats:
        """Share of the draws at or below `x`."""
        scores, heights = self._points()
        with np.errstate(divide="ignore"):
            height = np.log(np.maximum(x, 0.0)) if self._is_logarithmic() else np.asarray(x, dtype=float)
        left = np.clip(np.searchsorted(heights, height, side="right") - 1, 0, scores.size - 2)
        slopes = np.diff(scores) / np.diff(heights)
        return ndtr(scores[left] + slopes[left] * (height - heights[left]))

    def support(self) -> tuple[float, float]:
        """All numbers, or all positive ones where every value is above 0."""
        return (0.0 if self._is_logarithmic() else -math.inf), math.inf

    def expectation(self) -> float:
        """Mean: the closed form of each piece of a normal or lognormal, summed."""
        scores, heights = self._points()
        slopes = np.diff(heights) / np.diff(scores)
        starts = heights[:-1] - slopes * scores[:-1]
        edges = np.concatenate([[-np.inf], scores[1:-1], [np.inf]])
        low, high = edges[:-1], edges[1:]
        if self._is_logarithmic():
            with np.errstate(over="ignore"):
                pieces = np.exp(starts + slopes**2 / 2) * (ndtr(high - slopes) - ndtr(low - slopes))
        else:
            density = np.exp(-(edges**2) / 2) / math.sqrt(2 * math.pi)
            pieces = starts * (ndtr(high) - ndtr(low)) - slopes * np.diff(density)
        return float(np.sum(pieces))

    def describe(self) -> str:
        """How this is read, in plain words."""
        joined = "lognormal" if self._is_logarithmic() else "normal"
        return read_aloud(self, f"{joined} pieces through {len(self.shares)} points")

    def _is_logarithmic(self) -> bool:
        return self.values[0] > 0

    def _points(self) -> tuple[FloatArray, FloatArray]:
        """Normal score and height (value, or its logarithm) of each point."""
        values = np.asarray(self.values, dtype=np.float64)
        return ndtri(np.asarray(self.shares)), np.log(values) if self._is_logarithmic() else values
