"""Value of the customers of a log as plain data: what `nextdollar ltv --json` prints of purchases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nextdollar.audience.ltv.purchase_answer import PurchaseSegmentValue, PurchaseValue, WorthAhead
from nextdollar.audience.ltv.spread import spread
from nextdollar.report.audience.ltv.view import LTV_SCHEMA, figure
from nextdollar.report.audience.transactions.view import holdout_view, left_out_view, spread_view
from nextdollar.report.research.envelope import enveloped
from nextdollar.uncertainty import Summary
from nextdollar.units import per_year_from_per_month

_MOST_BEST = 10
_NO_END = "without a discount this lifetime may have no end: state --discount"


def purchase_value_view(found: PurchaseValue) -> dict[str, Any]:
    """Return the value of the customers of a log as plain data."""
    asked = found.question
    several = len(found.segments) > 1
    largest = max(found.segments, key=lambda item: item.worth.spend_share).worth
    return enveloped(
        LTV_SCHEMA,
        {
            "discount_per_year": figure(spread(per_year_from_per_month(asked.discount_per_month))),
            "pays_at": None,
            "horizon_months": asked.horizon_months,
            "age_months": None,
            "extra_churn_per_month": None,
            "segments": [_as_segment(item, found) for item in found.segments],
            "totals": [_as_total(found)],
            "total_at_extra_churn": None,
            "largest_revenue": {
                "segment": largest.name,
                "revenue_share": figure(_certain(largest.spend_share)),
            }
            if several
            else None,
            "purchases": _purchases(found),
        },
        files=[(found.file, found.sha256)],
        draws=asked.n_draws,
        seed=asked.seed,
        warnings=_warnings(found),
        sources=found.sources,
    )


def _warnings(found: PurchaseValue) -> list[str]:
    """Return what holds for all segments, then what holds for some, with their names."""
    named: dict[str, list[str]] = {}
    for item in found.segments:
        for words in item.warnings:
            named.setdefault(words, []).append(item.worth.name)
    n = len(found.segments)
    return [
        *found.notes,
        *(words if len(who) == n else f"in {', '.join(who)}: {words}" for words, who in named.items()),
    ]


def _as_segment(item: PurchaseSegmentValue, found: PurchaseValue) -> dict[str, Any]:
    """Return a segment in the shape of those with a contract, null where that has no meaning."""
    worth = item.worth
    is_whole = found.question.is_whole
    missing = dict.fromkeys(
        (
            *("price_usd_per_month", "margin_usd_per_month", "churn_per_month", "curve", "simple_usd"),
            *("main_law_usd", "residual_usd", "without_growth_usd", "acquisition", "at_extra_churn"),
        )
    )
    return {
        "segment": worth.name,
        "groups": {},
        "customers": figure(_certain(float(worth.n_customers))),
        "basis": found.basis,
        "value_usd": figure(worth.customer_usd),
        "whole_usd": figure(worth.customer_usd) if is_whole else None,
        "by_laws_usd": None,
        "by_heads_usd": None,
        "from_month": 0,
        "within_horizon_usd": figure(worth.within_horizon_usd),
        "beyond_horizon_share": figure(worth.beyond_horizon_share),
        "beyond_data_share": figure(worth.beyond_data_share),
        "drivers": [],
        "months": [],
        "reasons": [] if is_whole else [{"field": "whole_usd", "reason": _NO_END}],
        **missing,
    }


def _as_total(found: PurchaseValue) -> dict[str, Any]:
    total = found.total
    return {
        "group": "all",
        "name": total.name,
        "basis": found.basis,
        "customers": figure(_certain(float(total.n_customers))),
        "total_usd": figure(total.total_usd),
        "head_weighted_usd": figure(total.customer_usd),
        "revenue_weighted_usd": figure(total.spend_weighted_usd),
        "revenue_share": figure(_certain(1.0)),
        "equal_segments": None,
    }


def _purchases(found: PurchaseValue) -> dict[str, Any]:
    return {
        "last_day": found.last_day or None,
        "period_days": found.question.period_days,
        "n_periods_back": found.n_periods_back,
        "gross_margin_share": spread_view(spread(found.question.gross_margin_share)),
        "segments": [
            {
                "worth": _worth(item.worth),
                "new_customer_usd": spread_view(item.new_customer_usd),
                "top_tenth_share": None if math.isnan(item.top_tenth_share) else item.top_tenth_share,
                "laws": [
                    {"model": law.model, "weight_share": law.weight_share, "total_usd": law.total_usd}
                    for law in item.laws
                ],
                "holdout": holdout_view(item.holdout),
                "best_customers": _best(item),
                "warnings": list(item.warnings),
            }
            for item in found.segments
        ],
        "total": _worth(found.total),
        "range_holds": "parameters and chance",
        "left_out": left_out_view(found.left_out),
    }


def _worth(worth: WorthAhead) -> dict[str, Any]:
    return {
        "name": worth.name,
        "n_customers": worth.n_customers,
        "customer_usd": spread_view(worth.customer_usd),
        "spend_weighted_usd": spread_view(worth.spend_weighted_usd),
        "total_usd": spread_view(worth.total_usd),
        "within_horizon_usd": spread_view(worth.within_horizon_usd),
        "beyond_horizon_share": spread_view(worth.beyond_horizon_share),
        "beyond_data_share": spread_view(worth.beyond_data_share),
        "spend_share": worth.spend_share,
    }


def _best(item: PurchaseSegmentValue) -> list[dict[str, Any]]:
    values, ends, customers = item.values_usd.expected, item.values_usd.ends, item.customers
    return [
        {
            "customer": customers.customers[place],
            "n_repeats": float(customers.n_repeats[place]),
            "alive_share": float(customers.alive_share.expected[place]),
            "value_usd": float(values[place]),
            "low_usd": None if ends is None else float(ends[0, place]),
            "high_usd": None if ends is None else float(ends[1, place]),
        }
        for place in np.argsort(-values, kind="stable")[:_MOST_BEST].tolist()
    ]


def _certain(value: float) -> Summary:
    return Summary(value, value, value, value, 0.0)
