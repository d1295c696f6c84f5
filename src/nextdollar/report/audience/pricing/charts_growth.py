"""The picture of growth against the bill: revenue and cost as use grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.report.audience.pricing.charts import HEIGHT_PX, usd_axes
from nextdollar.report.audience.pricing.words import growth_finding
from nextdollar.report.charts import Picture
from nextdollar.report.charts_scale import Scale, padded_log, with_zero
from nextdollar.report.charts_style import BLUE, VERMILLION, Frame, joined, layer, same_axis
from nextdollar.report.research.charts_panel import LEFT_PX, curve, end_labels, label_room_px
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import research_picture
from nextdollar.report.tables import Column, Table

Line = Mapping[str, Any]


def growth_picture(view: View) -> Picture:
    """Return revenue and cost by month at the stated growth, or along multiples of today's use."""
    growth = view["growth"]
    is_timed = bool(growth["by_month"])
    items = growth["by_month"] if is_timed else growth["by_usage"]
    first = (
        Column("month", "month", "count") if is_timed else Column("multiple", "times today's use", "number")
    )
    columns = (
        first,
        Column("revenue_usd_per_month", "revenue", "usd"),
        Column("cost_usd_per_month", "cost", "usd"),
    )
    rows = tuple(tuple(item[column.key] for column in columns) for item in items)
    return research_picture(
        "revenue-and-cost",
        growth_finding(view),
        subtitle=(
            "Revenue and cost at the stated growth, month by month: line median, band P5 to P95"
            if is_timed
            else "Revenue and cost where every customer uses more: line median, band P5 to P95 of cost"
        ),
        view=view,
        plot=_growth_plot,
        table=Table("revenue-and-cost-drawn", "Revenue and cost in the picture", columns, rows),
    )


def _growth_plot(view: View, frame: Frame) -> Any:
    growth = view["growth"]
    is_timed = bool(growth["by_month"])
    items = growth["by_month"] if is_timed else growth["by_usage"]
    key = "month" if is_timed else "multiple"
    lines: list[dict[str, Any]] = [
        {
            "name": name,
            "colour": colour,
            "dash": dash,
            "rows": [{"x": float(item[key]), **_drawn(item[field])} for item in items],
        }
        for name, field, colour, dash in (
            ("revenue", "revenue_usd_per_month", BLUE, (1, 0)),
            ("cost", "cost_usd_per_month", VERMILLION, (6, 4)),
        )
    ]
    room = label_room_px([line["name"] for line in lines])
    pixels = (LEFT_PX, frame.width_px - room)
    last = float(items[-1][key])
    values = [row[name] for line in lines for row in line["rows"] for name in ("p5", "p95")]
    if is_timed:
        x = Scale((0.0, last), pixels, n_ticks=4 if frame.is_narrow else 8)
        y = Scale(with_zero(min(values), max(values)), (HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
        axes = usd_axes(x, y, "months", "USD a month")
    else:
        x = Scale((1.0, last), pixels, True, 4 if frame.is_narrow else 7)
        positive = [value for value in values if value > 0] or [1.0]
        y = Scale(padded_log(min(positive), max(positive), 0.04), (HEIGHT_PX, 0.0), True, 5, left_px=LEFT_PX)
        axes = usd_axes(x, y, "use over today's (log scale)", "USD a month (log scale)")
    layers = [axes]
    for line in lines:
        layers.append(_band(line, x, y))
        layers.append(curve(line["rows"], x, y, dash=line["dash"], colour=line["colour"]))
    return joined([*layers, *end_labels(lines, x, y)], frame.width_px, HEIGHT_PX)


def _drawn(value: Any) -> dict[str, float]:
    if isinstance(value, Mapping):
        return {name: float(value[name]) for name in ("p5", "p50", "p95")}
    return dict.fromkeys(("p5", "p50", "p95"), float(value))


def _band(line: Line, x: Scale, y: Scale) -> Any:
    rows = [{"x": row["x"], "low": row["p5"], "high": row["p95"]} for row in line["rows"]]
    mark = layer(rows).mark_area(color=line["colour"], opacity=0.15)
    return mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "low", y), y2="high:Q")
