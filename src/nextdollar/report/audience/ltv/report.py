"""The page of lifetime values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import percent
from nextdollar.report.audience.ltv.charts import payback_picture, value_picture
from nextdollar.report.audience.ltv.words import (
    amount,
    change_share,
    ends,
    extra_churn,
    headline,
    is_spread,
    mean_usd,
    months_ends,
    months_words,
    points,
    who,
)
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part
from nextdollar.report.tables import Column, Table

_MOST_PAYBACKS = 6
_FIGURES = {
    "whole_usd": "whole lifetime",
    "simple_usd": "margin / churn",
    "residual_usd": "rest at an age",
    "acquisition": "cost to win",
    "winning": "cost to win",
    "ltv_to_cac": "LTV to CAC",
}


def ltv_story(view: View) -> Story:
    """Return the report on lifetime values."""
    parts = [
        answer_part(
            "The answer",
            headline(view),
            cards=_cards(view),
            points=[sentence(point) for point in points(view)],
            points_heading="What stands beside it",
            notes=[sentence(warning) for warning in view["warnings"]],
        )
    ]
    values = _values_table(view)
    picture = value_picture(view, values)
    tables = [table for table in (*([] if picture else [values]), _reasons_table(view)) if table.rows]
    block = Block("", "", pictures=[picture] if picture else [], tables=tables)
    parts.append(Part(0, "What a customer is worth", "The value of one customer, by segment", blocks=[block]))
    won = [item for item in view["segments"] if item["acquisition"] is not None]
    if won:
        pictures = [payback_picture(view, item, i + 1) for i, item in enumerate(won[:_MOST_PAYBACKS])]
        costs = Block("", "", pictures=pictures, tables=[_costs_table(won), _payback_table(view, won)])
        parts.append(Part(0, "What a customer costs", "Acquisition, and when it is back", blocks=[costs]))
    churn = Block("", "", tables=[_churn_table(view)])
    heading = f"{extra_churn(view)} more churn a month"
    parts.append(Part(0, "If more leave", heading, blocks=[churn]))
    if view["totals"]:
        whole = Block("", "", tables=[_totals_table(view)])
        parts.append(Part(0, "All customers", "Together, and by tier and cohort", blocks=[whole]))
    source = f", from {view['files'][0]['file']}" if view["files"] else ""
    return Story(f"What customers are worth{source}", parts)


def _cards(view: View) -> list[Card]:
    items = sorted(view["segments"], key=lambda item: -mean_usd(item))
    cards = []
    for item in items[:2]:
        value = item["value_usd"]
        beyond = percent(item["beyond_horizon_share"]["mean"])
        spread = f"Nine of ten: {ends(value)} USD; " if is_spread(value) else ""
        span = f"{beyond} of it beyond {view['horizon_months']} months"
        if item["basis"] == "within the data":
            span = "within the data: no law keeps to it"
        detail = f"{spread}{span}."
        cards.append(Card(f"A customer of {who(item)}", amount(value), _capital(detail)))
    won = [item for item in items if item["acquisition"] is not None]
    if won:
        slowest = max(won, key=_payback_order)
        payback = slowest["acquisition"]["payback_months"]
        figure = months_words(payback)
        unit = "" if figure == "never" else " months"
        range_words = months_ends(payback)
        detail = f"Nine of ten: {range_words}." if range_words else "Of payments by those who stay."
        cards.append(Card(f"Slowest payback: {slowest['segment']}", f"{figure}{unit}", detail))
    elif view["totals"]:
        total = view["totals"][0]["total_usd"]
        cards.append(Card("All customers", amount(total), f"{_capital(view['totals'][0]['basis'])}."))
    return cards


def _payback_order(item: Mapping[str, Any]) -> float:
    months = item["acquisition"]["payback_months"]["p50"]
    return float("inf") if months is None else float(months)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _values_table(view: View) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("value_usd", "worth", "usd"),
        Column("basis", "counts"),
        Column("simple_usd", "margin / churn", "usd"),
        Column("within_horizon_usd", f"in {view['horizon_months']} months", "usd"),
        Column("beyond_horizon_share", "beyond", "share_of_value"),
        Column("beyond_data_share", "beyond the data", "share_of_value"),
        Column("by_laws_usd", "if laws held that miss it", "usd"),
        Column("by_heads_usd", "by heads, not dollars", "usd"),
        Column("main_law_usd", "under one law", "usd"),
        Column("residual_usd", f"at {view['age_months']} months of age", "usd"),
        Column("without_growth_usd", "without growth of value", "usd"),
    )
    rows = [tuple(item[column.key] for column in columns) for item in view["segments"]]
    kept = [i for i in range(len(columns)) if any(row[i] is not None for row in rows)]
    return Table(
        "values",
        "Value of one customer, and P5 to P95",
        tuple(columns[i] for i in kept),
        tuple(tuple(row[i] for i in kept) for row in rows),
    )


def _reasons_table(view: View) -> Table:
    rows = tuple(
        (item["segment"], _FIGURES.get(reason["field"], reason["field"]), reason["reason"])
        for item in view["segments"]
        for reason in item["reasons"]
        if reason["field"] in _FIGURES
    )
    columns = (
        Column("segment", "segment"),
        Column("figure", "what"),
        Column("reason", "why it cannot be said"),
    )
    return Table("missing", "What cannot be said", columns, rows)


def _costs_table(won: list[Any]) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("sales_usd", "sales", "usd"),
        Column("trial_inference_usd", "trials", "usd"),
        Column("free_tier_usd", "free tier", "usd"),
        Column("onboarding_usd", "onboarding", "usd"),
        Column("onboarding_saving_usd", "saved of it", "usd"),
        Column("adjusted_cac_usd", "AI-adjusted CAC", "usd"),
    )
    rows = tuple(
        (item["segment"], *(item["acquisition"][column.key] for column in columns[1:])) for item in won
    )
    return Table("acquisition", "What one new customer costs", columns, rows)


def _payback_table(view: View, won: list[Any]) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("simple_payback_months", "if nobody left", "months"),
        Column("payback_months", "payback, months", "months"),
        Column("payback_at_extra_churn_months", f"at {extra_churn(view)} more churn", "months"),
        Column("ltv_to_cac", "LTV to CAC", "number"),
        Column("paid_cac_usd", "paid CAC", "usd"),
    )
    merged = [
        {
            **item["acquisition"],
            "segment": item["segment"],
            "payback_at_extra_churn_months": item["at_extra_churn"]["payback_months"],
        }
        for item in won
    ]
    rows = tuple(tuple(row[column.key] for column in columns) for row in merged)
    n_kept = len(columns) if any(row[-1] is not None for row in rows) else len(columns) - 1
    return Table("payback", "When the cost is back", columns[:n_kept], tuple(row[:n_kept] for row in rows))


def _churn_table(view: View) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("value_usd", "worth today", "usd"),
        Column("value_at_extra_churn_usd", f"at {extra_churn(view)} more churn", "usd"),
        Column("change_share", "change", "change"),
    )
    rows = tuple(
        (
            item["segment"],
            item["value_usd"],
            item["at_extra_churn"]["value_usd"],
            change_share(item),
        )
        for item in view["segments"]
    )
    return Table("churn", "The value of one customer at a higher churn", columns, rows)


def _totals_table(view: View) -> Table:
    columns = (
        Column("group", "by"),
        Column("name", "which"),
        Column("customers", "customers", "count"),
        Column("total_usd", "all of it", "usd"),
        Column("head_weighted_usd", "a head", "usd"),
        Column("revenue_weighted_usd", "by revenue", "usd"),
        Column("revenue_share", "of revenue", "share"),
        Column("equal_segments", "equal segments", "number"),
    )
    rows = [tuple(item[column.key] for column in columns) for item in view["totals"]]
    if view["total_at_extra_churn"] is not None:
        more = view["total_at_extra_churn"]
        named = {**more, "name": "all segments, at more churn"}
        rows.insert(1, tuple(named[column.key] for column in columns))
    return Table("totals", "Lifetime value of all customers of today", columns, tuple(rows))
