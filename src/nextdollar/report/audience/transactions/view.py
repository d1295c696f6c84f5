"""What a log of purchases says, as plain data: what it adds to `nextdollar retention --json`."""

from __future__ import annotations

import math
from typing import Any

from nextdollar.audience.transactions.answer import Holdout, SpendAnswer, TransactionsRetention
from nextdollar.uncertainty import Summary


def transactions_view(found: TransactionsRetention) -> dict[str, Any]:
    """Return what a log of purchases says, as plain data."""
    return {
        "n_customers": found.n_customers,
        "n_repeat_purchases": found.n_repeat_purchases,
        "period_days": found.period_days,
        "first_day": found.first_day,
        "last_day": found.last_day,
        "laws": [
            {
                "model": law.model,
                "weight_share": law.weight_share,
                "log_likelihood": law.log_likelihood,
                "parameters": dict(law.parameters),
                "alive_now_customers": law.alive_now_customers,
                "last_survival_share": law.last_survival_share,
            }
            for law in found.laws
        ],
        "alive_now_customers": _spread(found.alive_now_customers),
        "purchases_ahead": _spread(found.purchases_ahead),
        "holdout": _holdout(found.holdout),
        "spend": _spend(found.spend),
    }


def _spread(summary: Summary | None) -> dict[str, float] | None:
    if summary is None:
        return None
    return {"mean": summary.mean, "p5": summary.p5, "p50": summary.p50, "p95": summary.p95}


def _holdout(held: Holdout | None) -> dict[str, Any] | None:
    if held is None:
        return None
    return {
        "known_to": held.known_to,
        "n_periods": held.n_periods,
        "model": held.model,
        "expected": _spread(held.expected),
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
        "mean_usd": _spread(spend.mean_usd),
        "value_usd": _spread(spend.value_usd),
        "rank_correlation": None if math.isnan(correlation) else correlation,
    }
