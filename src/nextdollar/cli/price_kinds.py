"""Quantities of a price list: what a scenario has no field for."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.plan.quantities.quantity_fields import QuantityOf

# A tier may be free, which a customer of a scenario never is.
FEE = replace(
    kinds.PRICE_PER_MONTH, name="fee", low_open=False, in_place_of_zero=("", ""), example="20 USD/month"
)
USD_EACH = replace(
    kinds.MONEY, name="price of one", high=1e6, least=1e-9, plain_unit="USD", example="0.99 USD"
)
HELD_TOKENS = replace(kinds.TOKENS_PER_MONTH, name="tokens that a fee holds", example="2 Mtok/month")
SERVING_TREND = replace(kinds.GROWTH, name="trend of the price of serving", example="-2 %/month")

Fee = Annotated[Quantity, QuantityOf(FEE)]
UsdEach = Annotated[Quantity, QuantityOf(USD_EACH)]
HeldTokens = Annotated[Quantity, QuantityOf(HELD_TOKENS)]
Trend = Annotated[Quantity, QuantityOf(SERVING_TREND)]
