"""The pictures of lifetime values: what a customer is worth, and when what he or she cost is back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.report.audience.ltv.words import (
    basis_words,
    extra_churn,
    finding,
    mean_usd,
    payback_finding,
    who,
    whose,
)
from nextdollar.report.charts import Picture
from nextdollar.report.charts_scale import Scale, with_zero
from nextdollar.report.charts_style import (
    BLUE,
    INK,
    PLAIN_LABELS,
    SCALED_LABELS,
    Frame,
    joined,
    layer,
    on_axis,
    same_axis,
)
from nextdollar.report.research.charts_panel import LEFT_PX, curve
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import research_picture
from nextdollar.report.sizing.charts_estimate import MOST_ROWS, Estimated, estimates_plot
from nextdollar.report.tables import Column, Table

_HEIGHT_PX = 250.0


def value_picture(view: View, table: Table) -> Picture | None:
    """Return a row for each segment: the value of one customer with its range; None where none is above 0."""
    items = sorted(view["segments"], key=lambda item: -mean_usd(item))
    drawn = [item for item in items if item["value_usd"]["p5"] > 0][:MOST_ROWS]
    if not drawn:
        return None
    rows = [Estimated(who(item), item["value_usd"], _worse_usd(item)) for item in drawn]
    left_out = len(items) - len(drawn)

    def plot(_: View, frame: Frame) -> Any:
        return estimates_plot(rows, frame, title="value of one customer, USD", centre="mean")

    return research_picture(
        "value-of-a-customer",
        finding(view),
        subtitle=f"{basis_words(view).capitalize()}, {whose(view)}: bars hold 90 %, the tick is the mean; "
        f"cross or square: {extra_churn(view)} more churn a month",
        view=view,
        plot=plot,
        table=table,
        note=f"{left_out} segments are not drawn and stand in the table" if left_out else "",
    )


def _worse_usd(item: Mapping[str, Any]) -> float | None:
    """Return the value at the higher churn; None where it is not above 0 and cannot be drawn."""
    worth = float(item["at_extra_churn"]["value_usd"]["mean"])
    return worth if worth > 0 else None


def payback_picture(view: View, item: Mapping[str, Any], number: int) -> Picture:
    """Return the margin so far of a customer of one segment, less what he or she cost, month by month."""
    columns = (Column("month", "month", "count"), Column("net_usd", "margin so far less cost", "usd_each"))
    rows = tuple((row["month"], row["net_usd"]) for row in item["months"])
    name = f"payback-{number}"

    def plot(_: View, frame: Frame) -> Any:
        return _payback_plot(item, frame)

    return research_picture(
        name,
        payback_finding(item),
        subtitle="Margin of one customer won, less what he or she cost, by month; the band holds 90 %",
        view=view,
        plot=plot,
        table=Table(name, f"Margin so far of a customer of {item['segment']}, less cost", columns, rows),
    )


def _payback_plot(item: Mapping[str, Any], frame: Frame) -> Any:
    rows = [{"x": float(row["month"]), **row["net_usd"]} for row in item["months"]]
    last = rows[-1]["x"]
    n_ticks = 4 if frame.is_narrow else 8
    x = Scale((0.0, last), (LEFT_PX, frame.width_px - 12), n_ticks=n_ticks, tick_step=_step(last))
    low, high = min(row["p5"] for row in rows), max(row["p95"] for row in rows)
    y = Scale(with_zero(low, high), (_HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
    corners = [{"x": end, "y": y.domain[0]} for end in x.domain]
    axes = layer(corners).mark_line(color=INK, strokeWidth=1)
    axes = axes.encode(
        x=on_axis("x", "x", x, title="months after the customer was won", labels=PLAIN_LABELS),
        y=on_axis("y", "y", y, title="USD for one customer", labels=SCALED_LABELS),
    )
    zero = layer([{"x": end, "y": 0.0} for end in x.domain])
    zero = zero.mark_line(color=INK, strokeWidth=1, strokeDash=[2, 3])
    layers = [axes, zero.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y))]
    if any(row["p5"] != row["p95"] for row in rows):
        band = layer([{"x": row["x"], "low": row["p5"], "high": row["p95"]} for row in rows])
        band = band.mark_area(color=BLUE, opacity=0.15)
        layers.append(band.encode(x=same_axis("x", "x", x), y=same_axis("y", "low", y), y2="high:Q"))
    return joined([*layers, curve(rows, x, y)], frame.width_px, _HEIGHT_PX)


def _step(last_month: float) -> float | None:
    return 24.0 if last_month > 72 else 12.0 if last_month >= 24 else None
