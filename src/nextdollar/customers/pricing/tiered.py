"""Tiers: each has a fee, holds some tokens, and may serve a model that is made for the customer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.pricing.per_token import require_price
from nextdollar.customers.pricing.usage import Usage
from nextdollar.errors import require
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier.

    Parameters
    ----------
    name : str
        What the usage table calls it.
    usd_per_month : float
        Fee of a customer, 0 or more.
    included_tokens_per_month : float
        What the fee holds, 0 or more; infinite where use is free.
    usd_per_overage_token : float
        Price of each token beyond, 0 or more. A commitment to spend is a tier whose fee buys tokens.
    serving_multiple : float
        What a token costs to serve over serving the plain model: above 1 where the tier is personalised.
    """

    name: str
    usd_per_month: float
    included_tokens_per_month: float = math.inf
    usd_per_overage_token: float = 0.0
    serving_multiple: float = 1.0

    def __post_init__(self) -> None:
        require_price(f"{self.name}.usd_per_month", self.usd_per_month)
        require_price(f"{self.name}.usd_per_overage_token", self.usd_per_overage_token)
        held = self.included_tokens_per_month
        require(held >= 0, f"{self.name}.included_tokens_per_month", "0 or more", held)
        require_price(f"{self.name}.serving_multiple", self.serving_multiple)

    def bills_usd(self, tokens_per_month: FloatArray) -> FloatArray:
        """Return what each use of tokens costs on this tier, in USD (n_bills,)."""
        beyond = np.maximum(tokens_per_month - self.included_tokens_per_month, 0.0)
        return self.usd_per_month + beyond * self.usd_per_overage_token


@dataclass(frozen=True, slots=True)
class Tiered:
    """Bill = fee of the tier + tokens beyond what it holds x price.

    A bill is on the tier that the usage states; where it states none, on the one that costs the customer
    least, the first of several that cost the same.

    Raises
    ------
    DomainError
        If there is no tier or a name comes twice.
    """

    tiers: tuple[Tier, ...]

    needs: ClassVar[tuple[str, ...]] = ("tokens",)

    def __post_init__(self) -> None:
        require(len(self.tiers) > 0, "tiers", "at least one tier", "none")
        names = [tier.name for tier in self.tiers]
        require(len(set(names)) == len(names), "tiers", "all of different names", ", ".join(names))

    def tiers_of(self, usage: Usage) -> NDArray[np.int64]:
        """Return the place of each bill's tier (n_bills,): as stated, else the cheapest for the customer.

        Raises DomainError where a stated place is not one of the tiers.
        """
        cheapest: NDArray[np.int64] = np.argmin(self._bills_usd_by_tier(usage), axis=0)
        if usage.tier is None:
            return cheapest
        require(usage.tier < len(self.tiers), "tier", f"below {len(self.tiers)}", usage.tier)
        return np.where(usage.tier < 0, cheapest, usage.tier)

    def bills_usd(self, usage: Usage) -> FloatArray:
        """Return each bill in USD (n_bills,)."""
        of_tier = self.tiers_of(usage)
        bills_usd: FloatArray = np.take_along_axis(
            self._bills_usd_by_tier(usage), of_tier[np.newaxis], axis=0
        )[0]
        return bills_usd

    def serving_multiple(self, usage: Usage) -> FloatArray:
        """Return what serving each bill costs over serving it plainly (n_bills,)."""
        by_tier = np.array([tier.serving_multiple for tier in self.tiers])
        multiple: FloatArray = by_tier[self.tiers_of(usage)]
        return multiple

    def _bills_usd_by_tier(self, usage: Usage) -> FloatArray:
        return np.stack([tier.bills_usd(usage.tokens_per_month) for tier in self.tiers])
