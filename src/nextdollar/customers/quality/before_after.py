"""What a change of model did to churn, from the customers before and after it.

Two periods also differ in season, price and who came, and customers who stayed through the first are the
loyal ones. A group that kept the old model takes out what changed for everybody; nothing takes out what
changed with the model itself, such as a launch campaign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class ChurnCount:
    """Customers who left, out of the customer-months in which they could have left.

    Parameters
    ----------
    n_left : int
        Customers who left, at least 1: of none who left no rate can be told.
    customer_months : int
        Months that customers spent at risk, more than n_left.

    Raises
    ------
    DomainError
        If the counts are impossible.
    """

    n_left: int
    customer_months: int

    def __post_init__(self) -> None:
        require(self.n_left >= 1, "n_left", "1 or more", self.n_left)
        require(
            self.customer_months > self.n_left, "customer_months", "more than n_left", self.customer_months
        )

    @property
    def churn_per_month(self) -> float:
        """Share that left in a month."""
        return self.n_left / self.customer_months

    @property
    def log_variance(self) -> float:
        """Variance of the logarithm of the rate by chance, 1 / left - 1 / customer_months."""
        return 1 / self.n_left - 1 / self.customer_months


@dataclass(frozen=True, slots=True)
class ChurnEffect:
    """Fall of the logarithm of churn per decade of quality, with its standard error by chance.

    `is_controlled` says whether a group that kept its model was taken out. What else changed with the model
    is in neither number.
    """

    fall_log_per_decade: float
    standard_error_log_per_decade: float
    is_controlled: bool

    def draws(self, normal_scores: FloatArray) -> FloatArray:
        """Return draws of the fall per decade, (n_draws,), from normal scores of the same shape."""
        return self.fall_log_per_decade + self.standard_error_log_per_decade * normal_scores

    def said(self) -> str:
        """Say in a clause what the figure cannot tell apart."""
        if self.is_controlled:
            return "against customers who kept the old model; what was launched with it counts as its effect"
        return "before against after, without a control: season, price and who came count as its effect"


def churn_effect(
    before: ChurnCount,
    after: ChurnCount,
    *,
    gained_decades: Floats,
    control: tuple[ChurnCount, ChurnCount] | None = None,
) -> ChurnEffect:
    """What a better model did to churn, per decade of effective compute.

    Parameters
    ----------
    before, after : ChurnCount
        Churn under the old and under the new model.
    gained_decades : float
        Quality of the new model above the old one, not 0.
    control : pair of ChurnCount, optional
        The same two periods for customers who kept the old model.

    Returns
    -------
    ChurnEffect
        Positive where the better model keeps customers.

    Raises
    ------
    DomainError
        If the two models are equally good.

    Notes
    -----
    -ln(h1 / h0) / (q1 - q0), less that of the control; variances of logarithms of rates add up:
    1/left - 1/customer_months of each period (the usual interval of a relative risk).
    """
    ok = np.isfinite(gained_decades) & np.not_equal(gained_decades, 0)
    require(ok, "gained_decades", "finite and not 0", gained_decades)
    change_log = float(np.log(after.churn_per_month / before.churn_per_month))
    variance = before.log_variance + after.log_variance
    if control is not None:
        first, second = control
        change_log -= float(np.log(second.churn_per_month / first.churn_per_month))
        variance += first.log_variance + second.log_variance
    gained = float(gained_decades)
    return ChurnEffect(-change_log / gained, float(np.sqrt(variance)) / abs(gained), control is not None)
