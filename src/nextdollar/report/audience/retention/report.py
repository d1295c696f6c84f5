"""The page on how long customers stay: the answer, the curves, the laws, and every number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import percent, significant
from nextdollar.report.audience.retention.charts import MOST_SEGMENTS, curves_plot, drawn_segments
from nextdollar.report.audience.retention.purchases_words import purchases_cards
from nextdollar.report.audience.retention.text import headline, listed, noted, parameter_words
from nextdollar.report.charts import Picture
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part, research_picture
from nextdollar.report.tables import Column, Table

_MOST_CARDS = 3


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
        "what was seen makes it."
    )
    laws = Block("", "", tables=[_law_table(view)] if _law_table(view).rows else [_plain_law_table(view)])
    parts.append(Part(0, "The laws", _laws_heading(view), intro, blocks=[laws]))
    return Story(
        f"How long customers stay, from {view['files'][0]['file']}", parts, tables=[_observed_table(view)]
    )


def _cards(view: View) -> list[Card]:
    """Return the last share of the forecast of the largest segments."""
    if view["transactions"] is not None:
        return purchases_cards(view)
    found = []
    for item in drawn_segments(view)[:_MOST_CARDS]:
        row = item["forecast"][-1]
        share = row["survival_share"]
        ends = f"Nine of ten: {percent(share['p5'])} to {percent(share['p95'])}."
        found.append(
            Card(f"{item['segment']}, {view['period']} {row['period']}", percent(share["mean"]), ends)
        )
    return found


def _curves_heading(view: View) -> str:
    segments = view["segments"]
    if view["kind"] == "transactions":
        return f"How many of those who start now are still active {view['n_periods']} {view['period']}s on"
    seen = max((row["period"] for item in segments for row in item["observed"]), default=0)
    return f"Watched for {seen} {view['period']}s, forecast for {view['n_periods']} more"


def _laws_heading(view: View) -> str:
    endless = [item["segment"] for item in view["segments"] if item["mean_lifetime_periods"] is None]
    if view["kind"] == "transactions":
        return "Who buys again without a contract is told by when customers last bought"
    if not endless:
        return "Every segment has an expected lifetime"
    return f"The expected lifetime has no end in {len(endless)} of {len(view['segments'])} segments"


def _finding(view: View) -> str:
    """Return how the share that renews changes with age, which is what the curves bend by."""
    found = []
    for item in drawn_segments(view)[:_MOST_CARDS]:
        rows = [*item["fitted"], *item["forecast"]]
        left = [1.0, *(float(row["survival_share"]["mean"]) for row in rows if row["period"] > 0)]
        if left[-2] > 0:
            first, last = percent(left[1] / left[0]), percent(left[-1] / left[-2])
            found.append(f"from {first} to {last} in {item['segment']}")
    return f"Of those still there, the share that stays a {view['period']} goes {listed(found)}"


def _picture(view: View) -> Picture:
    more = len(view["segments"]) - MOST_SEGMENTS
    note = f"{more} smaller segments are in the table" if more > 0 else ""
    has_points = view["kind"] != "transactions"
    return research_picture(
        "retention",
        _finding(view),
        subtitle="Share of customers left: lines are medians, dashed beyond what was watched; bands hold 90 %"
        + ("; points were observed" if has_points else ""),
        view=view,
        plot=curves_plot,
        table=_forecast_table(view),
        note=note,
    )


def _forecast_table(view: View) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("period", view["period"], "count"),
        Column("survival_share", "customers left", "share"),
    )
    rows = tuple(
        (item["segment"], row["period"], row["survival_share"])
        for item in view["segments"]
        for row in (*item["fitted"], *item["forecast"])
    )
    return Table("retention-curves", "Customers left: the median, and P5 to P95", columns, rows, True)


def _observed_table(view: View) -> Table:
    keys = ("period", "survival_share", "low_share", "high_share", "customers", "left", "bought_share")
    columns = (Column("segment", "segment"), *(Column(key, key.replace("_", " "), "number") for key in keys))
    rows = tuple(
        (item["segment"], *(row[key] for key in keys))
        for item in view["segments"]
        for row in item["observed"]
    )
    return Table("retention-observed", "What was seen", columns, rows, True)


def _law_table(view: View) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("law", "law, its parameters, and their ranges of nine of ten"),
        Column("log_likelihood", "log-likelihood", "number"),
        Column("weight_share", "in the forecast", "share"),
    )
    rows = tuple(
        (item["segment"], f"{law['model']}: {_law_words(law)}", law["log_likelihood"], law["weight_share"])
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
        Column("log_likelihood", "log-likelihood", "number"),
    )
    rows = tuple(
        (item["segment"], item["model"], parameter_words(item), item["log_likelihood"])
        for item in view["segments"]
    )
    return Table("retention-laws", "The law", columns, rows)
