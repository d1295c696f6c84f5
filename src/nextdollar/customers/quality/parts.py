"""Where a gain of value comes from: fewer customers who leave, more who come, more use, a higher price.

Quality cures only part of churn: about a quarter of all cancellations are failed payments, and no model
improves those.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from nextdollar.customers.retention import require_churn
from nextdollar.errors import require
from nextdollar.units import Floats

PARTS = ("churn", "conversion", "expansion", "price")
"""Where a gain comes from: the names of the parts."""


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

    def only(self, names: Collection[str]) -> Parts:
        """Return the same with all parts but those named at rest."""
        at_rest = {f"{name}_log_per_decade": 0.0 for name in PARTS if name not in names}
        return replace(self, **at_rest)

    def worth_log_per_decade(self, *, price_per_margin: Floats = 1.0) -> Floats:
        """Gain of lifetime value per prospect by a small step, as a logarithm per decade.

        Parameters
        ----------
        price_per_margin : float or array (n_draws,)
            Price over margin, 1 or more: a price that rises falls into margin as a whole.

        Returns
        -------
        float or array (n_draws,)
            (1 - i) k_churn + k_conversion + k_expansion + k_price x price / margin.
        """
        moved = np.subtract(1.0, self.involuntary_share) * self.churn_log_per_decade
        worth_log: Floats = (
            moved
            + self.conversion_log_per_decade
            + self.expansion_log_per_decade
            + np.multiply(self.price_log_per_decade, price_per_margin)
        )
        return worth_log

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
    """Churn when quality has changed: falling, its involuntary part stays; rising, all of it rises.

    Parameters
    ----------
    churn_per_month : float or array (...)
        Share that leaves each month at today's quality, from 0 to 1.
    gained_decades : float or array (...)
        Rise of quality in decades of effective compute; negative where it falls.
    slope_log_per_decade : float or array (...)
        Fall of the logarithm of voluntary churn per decade, where it falls.
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
    c' = min(1, c x `churn_factor`).
    """
    require_churn(churn_per_month)
    factor = churn_factor(
        gained_decades, slope_log_per_decade=slope_log_per_decade, involuntary_share=involuntary_share
    )
    changed: Floats = np.minimum(churn_per_month * factor, 1.0)
    return changed


def churn_factor(
    gained_decades: Floats, *, slope_log_per_decade: Floats, involuntary_share: Floats = 0.0
) -> Floats:
    """Churn when quality has changed, over that before; parameters and errors as of `churn_after`.

    Returns
    -------
    float or array (...)
        1 at no change, from the involuntary share upwards.

    Notes
    -----
    With x = -k (q - q0): i + (1 - i) e^x where churn falls, e^((1 - i) x) where it rises, which agree in
    value and slope at 0. A model that ages loses lifetime value at the rate at which a small step gains it.
    Were the voluntary part alone to rise as it fell, a slope through a small part would send all churn up
    without measure: the less quality can cure, the more an upgrade would be worth.
    """
    require_involuntary(involuntary_share)
    moved = np.subtract(1.0, involuntary_share)
    # Past e**709 the cut of churn at 1 decides anyway.
    change_log = np.minimum(-np.multiply(slope_log_per_decade, gained_decades), math.log(1e300))
    rises = np.greater(change_log, 0)
    moving = np.expm1(np.where(rises, moved * change_log, change_log))
    factor: Floats = (1.0 + np.where(rises, 1.0, moved) * moving)[()]
    return factor


def require_involuntary(share: Floats) -> None:
    """Raise DomainError unless the involuntary share of churn is a fraction from 0 to 1."""
    ok = np.greater_equal(share, 0) & np.less_equal(share, 1)
    require(ok, "involuntary_share", "a fraction from 0 to 1", share)
