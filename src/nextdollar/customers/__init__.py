"""Who pays, for how long, and what quality is worth to them.

`VALUE_MODELS` names the ways in which a lower loss can become value; a new one is a file of its own
and one line here.
"""

from nextdollar.customers.ltv import (
    discounted_ltv,
    head_weighted_ltv,
    ltv_within_horizon,
    revenue_weighted_ltv,
    share_within_horizon,
    simple_ltv,
    total_ltv,
)
from nextdollar.customers.retention import customers_by_month, shift_churn, survival
from nextdollar.customers.segments import Segment
from nextdollar.customers.value_of_quality import (
    Elasticity,
    ceiling,
    equivalent_elasticity,
    equivalent_per_decade,
)

VALUE_MODELS = {
    "elasticity": Elasticity,
}

__all__ = [
    "VALUE_MODELS",
    "Elasticity",
    "Segment",
    "ceiling",
    "customers_by_month",
    "discounted_ltv",
    "equivalent_elasticity",
    "equivalent_per_decade",
    "head_weighted_ltv",
    "ltv_within_horizon",
    "revenue_weighted_ltv",
    "share_within_horizon",
    "shift_churn",
    "simple_ltv",
    "survival",
    "total_ltv",
]
