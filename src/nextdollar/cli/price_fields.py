"""What a file of prices states: the model, the cost of serving, demand, churn and growth."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from nextdollar.cli.price_kinds import Fee, HeldTokens, Trend, UsdEach
from nextdollar.cli.price_test_fields import PriceTestFields
from nextdollar.plan.quantities.quantity_fields import (
    Churn,
    ElasticityNumber,
    Growth,
    Multiple,
    PositiveDuration,
    Share,
    TokenPrice,
)
from nextdollar.plan.strict_fields import NameOnly, Strict

MOST_DRAWS = 16_384


class PerTokenFields(Strict):
    """A price for tokens read and one for tokens written."""

    input: TokenPrice = Field(description="of a million tokens read")
    output: TokenPrice = Field(description="of a million tokens written")
    least: Fee | None = Field(default=None, description="the least bill of a month")


class PerSeatFields(Strict):
    """A price for each seat."""

    price: Fee


class PerOutcomeFields(Strict):
    """A price for each answer that was right."""

    price: UsdEach
    credit: UsdEach | None = Field(default=None, description="what a wrong answer gives back")


class HybridFields(Strict):
    """A fee for each seat that holds tokens, and prices beyond."""

    seat: Fee
    included: HeldTokens | None = Field(default=None, description="tokens that each seat holds")
    overage: TokenPrice | None = Field(default=None, description="of a million tokens beyond")
    outcome: UsdEach | None = Field(default=None, description="of each answer that was right")


class TierFields(Strict):
    """One tier."""

    price: Fee
    included: HeldTokens | None = Field(default=None, description="tokens that the fee holds; absent: all")
    overage: TokenPrice | None = Field(default=None, description="of a million tokens beyond")
    serving: Multiple | None = Field(
        default=None, description="cost of serving over that of the plain model, where it is personalised"
    )


class TieredFields(Strict):
    """Tiers, by name."""

    tiers: dict[NameOnly, TierFields] = Field(min_length=1, max_length=24)


class ModelFields(Strict):
    """How usage is billed: one of these."""

    per_token: PerTokenFields | None = None
    per_seat: PerSeatFields | None = None
    per_outcome: PerOutcomeFields | None = None
    hybrid: HybridFields | None = None
    tiered: TieredFields | None = None


class ServingFields(Strict):
    """What serving costs the seller."""

    input: TokenPrice | None = Field(default=None, description="of a million tokens read")
    output: TokenPrice | None = Field(default=None, description="of a million tokens written")
    prediction: UsdEach | None = Field(default=None, description="of each answer, right or wrong")
    customer: Fee | None = Field(default=None, description="of a customer whatever the use")
    payment_fee: Share | None = Field(default=None, description="share of each bill")


class DemandFields(Strict):
    """What a price does to demand."""

    elasticity: ElasticityNumber | None = Field(
        default=None,
        description="per cent of volume lost per per cent of price; absent: the catalogue's prior",
    )
    price_test: PriceTestFields | None = Field(
        default=None, description="in place of an elasticity: a test of prices, as counted"
    )
    form: Literal["constant", "linear"] = Field(
        default="constant",
        description="constant: the same per cent at every price; linear: nobody buys at 1 + 1/e times it",
    )
    leaving: Share | None = Field(
        default=None, description="how much of it is customers who leave; absent: all, which is the strictest"
    )


class RetentionFields(Strict):
    """How many may leave."""

    churn: Churn = Field(description="without a change of price")
    limit: Churn = Field(description="highest churn while customers respond")
    response: PositiveDuration = Field(description="time over which they do")
    certainty: Share | None = Field(default=None, description="share of draws in which it must hold: 90 %")


class GrowthFields(Strict):
    """How use and the price of serving move."""

    usage: Growth = Field(description="of each customer's use")
    serving_price: Trend | None = Field(default=None, description="of the price of serving")
    horizon: PositiveDuration


class DrawFields(Strict):
    """How many draws, from which seed."""

    draws: Annotated[int, Field(ge=128, le=MOST_DRAWS)] = 2048
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 7


class PriceFile(Strict):
    """A price list with what is known of cost and demand."""

    schema_: Literal["nextdollar.price-model/1"] = Field(default="nextdollar.price-model/1", alias="schema")
    title: Annotated[str, StringConstraints(min_length=1, max_length=300)] = ""
    model: ModelFields
    serving: ServingFields = Field(default_factory=ServingFields)
    demand: DemandFields | None = None
    retention: RetentionFields | None = None
    growth: GrowthFields | None = None
    simulation: DrawFields = Field(default_factory=DrawFields)
