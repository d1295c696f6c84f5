"""The pictures of a plan: each a finding, its drawing for wide and narrow pages, and its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from nextdollar.plan.words import percent
from nextdollar.report import (
    charts_cost,
    charts_gain,
    charts_quality,
    charts_risk,
    charts_what_if,
    charts_worth,
    findings,
    quality_parts,
    tables_plan,
)
from nextdollar.report.charts_style import NARROW, WIDE, Frame, configured
from nextdollar.report.charts_svg import drawn
from nextdollar.report.figure import middle
from nextdollar.report.plan_text import focus, spaced
from nextdollar.report.tables import Table
from nextdollar.report.tables_plan import View, offered

Plot = Callable[[View, Frame], Any]

_MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: the finding as its title, what is plotted, its footer, its two drawings, its numbers.

    `note` says in words what could not be drawn.
    """

    name: str
    title: str
    subtitle: str
    footer: str
    note: str
    wide_svg: str
    narrow_svg: str
    table: Table

    @property
    def alt(self) -> str:
        """The picture in words."""
        return ". ".join(part for part in (self.title, self.subtitle, self.note) if part)


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    plot: Plot
    title: Callable[[View], str]
    subtitle: Callable[[View], str]
    table: Callable[[View], Table]
    is_possible: Callable[[View], bool]
    note: Callable[[View], str] = lambda view: ""


def pictures(view: View, prefix: str = "") -> dict[str, Picture]:
    """Return the pictures that a plan has numbers for, by name; `prefix` starts the names of their files."""
    found = {}
    for wanted in _WANTED:
        if not wanted.is_possible(view):
            continue
        found[wanted.name] = Picture(
            prefix + wanted.name,
            wanted.title(view),
            wanted.subtitle(view),
            footer(view),
            wanted.note(view),
            drawing(wanted.plot, view, WIDE),
            drawing(wanted.plot, view, NARROW),
            _named(wanted.table(view), prefix),
        )
    return found


def _named(table: Table, prefix: str) -> Table:
    return replace(table, name=prefix + table.name)


def drawing(plot: Plot, view: View, frame: Frame) -> str:
    """Return the SVG that a plot draws for a frame."""
    from altair.utils.schemapi import debug_mode

    # Each layer would be checked against the schema of Vega-Lite, which takes longer than drawing it.
    with debug_mode(False):
        return drawn(configured(plot(view, frame)))


def footer(view: View) -> str:
    """Return what stands under every chart: draws, seed, file and sources."""
    works = [source["work"].split(",")[0].split(";")[0] for source in view["sources"] if source["link"]]
    named = f"; after {', '.join(dict.fromkeys(works))}" if works else ""
    file = view["scenario"]["file"]
    made_by = f"nextdollar {view['versions']['nextdollar']}"
    return f"{spaced(view['draws'])} draws, seed {view['seed']}; {file}; {made_by}{named}"


def _has_offers(view: View) -> bool:
    return bool(offered(view))


def _has_losses(view: View) -> bool:
    items = [item for item in view["candidates"] if middle(item["loss_nats"]) is not None]
    return len(items) > 1 and any(tables_plan.total_cost_usd(item) > 0 for item in items)


def _has_paybacks(view: View) -> bool:
    points = view["churn_sensitivity"]
    return len(points) > 1 and any(
        point[key] is not None for point in points for key, _ in charts_what_if.PAYBACKS
    )


def _gain_note(view: View) -> str:
    left_out = [step for step in charts_gain.gains(view) if not step.is_drawn]
    why = ["does not lower the loss" if step.fall_nats <= 0 else "costs no more" for step in left_out]
    words = [f"{step.lower} to {step.upper} {reason}" for step, reason in zip(left_out, why, strict=True)]
    return f"Not drawn below: {', '.join(words)}" if words else ""


def _far_note(names: list[str]) -> str:
    if not names:
        return ""
    others = f" and {len(names) - _MOST_NAMES} others" if len(names) > _MOST_NAMES else ""
    return f"Far beyond the scale, shown by an arrow and a number: {', '.join(names[:_MOST_NAMES])}{others}"


def _churn_note(view: View) -> str:
    points = view["churn_sensitivity"]
    missing = [words for key, words in charts_what_if.PAYBACKS if all(point[key] is None for point in points)]
    words = [f"{name} payback is never reached within the horizon at any of these rates" for name in missing]
    return "; ".join(words)


def _frontier_note(view: View) -> str:
    low = min(point["npv_p5_usd"] for point in view["frontier"]["curve"])
    return (
        "Deeper losses are cut off at the lower edge" if low < charts_what_if.frontier_range(view)[0] else ""
    )


def _dollar_subtitle(view: View) -> str:
    months = findings.months_long(view["scenario"]["horizon_months"])
    if charts_cost.is_whole(view):
        return f"Training and serving over {months}, stated as one sum: bar P5 to P95, tick median, dot mean"
    return f"Expected training and serving cost over {months}, as shares of each dollar"


def _cash_subtitle(view: View) -> str:
    names = " and ".join(
        f"{item['name']} ({'solid' if i == 0 else 'dashed'})"
        for i, item in enumerate(charts_worth.cash_candidates(view))
    )
    booked = (
        "; value is booked as lifetime value spread over the horizon"
        if view["scenario"]["booked_as"] == "lifetime value"
        else ""
    )
    return f"Expected cumulative cash by month of {names}, not discounted{booked}"


def _worst(view: View) -> str:
    return percent(1 - view["scenario"]["risk_level"])


_WANTED = (
    _Wanted(
        "loss-against-cost",
        charts_gain.loss_plot,
        findings.loss_title,
        lambda view: (
            "Loss of each candidate against its cost until the horizon; below, what each further amount buys"
        ),
        tables_plan.loss_table,
        _has_losses,
        _gain_note,
    ),
    _Wanted(
        "where-each-dollar-goes",
        charts_cost.dollar_plot,
        findings.dollar_title,
        _dollar_subtitle,
        tables_plan.cost_table,
        _has_offers,
    ),
    _Wanted(
        "payback-against-churn",
        charts_what_if.churn_plot,
        findings.churn_title,
        lambda view: (
            "Median payback when every segment's churn moves; LTV-amortised is solid, cash is dashed"
        ),
        tables_plan.churn_table,
        _has_paybacks,
        _churn_note,
    ),
    _Wanted(
        "value-by-part",
        charts_quality.parts_plot,
        charts_quality.parts_title,
        lambda view: (
            "Present value before costs by part of quality, each at its mean over the orders in which they "
            "could be added: bar P5 to P95, tick median, dot mean"
        ),
        quality_parts.quality_parts_table,
        charts_quality.has_parts,
    ),
    _Wanted(
        "npv-by-candidate",
        charts_worth.npv_plot,
        findings.npv_title,
        lambda view: "Net present value against keeping today's model: bar P5 to P95, tick median, dot mean",
        tables_plan.npv_table,
        _has_offers,
        lambda view: _far_note(charts_worth.far_npv(view)),
    ),
    _Wanted(
        "risk-envelope",
        charts_risk.risk_plot,
        findings.risk_title,
        lambda view: (
            f"Loss at the edge of the worst {_worst(view)} of draws, and within; how often money is lost"
        ),
        tables_plan.risk_table,
        _has_offers,
        lambda view: _far_note(charts_risk.far_risk(view)),
    ),
    _Wanted(
        "cumulative-cash",
        charts_worth.cash_plot,
        findings.cash_title,
        _cash_subtitle,
        tables_plan.cash_table,
        _has_offers,
    ),
    _Wanted(
        "marginal-return",
        charts_gain.return_plot,
        findings.return_title,
        lambda view: "What each extra dollar of a step brings back; a round mark pays, a square one does not",
        tables_plan.step_table,
        lambda view: bool(view["decision"]["steps"]),
    ),
    _Wanted(
        "frontier",
        charts_what_if.frontier_plot,
        findings.frontier_title,
        lambda view: (
            "Net present value along size: mean, band P5 to P95; in grey the interval of the best size"
        ),
        tables_plan.frontier_table,
        lambda view: view["frontier"] is not None,
        _frontier_note,
    ),
    _Wanted(
        "drivers",
        charts_what_if.driver_plot,
        findings.driver_title,
        lambda view: f"Share of the variance of {focus(view)['name']}'s NPV that each input explains alone",
        tables_plan.driver_table,
        lambda view: bool(view["drivers"]),
    ),
)
