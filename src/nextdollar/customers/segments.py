"""A customer segment: how many pay, how much, and how fast they leave."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from nextdollar.customers.retention import require_churn
from nextdollar.errors import require
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class Segment:
    """Customers who pay the same price and leave at the same rate.

    Parameters
    ----------
    name : str
        What the scenario calls the segment.
    customers : float or array (n_draws,)
        Customers who pay today, not negative.
    price_usd_per_month : float or array (n_draws,)
        What one customer pays a month in USD, not negative.
    churn_per_month : float or array (n_draws,)
        Share of the customers who leave each month, from 0 to 1.
    gross_margin_share : float or array (n_draws,)
        Share of the price that is left after the cost of serving, at most 1. It is negative where
        serving costs more than the price.
    growth_per_month : float or array (n_draws,), optional
        Net growth of the number of customers, as a fraction per month above -1. None means that the
        segment is today's cohort only, which runs off at its churn.
    tokens_per_month : float or array (n_draws,)
        Tokens that one customer uses a month, not negative.

    Raises
    ------
    DomainError
        If a number lies outside its domain or is not finite.
    """

    name: str
    customers: Floats
    _: KW_ONLY
    price_usd_per_month: Floats
    churn_per_month: Floats
    gross_margin_share: Floats = 1.0
    growth_per_month: Floats | None = None
    tokens_per_month: Floats = 0.0

    def __post_init__(self) -> None:
        for quantity in ("customers", "price_usd_per_month", "tokens_per_month"):
            value = getattr(self, quantity)
            ok = np.isfinite(value) & np.greater_equal(value, 0)
            require(ok, f"{self.name}.{quantity}", "finite and not negative", value)
        require_churn(self.churn_per_month, f"{self.name}.churn_per_month")
        margin = self.gross_margin_share
        ok = np.isfinite(margin) & np.less_equal(margin, 1)
        require(ok, f"{self.name}.gross_margin_share", "finite and at most 1", margin)
        growth = self.growth_per_month
        if growth is not None:
            ok = np.isfinite(growth) & np.greater(growth, -1)
            require(ok, f"{self.name}.growth_per_month", "finite and above -1", growth)

    @property
    def revenue_usd_per_month(self) -> Floats:
        """Monthly recurring revenue of the segment today, in USD: customers x price."""
        return self.customers * self.price_usd_per_month

    @property
    def margin_usd_per_month(self) -> Floats:
        """Gross margin of one customer a month, in USD: price x gross margin share."""
        return self.price_usd_per_month * self.gross_margin_share
