"""What a customer is worth over a curve of survival, and how that value grows and fades."""

from nextdollar.customers.lifetime_value.curve import (
    PaymentTiming,
    lifetime_value,
    present_payments,
    residual_survival,
    share_after_period,
    value_after_table,
)
from nextdollar.customers.lifetime_value.value_density import StayerGrowth, ValueDensity, growth_of_stayers
from nextdollar.customers.lifetime_value.weights import (
    head_weighted_value,
    revenue_shares,
    revenue_weighted_value,
)

__all__ = [
    "PaymentTiming",
    "StayerGrowth",
    "ValueDensity",
    "growth_of_stayers",
    "head_weighted_value",
    "lifetime_value",
    "present_payments",
    "residual_survival",
    "revenue_shares",
    "revenue_weighted_value",
    "share_after_period",
    "value_after_table",
]
