"""Pay per token: one price for tokens read, one for tokens written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nextdollar.customers.pricing.usage import Usage
from nextdollar.errors import require
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class PerToken:
    """Bill = prompt tokens x price + output tokens x price, and not less than a least bill.

    `usd_per_prompt_token`, `usd_per_output_token` and `least_usd_per_month` are 0 or more. The least bill
    is asked of every entry of the usage, also of one without use.
    """

    usd_per_prompt_token: float
    usd_per_output_token: float
    least_usd_per_month: float = 0.0

    needs: ClassVar[tuple[str, ...]] = ("tokens",)

    def __post_init__(self) -> None:
        for name in ("usd_per_prompt_token", "usd_per_output_token", "least_usd_per_month"):
            require_price(name, getattr(self, name))

    def bills_usd(self, usage: Usage) -> FloatArray:
        """Return each bill in USD (n_bills,)."""
        metered_usd = (
            usage.prompt_tokens_per_month * self.usd_per_prompt_token
            + usage.output_tokens_per_month * self.usd_per_output_token
        )
        return np.maximum(metered_usd, self.least_usd_per_month)

    def serving_multiple(self, usage: Usage) -> FloatArray:
        """Return 1 for each bill: everybody is served alike."""
        return np.ones(usage.n_bills)


def require_price(name: str, usd: float) -> None:
    """Raise DomainError, naming it, unless a price is finite and not negative."""
    require(np.isfinite(usd) and usd >= 0, name, "finite and not negative", usd)
