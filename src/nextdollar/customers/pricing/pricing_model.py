"""What every way to bill usage offers."""

from __future__ import annotations

from typing import ClassVar, Protocol

from nextdollar.customers.pricing.usage import Usage
from nextdollar.units import FloatArray


class PricingModel(Protocol):
    """A price list.

    Bills are linear in the price list as a whole: all prices times 1.1 is every bill times 1.1.

    Attributes
    ----------
    needs : tuple of str
        What a bill counts: "tokens", "seats", "predictions" or "accurate".
    """

    needs: ClassVar[tuple[str, ...]]

    def bills_usd(self, usage: Usage) -> FloatArray:
        """Return each bill in USD (n_bills,); below 0 only where a credit exceeds the price."""
        ...

    def serving_multiple(self, usage: Usage) -> FloatArray:
        """Return what serving each bill costs over serving it plainly (n_bills,)."""
        ...
