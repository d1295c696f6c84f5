"""Customers and money of a scenario for one block of draws, joined from the pillars.

`Market` holds what does not depend on the candidate: margin and tokens by month, lifetime values and
their present values. `outcome` adds one candidate: cash by month and everything read off it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.customers import Elasticity, Segment, customers_by_month, total_ltv
from nextdollar.finance import npv, share_live
from nextdollar.plan.levers import NO_LEVERS, Levers
from nextdollar.plan.named_input import Values
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.technical import Technical
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class Market:
    """Customers before any candidate: monthly tables are (n_months, n_draws or 1)."""

    n_months: int
    discount_per_month: Floats
    segments: Mapping[str, Segment]
    margin_usd: FloatArray
    value_base_usd: FloatArray
    tokens: FloatArray
    total_ltv_usd: Floats


def market(scenario: Scenario, values: Values, levers: Levers = NO_LEVERS) -> Market:
    """Return customers, margins and lifetime values of a scenario."""
    n_months = round(scenario.horizon.typical())
    segments = {name: _segment(name, scenario, values, levers) for name in scenario.customers}
    paying = {
        name: customers_by_month(
            s.customers, s.churn_per_month, growth_per_month=s.growth_per_month, n_months=n_months
        ).reshape(n_months, -1)
        for name, s in segments.items()
    }
    margin_usd = _total([paying[name] * s.margin_usd_per_month for name, s in segments.items()], n_months)
    tokens = _total([paying[name] * s.tokens_per_month for name, s in segments.items()], n_months)
    total_ltv_usd = total_ltv(tuple(segments.values()))
    value_base_usd = margin_usd
    if scenario.value_of_quality.booked_as == "lifetime value":
        value_base_usd = np.broadcast_to(
            np.atleast_1d(np.asarray(total_ltv_usd, dtype=np.float64) / n_months),
            (n_months, np.size(total_ltv_usd)),
        )
    return Market(n_months, values["discount"], segments, margin_usd, value_base_usd, tokens, total_ltv_usd)


def _segment(name: str, scenario: Scenario, values: Values, levers: Levers) -> Segment:
    path = f"customers.{name}"
    return Segment(
        name,
        customers=values[f"{path}.count"],
        price_usd_per_month=values[f"{path}.price"] * levers.price_factor,
        churn_per_month=values[f"{path}.churn"] + levers.churn_shift_per_month,
        gross_margin_share=values[f"{path}.gross_margin"],
        growth_per_month=values.get(f"{path}.growth"),
        tokens_per_month=values[f"{path}.tokens"],
    )


def _total(tables: list[FloatArray], n_months: int) -> FloatArray:
    total: FloatArray = np.zeros((n_months, 1))
    for table in tables:
        total = total + table.reshape(n_months, -1)
    return total


def uplift_share(scenario: Scenario, values: Values, today: Technical, candidate: Technical,
                 levers: Levers = NO_LEVERS) -> Floats:  # fmt: skip
    """Return the share by which value rises when the candidate replaces today's model."""
    stated = scenario.value_of_quality.elasticity
    elasticity = Elasticity(
        values["value_of_quality.elasticity.ltv_per_loss"] * levers.elasticity_factor, stated.form
    )
    return elasticity.uplift_share(today.loss_nats, candidate.loss_nats)


@dataclass(frozen=True, slots=True)
class PresentBases:
    """Present values that candidates with one launch date share: of margin, tokens and one USD a month."""

    value_usd: Floats
    tokens: Floats
    months: Floats


def present_bases(market: Market, launch_months: Floats) -> PresentBases:
    """Return the present value of each monthly table from launch to horizon, per draw."""
    live = _columns(share_live(market.n_months, launch_months), market.n_months)
    return PresentBases(
        _present(market.value_base_usd * live, market.discount_per_month),
        _present(market.tokens * live, market.discount_per_month),
        _present(live, market.discount_per_month),
    )


def _columns(table: FloatArray, n_months: int) -> FloatArray:
    return table.reshape(n_months, -1)


def _present(monthly: FloatArray, rate_per_month: Floats) -> Floats:
    today = np.zeros((1, monthly.shape[1]))
    value = npv(np.concatenate([today, monthly]), rate_per_month)
    return float(value[0]) if np.ndim(value) == 1 and np.size(value) == 1 else value  # type: ignore[index]


def present_value_and_cost(
    bases: PresentBases, uplift: Floats, today: Technical, candidate: Technical
) -> tuple[Floats, Floats]:
    """Return present value of what the candidate adds, and of what it costs beyond today's model, in USD."""
    extra_per_token = candidate.serving_usd_per_token - today.serving_usd_per_token
    extra_per_month = candidate.serving_usd_per_month - today.serving_usd_per_month
    cost_usd = candidate.training_cost_usd + extra_per_token * bases.tokens + extra_per_month * bases.months
    return uplift * bases.value_usd, cost_usd
