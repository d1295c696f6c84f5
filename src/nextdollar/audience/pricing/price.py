"""A price list on real use: revenue, margin, who loses money, what price to ask, what growth it bears."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.audience.pricing.advice import PriceAdvice, price_advice
from nextdollar.audience.pricing.case import PriceCase
from nextdollar.audience.pricing.growth import GrowthAnswer, growth_answer
from nextdollar.audience.pricing.margins import CustomerBills, Margins, customer_bills, margins
from nextdollar.audience.pricing.usage import UsageTable, read_usage
from nextdollar.customers.pricing import Hybrid, PerOutcome, PerSeat, PricingModel, break_even_accurate_share
from nextdollar.sources import Source
from nextdollar.units import PERCENT, FloatArray

_LERNER = Source(
    "Lerner 1934, The Concept of Monopoly and the Measurement of Monopoly Power",
    "price over marginal cost is e / (e - 1)",
    "https://doi.org/10.2307/2967480",
)


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Use at which a bill pays for its serving, as draws; None where the price list has no such point.

    `tokens_per_seat` is of per-seat prices, at the mix of tokens in the table; `accurate_share` of
    per-outcome prices, at the cost of an answer in the table (above 1: even perfect answers lose).
    `accuracy_point_usd` is what one more right answer in a hundred brings a month, the fee paid.
    """

    tokens_per_seat: FloatArray | None
    accurate_share: FloatArray | None
    accurate_today_share: float | None
    accuracy_point_usd: float | None


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """What a price list comes to on a table of use."""

    table: UsageTable
    case: PriceCase
    bills: CustomerBills
    margins: Margins
    break_even: BreakEven
    advice: PriceAdvice | None
    growth: GrowthAnswer

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where formulas and defaults come from."""
        return (*((_LERNER,) if self.advice is not None else ()), *self.case.sources)

    @property
    def has_answer(self) -> bool:
        """Whether the price question has an answer, or was not asked."""
        return self.case.response is None or (self.advice is not None and self.advice.advised is not None)

    @property
    def paid_usd(self) -> float | None:
        """What customers pay a month today; None where the table does not say."""
        paid = self.table.paid_usd
        return None if paid is None else float(self.table.by_customer(paid).sum())

    @property
    def no_advice(self) -> str:
        """Why demand is stated and no price can be looked for, as a clause; empty otherwise."""
        if self.case.response is None or self.advice is not None:
            return ""
        if self.margins.revenue_usd <= 0:
            return "nobody is billed anything at this list"
        return "nobody who is billed pays anything today, so that a response to a price is not known"


def price_usage(path: Path | str, case: PriceCase) -> PriceAnswer:
    """Work out what a price list comes to on a table of real use.

    Parameters
    ----------
    path : Path or str
        A CSV file with `customer` and what the list counts (see `read_usage`).
    case : PriceCase
        The price list, and what is known of cost, demand, churn and growth.

    Returns
    -------
    PriceAnswer
        Every figure is a month's average over the months of the table.

    Raises
    ------
    RowsError
        With every fault of the table.
    """
    table = read_usage(path, case.needs, tiers=case.tiers)
    bills = customer_bills(table, case)
    return PriceAnswer(
        table=table,
        case=case,
        bills=bills,
        margins=margins(table, case, bills),
        break_even=_break_even(table, case, bills),
        advice=price_advice(table, case, bills),
        growth=growth_answer(table, case),
    )


def _break_even(table: UsageTable, case: PriceCase, bills: CustomerBills) -> BreakEven:
    everyone = bills.by_group(np.zeros(len(bills.bill_usd), dtype=np.int64), 1)
    serving = np.broadcast_to(everyone.serving_usd(case.serving)[0], (case.design.n_draws,))
    tokens_per_seat, accurate, today = None, None, None
    tokens = float(table.usage.tokens_per_month.sum()) / table.n_months
    if isinstance(case.model, PerSeat) and tokens > 0 and bool((serving > 0).all()):
        tokens_per_seat = case.model.usd_per_seat * (1 - case.payment_fee_share) * tokens / serving
    n_predictions = float(table.usage.predictions_per_month.sum())
    if isinstance(case.model, PerOutcome) and n_predictions > 0:
        cost_usd = serving * table.n_months / n_predictions
        accurate = np.asarray(break_even_accurate_share(case.model, cost_usd))
        today = float(table.usage.accurate_per_month.sum()) / n_predictions
    point_usd = None
    at_stake_usd = _outcome_usd(case.model)
    if at_stake_usd > 0 and n_predictions > 0:
        point_usd = PERCENT * n_predictions / table.n_months * at_stake_usd * (1 - case.payment_fee_share)
    return BreakEven(tokens_per_seat, accurate, today, point_usd)


def _outcome_usd(model: PricingModel) -> float:
    """Return what turning a wrong answer into a right one adds to a bill."""
    if isinstance(model, PerOutcome):
        return model.usd_per_outcome + model.credit_usd_per_failure
    return model.usd_per_outcome if isinstance(model, Hybrid) else 0.0
