"""What customers use, bill by bill, and what serving it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

NO_TIER = -1
"""Place of a tier where none is stated."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What is billed together: one entry for each customer and month.

    Parameters
    ----------
    prompt_tokens_per_month, output_tokens_per_month : array (n_bills,)
        Tokens read and written, 0 or more.
    seats : array (n_bills,)
        People who use it, 0 or more.
    predictions_per_month, accurate_per_month : array (n_bills,)
        Answers that can be right or wrong, and how many of them were right; never more than all.
    tier : array of int (n_bills,), optional
        Place of the tier that a bill is on, from 0; `NO_TIER` where none is stated.

    Raises
    ------
    DomainError
        If a number is negative or not finite, or more answers are right than there are.
    """

    prompt_tokens_per_month: FloatArray
    output_tokens_per_month: FloatArray
    seats: FloatArray
    predictions_per_month: FloatArray
    accurate_per_month: FloatArray
    tier: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        for name in _COUNTS:
            values = getattr(self, name)
            ok = np.isfinite(values) & np.greater_equal(values, 0)
            require(ok, name, "finite and not negative", values)
        ok = np.less_equal(self.accurate_per_month, self.predictions_per_month)
        require(ok, "accurate_per_month", "at most predictions_per_month", self.accurate_per_month)

    @property
    def n_bills(self) -> int:
        """Customers times months."""
        return len(self.seats)

    @property
    def tokens_per_month(self) -> FloatArray:
        """Tokens read and written (n_bills,)."""
        return self.prompt_tokens_per_month + self.output_tokens_per_month

    def grown(self, usage_multiple: float) -> Usage:
        """Return the same customers using so many times the tokens and answers; seats stay.

        Raises DomainError where the multiple is negative or not finite.
        """
        ok = np.isfinite(usage_multiple) and usage_multiple >= 0
        require(ok, "usage_multiple", "finite and not negative", usage_multiple)
        return replace(
            self,
            prompt_tokens_per_month=self.prompt_tokens_per_month * usage_multiple,
            output_tokens_per_month=self.output_tokens_per_month * usage_multiple,
            predictions_per_month=self.predictions_per_month * usage_multiple,
            accurate_per_month=self.accurate_per_month * usage_multiple,
        )


@dataclass(frozen=True, slots=True)
class ServingPrices:
    """What serving costs the seller; each one number or draws (n_draws,), 0 or more.

    `usd_per_prompt_token`, `usd_per_output_token` and `usd_per_prediction` grow with use,
    `usd_per_customer_month` (support, accounts) does not.
    """

    usd_per_prompt_token: Floats = 0.0
    usd_per_output_token: Floats = 0.0
    usd_per_prediction: Floats = 0.0
    usd_per_customer_month: Floats = 0.0

    def __post_init__(self) -> None:
        for name in type(self).__slots__:
            value = getattr(self, name)
            ok = np.isfinite(value) & np.greater_equal(value, 0)
            require(ok, name, "finite and not negative", value)

    def serving_usd(
        self,
        prompt_tokens_per_month: FloatArray,
        output_tokens_per_month: FloatArray,
        predictions_per_month: FloatArray,
    ) -> FloatArray:
        """Cost that grows with use, in USD a month.

        Parameters
        ----------
        prompt_tokens_per_month, output_tokens_per_month, predictions_per_month : array (n,)
            Use of each customer, or of each group of customers.

        Returns
        -------
        array (n, n_draws)
            n_draws is 1 where every price is certain.

        Notes
        -----
        cost = prompt x price + output x price + predictions x price; linear in use.
        """
        parts = (
            (prompt_tokens_per_month, self.usd_per_prompt_token),
            (output_tokens_per_month, self.usd_per_output_token),
            (predictions_per_month, self.usd_per_prediction),
        )
        cost_usd = np.zeros((len(prompt_tokens_per_month), 1))
        for used, price in parts:
            cost_usd = cost_usd + np.multiply.outer(used, np.atleast_1d(price))
        return cost_usd


_COUNTS = (
    "prompt_tokens_per_month",
    "output_tokens_per_month",
    "seats",
    "predictions_per_month",
    "accurate_per_month",
)
