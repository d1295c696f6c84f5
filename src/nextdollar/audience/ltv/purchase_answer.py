"""What is said of the value of customers without a contract."""

from __future__ import annotations

from dataclasses import dataclass

from nextdollar.audience.ltv.purchase_question import PurchaseValueQuestion
from nextdollar.audience.transactions.answer import Holdout
from nextdollar.audience.transactions.customers import CustomersAhead, Ranged
from nextdollar.audience.transactions.segment_fit import LeftOut
from nextdollar.sources import Source
from nextdollar.uncertainty import Summary


@dataclass(frozen=True, slots=True)
class LawValue:
    """A law, its weight, and the value of all customers of the segment under it alone."""

    model: str
    weight_share: float
    total_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthAhead:
    """What customers still bring: margin of the purchases to come, discounted to the last day of the log.

    `customer_usd` is that of one customer on average, `spend_weighted_usd` that of the customer behind the
    average dollar spent in the log. They and `total_usd` count what `basis` says. Ranges hold what the fit
    and chance leave open; the shares are of expected value. `beyond_data_share` falls further ahead than the
    log looks back.
    """

    name: str
    n_customers: int
    customer_usd: Summary
    spend_weighted_usd: Summary
    total_usd: Summary
    within_horizon_usd: Summary
    beyond_horizon_share: Summary
    beyond_data_share: Summary
    spend_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseSegmentValue:
    """One segment of a log.

    `new_customer_usd` is the value of the repeat purchases of a customer who makes the first one now;
    `top_tenth_share` the share of expected value that a tenth of the customers bring. `values_usd` are
    those of the `customers`, one by one.
    """

    worth: WorthAhead
    new_customer_usd: Summary
    top_tenth_share: float
    laws: tuple[LawValue, ...]
    holdout: Holdout | None
    customers: CustomersAhead
    values_usd: Ranged
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseValue:
    """Value of the customers of a log of purchases, by segment and together.

    `n_periods_back` is for how long anybody was observed; `last_day` is empty where customers were read as
    summaries.
    """

    question: PurchaseValueQuestion
    file: str
    sha256: str
    last_day: str
    segments: tuple[PurchaseSegmentValue, ...]
    total: WorthAhead
    left_out: tuple[LeftOut, ...]
    n_periods_back: float
    notes: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def basis(self) -> str:
        """What a value counts."""
        return "whole lifetime" if self.question.is_whole else "within the horizon"
