"""The pictures of what is kept of recurring revenue: by age, and by the same accounts month by month."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from nextdollar.report.audience.recurring_revenue.words import by_age_finding, share_words
from nextdollar.report.charts import Picture
from nextdollar.report.charts_scale import Scale, with_zero
from nextdollar.report.charts_style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PERCENT_LABELS,
    PLAIN_LABELS,
    SOFT,
    VERMILLION,
    Frame,
    Row,
    joined,
    layer,
    on_axis,
    same_axis,
    texts,
)
from nextdollar.report.research.charts_panel import LEFT_PX, curve, end_labels, label_room_px
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import research_picture
from nextdollar.report.tables import Column, Table

_HEIGHT_PX = 250.0
_AXIS_PX = 22.0
_LABEL_PX = 58.0
_MOST_COHORTS = 40


def by_age_picture(view: View) -> Picture:
    """Return the picture of what is left by months since the first payment."""
    columns = (
        Column("age_months", "age in months", "count"),
        Column("mrr_share", "MRR left", "share"),
        Column("customers_never_stopped_share", "customers who never stopped", "share"),
        Column("p5", "P5", "share"),
        Column("p95", "P95", "share"),
        Column("customers_at_risk", "customers counted", "count"),
        Column("cohorts", "cohorts", "count"),
    )
    rows = tuple(tuple(item[column.key] for column in columns) for item in view["by_age"])
    drawn = _grey_cohorts(view)
    return research_picture(
        "left-by-age",
        by_age_finding(view),
        subtitle="MRR (solid), customers who never stopped (dashed, band 90 %); cohorts whose start is known"
        + (", in grey the MRR of each" if drawn else ""),
        view=view,
        plot=_by_age_plot,
        table=Table("left-by-age", "What is left by age, over age 0", columns, rows),
    )


def _by_age_plot(view: View, frame: Frame) -> Any:
    rows = view["by_age"]
    mrr = [{"x": 0.0, "p50": 1.0}]
    mrr += [{"x": float(r["age_months"]), "p50": r["mrr_share"]} for r in rows if r["mrr_share"] is not None]
    stayed = [{"x": 0.0, "p50": 1.0}]
    stayed += [{"x": float(r["age_months"]), "p50": r["customers_never_stopped_share"]} for r in rows]
    lines: list[Any] = [{"name": "MRR", "rows": mrr}, {"name": "customers", "rows": stayed}]
    cohorts = _grey_cohorts(view)
    top = max(point["p50"] for line in lines for point in line["rows"])
    right = frame.width_px - label_room_px([line["name"] for line in lines])
    x = Scale((0.0, float(len(rows))), (LEFT_PX, right), n_ticks=4 if frame.is_narrow else 8)
    y = Scale(with_zero(0.0, max(top, 1.0) * 1.15), (_HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
    corners = [{"x": end, "y": 0.0} for end in x.domain]
    axes = layer(corners).mark_line(color=INK, strokeWidth=1)
    axes = axes.encode(
        x=on_axis("x", "x", x, title="months since the first payment", labels=PLAIN_LABELS),
        y=on_axis("y", "y", y, title="share of age 0 that is left", labels=PERCENT_LABELS),
    )
    band = [
        {"x": float(r["age_months"]), "low": r["p5"], "high": r["p95"]} for r in rows if r["p5"] is not None
    ]
    area = layer(band).mark_area(color=VERMILLION, opacity=0.13)
    shaded = [area.encode(x=same_axis("x", "x", x), y=same_axis("y", "low", y), y2="high:Q")] if band else []
    grey = [line for points in cohorts for line in _thin(points, x, y)]
    shown = [curve(mrr, x, y), curve(stayed, x, y, dash=(6, 4), colour=VERMILLION)]
    return joined([axes, *grey, *shaded, *shown, *end_labels(lines, x, y)], frame.width_px, _HEIGHT_PX)


def _grey_cohorts(view: View) -> list[list[Row]]:
    """Return the MRR of each cohort by age, the largest ones where they are many."""
    known = [item for item in view["cohorts"] if item["is_start_known"] and len(item["ages"]) > 1]
    largest = sorted(known, key=lambda item: -item["ages"][0]["mrr_usd"])[:_MOST_COHORTS]
    if len(known) < 2:
        return []
    return [
        [{"x": float(age["age_months"]), "y": age["mrr_share"]} for age in item["ages"]] for item in largest
    ]


def _thin(points: Sequence[Row], x: Scale, y: Scale) -> list[Any]:
    """Return a grey line, left out where it lies above the picture."""
    runs = [list(run) for is_inside, run in groupby(points, key=lambda p: y.holds(p["y"])) if is_inside]
    marks = [layer(run).mark_line(color=GREY, strokeWidth=0.8, opacity=0.6) for run in runs if len(run) > 1]
    return [mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y)) for mark in marks]


def kept_picture(view: View) -> Picture:
    """Return the picture of NRR and GRR of the same accounts, month by month."""
    rows = view["same_accounts_by_month"]
    n_months = view["last_months"]["n_months"]
    names = ("nrr_without_reactivation_share", "grr_without_reactivation_share", "logo_retention_share")
    columns = (
        Column("to_month", "month", "count"),
        Column(names[0], "NRR", "share"),
        Column(names[1], "GRR", "share"),
        Column(names[2], "customers", "share"),
    )
    return research_picture(
        "nrr-and-grr",
        kept_finding(view),
        subtitle=f"What the accounts of {n_months} months before pay of what they paid; who stopped is lost",
        view=view,
        plot=_kept_plot,
        table=Table(
            "nrr-and-grr", "Shares kept by the accounts of then", columns,
            tuple(tuple(row[column.key] for column in columns) for row in rows),
        ),
    )  # fmt: skip


def kept_finding(view: View) -> str:
    """Return how NRR has moved over the months."""
    known = [r for r in view["same_accounts_by_month"] if r["nrr_without_reactivation_share"] is not None]
    first, last = known[0], known[-1]
    values = [share_words(row["nrr_without_reactivation_share"]) for row in (first, last)]
    went = (
        "rose" if last["nrr_without_reactivation_share"] > first["nrr_without_reactivation_share"] else "fell"
    )
    if values[0] == values[1]:
        return f"NRR stayed at {values[1]}"
    return f"NRR {went} from {values[0]} in {first['to_month']} to {values[1]} in {last['to_month']}"


def _kept_plot(view: View, frame: Frame) -> Any:
    rows = [r for r in view["same_accounts_by_month"] if r["nrr_without_reactivation_share"] is not None]
    looks = (
        ("NRR", "nrr_without_reactivation_share", BLUE, ()),
        ("GRR", "grr_without_reactivation_share", VERMILLION, (6, 4)),
        ("customers", "logo_retention_share", GREEN, (2, 3)),
    )
    lines: list[Any] = [
        {"name": name, "rows": [{"x": float(i), "p50": row[key]} for i, row in enumerate(rows)]}
        for name, key, _, _ in looks
    ]
    right = frame.width_px - label_room_px([line["name"] for line in lines])
    x = Scale((0.0, float(len(rows) - 1)), (LEFT_PX, right))
    top = max(point["p50"] for line in lines for point in line["rows"])
    y = Scale(with_zero(0.0, max(top, 1.0)), (_HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
    axes = layer([{"x": end, "y": 0.0} for end in x.domain]).mark_line(color=INK, strokeWidth=1)
    axes = axes.encode(
        x=same_axis("x", "x", x).axis(None),
        y=on_axis("y", "y", y, title="share that is kept", labels=PERCENT_LABELS),
    )
    step = (right - LEFT_PX) / max(len(rows) - 1, 1)
    every = max(int(-(-_LABEL_PX // step)), 1)
    names = [
        {"x": x.px(float(i)), "y": _HEIGHT_PX + 14, "text": rows[i]["to_month"]}
        for i in range(len(rows) - 1, -1, -every)
        if x.px(float(i)) >= LEFT_PX
    ]
    shown = [
        curve(line["rows"], x, y, dash=dash, colour=colour)
        for line, (_, _, colour, dash) in zip(lines, looks, strict=True)
    ]
    labels = texts(names, align="center", colour=SOFT, size_px=11)
    return joined([axes, *shown, labels, *end_labels(lines, x, y)], frame.width_px, _HEIGHT_PX + _AXIS_PX)
