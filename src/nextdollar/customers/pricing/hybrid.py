"""A fee for each seat that holds some tokens, a price for those beyond, and one for outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nextdollar.customers.pricing.per_token import require_price
from nextdollar.customers.pricing.usage import Usage
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class Hybrid:
    """Bill = seats x fee + tokens beyond what the seats hold x price + accurate predictions x price.

    Every number is 0 or more; tokens of all seats of a bill are pooled. `included_tokens_per_seat` is a
    month's.
    """

    usd_per_seat: float
    included_tokens_per_seat: float = 0.0
    usd_per_overage_token: float = 0.0
    usd_per_outcome: float = 0.0

    needs: ClassVar[tuple[str, ...]] = ("seats", "tokens")

    def __post_init__(self) -> None:
        for name in (
            "usd_per_seat",
            "included_tokens_per_seat",
            "usd_per_overage_token",
            "usd_per_outcome",
        ):
            require_price(name, getattr(self, name))

    def bills_usd(self, usage: Usage) -> FloatArray:
        """Return each bill in USD (n_bills,)."""
        beyond = np.maximum(usage.tokens_per_month - usage.seats * self.included_tokens_per_seat, 0.0)
        return (
            usage.seats * self.usd_per_seat
            + beyond * self.usd_per_overage_token
            + usage.accurate_per_month * self.usd_per_outcome
        )

    def serving_multiple(self, usage: Usage) -> FloatArray:
        """Return 1 for each bill: everybody is served alike."""
        return np.ones(usage.n_bills)
