"""What is asked of lifetime values: the segments, and how their payments are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nextdollar.customers import survival
from nextdollar.customers.acquisition.cost import AcquisitionCost
from nextdollar.customers.contractual.retention_draws import RetentionLaw
from nextdollar.customers.lifetime_value.curve import PaymentTiming, survival_table
from nextdollar.customers.lifetime_value.value_density import ValueDensity
from nextdollar.customers.retention import require_churn
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

MOST_MONTHS = 600


@dataclass(frozen=True, slots=True)
class ConstantChurn:
    """Customers who leave at one and the same rate at every age; `churn_per_month` from 0 to 1."""

    churn_per_month: Floats

    def __post_init__(self) -> None:
        require_churn(self.churn_per_month)

    def survival_share(self, n_months: int) -> FloatArray:
        """Share left after 0 to `n_months` months, (n_months + 1, ...)."""
        months = np.arange(n_months + 1.0).reshape(-1, *[1] * np.ndim(self.churn_per_month))
        return np.asarray(survival(self.churn_per_month, months))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionCurve:
    """How a cohort thins out, from data: draws of its survival, well past the data.

    Parameters
    ----------
    survival_share : array (n_periods + 1, n_draws)
        Share left after 0, 1, 2 ... renewals.
    n_months_per_period : int
        Months between two renewals, 1 or more.
    n_observed : int
        Renewals that the data reach.
    law : str
        What it was fitted with, for people.
    has_endless_mean : bool
        Whether the mean lifetime may be infinite, so that only a discount or a horizon ends it.
    endless_mean_words : str
        In what part of the draws it is, for people; empty where that is not known.
    n_followed : int
        Renewals up to which the observed curve stands in place of laws that miss it; 0: the laws throughout.
    from_period : int
        Age at which the curve begins: its shares are of customers who stay that long, since too few were
        watched when younger. Every other number of renewals counts from there.
    main_law : RetentionLaw, optional
        The law whose coefficients are published, at its best: the draws may be of an average of several.
    """

    survival_share: FloatArray
    n_months_per_period: int
    n_observed: int
    law: str
    has_endless_mean: bool
    endless_mean_words: str = ""
    main_law: RetentionLaw | None = None
    n_followed: int = 0
    from_period: int = 0

    def __post_init__(self) -> None:
        rows = len(survival_table(self.survival_share))
        require(self.n_months_per_period >= 1, "n_months_per_period", "1 or more", self.n_months_per_period)
        for name in ("n_observed", "n_followed"):
            require(0 <= getattr(self, name) < rows, name, f"from 0 to {rows - 1}", getattr(self, name))
        require(self.from_period >= 0, "from_period", "0 or more", self.from_period)

    @property
    def from_month(self) -> int:
        """Age in months at which the curve begins."""
        return self.from_period * self.n_months_per_period


@dataclass(frozen=True, slots=True, kw_only=True)
class LtvSegment:
    """Customers who pay, stay and were won alike.

    Parameters
    ----------
    name : str
    stays : ConstantChurn or RetentionCurve
        How long they stay.
    price_usd_per_month : float or array (n_draws,)
        What one customer pays, 0 or more.
    gross_margin_share : float or array (n_draws,)
        Share of the price that is left, at most 1.
    customers : float or array (n_draws,), optional
        How many there are, 0 or more; None: not known, so that nothing can be added up.
    revenue_usd_per_month : float or array (n_draws,), optional
        What all of them pay together; None: customers times price.
    acquisition : AcquisitionCost, optional
        What one of them cost to win; None: not known.
    paid_cac_usd : float or array (n_draws,), optional
        Spend over those it brought, where a table tells them from all new customers.
    density : ValueDensity, optional
        How the value of one customer grows and fades; None: it stays as it is.
    groups : mapping of str to str
        Tier and cohort, where a table has them.
    of_heads : RetentionCurve, optional
        How customers thin out where `stays` is how their dollars do.
    """

    name: str
    stays: ConstantChurn | RetentionCurve
    price_usd_per_month: Floats
    gross_margin_share: Floats = 1.0
    customers: Floats | None = None
    revenue_usd_per_month: Floats | None = None
    acquisition: AcquisitionCost | None = None
    paid_cac_usd: Floats | None = None
    density: ValueDensity | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    of_heads: RetentionCurve | None = None

    def __post_init__(self) -> None:
        price, margin = self.price_usd_per_month, self.gross_margin_share
        require(np.isfinite(price) & np.greater_equal(price, 0), "price_usd_per_month", "0 or more", price)
        require(np.less_equal(margin, 1), "gross_margin_share", "at most 1 (70 % is 0.7)", margin)
        if self.customers is not None:
            require(np.greater_equal(self.customers, 0), "customers", "0 or more", self.customers)

    @property
    def from_month(self) -> int:
        """Age in months from which on a customer is valued; 0: a new one."""
        return self.stays.from_month if isinstance(self.stays, RetentionCurve) else 0

    @property
    def cost_to_win(self) -> AcquisitionCost | None:
        """What is held against the value: nothing where nobody knows who is left of those who were won."""
        return None if self.from_month else self.acquisition

    @property
    def margin_usd_per_month(self) -> Floats:
        """What one customer leaves a month, in USD."""
        return self.price_usd_per_month * self.gross_margin_share


@dataclass(frozen=True, slots=True, kw_only=True)
class LtvSetting:
    """How payments are counted, the same for all segments; change it with `dataclasses.replace`.

    Parameters
    ----------
    discount_per_month : float or array (n_draws,)
        Rate at which later payments count less, 0 or more: (1 + yearly)**(1/12) - 1.
    pays_at : "start" or "end"
        Start: in advance. End: in arrears, by those who are still there.
    horizon_months : int
        From 1 to 600: how far ahead is trusted; the value beyond it is shown apart.
    age_months : int
        From 1 to 600: the age of the customer whose residual value is shown.
    extra_churn_per_month : float
        Churn on top, for the sensitivity: from 0 to 1; one percentage point is 0.01.
    n_draws, seed : int
        Draws behind the ranges.
    """

    discount_per_month: Floats = 0.0
    pays_at: PaymentTiming = "start"
    horizon_months: int = 36
    age_months: int = 12
    extra_churn_per_month: float = 0.01
    n_draws: int = 4096
    seed: int = 7

    def __post_init__(self) -> None:
        rate, extra = self.discount_per_month, self.extra_churn_per_month
        require(np.isfinite(rate) & np.greater_equal(rate, 0), "discount_per_month", "0 or more", rate)
        require(self.pays_at in ("start", "end"), "pays_at", "start or end", self.pays_at)
        for name in ("horizon_months", "age_months"):
            months = getattr(self, name)
            require(1 <= months <= MOST_MONTHS, name, f"from 1 to {MOST_MONTHS}", months)
        require(0 <= extra <= 1, "extra_churn_per_month", "from 0 to 1 (one point is 0.01)", extra)
        require(self.n_draws >= 1, "n_draws", "1 or more", self.n_draws)
