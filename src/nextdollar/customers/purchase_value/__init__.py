"""What customers without a contract still bring: purchases ahead that count less the later they fall."""

from nextdollar.customers.purchase_value.discounted import (
    WHOLE_LIFE,
    discounted_of_new,
    discounted_purchases,
)
from nextdollar.customers.purchase_value.simulated import simulated_spend_usd

__all__ = ["WHOLE_LIFE", "discounted_of_new", "discounted_purchases", "simulated_spend_usd"]
