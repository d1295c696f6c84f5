"""How usage becomes a bill, what a price does to demand, and where serving outruns the bill.

`PRICING_MODELS` names the ways to bill usage; a new one is a file of its own and one line here.
"""

from nextdollar.customers.pricing.best_price import BestPrice, Offer, best_price, largest_multiple_within
from nextdollar.customers.pricing.break_even_usage import (
    growth_to_break_even,
    month_of_break_even,
    multiple_at_break_even,
)
from nextdollar.customers.pricing.hybrid import Hybrid
from nextdollar.customers.pricing.margin_shares import Shares, loss_makers, summed, usage_groups
from nextdollar.customers.pricing.per_outcome import PerOutcome, break_even_accurate_share
from nextdollar.customers.pricing.per_seat import PerSeat, break_even_tokens_per_seat
from nextdollar.customers.pricing.per_token import PerToken
from nextdollar.customers.pricing.price_response import (
    PriceResponse,
    churn_after_price,
    lerner_multiple,
    share_without_best_price,
)
from nextdollar.customers.pricing.price_test import (
    PRICE_TEST_SOURCES,
    PriceTest,
    TestedElasticity,
    bought_share_range,
    fit_price_test,
    share_that_differs,
)
from nextdollar.customers.pricing.pricing_model import PricingModel
from nextdollar.customers.pricing.tiered import Tier, Tiered
from nextdollar.customers.pricing.usage import ServingPrices, Usage

PRICING_MODELS: dict[str, type[PricingModel]] = {
    "per_token": PerToken,
    "per_seat": PerSeat,
    "per_outcome": PerOutcome,
    "hybrid": Hybrid,
    "tiered": Tiered,
}

__all__ = [
    "PRICE_TEST_SOURCES",
    "PRICING_MODELS",
    "BestPrice",
    "Hybrid",
    "Offer",
    "PerOutcome",
    "PerSeat",
    "PerToken",
    "PriceResponse",
    "PriceTest",
    "PricingModel",
    "ServingPrices",
    "Shares",
    "TestedElasticity",
    "Tier",
    "Tiered",
    "Usage",
    "best_price",
    "bought_share_range",
    "break_even_accurate_share",
    "break_even_tokens_per_seat",
    "churn_after_price",
    "fit_price_test",
    "growth_to_break_even",
    "largest_multiple_within",
    "lerner_multiple",
    "loss_makers",
    "month_of_break_even",
    "multiple_at_break_even",
    "share_that_differs",
    "share_without_best_price",
    "summed",
    "usage_groups",
]
