"""A stated price list as the model that bills by it, and as prices for people."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nextdollar.audience.pricing.case import ListPrice
from nextdollar.cli.price_fields import ModelFields, TierFields
from nextdollar.customers.pricing import Hybrid, PerOutcome, PerSeat, PerToken, PricingModel, Tier, Tiered
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.units import TOKENS_PER_MTOK

_PER_MONTH, _PER_MTOK = "USD/month", "USD/Mtok"


def pricing_model(stated: ModelFields) -> PricingModel:
    """Return the model that a file states; exactly one is stated, and each price is one number."""
    if stated.per_token is not None:
        fields = stated.per_token
        return PerToken(fields.input.typical(), fields.output.typical(), _number(fields.least))
    if stated.per_seat is not None:
        return PerSeat(stated.per_seat.price.typical())
    if stated.per_outcome is not None:
        return PerOutcome(stated.per_outcome.price.typical(), _number(stated.per_outcome.credit))
    if stated.hybrid is not None:
        hybrid = stated.hybrid
        held, beyond = _number(hybrid.included), _number(hybrid.overage)
        return Hybrid(hybrid.seat.typical(), held, beyond, _number(hybrid.outcome))
    tiers = {} if stated.tiered is None else stated.tiered.tiers
    return Tiered(tuple(_tier(name, tier) for name, tier in tiers.items()))


def list_prices(stated: ModelFields) -> Iterator[ListPrice]:
    """Yield every price of the list, in its order."""
    if stated.per_token is not None:
        yield _per_mtok("tokens read", stated.per_token.input)
        yield _per_mtok("tokens written", stated.per_token.output)
        yield from _maybe("least bill", stated.per_token.least, _PER_MONTH)
    if stated.per_seat is not None:
        yield ListPrice("seat", stated.per_seat.price.typical(), _PER_MONTH)
    if stated.per_outcome is not None:
        yield ListPrice("right answer", stated.per_outcome.price.typical(), "USD")
        yield from _maybe("credit for a wrong one", stated.per_outcome.credit, "USD")
    if stated.hybrid is not None:
        yield ListPrice("seat", stated.hybrid.seat.typical(), _PER_MONTH)
        if stated.hybrid.overage is not None:
            yield _per_mtok("tokens beyond", stated.hybrid.overage)
        yield from _maybe("right answer", stated.hybrid.outcome, "USD")
    for name, tier in ({} if stated.tiered is None else stated.tiered.tiers).items():
        yield ListPrice(name, tier.price.typical(), _PER_MONTH)
        if tier.overage is not None:
            yield _per_mtok(f"{name}, tokens beyond", tier.overage)


def _tier(name: str, stated: TierFields) -> Tier:
    return Tier(
        name,
        stated.price.typical(),
        math.inf if stated.included is None else stated.included.typical(),
        _number(stated.overage),
        1.0 if stated.serving is None else stated.serving.typical(),
    )


def _number(quantity: Quantity | None) -> float:
    return 0.0 if quantity is None else quantity.typical()


def _per_mtok(name: str, quantity: Quantity) -> ListPrice:
    return ListPrice(name, quantity.typical() * TOKENS_PER_MTOK, _PER_MTOK)


def _maybe(name: str, quantity: Quantity | None, unit: str) -> Iterator[ListPrice]:
    if quantity is not None:
        yield ListPrice(name, quantity.typical(), unit)
