"""Where use grows out of its bill: how much, how fast, and in which month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.audience.pricing.case import PriceCase, UsageGrowth
from nextdollar.audience.pricing.usage import UsageTable
from nextdollar.customers.pricing import growth_to_break_even, month_of_break_even, multiple_at_break_even
from nextdollar.units import FloatArray

MOST_MULTIPLE = 1024.0
_N_BELOW, _N_ABOVE = 49, 257


@dataclass(frozen=True, slots=True)
class GrowthAnswer:
    """What more use does to margin; arrays of draws are (n_draws,), nan for never.

    Attributes
    ----------
    usage_multiple : array
        Use of every customer over today's at which cost reaches revenue, at today's cost of serving.
    already_share : float
        Share of the draws in which it has.
    growth_per_month : array, optional
        Growth of use that gets there at the end of the horizon, the price of serving moving as stated.
    month : array, optional
        First month in which cost is not below revenue at the stated growth.
    margin_by_month_usd, revenue_by_month_usd, cost_by_month_usd : array (n_months + 1, n_draws), optional
        At the stated growth; row 0 is today.
    multiples : array (n_points,)
        Rising from 1.
    revenue_usd : array (n_points,)
        Revenue at each.
    cost_usd : array (n_points, n_draws)
        Cost at each, at today's cost of serving.
    is_held : bool
        Whether use left the range in some draw and was held at its end.
    """

    usage_multiple: FloatArray
    already_share: float
    growth_per_month: FloatArray | None
    month: FloatArray | None
    revenue_by_month_usd: FloatArray | None
    cost_by_month_usd: FloatArray | None
    multiples: FloatArray
    revenue_usd: FloatArray
    cost_usd: FloatArray
    is_held: bool


@dataclass(frozen=True, slots=True)
class _Curves:
    """Bills and what is used, in all customers together, along multiples of today's use (n_points,)."""

    multiples: FloatArray
    bill_usd: FloatArray
    used: FloatArray
    heads: float

    def cost_usd(self, case: PriceCase, at: FloatArray | None = None) -> FloatArray:
        """Return serving (n_points, n_draws), or at one multiple for each draw (n_draws,)."""
        prices = case.serving
        of_unit = (prices.usd_per_prompt_token, prices.usd_per_output_token, prices.usd_per_prediction)
        if at is None:
            parts = [
                np.multiply.outer(used, np.atleast_1d(price))
                for used, price in zip(self.used, of_unit, strict=True)
            ]
        else:
            parts = [
                np.interp(at, self.multiples, used) * price
                for used, price in zip(self.used, of_unit, strict=True)
            ]
        total: FloatArray = np.sum(np.broadcast_arrays(*parts), axis=0)
        return total


def growth_answer(table: UsageTable, case: PriceCase) -> GrowthAnswer:
    """Return what more use does to margin."""
    curves = _curves(table, case)
    above = curves.multiples >= 1.0
    fixed_usd = curves.heads * np.atleast_1d(case.serving.usd_per_customer_month)
    multiples, bill_usd = curves.multiples[above], curves.bill_usd[above]
    serving_usd = curves.cost_usd(case)[above]
    fee_usd = (bill_usd * case.payment_fee_share)[:, np.newaxis]
    cost_usd = np.broadcast_to(serving_usd + fee_usd + fixed_usd, (len(multiples), case.design.n_draws))
    reached = multiple_at_break_even(multiples, bill_usd, cost_usd_per_month=cost_usd)
    growth, month, revenue, cost, is_held = None, None, None, None, False
    if case.growth is not None:
        later = np.power(1.0 + case.growth.serving_price_per_month, case.growth.n_months)
        at_end = multiple_at_break_even(
            multiples, bill_usd, cost_usd_per_month=serving_usd * later + fee_usd + fixed_usd
        )
        growth = np.broadcast_to(growth_to_break_even(at_end, case.growth.n_months), (case.design.n_draws,))
        revenue, cost, is_held = _by_month(case, case.growth, curves)
        month = month_of_break_even(revenue, cost)
    return GrowthAnswer(
        usage_multiple=np.broadcast_to(reached, (case.design.n_draws,)),
        already_share=float(np.mean(reached == 1.0)),
        growth_per_month=growth,
        month=month,
        revenue_by_month_usd=revenue,
        cost_by_month_usd=cost,
        multiples=multiples,
        revenue_usd=bill_usd,
        cost_usd=cost_usd,
        is_held=is_held,
    )


def _curves(table: UsageTable, case: PriceCase) -> _Curves:
    below = np.geomspace(1 / 64, 1.0, _N_BELOW)[:-1]
    multiples = np.concatenate([below, np.geomspace(1.0, MOST_MULTIPLE, _N_ABOVE)])
    bills, used = [], []
    for multiple in multiples.tolist():
        grown = table.usage.grown(multiple)
        dearer = case.model.serving_multiple(grown)
        counts = (grown.prompt_tokens_per_month, grown.output_tokens_per_month, grown.predictions_per_month)
        bills.append(float(case.model.bills_usd(grown).sum()) / table.n_months)
        used.append([float(count @ dearer) / table.n_months for count in counts])
    heads = table.usage.n_bills / table.n_months
    return _Curves(multiples, np.array(bills), np.array(used).T, heads)


def _by_month(case: PriceCase, growth: UsageGrowth, curves: _Curves) -> tuple[FloatArray, FloatArray, bool]:
    """Return revenue and cost of each month (n_months + 1, n_draws), and whether use left the range."""
    n_draws = case.design.n_draws
    revenue = np.empty((growth.n_months + 1, n_draws))
    cost = np.empty_like(revenue)
    is_held = False
    for month in range(growth.n_months + 1):
        use = np.broadcast_to(np.power(1.0 + np.asarray(growth.usage_per_month), month), (n_draws,))
        dearer = np.power(1.0 + np.asarray(growth.serving_price_per_month), month)
        is_held |= bool((use > curves.multiples[-1]).any() or (use < curves.multiples[0]).any())
        revenue[month] = np.interp(use, curves.multiples, curves.bill_usd)
        cost[month] = (
            curves.cost_usd(case, use) * dearer
            + revenue[month] * case.payment_fee_share
            + curves.heads * case.serving.usd_per_customer_month
        )
    return revenue, cost, is_held
