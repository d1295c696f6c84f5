"""The page on how long customers stay: the answer, the curves, the laws, and every number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.audience.retention.answer import ENDLESS_FROM_SHARE
from nextdollar.plan.words import percent, significant
from nextdollar.report.audience.retention.charts import MOST_SEGMENTS, curves_plot, drawn_segments
from nextdollar.report.audience.retention.purchases_words import purchases_cards
from nextdollar.report.audience.retention.text import (
    MOST_NAME,
    ahead,
    headline,
    listed,
    named_segments,
    noted,
    parameter_words,
)
from nextdollar.report.charts import Picture
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part, research_picture
from nextdollar.report.tables import Column, Table


def retention_story(view: View) -> Story:
    """Return the report on how long customers stay."""
    # Notes on one of several segments begin with its name, which keeps its letters.
    n_free = len(noted(view)) if len(view["segments"]) == 1 else len(view["warnings"])
    notes = [sentence(note) if i < n_free else f"{note}." for i, note in enumerate(noted(view))]
    parts = [answer_part("The forecast", headline(view), cards=_cards(view), notes=notes)]
    curves = Block("", "", pictures=[_picture(view)])
    parts.append(Part(0, "The curves", _curves_heading(view), blocks=[curves]))
    intro = (
        "Parameters are those of maximum likelihood. The forecast averages over the laws, each as likely as "
        "what was seen makes it"
    )
    prior = "; beforehand bdw has half of the weight, each special case of it a sixth"
    intro += "." if view["transactions"] is not None else f"{prior}."
    laws = Block("", "", tables=[_law_table(view)] if _law_table(view).rows else [_plain_law_table(view)])
    parts.append(Part(0, "The laws", _laws_heading(view), intro, blocks=[laws]))
    return Story(
        f"How long customers stay, from {view['files'][0]['file']}", parts, tables=[_observed_table(view)]
    )


def _cards(view: View) -> list[Card]:
    """Return the last share of the forecast of each segment, of many that of those that the answer names."""
    if view["transactions"] is not None:
        return purchases_cards(view)
    found = []
    for item in named_segments(view):
        row = item["forecast"][-1]
        share, start = ahead(row), item["observed_from_period"]
        whose = f"Of those who stay {start} {view['period']}s. " if start else ""
        ends = f"{whose}Nine of ten: {percent(share['p5'])} to {percent(share['p95'])}."
        found.append(
            Card(f"{item['segment']}, {view['period']} {row['period']}", percent(share["mean"]), ends)
        )
    return found


def _curves_heading(view: View) -> str:
    segments = view["segments"]
    if view["transactions"] is not None:
        return f"How many of those who start now are still active {view['n_periods']} {view['period']}s on"
    seen = max((row["period"] for item in segments for row in item["observed"]), default=0)
    return f"Watched for {seen} {view['period']}s, forecast for {view['n_periods']} more"


def _laws_heading(view: View) -> str:
    if view["transactions"] is not None:
        return "Who buys again without a contract is told by when customers last bought"
    endless = {item["segment"]: float(item["endless_mean_share"]) for item in view["segments"]}
    endless = {name: share for name, share in endless.items() if share > ENDLESS_FROM_SHARE}
    if not endless:
        return "Every segment has an expected lifetime"
    if len(view["segments"]) == 1:
        return f"The expected lifetime has no end in {percent(max(endless.values()))} of draws"
    most = max(endless, key=lambda name: endless[name])
    return (
        f"The expected lifetime may have no end in {len(endless)} of {len(view['segments'])} segments, most "
        f"of all in {most[:MOST_NAME]}: in {percent(endless[most])} of draws"
    )


def _finding(view: View) -> str:
    """Return how the share that renews changes with age, which is what the curves bend by."""
    found = []
    for item in named_segments(view):
        start = item["observed_from_period"]
        rows = [row for row in (*item["fitted"], *item["forecast"]) if row["period"] > start]
        left = [1.0, *(float(ahead(row)["mean"]) for row in rows)]
        if left[-2] > 0:
            first, last = percent(left[1] / left[0]), percent(left[-1] / left[-2])
            found.append(f"from {first} to {last} in {item['segment']}")
    return f"Of those still there, the share that stays a {view['period']} goes {listed(found)}"


def _picture(view: View) -> Picture:
    more = len(view["segments"]) - MOST_SEGMENTS
    note = f"{more} more segments are in the table" if more > 0 else ""
    has_points = view["transactions"] is None
    is_late = any(item["observed_from_period"] for item in drawn_segments(view))
    return research_picture(
        "retention",
        _finding(view),
        subtitle="Share of customers left: lines are medians, dashed beyond what was watched; bands hold 90 %"
        + ("; points were observed" if has_points else "")
        + ("; where few were watched when young, of those who stay until enough were" if is_late else ""),
        view=view,
        plot=curves_plot,
        table=_forecast_table(view),
        note=note,
    )


def _forecast_table(view: View) -> Table:
    is_late = any(item["observed_from_period"] for item in view["segments"])
    columns = (
        Column("segment", "segment"),
        Column("period", view["period"], "count"),
        Column("survival_share", "customers left", "share"),
        *([Column("watched_share", "of those watched", "share")] if is_late else []),
    )
    rows = tuple(
        (item["segment"], row["period"], row["survival_share"], *([row["watched_share"]] if is_late else []))
        for item in view["segments"]
        for row in (*item["fitted"], *item["forecast"])
    )
    return Table("retention-curves", "Customers left: the median, and P5 to P95", columns, rows, True)


def _observed_table(view: View) -> Table:
    keys = ("period", "survival_share", "low_share", "high_share", "customers", "left", "bought_share")
    columns = (
        Column("segment", "segment"),
        Column("observed_from_period", "of those who stay", "count"),
        *(Column(key, key.replace("_", " "), "number") for key in keys),
    )
    rows = tuple(
        (item["segment"], item["observed_from_period"], *(row[key] for key in keys))
        for item in view["segments"]
        for row in item["observed"]
    )
    return Table("retention-observed", "What was seen", columns, rows, True)


def _law_table(view: View) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("law", "law, its parameters, and their ranges of nine of ten"),
        # Laws differ by units of it, whatever its size: three digits would hide that.
        Column("log_likelihood", "log-likelihood"),
        Column("weight_share", "in the forecast", "share"),
    )
    rows = tuple(
        (
            item["segment"],
            f"{law['model']}: {_law_words(law)}",
            f"{law['log_likelihood']:.2f}",
            law["weight_share"],
        )
        for item in view["segments"]
        for law in item["laws"]
    )
    return Table("retention-laws", "Laws and their share in the forecast", columns, rows, True)


def _law_words(law: Mapping[str, Any]) -> str:
    """Return the parameters of a law with their ranges; those that run off have none to speak of."""
    found = []
    for name, value in law["parameters"].items():
        low, high = law["intervals"][name]
        if law["limit"] == "alike" and name in ("alpha", "beta"):
            found.append(f"{name} without end")
        else:
            found.append(f"{name} {significant(value)} ({significant(low, 2)} to {significant(high, 2)})")
    return ", ".join(found)


def _plain_law_table(view: View) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("model", "law"),
        Column("parameters", "parameters"),
        Column("log_likelihood", "log-likelihood"),
    )
    rows = tuple(
        (item["segment"], item["model"], parameter_words(item), f"{item['log_likelihood']:.2f}")
        for item in view["segments"]
    )
    return Table("retention-laws", "The law", columns, rows)
