"""What ten times the effective compute is worth: the form with randomised evidence behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class PerDecade:
    """Value that is multiplied alike by every decade of effective compute.

    Parameters
    ----------
    gain_log_per_decade : float or array (n_draws,)
        Natural logarithm of the factor by which users' value rises per decade, finite and 0 or more;
        16.1 % is ln 1.161 = 0.149.
    pass_through_multiple : float or array (n_draws,)
        How much of users' value becomes willingness to pay or retained revenue, finite and 0 or more. Above
        1 only where share is taken from rivals.

    Raises
    ------
    DomainError
        If a number is negative or not finite.

    Notes
    -----
    V / V0 = (1 + v)**(p (q - q0)) = exp(p ln(1 + v) (q - q0)).
    """

    gain_log_per_decade: Floats
    pass_through_multiple: Floats = 1.0

    def __post_init__(self) -> None:
        for name in ("gain_log_per_decade", "pass_through_multiple"):
            number = getattr(self, name)
            ok = np.isfinite(number) & np.greater_equal(number, 0)
            require(ok, name, "finite and not negative", number)

    @property
    def revenue_log_per_decade(self) -> Floats:
        """Logarithm of the factor by which revenue rises per decade: p ln(1 + v)."""
        return self.gain_log_per_decade * self.pass_through_multiple

    def uplift_share(self, today_decades: Floats, decades: Floats) -> Floats:
        """Gain of value as a share of today's, when a model replaces today's.

        Parameters
        ----------
        today_decades, decades : float or array (...)
            Quality of today's model and of the one that replaces it, in decades of effective compute.

        Returns
        -------
        float or array (...)
            Share of today's value, above -1; negative where the new model is worse.
        """
        gain_share: Floats = np.expm1(self.revenue_log_per_decade * np.subtract(decades, today_decades))
        return gain_share

    def most_uplift_share(self) -> float:
        """Largest gain that any training could give: without end, since every decade multiplies."""
        return math.inf


def log_per_decade(gain_share: Floats) -> Floats:
    """Logarithm of the factor that a gain of a share per decade is: ln(1 + v), v above -1."""
    require(np.greater(gain_share, -1), "gain_share", "above -1", gain_share)
    factor_log: Floats = np.log1p(gain_share)
    return factor_log
