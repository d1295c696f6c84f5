"""Coordinates in which a law is fitted: means apart from spreads, so that few of them are tied together.

The two parameters of a gamma or beta distribution across customers rise and fall together almost without
change of the likelihood. Their mean is well known, their spread less so: (log mean, log shape) of a gamma
distribution, (logit mean, log (a + b)) of a beta one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, logit

from nextdollar.units import FloatArray

Kind = Literal["gamma", "beta", "log"]

# Past these, a distribution across customers is one value for all, or all or nothing: a limit, not a fit.
# Hypergeometric functions of parameters much larger than these are out of reach of scipy.
MOST_ALIKE, LEAST_ALIKE = float(np.log(2e3)), float(np.log(1e-3))
_REACH_LOG, _REACH_LOGIT = 12.0, 12.0


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Kinds of the distributions across customers, in the order of a law's letters.

    "gamma" and "beta" take two letters each (shape and rate; a and b), "log" takes one.
    """

    kinds: tuple[Kind, ...]

    def letters(self, theta: FloatArray) -> list[FloatArray]:
        """Parameters of the law at `theta`, array (k, ...): one array (...) each."""
        found: list[FloatArray] = []
        for kind, place in self._places():
            if kind == "log":
                found.append(np.exp(theta[place]))
                continue
            first, spread = theta[place], np.exp(theta[place + 1])
            if kind == "gamma":
                found += [spread, spread * np.exp(-first)]
            else:
                found += [spread * expit(first), spread * expit(-first)]
        return found

    def theta(self, letters: Sequence[float]) -> FloatArray:
        """Coordinates (k,) of parameters: the inverse of `letters`."""
        theta = np.empty(len(letters))
        for kind, place in self._places():
            if kind == "log":
                theta[place] = np.log(letters[place])
                continue
            one, two = letters[place], letters[place + 1]
            if kind == "gamma":
                theta[place : place + 2] = np.log(one / two), np.log(one)
            else:
                theta[place : place + 2] = logit(one / (one + two)), np.log(one + two)
        return theta

    def slopes(self, theta: FloatArray, letter_slopes: FloatArray) -> FloatArray:
        """Slopes to theta (k,), from slopes to the letters (k,), by the chain rule."""
        jacobian: FloatArray = self.jacobian(theta)
        return jacobian.T @ letter_slopes

    def jacobian(self, theta: FloatArray) -> FloatArray:
        """Slopes of each letter to each coordinate, array (k, k)."""
        values = self.letters(theta)
        slopes = np.zeros((len(theta), len(theta)))
        for kind, place in self._places():
            one = values[place]
            if kind == "log":
                slopes[place, place] = one
                continue
            two = values[place + 1]
            if kind == "gamma":
                slopes[place : place + 2, place] = 0.0, -two
            else:
                product = one * two / (one + two)
                slopes[place : place + 2, place] = product, -product
            slopes[place : place + 2, place + 1] = one, two
        return slopes

    def bounds(self, centre: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest coordinates, arrays (k,).

        Means of gamma distributions are bound to e**12 times less or more than at `centre` (k,), and are
        free without one.
        """
        low, high = [], []
        for kind, place in self._places():
            if kind == "gamma":
                middle, reach = (0.0, np.inf) if centre is None else (float(centre[place]), _REACH_LOG)
                low.append(middle - reach)
                high.append(middle + reach)
            elif kind == "beta":
                low.append(-_REACH_LOGIT)
                high.append(_REACH_LOGIT)
            low.append(LEAST_ALIKE)
            high.append(MOST_ALIKE)
        return np.array(low), np.array(high)

    def what(self) -> list[tuple[int, bool]]:
        """For each coordinate, the place of its kind, and whether it is a mean (otherwise a spread)."""
        found: list[tuple[int, bool]] = []
        for number, kind in enumerate(self.kinds):
            found += [(number, False)] if kind == "log" else [(number, True), (number, False)]
        return found

    def _places(self) -> list[tuple[Kind, int]]:
        places: list[tuple[Kind, int]] = []
        place = 0
        for kind in self.kinds:
            places.append((kind, place))
            place += 1 if kind == "log" else 2
        return places
