"""What a log of purchases says, as plain data: what it adds to `nextdollar retention --json`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nextdollar.audience.transactions.answer import (
    Holdout,
    LawWeighed,
    SpendAnswer,
    TransactionsRetention,
    TransactionsSegment,
)
from nextdollar.audience.transactions.segment_fit import LeftOut
from nextdollar.uncertainty import Summary


def transactions_view(found: TransactionsRetention) -> dict[str, Any]:
    """Return what a log of purchases says, as plain data."""
    return {
        "n_customers": found.n_customers,
        "n_repeat_purchases": found.n_repeat_purchases,
        "period_days": found.period_days,
        "first_day": found.first_day or None,
        "last_day": found.last_day or None,
        "laws": _laws(found.laws),
        "alive_now_customers": spread_view(found.alive_now_customers),
        "purchases_ahead": spread_view(found.purchases_ahead),
        "purchases_ahead_is_checked": all(_is_checked(item, found.n_periods) for item in found.segments),
        "holdout": holdout_view(found.holdout),
        "spend": _spend(found.spend),
        "by_segment": [_segment(item, found.n_periods) for item in found.segments],
        "left_out": left_out_view(found.left_out),
    }


def _is_checked(item: TransactionsSegment, n_periods: int) -> bool:
    """Whether a hold-out as far ahead as the forecast came as was expected."""
    return item.holdout is not None and item.holdout.is_within and n_periods <= item.holdout.n_periods


def _segment(item: TransactionsSegment, n_periods: int) -> dict[str, Any]:
    return {
        "segment": item.segment,
        "n_customers": item.n_customers,
        "n_repeat_purchases": item.n_repeat_purchases,
        "laws": _laws(item.laws),
        "alive_now_customers": spread_view(item.alive_now_customers),
        "purchases_ahead": spread_view(item.purchases_ahead),
        "purchases_ahead_is_checked": _is_checked(item, n_periods),
        "holdout": holdout_view(item.holdout),
        "spend": _spend(item.spend),
    }


def _laws(laws: Sequence[LawWeighed]) -> list[dict[str, Any]]:
    return [
        {
            "model": law.model,
            "weight_share": law.weight_share,
            "log_likelihood": law.log_likelihood,
            "parameters": dict(law.parameters),
            "alive_now_customers": law.alive_now_customers,
            "last_survival_share": law.last_survival_share,
        }
        for law in laws
    ]


def left_out_view(left_out: Sequence[LeftOut]) -> list[dict[str, Any]]:
    """Return the segments of which nothing can be said."""
    return [
        {"segment": item.segment, "n_customers": item.n_customers, "reason": item.reason} for item in left_out
    ]


def spread_view(summary: Summary | None) -> dict[str, float] | None:
    """Return draws in four numbers; None where there are none."""
    if summary is None:
        return None
    return {"mean": summary.mean, "p5": summary.p5, "p50": summary.p50, "p95": summary.p95}


def holdout_view(held: Holdout | None) -> dict[str, Any] | None:
    """Return a forecast held against what came; None where there was none."""
    if held is None:
        return None
    return {
        "known_to": held.known_to,
        "n_periods": held.n_periods,
        "model": held.model,
        "expected": spread_view(held.expected),
        "came": held.came,
        "is_within": held.is_within,
    }


def _spend(spend: SpendAnswer | None) -> dict[str, Any] | None:
    if spend is None:
        return None
    correlation = spend.rank_correlation
    return {
        "parameters": dict(spend.parameters),
        "standard_errors": dict(spend.standard_errors),
        "log_likelihood": spend.log_likelihood,
        "n_customers": spend.n_customers,
        "mean_usd": spread_view(spend.mean_usd),
        "value_usd": spread_view(spend.value_usd),
        "rank_correlation": None if math.isnan(correlation) else correlation,
    }
