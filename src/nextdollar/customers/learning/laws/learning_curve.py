"""How quality rises with data: a power law of the error with a floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """error(D) = floor + scale (D / D0)**-exponent; quality is 1 - error.

    Parameters
    ----------
    floor_share : float or array (n_draws,)
        Error that no data removes, from 0 to below 1; 1 - floor is the ceiling of quality.
    scale_share : float or array (n_draws,)
        Error above the floor at D0, above 0.
    exponent : float or array (n_draws,)
        Above 0.
    data_0 : float
        D0, above 0, in the unit of the data.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    The form of Hestness et al. 2017, "Deep Learning Scaling is Predictable, Empirically" (arXiv:1712.00409,
    section 2).
    """

    floor_share: Floats
    scale_share: Floats
    exponent: Floats
    data_0: float

    def __post_init__(self) -> None:
        ok = np.greater_equal(self.floor_share, 0) & np.less(self.floor_share, 1)
        require(ok, "floor_share", "from 0 to below 1", self.floor_share)
        require(np.greater(self.scale_share, 0), "scale_share", "above 0", self.scale_share)
        require(np.greater(self.exponent, 0), "exponent", "above 0", self.exponent)
        require(self.data_0 > 0, "data_0", "above 0", self.data_0)

    def quality_share(self, data: Floats) -> Floats:
        """Quality after so much data, from 0 to 1; `data` is above 0 and broadcasts with the draws."""
        require(np.greater(data, 0), "data", "above 0", data)
        left = self.scale_share * np.power(np.divide(data, self.data_0), np.negative(self.exponent))
        quality: Floats = np.clip(1.0 - self.floor_share - left, 0.0, 1.0)
        return quality

    def gain_per_log_example(self, data: Floats) -> Floats:
        """Gain of quality per unit of the natural log of the data: exponent x error above the floor."""
        require(np.greater(data, 0), "data", "above 0", data)
        gain: Floats = (
            self.exponent
            * self.scale_share
            * np.power(np.divide(data, self.data_0), np.negative(self.exponent))
        )
        return gain
