"""A price list on real use as plain data: what `nextdollar price --json` prints."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from nextdollar.audience.pricing.advice import PriceAdvice
from nextdollar.audience.pricing.growth import GrowthAnswer
from nextdollar.audience.pricing.margins import UsageDecile
from nextdollar.audience.pricing.notes import price_notes
from nextdollar.audience.pricing.price import PriceAnswer
from nextdollar.customers.pricing import BestPrice
from nextdollar.plan.words import percent
from nextdollar.report.audience.pricing.view_test import price_test_view
from nextdollar.report.figure import Figure, figure
from nextdollar.report.research.envelope import enveloped
from nextdollar.uncertainty import Design
from nextdollar.units import FloatArray, Floats

PRICE_SCHEMA = "nextdollar.price/1.0"
MOST_LOSING = 20


def price_view(found: PriceAnswer) -> dict[str, Any]:
    """Return an answer as plain data; every amount is a month's average over the months of the table."""
    design, margins = found.case.design, found.margins
    with np.errstate(divide="ignore", invalid="ignore"):
        share = margins.margin_usd / margins.revenue_usd if margins.revenue_usd > 0 else math.nan
    answer = {
        "title": found.case.title,
        "model": found.case.kind,
        "price_list": _price_list(found),
        "customers": len(found.table.customers),
        "n_months": found.table.n_months,
        "revenue_usd_per_month": margins.revenue_usd,
        "paid_usd_per_month": found.paid_usd,
        "cost_usd_per_month": figure(margins.cost_usd, design),
        "margin_usd_per_month": figure(margins.margin_usd, design),
        "margin_share": _or_none(share, design),
        "deciles": [_decile(number, item, design) for number, item in enumerate(margins.deciles, start=1)],
        "losing": _losing(found),
        "break_even": {
            "tokens_per_seat": _or_none(found.break_even.tokens_per_seat, design),
            "accurate_share": _or_none(found.break_even.accurate_share, design),
            "accurate_today_share": found.break_even.accurate_today_share,
            "accuracy_point_usd_per_month": found.break_even.accuracy_point_usd,
        },
        "price": None if found.advice is None else _price(found, found.advice),
        "no_price": found.no_advice or None,
        "price_test": price_test_view(found.case.test),
        "growth": _growth(found.growth, found),
    }
    return enveloped(
        PRICE_SCHEMA,
        answer,
        files=[(found.table.file, found.table.sha256), *found.case.files],
        draws=design.n_draws,
        seed=design.seed,
        warnings=price_notes(found),
        sources=found.sources,
    )


def _or_none(value: Floats | None, design: Design) -> Figure:
    if value is None:
        return None
    return figure(np.broadcast_to(value, (design.n_draws,)), design)


def _price_list(found: PriceAnswer) -> list[dict[str, Any]]:
    advised = None if found.advice is None else found.advice.advised
    return [
        {
            "name": price.name,
            "list_usd": price.usd,
            "advised_usd": None if advised is None else price.usd * advised.price_multiple,
            "unit": price.unit,
        }
        for price in found.case.list_prices
    ]


def _decile(number: int, item: UsageDecile, design: Design) -> dict[str, Any]:
    share = item.margin_usd / item.revenue_usd if item.revenue_usd > 0 else None
    return {
        "decile": number,
        "customers": item.n_customers,
        "least_tokens_per_month": item.least_tokens,
        "most_tokens_per_month": item.most_tokens,
        "revenue_usd_per_month": item.revenue_usd,
        "cost_usd_per_month": figure(item.cost_usd, design),
        "margin_usd_per_month": figure(item.margin_usd, design),
        "margin_share": _or_none(share, design),
        "customers_losing": item.n_losing,
    }


def _losing(found: PriceAnswer) -> dict[str, Any]:
    shares = found.margins.shares
    likely = int(np.count_nonzero(shares.loss_share > 0.5))
    worst = np.argsort(shares.mean_usd, kind="stable")[:MOST_LOSING]
    return {
        "customers_likely": likely,
        "customers_likely_share": likely / len(found.table.customers),
        "customers": _counted(shares.n_losing),
        "lost_usd_per_month": _counted(shares.lost_usd),
        "worst": [
            {
                "customer": found.table.customers[place],
                "bill_usd_per_month": float(found.bills.bill_usd[place]),
                "margin_usd_per_month": {
                    "mean": float(shares.mean_usd[place]),
                    "p5": float(shares.p5_usd[place]),
                    "p95": float(shares.p95_usd[place]),
                },
                "loss_share": float(shares.loss_share[place]),
            }
            for place in worst.tolist()
            if shares.loss_share[place] > 0
        ],
    }


def _counted(draws: FloatArray) -> dict[str, float]:
    ordered = np.sort(draws)
    p5, p50, p95 = (float(ordered[math.ceil(share * len(ordered)) - 1]) for share in (0.05, 0.5, 0.95))
    return {"mean": float(draws.mean()), "p5": p5, "p50": p50, "p95": p95}


def _price(found: PriceAnswer, advice: PriceAdvice) -> dict[str, Any]:
    design = found.case.design
    limit, stated = advice.limit_multiple, found.case.limit
    volume = advice.response.volume_per_price
    return {
        "elasticity": _or_none(volume, design),
        "form": advice.response.form,
        "margin_at_list_usd_per_month": _or_none(advice.curve.margin_at_list_usd, design),
        "margin_today_usd_per_month": _or_none(advice.margin_today_usd, design),
        "volume_multiple": _or_none(advice.volume_multiple, design),
        "refused_share": advice.refused_share,
        "refused": refusal_words(found),
        "best": None if advice.best is None else _best(advice.best, advice, "best", design),
        "limit_per_month": None if stated is None else stated.limit_per_month,
        "certainty_share": None if stated is None else stated.certainty_share,
        "limit_multiple": None if limit is None or math.isnan(limit) else limit,
        "under_limit": (
            None if advice.under_limit is None else _best(advice.under_limit, advice, "limit", design)
        ),
        "churn_at_list_per_month": _or_none(advice.churn_at.get("list"), design),
        "churn_at_limit_per_month": _or_none(advice.churn_at.get("limit"), design),
        "bill_changes": None if advice.changes is None else _changes(found, advice),
        "curve": [
            {"multiple": float(multiple), "margin_usd_per_month": _counted(advice.curve.curve_usd[place])}
            for place, multiple in enumerate(advice.curve.curve_multiple)
            if place % 2 == 0
        ],
    }


def refusal_words(found: PriceAnswer) -> str | None:
    """Return why there is no best price, as a clause; None where there is one."""
    advice, limit = found.advice, found.case.limit
    if advice is None or advice.advised is not None:
        return None
    if advice.limit_multiple is not None and math.isnan(advice.limit_multiple) and limit is not None:
        return (
            f"no price keeps churn at or under {percent(limit.limit_per_month)} a month in "
            f"{percent(limit.certainty_share)} of the draws, as it is higher without any rise"
        )
    if found.case.test is not None and found.case.test.bears_no_price:
        return found.case.test.bears_no_price
    at_most = "at most 1" if advice.response.form == "constant" else "0"
    if advice.refused_share > 0:
        held = "" if limit is None else "; the churn limit holds it nowhere up to twice the list"
        return (
            f"in {percent(advice.refused_share)} of draws the elasticity is {at_most}, where no finite price "
            f"is best{held}"
        )
    return "the highest price that the churn limit allows lies at the end of the range searched"


def _best(best: BestPrice, advice: PriceAdvice, name: str, design: Design) -> dict[str, Any]:
    gain = best.margin_usd - advice.margin_today_usd
    is_free = advice.best is not None and best is advice.best
    churn = advice.churn_at.get("best" if is_free else name)
    return {
        "multiple": best.price_multiple,
        "is_at_limit": name == "limit" and not is_free and best.bound == "high",
        "bound": best.bound,
        "margin_usd_per_month": _or_none(best.margin_usd, design),
        "gain_usd_per_month": _or_none(gain, design),
        "gain_likely_share": float(np.mean(gain > 0)),
        "each_best_multiple": _or_none(best.each_best_multiple, design),
        "value_of_knowing_usd_per_month": best.value_of_knowing_usd,
        "n_optima": best.n_optima,
        "churn_per_month": _or_none(churn, design),
    }


def _changes(found: PriceAnswer, advice: PriceAdvice) -> Mapping[str, float | int]:
    changes = advice.changes
    if changes is None:
        return {}
    return {
        "paid_usd_per_month": changes.paid_usd,
        "customers_up": changes.n_up,
        "customers_down": changes.n_down,
        "customers_free_today": changes.n_free,
        "customers_unbilled": changes.n_unbilled,
        "customers_held": changes.n_held,
        "p5_multiple": changes.p5_multiple,
        "p50_multiple": changes.p50_multiple,
        "p95_multiple": changes.p95_multiple,
    }


def _growth(growth: GrowthAnswer, found: PriceAnswer) -> dict[str, Any]:
    design, stated = found.case.design, found.case.growth
    revenue, cost = growth.revenue_by_month_usd, growth.cost_by_month_usd
    by_month = []
    if revenue is not None and cost is not None:
        by_month = [
            {
                "month": month,
                "revenue_usd_per_month": _counted(revenue[month]),
                "cost_usd_per_month": _counted(cost[month]),
            }
            for month in range(len(revenue))
        ]
    return {
        "usage_multiple": figure(growth.usage_multiple, design, missing="never_share"),
        "already_share": growth.already_share,
        "horizon_months": None if stated is None else stated.n_months,
        "serving_price_per_month": (
            None if stated is None else _or_none(stated.serving_price_per_month, design)
        ),
        "growth_per_month": (
            None
            if growth.growth_per_month is None
            else figure(growth.growth_per_month, design, missing="never_share")
        ),
        "month": None if growth.month is None else figure(growth.month, design, missing="never_share"),
        "never_by_horizon_share": None if growth.month is None else float(np.mean(np.isnan(growth.month))),
        "by_month": by_month,
        "by_usage": [
            {
                "multiple": float(multiple),
                "revenue_usd_per_month": float(growth.revenue_usd[place]),
                "cost_usd_per_month": _counted(growth.cost_usd[place]),
            }
            for place, multiple in enumerate(growth.multiples)
            if place % 8 == 0
        ],
    }
