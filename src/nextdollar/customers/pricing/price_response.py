"""What a price does to demand: how much business is kept, who leaves, and when no price is best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nextdollar.customers.retention import require_churn
from nextdollar.errors import require
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class PriceResponse:
    """Share of today's business that is kept when a price is multiplied.

    Parameters
    ----------
    volume_per_price : float or array (n_draws,)
        Own-price elasticity at today's price, as a positive number: per cent of volume lost per per cent
        of price; finite and 0 or more.
    form : "constant" or "linear"
        "constant" loses the same per cent at every price; "linear" loses the same volume for each dollar,
        so that nobody buys at 1 + 1 / elasticity times today's price (a choke price).

    Raises
    ------
    DomainError
        If an elasticity is negative or not finite.
    """

    volume_per_price: Floats
    form: Literal["constant", "linear"] = "constant"

    def __post_init__(self) -> None:
        ok = np.isfinite(self.volume_per_price) & np.greater_equal(self.volume_per_price, 0)
        require(ok, "volume_per_price", "finite and not negative", self.volume_per_price)
        require(self.form in ("constant", "linear"), "form", "constant or linear", self.form)

    def kept_share(self, price_multiple: Floats) -> Floats:
        """Business kept at so many times today's price, over today's.

        Parameters
        ----------
        price_multiple : float or array (...)
            Price over today's, above 0.

        Returns
        -------
        float or array (...)
            0 or more; above 1 where the price falls.

        Raises
        ------
        DomainError
            If a price is not above 0.

        Notes
        -----
        constant: r**-e; linear: max(0, 1 - e (r - 1)), with price ratio r and elasticity e.
        """
        require(np.greater(price_multiple, 0), "price_multiple", "above 0", price_multiple)
        if self.form == "linear":
            return np.maximum(1.0 - self.volume_per_price * np.subtract(price_multiple, 1.0), 0.0)
        kept: Floats = np.power(price_multiple, np.negative(self.volume_per_price))
        return kept


def share_without_best_price(response: PriceResponse) -> float:
    """Share of the draws in which no finite price is best.

    At a constant elasticity of 1 or less each rise of the price raises margin; a straight line always has a
    best price unless its elasticity is 0.
    """
    too_low = np.less_equal(response.volume_per_price, 1.0 if response.form == "constant" else 0.0)
    return float(np.mean(too_low))


def lerner_multiple(volume_per_price: Floats) -> Floats:
    """Best price over marginal cost at a constant elasticity.

    Parameters
    ----------
    volume_per_price : float or array (...)
        Own-price elasticity as a positive number, above 1.

    Returns
    -------
    float or array (...)
        Above 1.

    Raises
    ------
    DomainError
        If an elasticity is 1 or less: then no finite price is best.

    Notes
    -----
    (p - c) p**-e is largest at p / c = e / (e - 1) (Lerner 1934, The Concept of Monopoly and the
    Measurement of Monopoly Power).
    """
    rule = "above 1: at 1 or less each rise of the price raises margin and no finite price is best"
    require(np.greater(volume_per_price, 1), "volume_per_price", rule, volume_per_price)
    return volume_per_price / np.subtract(volume_per_price, 1.0)


def churn_after_price(churn_per_month: Floats, stay_share: Floats, *, response_months: Floats) -> Floats:
    """Churn per month while customers respond to a new price.

    Parameters
    ----------
    churn_per_month : float or array (...)
        Share that leaves each month without a change of price, from 0 to 1.
    stay_share : float or array (...)
        Share of the customers whom the price does not drive away, from 0 to 1.
    response_months : float or array (...)
        Time over which those leave whom it drives away, above 0.

    Returns
    -------
    float or array (...)
        Share that leaves each month of that time, from 0 to 1.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    After T months (1 - c)**T x stay_share are left, so that c' = 1 - (1 - c) stay_share**(1 / T).
    """
    require_churn(churn_per_month)
    ok = np.greater_equal(stay_share, 0) & np.less_equal(stay_share, 1)
    require(ok, "stay_share", "a share from 0 to 1", stay_share)
    require(np.greater(response_months, 0), "response_months", "above 0", response_months)
    return 1.0 - np.subtract(1.0, churn_per_month) * np.power(stay_share, np.divide(1.0, response_months))
