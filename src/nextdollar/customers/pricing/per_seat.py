"""Pay per seat: the bill counts people, whatever they use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nextdollar.customers.pricing.per_token import require_price
from nextdollar.customers.pricing.usage import Usage
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class PerSeat:
    """Bill = seats x price; `usd_per_seat` is a month's, 0 or more."""

    usd_per_seat: float

    needs: ClassVar[tuple[str, ...]] = ("seats",)

    def __post_init__(self) -> None:
        require_price("usd_per_seat", self.usd_per_seat)

    def bills_usd(self, usage: Usage) -> FloatArray:
        """Return each bill in USD (n_bills,)."""
        return usage.seats * self.usd_per_seat

    def serving_multiple(self, usage: Usage) -> FloatArray:
        """Return 1 for each bill: everybody is served alike."""
        return np.ones(usage.n_bills)


def break_even_tokens_per_seat(usd_per_seat: Floats, cost_usd_per_token: Floats) -> Floats:
    """Tokens a month at which a seat costs to serve what it pays: price / cost of a token.

    Raises DomainError where the price is negative or a token costs nothing (no use would be too much).
    """
    require(np.greater_equal(usd_per_seat, 0), "usd_per_seat", "0 or more", usd_per_seat)
    require(np.greater(cost_usd_per_token, 0), "cost_usd_per_token", "above 0", cost_usd_per_token)
    return usd_per_seat / cost_usd_per_token
