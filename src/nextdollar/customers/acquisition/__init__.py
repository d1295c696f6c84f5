"""What a customer costs to win, and when that is back."""

from nextdollar.customers.acquisition.cost import (
    AcquisitionCost,
    cac,
    counted_inference_usd,
    free_tier_usd,
    ltv_to_cac,
    trial_inference_usd,
)
from nextdollar.customers.acquisition.payback import payback_periods, simple_payback_months

__all__ = [
    "AcquisitionCost",
    "cac",
    "counted_inference_usd",
    "free_tier_usd",
    "ltv_to_cac",
    "payback_periods",
    "simple_payback_months",
    "trial_inference_usd",
]
