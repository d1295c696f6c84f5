"""What may be pushed to see when a decision turns: one lever for each thing a board asks about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LeverName = Literal["elasticity", "churn", "price", "compute cost"]
LEVER_NAMES: tuple[LeverName, ...] = ("elasticity", "churn", "price", "compute cost")


@dataclass(frozen=True, slots=True)
class Levers:
    """Changes on top of a scenario: factors on inputs, and a shift of all churn rates.

    The shift is a fraction per month added to the churn of every segment; 0.01 is one percentage
    point. Factors of 1 and a shift of 0 leave the scenario as it is.
    """

    elasticity_factor: float = 1.0
    churn_shift_per_month: float = 0.0
    price_factor: float = 1.0
    compute_cost_factor: float = 1.0


NO_LEVERS = Levers()


def pushed(lever: LeverName, amount: float) -> Levers:
    """Return levers with one of them pushed: a factor, or for churn a shift per month."""
    if lever == "elasticity":
        return Levers(elasticity_factor=amount)
    if lever == "churn":
        return Levers(churn_shift_per_month=amount)
    if lever == "price":
        return Levers(price_factor=amount)
    return Levers(compute_cost_factor=amount)
