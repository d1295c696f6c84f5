"""Customers and money of a scenario for one block of draws, joined from the pillars.

`Market` holds what does not depend on the candidate: margin and tokens by month, lifetime values and
their present values. `outcome` adds one candidate: cash by month and everything read off it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.customers import Elasticity, Segment, customers_by_month, total_ltv
from nextdollar.customers.quality import earning_share_by_month
from nextdollar.finance import npv, share_live
from nextdollar.plan.levers import NO_LEVERS, Levers
from nextdollar.plan.named_input import Values
from nextdollar.plan.quality_fields import AGEING_FORMS
from nextdollar.plan.quality_parts import Served
from nextdollar.plan.quality_value import decades_gained, uplift_by_decades
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.technical import Technical
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class Market:
    """Customers before any candidate: monthly tables are (n_months, n_draws or 1).

    `gain_varies` says whether what a candidate gains differs from month to month.
    """

    n_months: int
    discount_per_month: Floats
    segments: Mapping[str, Segment]
    margin_usd: FloatArray
    value_base_usd: FloatArray
    tokens: FloatArray
    total_ltv_usd: Floats
    gain_varies: bool = False


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
    stated = scenario.value_of_quality
    return Market(
        n_months, values["discount"], segments, margin_usd, value_base_usd, tokens, total_ltv_usd,
        stated.form in AGEING_FORMS or stated.version_life is not None,
    )  # fmt: skip


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
    """Return the share by which value rises when the candidate replaces today's model.

    A number or (n_draws,); (n_months, n_draws or 1) where the market's `gain_varies`.
    """
    value = scenario.value_of_quality
    if value.elasticity is not None:
        elasticity = Elasticity(
            values["value_of_quality.elasticity.ltv_per_loss"] * levers.elasticity_factor,
            value.elasticity.form,
        )
        gain = elasticity.uplift_share(today.loss_nats, candidate.loss_nats)
    else:
        gained = decades_gained(scenario, values, today, candidate)
        ageing = value.form in AGEING_FORMS
        board = market(scenario, values, levers) if ageing else None
        gain = uplift_by_decades(
            value, values, gained,
            launch_months=candidate.launch_months,
            strength_factor=levers.elasticity_factor,
            n_months=0 if board is None else board.n_months,
            segments=() if board is None else tuple(board.segments.values()),
            served=Served(today.serving_usd_per_token, candidate.serving_usd_per_token),
        )  # fmt: skip
    if value.version_life is None:
        return gain
    life_months = values["value_of_quality.version_life"]
    n_months = round(scenario.horizon.typical())
    return gain * earning_share_by_month(
        n_months, launch_months=candidate.launch_months, life_months=life_months
    )


@dataclass(frozen=True, slots=True)
class PresentBases:
    """Present values that candidates with one launch date share: of margin, tokens and one USD a month.

    `value_usd_by_month` (n_months, n_draws or 1) adds up to `value_usd`; None where it is not needed.
    """

    value_usd: Floats
    tokens: Floats
    months: Floats
    value_usd_by_month: FloatArray | None = None

    def priced(self, price_factor: float) -> PresentBases:
        """Return the same at other prices: margin and lifetime value are in proportion to them."""
        by_month = self.value_usd_by_month
        return PresentBases(
            self.value_usd * price_factor,
            self.tokens,
            self.months,
            None if by_month is None else by_month * price_factor,
        )

    def value_of(self, uplift: Floats) -> Floats:
        """Return the present value of a rise of margin, the same in all months or each its own."""
        if np.ndim(uplift) < 2:
            return uplift * self.value_usd
        if self.value_usd_by_month is None:
            raise ValueError("a gain that varies by month needs the value of each month")
        total = np.sum(uplift * self.value_usd_by_month, axis=0)
        return float(total[0]) if total.size == 1 else total

    def level_of(self, uplift: Floats) -> Floats:
        """Return the rise that, the same in all months, has the present value of one that varies."""
        if np.ndim(uplift) < 2:
            return uplift
        base = np.asarray(self.value_usd, dtype=np.float64)
        level: Floats = np.where(base == 0, 0.0, self.value_of(uplift) / np.where(base == 0, 1.0, base))[()]
        return level


def present_bases(market: Market, launch_months: Floats) -> PresentBases:
    """Return the present value of each monthly table from launch to horizon, per draw."""
    live = _columns(share_live(market.n_months, launch_months), market.n_months)
    value_usd = market.value_base_usd * live
    by_month = None
    if market.gain_varies:
        months = np.arange(1, market.n_months + 1, dtype=np.float64).reshape(-1, 1)
        by_month = value_usd / np.power(np.add(1.0, market.discount_per_month), months)
    return PresentBases(
        _present(value_usd, market.discount_per_month),
        _present(market.tokens * live, market.discount_per_month),
        _present(live, market.discount_per_month),
        by_month,
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
    return bases.value_of(uplift), cost_usd
