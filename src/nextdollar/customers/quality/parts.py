"""Where a gain of value comes from: fewer customers who leave, more who come, more use, a higher price.

Quality cures only part of churn: about a quarter of all cancellations are failed payments, and no model
improves those.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nextdollar.customers.retention import require_churn
from nextdollar.errors import require
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class PartGains:
    """Logarithms of the factors that each part puts on lifetime value per prospect; they add up."""

    churn_log: Floats
    conversion_log: Floats
    expansion_log: Floats
    price_log: Floats

    @property
    def total_log(self) -> Floats:
        """Logarithm of the factor on lifetime value, all parts together."""
        return self.churn_log + self.conversion_log + self.expansion_log + self.price_log

    @property
    def uplift_share(self) -> Floats:
        """Gain of lifetime value per prospect, as a share of today's."""
        gain_share: Floats = np.expm1(self.total_log)
        return gain_share


@dataclass(frozen=True, slots=True)
class Parts:
    """What a decade of effective compute does to each part of lifetime value.

    Parameters
    ----------
    churn_log_per_decade : float or array (n_draws,)
        Fall of the logarithm of voluntary churn per decade, finite; above 0 where quality keeps customers.
    conversion_log_per_decade, expansion_log_per_decade, price_log_per_decade : float or array (n_draws,)
        Rise of the logarithms of conversion, of spend by one customer at equal prices, and of price.
    involuntary_share : float or array (n_draws,)
        Share of churn that quality cannot cure, from 0 to 1.

    Raises
    ------
    DomainError
        If a number is not finite or the share is none.
    """

    churn_log_per_decade: Floats = 0.0
    conversion_log_per_decade: Floats = 0.0
    expansion_log_per_decade: Floats = 0.0
    price_log_per_decade: Floats = 0.0
    involuntary_share: Floats = 0.0

    def __post_init__(self) -> None:
        for name in ("churn", "conversion", "expansion", "price"):
            field = f"{name}_log_per_decade"
            require(np.isfinite(getattr(self, field)), field, "finite", getattr(self, field))
        require_involuntary(self.involuntary_share)

    def gains(self, gained_decades: Floats, churn_per_month: Floats) -> PartGains:
        """What each part adds when quality rises by some decades and churn was `churn_per_month`.

        Parameters
        ----------
        gained_decades : float or array (...)
            Rise of quality in decades of effective compute; negative where it falls.
        churn_per_month : float or array (...)
            Share of customers who leave each month today, above 0 and at most 1.

        Returns
        -------
        PartGains
            Logarithms, each (...).

        Raises
        ------
        DomainError
            If the churn is 0: the lifetime is infinite already.

        Notes
        -----
        Lifetime value per prospect = conversion x spend x price x margin / churn, so the factors multiply.
        """
        require(np.greater(churn_per_month, 0), "churn_per_month", "above 0", churn_per_month)
        after = churn_after(
            churn_per_month,
            gained_decades,
            slope_log_per_decade=self.churn_log_per_decade,
            involuntary_share=self.involuntary_share,
        )
        return PartGains(
            np.log(churn_per_month) - np.log(after),
            self.conversion_log_per_decade * gained_decades,
            self.expansion_log_per_decade * gained_decades,
            self.price_log_per_decade * gained_decades,
        )

    def most_churn_multiple(self) -> Floats:
        """Largest factor on lifetime value that less churn can give: 1 / involuntary share."""
        with np.errstate(divide="ignore"):
            return np.divide(1.0, self.involuntary_share)


def churn_after(
    churn_per_month: Floats,
    gained_decades: Floats,
    *,
    slope_log_per_decade: Floats,
    involuntary_share: Floats = 0.0,
) -> Floats:
    """Churn when quality has changed, the involuntary part left as it is.

    Parameters
    ----------
    churn_per_month : float or array (...)
        Share that leaves each month at today's quality, from 0 to 1.
    gained_decades : float or array (...)
        Rise of quality in decades of effective compute; negative where it falls.
    slope_log_per_decade : float or array (...)
        Fall of the logarithm of voluntary churn per decade.
    involuntary_share : float or array (...)
        Share of today's churn that quality cannot cure, from 0 to 1.

    Returns
    -------
    float or array (...)
        Share per month, from involuntary share x churn up to 1.

    Raises
    ------
    DomainError
        If a share lies outside its domain.

    Notes
    -----
    c' = min(1, c (i + (1 - i) exp(-k (q - q0)))).
    """
    require_churn(churn_per_month)
    require_involuntary(involuntary_share)
    # Past e**709 the cut at 1 decides anyway.
    voluntary = np.exp(np.minimum(-np.multiply(slope_log_per_decade, gained_decades), math.log(1e300)))
    # A sum that is 1 at no gain, so that nothing changes by rounding.
    factor = 1.0 + np.subtract(1.0, involuntary_share) * (voluntary - 1.0)
    changed: Floats = np.minimum(churn_per_month * factor, 1.0)
    return changed


def churn_slope_of(revenue_log_per_decade: Floats, *, involuntary_share: Floats = 0.0) -> Floats:
    """Slope of voluntary churn at which retention alone gives a gain of lifetime value per decade.

    Parameters
    ----------
    revenue_log_per_decade : float or array (...)
        Gain of lifetime value per decade, as a logarithm.
    involuntary_share : float or array (...)
        Share of churn that quality cannot cure, from 0 to below 1.

    Returns
    -------
    float or array (...)
        Fall of the logarithm of voluntary churn per decade.

    Raises
    ------
    DomainError
        If all churn is involuntary.

    Notes
    -----
    Lifetime value goes with 1 / churn, of which only 1 - i moves: k = gain / (1 - i). Exact for small steps;
    for large ones less, since the involuntary part stays.
    """
    require_involuntary(involuntary_share)
    require(np.less(involuntary_share, 1), "involuntary_share", "below 1", involuntary_share)
    return revenue_log_per_decade / np.subtract(1.0, involuntary_share)


def require_involuntary(share: Floats) -> None:
    """Raise DomainError unless the involuntary share of churn is a fraction from 0 to 1."""
    ok = np.greater_equal(share, 0) & np.less_equal(share, 1)
    require(ok, "involuntary_share", "a fraction from 0 to 1", share)
