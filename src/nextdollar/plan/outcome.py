"""One candidate against keeping today's model, draw by draw: cash by month and what is read off it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from nextdollar.finance import (
    amortised_payback_months,
    benefit_cost_ratio,
    irr,
    monthly_incremental_cash,
    npv,
    payback_period,
    share_live,
)
from nextdollar.plan.economics import Market, PresentBases, present_value_and_cost
from nextdollar.plan.technical import Technical
from nextdollar.units import FloatArray, Floats, per_year_from_per_month


@dataclass(frozen=True, slots=True)
class Outcome:
    """Figures of one candidate, each a float where certain and (n_draws,) where not.

    `nan` in a rate or a payback is a draw without an answer: no single internal rate, never paid back.
    `cash_usd` is the mean over draws of the cash by month, (n_months + 1,).
    """

    n_draws: int

    loss_nats: Floats
    training_cost_usd: Floats
    serving_cost_usd: Floats
    uplift_share: Floats
    value_usd: Floats
    extra_cost_usd: Floats
    npv_usd: Floats
    irr_per_year: Floats
    irr_status: Floats
    benefit_cost_ratio: Floats
    payback_cash_months: Floats
    payback_ltv_months: Floats
    ltv_gain_usd: Floats
    gpu_hours: Floats
    gpus: Floats
    cash_usd: FloatArray


def outcome(
    market: Market,
    bases: PresentBases,
    uplift: Floats,
    *,
    today: Technical,
    candidate: Technical,
    n_draws: int,
) -> Outcome:
    """Return the figures of a candidate that replaces today's model.

    Today's model itself (`candidate is today`) is already paid for: it changes no cash.

    Rates and paybacks are worked out on a table (n_months + 1, n_draws) whose row 0 is paid today;
    present values come from the bases that all candidates share. The cash payback counts margin when
    it is banked, also where value is booked as lifetime value.
    """
    upfront_usd = 0.0 if candidate is today else candidate.training_cost_usd
    live = share_live(market.n_months, candidate.launch_months).reshape(market.n_months, -1)
    extra_serving_usd = live * (serving_by_month(market, candidate) - serving_by_month(market, today))
    cash_usd = monthly_incremental_cash(
        np.broadcast_to(np.asarray(upfront_usd, dtype=np.float64), (n_draws,)),
        np.broadcast_to(live * market.value_base_usd * uplift, (market.n_months, n_draws)),
        np.broadcast_to(extra_serving_usd, (market.n_months, n_draws)),
        np.zeros((market.n_months, 1)),
    )
    value_usd, extra_cost_usd = present_value_and_cost(bases, uplift, today, candidate)
    if candidate is today:
        extra_cost_usd = 0.0
    internal = irr(cash_usd)
    level = bases.level_of(uplift)
    ltv_gain_usd = level * market.total_ltv_usd
    nominal_cost_usd = upfront_usd + extra_serving_usd.sum(axis=0)
    serving_usd = (live * serving_by_month(market, candidate)).sum(axis=0)
    training = candidate.training
    missing = float("nan")
    return Outcome(
        n_draws=n_draws,
        loss_nats=candidate.loss_nats,
        training_cost_usd=candidate.training_cost_usd,
        serving_cost_usd=_plain(serving_usd),
        uplift_share=level,
        value_usd=value_usd,
        extra_cost_usd=extra_cost_usd,
        npv_usd=npv(cash_usd, market.discount_per_month),
        irr_per_year=per_year_from_per_month(internal.rate_per_period),
        irr_status=internal.status.astype(np.float64),
        benefit_cost_ratio=benefit_cost_ratio(value_usd, extra_cost_usd),
        payback_cash_months=payback_period(_banked(market, cash_usd, live * uplift)),
        payback_ltv_months=amortised_payback_months(nominal_cost_usd, ltv_gain_usd, market.n_months),
        ltv_gain_usd=ltv_gain_usd,
        gpu_hours=missing if training is None else training.gpu_hours,
        gpus=missing if training is None or training.gpus is None else training.gpus,
        cash_usd=cash_usd.mean(axis=1),
    )


def _banked(market: Market, cash_usd: FloatArray, live_uplift: FloatArray) -> FloatArray:
    """Return the cash table with value counted as margin in the month in which it is banked."""
    if market.value_base_usd is market.margin_usd:
        return cash_usd
    banked_usd = cash_usd.copy()
    banked_usd[1:] += live_uplift * (market.margin_usd - market.value_base_usd)
    return banked_usd


def serving_by_month(market: Market, candidate: Technical) -> FloatArray:
    """Return what serving all customers costs with a model, (n_months, n_draws or 1), in USD."""
    return market.tokens * candidate.serving_usd_per_token + candidate.serving_usd_per_month


def _plain(array: FloatArray) -> Floats:
    return float(array[0]) if array.size == 1 else array


def joined(parts: Sequence[Outcome]) -> Outcome:
    """Return the outcomes of consecutive blocks as one; certain figures stay single numbers."""
    n_draws = sum(part.n_draws for part in parts)
    whole: dict[str, Floats] = {}
    for field in fields(Outcome):
        pieces = [getattr(part, field.name) for part in parts]
        if field.name not in ("n_draws", "cash_usd"):
            whole[field.name] = pieces[0] if np.ndim(pieces[0]) == 0 else np.concatenate(pieces)
    weighted = np.stack([part.cash_usd * (part.n_draws / n_draws) for part in parts])
    return Outcome(n_draws=n_draws, **whole, cash_usd=weighted.sum(axis=0))
