"""Pay per outcome: only answers that were right are billed, and wrong ones may be credited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nextdollar.customers.pricing.per_token import require_price
from nextdollar.customers.pricing.usage import Usage
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class PerOutcome:
    """Bill = accurate predictions x price - wrong ones x credit.

    `usd_per_outcome` and `credit_usd_per_failure` are 0 or more. A bill is negative where credits exceed
    what the right answers earn.
    """

    usd_per_outcome: float
    credit_usd_per_failure: float = 0.0

    needs: ClassVar[tuple[str, ...]] = ("predictions", "accurate")

    def __post_init__(self) -> None:
        require_price("usd_per_outcome", self.usd_per_outcome)
        require_price("credit_usd_per_failure", self.credit_usd_per_failure)

    def bills_usd(self, usage: Usage) -> FloatArray:
        """Return each bill in USD (n_bills,)."""
        wrong_per_month = usage.predictions_per_month - usage.accurate_per_month
        earned_usd = usage.accurate_per_month * self.usd_per_outcome
        return earned_usd - wrong_per_month * self.credit_usd_per_failure

    def serving_multiple(self, usage: Usage) -> FloatArray:
        """Return 1 for each bill: everybody is served alike."""
        return np.ones(usage.n_bills)


def break_even_accurate_share(model: PerOutcome, cost_usd_per_prediction: Floats) -> Floats:
    """Share of answers that must be right for a prediction to pay for itself.

    Parameters
    ----------
    model : PerOutcome
        The price of a right answer and the credit for a wrong one, not both 0.
    cost_usd_per_prediction : float or array (...)
        What one answer costs to serve, right or wrong, 0 or more.

    Returns
    -------
    float or array (...)
        Above 1 where even perfect answers lose money.

    Raises
    ------
    DomainError
        If a cost is negative, or neither right nor wrong answers have a price.

    Notes
    -----
    a p - (1 - a) c = k at a = (k + c) / (p + c), with price p, credit c and cost k.
    """
    cost = cost_usd_per_prediction
    require(np.greater_equal(cost, 0), "cost_usd_per_prediction", "0 or more", cost)
    at_stake_usd = model.usd_per_outcome + model.credit_usd_per_failure
    require(at_stake_usd > 0, "usd_per_outcome + credit_usd_per_failure", "above 0", at_stake_usd)
    return (cost + model.credit_usd_per_failure) / at_stake_usd
