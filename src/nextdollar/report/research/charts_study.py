"""The pictures of a study: what runs are worth against what they cost, and the forecast as it narrows."""

from __future__ import annotations

from typing import Any

from nextdollar.plan.words import count
from nextdollar.report.charts_rows import Rows, axis_layer
from nextdollar.report.charts_scale import Scale, padded, padded_log
from nextdollar.report.charts_style import (
    BLUE,
    GREY,
    INK,
    PLAIN_LABELS,
    SCALED_LABELS,
    VERMILLION,
    Frame,
    bars_px,
    layer,
    on_axis,
    points_px,
    same_axis,
    texts,
)
from nextdollar.report.research.charts_panel import HEIGHT_PX, LEFT_PX, across, dots, panel
from nextdollar.report.research.envelope import View

_LEAST_WORTH = 1e-3
"""Share of the greatest worth below which a run is drawn at the foot of the scale."""


def worth_plot(view: View, frame: Frame) -> Any:
    """Draw worth against cost of every run, with the line at which they are equal."""
    most = max(item["evsi_usd"] for item in view["runs"])
    foot = max(most * _LEAST_WORTH, 1e-6)
    points = [{"x": item["cost_usd"], "y": max(item["evsi_usd"], foot)} for item in view["runs"]]
    x = across([p["x"] for p in points], frame, 16.0)
    y = Scale(padded_log(foot, most, 0.08), (HEIGHT_PX, 0.0), True, 5, left_px=LEFT_PX)
    title = "worth to the choice, USD (log scale)"
    layers = [_axes(x, y, title)]
    layers += [*_equal(x, y, frame), *dots(points, x, y, colour=BLUE, area_px=36)]
    following = view["next"]
    if following is not None:
        mark = {"x": x.px(following["cost_usd"]), "y": y.px(following["evsi_usd"])}
        is_right = mark["x"] < (x.pixels[0] + x.pixels[1]) / 2
        name = f"{count(following['params'])} on {count(following['tokens'])}"
        label = {"x": mark["x"] + (10 if is_right else -10), "y": mark["y"] - 12, "text": name}
        layers.append(points_px([mark], colour=VERMILLION, shape="diamond", area_px=120))
        layers.append(texts([label], bold=True, align="left" if is_right else "right"))
    return panel(frame, layers)


def _axes(x: Scale, y: Scale, title: str) -> Any:
    ends = [{"x": end, "y": y.domain[0]} for end in x.domain]
    return (
        layer(ends)
        .mark_line(color=INK, strokeWidth=1)
        .encode(
            x=on_axis("x", "x", x, title="cost of the run, USD (log scale)", labels=SCALED_LABELS),
            y=on_axis("y", "y", y, title=title, labels=SCALED_LABELS),
        )
    )


def _equal(x: Scale, y: Scale, frame: Frame) -> list[Any]:
    low, high = max(x.domain[0], y.domain[0]), min(x.domain[1], y.domain[1])
    if low >= high:
        return []
    line = layer([{"x": low, "y": low}, {"x": high, "y": high}]).mark_line(
        color=INK, strokeWidth=1.2, strokeDash=[2, 3]
    )
    middle = (low * high) ** 0.5
    words = "worth it above" if frame.is_narrow else "above this line it is worth its cost"
    name = {"x": x.px(middle) + 10, "y": y.px(middle) + 8, "text": words}
    return [
        line.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y)),
        texts([name], size_px=11),
    ]


def narrowing_plot(view: View, frame: Frame) -> Any:
    """Draw the 90 % interval of the large run's loss now and after each run of the ladder."""
    intervals = [view["loss_interval_90_nats"], *(step["interval_90_nats"] for step in view["ladder"])]
    names = ["now", *(f"+ {count(step['params'])} on {count(step['tokens'])}" for step in view["ladder"])]
    left = 150.0 if frame.is_narrow else 190.0
    plot = (left, frame.width_px - 20.0)
    rows = Rows(frame, names, left - 8, plot, None)
    x = Scale(padded(min(low for low, _ in intervals), max(high for _, high in intervals)), plot, n_ticks=4)
    bars = [
        {"x": x.px(low), "x2": x.px(high), "y": rows.y(i) - 7, "y2": rows.y(i) + 7}
        for i, (low, high) in enumerate(intervals)
    ]
    layers = [
        axis_layer(rows, x, title="loss, nats per token", labels=PLAIN_LABELS),
        *rows.frame_layers([]),
        bars_px(bars[:1], colour=GREY, opacity=0.7, corner_px=2),
    ]
    if len(bars) > 1:
        layers.append(bars_px(bars[1:], colour=BLUE, opacity=0.7, corner_px=2))
    return rows.picture(layers)
