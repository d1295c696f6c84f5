"""Draws of how long customers stay, each from one of several laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.contractual.laws import (
    BetaDiscreteWeibull,
    DiscreteWeibull,
    Geometric,
    ShiftedBetaGeometric,
)
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

RetentionLaw: TypeAlias = Geometric | ShiftedBetaGeometric | DiscreteWeibull | BetaDiscreteWeibull


@dataclass(frozen=True, slots=True)
class RetentionDraws:
    """Draws of a retention curve.

    Parameters
    ----------
    laws : tuple of RetentionLaw
        Laws whose coefficients are draws (n_of_law,).
    places : tuple of arrays of int (n_of_law,)
        Which of the draws each law holds; every draw from 0 on is in one of them.

    Notes
    -----
    Draw i is the same customer base in every method: what is worked out of two of them may be combined.
    """

    laws: tuple[RetentionLaw, ...]
    places: tuple[NDArray[np.int64], ...]

    def __post_init__(self) -> None:
        together = np.sort(np.concatenate([*self.places, np.zeros(0, dtype=np.int64)]))
        ok = together.size > 0 and np.array_equal(together, np.arange(together.size))
        require(ok, "places", "every draw once", together)
        require(len(self.laws) == len(self.places), "laws", "one for each of places", len(self.laws))

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return sum(places.size for places in self.places)

    @property
    def endless_mean_share(self) -> float:
        """Share of the draws under which the expected lifetime is infinite.

        Where nobody leaves, and where S(t), which falls like t**(-alpha c) under a beta, falls too slowly.
        """
        n_endless = 0
        for law, places in zip(self.laws, self.places, strict=True):
            if isinstance(law, Geometric | DiscreteWeibull):
                is_endless = np.equal(law.theta, 0)
            else:
                ageing = law.c if isinstance(law, BetaDiscreteWeibull) else 1.0
                is_endless = np.less_equal(law.alpha * ageing, 1)
            n_endless += int(np.count_nonzero(np.broadcast_to(is_endless, places.shape)))
        return n_endless / self.n_draws

    def survival(self, period: Floats) -> FloatArray:
        """Share left after `period` renewals, (n_draws,); of periods (n_periods,) (n_periods, n_draws)."""
        column = np.asarray(period, dtype=np.float64)[..., None]
        return self._each(lambda law, _: law.survival(column), np.shape(period))

    def retention(self, period: Floats) -> FloatArray:
        """Share that renews of those left, at renewal `period`; shapes as of `survival`."""
        column = np.asarray(period, dtype=np.float64)[..., None]
        return self._each(lambda law, _: law.retention(column), np.shape(period))

    def discounted_periods(self, discount_per_period: Floats) -> FloatArray:
        """Present number of paid periods of a new customer, the first of them now, (n_draws,).

        `discount_per_period` is above 0, a number or draws (n_draws,); the same law and page as in `laws`.
        """
        return self._each(lambda law, places: law.discounted_periods(_of(discount_per_period, places)), ())

    def discounted_residual_periods(self, discount_per_period: Floats, *, period: float) -> FloatArray:
        """Present number of paid periods from renewal `period` on, seen just before it, (n_draws,)."""
        return self._each(
            lambda law, places: law.discounted_residual_periods(
                _of(discount_per_period, places), period=period
            ),
            (),
        )

    def _each(
        self, ask: Callable[[RetentionLaw, NDArray[np.int64]], Floats], shape: tuple[int, ...]
    ) -> FloatArray:
        """Return the answers of all laws in the order of the draws."""
        answer = np.empty((*shape, self.n_draws))
        for law, places in zip(self.laws, self.places, strict=True):
            if places.size:
                answer[..., places] = ask(law, places)
        return answer


def _of(number: Floats, places: NDArray[np.int64]) -> Floats:
    """Return the draws of a number that stand at places; a certain number as it is."""
    return number if np.ndim(number) == 0 else np.asarray(number)[places]
