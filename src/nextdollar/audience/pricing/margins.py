"""Bills and costs of each customer: what is left, by decile of use, and who costs more than he pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.pricing.case import PriceCase
from nextdollar.audience.pricing.usage import UsageTable
from nextdollar.customers.pricing import ServingPrices, Shares, loss_makers, summed, usage_groups
from nextdollar.units import FloatArray

_MOST_CELLS = 20_000_000
_CHUNK = 1_000
N_GROUPS = 10


@dataclass(frozen=True, slots=True)
class CustomerBills:
    """What each customer is billed and uses in a month (n,); use is weighted by what serving it costs.

    `months_share` is the share of the table's months in which a customer has a row. Everything that
    follows from it is linear, so that groups of customers are added up before prices are drawn.
    """

    bill_usd: FloatArray
    prompt_tokens: FloatArray
    output_tokens: FloatArray
    predictions: FloatArray
    months_share: FloatArray

    def columns(self) -> tuple[FloatArray, ...]:
        """Return bills, use and months, each (n,)."""
        return tuple(getattr(self, name) for name in type(self).__slots__)

    def by_group(self, group: NDArray[np.int64], n_groups: int) -> CustomerBills:
        """Return the sums over groups of customers (n_groups,)."""
        return CustomerBills(*(summed(column, group, n_groups) for column in self.columns()))

    def chosen(self, which: slice | NDArray[np.bool_]) -> CustomerBills:
        """Return some of the customers."""
        return CustomerBills(*(column[which] for column in self.columns()))

    def serving_usd(self, prices: ServingPrices) -> FloatArray:
        """Return what serving costs a month (n, n_draws), without what a customer costs anyway."""
        return prices.serving_usd(self.prompt_tokens, self.output_tokens, self.predictions)

    def margin_usd(self, prices: ServingPrices, payment_fee_share: float) -> FloatArray:
        """Return the margin a month (n, n_draws); n_draws is 1 where every price is certain."""
        kept_usd = (self.bill_usd * (1 - payment_fee_share))[:, np.newaxis]
        heads_usd = np.multiply.outer(self.months_share, np.atleast_1d(prices.usd_per_customer_month))
        margin: FloatArray = kept_usd - heads_usd - self.serving_usd(prices)
        return margin


@dataclass(frozen=True, slots=True)
class UsageDecile:
    """Customers of like use: `cost_usd` and `margin_usd` are draws (n_draws,), all of a month."""

    n_customers: int
    revenue_usd: float
    cost_usd: FloatArray
    margin_usd: FloatArray
    least_tokens: float
    most_tokens: float
    n_losing: int


@dataclass(frozen=True, slots=True)
class Margins:
    """What is left of the bills, in all, by decile of use (the lowest first), and for each customer.

    `cost_usd` and `margin_usd` are draws (n_draws,). `n_share_draws` is how many draws stand behind the
    figures of each customer.
    """

    revenue_usd: float
    cost_usd: FloatArray
    margin_usd: FloatArray
    deciles: tuple[UsageDecile, ...]
    shares: Shares
    n_share_draws: int


def customer_bills(table: UsageTable, case: PriceCase) -> CustomerBills:
    """Return bills and use of each customer a month."""
    used = table.usage
    dearer = case.model.serving_multiple(used)
    return CustomerBills(
        bill_usd=table.by_customer(case.model.bills_usd(used)),
        prompt_tokens=table.by_customer(used.prompt_tokens_per_month * dearer),
        output_tokens=table.by_customer(used.output_tokens_per_month * dearer),
        predictions=table.by_customer(used.predictions_per_month * dearer),
        months_share=table.by_customer(np.ones(used.n_bills)),
    )


def margins(table: UsageTable, case: PriceCase, bills: CustomerBills) -> Margins:
    """Return what is left of the bills.

    Deciles are by what serving a customer costs on average, the cheapest first; every figure is a month's
    average over the months of the table.
    """
    n_customers, design = len(bills.bill_usd), case.design
    tokens = bills.prompt_tokens + bills.output_tokens
    expected_usd = bills.serving_usd(_expected(case.serving))[:, 0]
    group = usage_groups(expected_usd if float(expected_usd.max()) > 0 else tokens, N_GROUPS)
    n_groups = int(group.max()) + 1
    groups = bills.by_group(group, n_groups)
    margin_usd = np.broadcast_to(
        groups.margin_usd(case.serving, case.payment_fee_share), (n_groups, design.n_draws)
    )
    step = -(-design.n_draws * n_customers // _MOST_CELLS)
    shares = _shares(bills, case, step)
    deciles = tuple(
        _decile(number, group, tokens, float(groups.bill_usd[number]), margin_usd[number], shares)
        for number in range(n_groups)
    )
    revenue_usd, total_usd = float(bills.bill_usd.sum()), margin_usd.sum(axis=0)
    return Margins(
        revenue_usd, revenue_usd - total_usd, total_usd, deciles, shares, len(range(0, design.n_draws, step))
    )


def _expected(prices: ServingPrices) -> ServingPrices:
    """Return the mean of each price."""
    return ServingPrices(*(float(np.mean(getattr(prices, name))) for name in ServingPrices.__slots__))


def _thinned(prices: ServingPrices, step: int) -> ServingPrices:
    """Return every so many draws of each price."""
    columns = (getattr(prices, name) for name in ServingPrices.__slots__)
    return ServingPrices(*(column if np.ndim(column) == 0 else column[::step] for column in columns))


def _decile(
    number: int,
    group: NDArray[np.int64],
    tokens: FloatArray,
    revenue_usd: float,
    margin_usd: FloatArray,
    shares: Shares,
) -> UsageDecile:
    members = group == number
    return UsageDecile(
        n_customers=int(members.sum()),
        revenue_usd=revenue_usd,
        cost_usd=revenue_usd - margin_usd,
        margin_usd=margin_usd,
        least_tokens=float(tokens[members].min()),
        most_tokens=float(tokens[members].max()),
        n_losing=int((shares.loss_share[members] > 0.5).sum()),
    )


def _shares(bills: CustomerBills, case: PriceCase, step: int) -> Shares:
    """Return what each customer's margin says, chunk by chunk so that no table of all is held."""
    prices, n_draws = _thinned(case.serving, step), len(range(0, case.design.n_draws, step))
    found = []
    for start in range(0, len(bills.bill_usd), _CHUNK):
        margin = bills.chosen(slice(start, start + _CHUNK)).margin_usd(prices, case.payment_fee_share)
        found.append(loss_makers(np.broadcast_to(margin, (margin.shape[0], n_draws))))
    return Shares(
        *(np.concatenate([getattr(item, name) for item in found]) for name in Shares.__slots__[:4]),
        *(np.sum([getattr(item, name) for item in found], axis=0) for name in Shares.__slots__[4:]),
    )
