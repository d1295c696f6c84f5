"""What is stated of prices, costs and demand, as numbers and draws."""

from __future__ import annotations

from dataclasses import dataclass

from nextdollar.audience.pricing.price_test import TestedPrice
from nextdollar.customers.pricing import PriceResponse, PricingModel, ServingPrices
from nextdollar.sources import Source
from nextdollar.uncertainty import Design
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class Default:
    """An input that nobody stated: what stands in its place, with its grade (A to E) and source.

    Both are empty for a reading that rests on no evidence, such as the strictest one.
    """

    name: str
    words: str
    grade: str
    source: str


@dataclass(frozen=True, slots=True)
class ListPrice:
    """One price of the list, for people: what it is of, in USD, and by what."""

    name: str
    usd: float
    unit: str


@dataclass(frozen=True, slots=True)
class ChurnLimit:
    """How many may leave while customers respond to a price.

    `churn_per_month` is without a change of price; `limit_per_month` must hold in `certainty_share` of the
    draws.
    """

    churn_per_month: Floats
    limit_per_month: float
    response_months: Floats
    certainty_share: float


@dataclass(frozen=True, slots=True)
class UsageGrowth:
    """How use of each customer and the price of serving it move, as fractions a month."""

    usage_per_month: Floats
    serving_price_per_month: Floats
    n_months: int


@dataclass(frozen=True, slots=True)
class PriceCase:
    """A price list with what is known of cost and demand; uncertain numbers are draws (n_draws,).

    Attributes
    ----------
    kind : str
        Name of the model among `PRICING_MODELS`.
    list_prices : tuple of ListPrice
        The price list as it was stated.
    payment_fee_share : float
        Share of each bill that is paid away with it.
    response : PriceResponse, optional
        What a price does to demand; without it no price is looked for.
    leaving_share : float or array (n_draws,)
        How much of the response is customers who leave.
    test : TestedPrice, optional
        The test of prices that the response rests on.
    files : tuple of (file, SHA-256)
        What the case was read from.
    """

    title: str
    kind: str
    model: PricingModel
    list_prices: tuple[ListPrice, ...]
    serving: ServingPrices
    design: Design
    payment_fee_share: float = 0.0
    response: PriceResponse | None = None
    leaving_share: Floats = 1.0
    limit: ChurnLimit | None = None
    growth: UsageGrowth | None = None
    defaults: tuple[Default, ...] = ()
    sources: tuple[Source, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    tiers: tuple[str, ...] = ()
    test: TestedPrice | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """What the price list and the costs count."""
        counted = list(self.model.needs)
        if _is_asked(self.serving.usd_per_prompt_token) or _is_asked(self.serving.usd_per_output_token):
            counted.append("tokens")
        if _is_asked(self.serving.usd_per_prediction):
            counted.append("predictions")
        if getattr(self.model, "usd_per_outcome", 0.0) > 0:
            counted += ["predictions", "accurate"]
        return tuple(dict.fromkeys(counted))


def _is_asked(price: Floats) -> bool:
    return not isinstance(price, float) or price > 0
