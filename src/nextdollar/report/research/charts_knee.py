"""The pictures of a knee: what the next dollar brings back, and a metric against budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nextdollar.plan.words import money
from nextdollar.report.charts_scale import Scale, padded_log
from nextdollar.report.charts_style import (
    DASH,
    GREY,
    INK,
    PLAIN_LABELS,
    SCALED_LABELS,
    VERMILLION,
    Frame,
    bars_px,
    layer,
    lines_px,
    on_axis,
    points_px,
    same_axis,
    texts,
)
from nextdollar.report.research.charts_panel import (
    HEIGHT_PX,
    LEFT_PX,
    across,
    axes,
    bands,
    curve,
    panel,
)
from nextdollar.report.research.envelope import View

_BANDS = (("p5", "p95", 0.16), ("p25", "p75", 0.2))
_REACH_PX = 150.0
_PERCENT_TICKS = "format(100 * datum.value, '~g') + ' %'"
_SEEN = ("p5", "p25", "p50", "p75", "p95")
_LEAST_RETURN = 1e-3


def return_plot(view: View, frame: Frame) -> Any:
    """Draw what the next dollar brings back against budget, with the knee and its interval."""
    knee = view["knee"]
    rows = [
        {"x": item["budget_usd"], **{name: _drawable(item["returned_usd_per_usd"][name]) for name in _SEEN}}
        for item in knee["curve"]
    ]
    x = across([row["x"] for row in rows], frame)
    ends = [value for row in rows for value in (row["p5"], row["p95"])]
    y = Scale(padded_log(min(ends), max(ends), 0.04), (HEIGHT_PX, 0.0), True, 5, left_px=LEFT_PX)
    title = "USD that the next dollar returns (log scale)"
    layers = [axes(x, y, x_title="training budget, USD", labels=SCALED_LABELS, y_title=title)]
    layers += [*_knee_band(view, x), *bands(rows, x, y, _BANDS)]
    inside, beyond = _parts(rows, _largest_usd(view))
    layers += [curve(part, x, y, dash=dash) for part, dash in ((inside, ()), (beyond, DASH)) if len(part) > 1]
    one = [{"x": x.pixels[0], "x2": x.pixels[1], "y": y.px(1.0), "y2": y.px(1.0)}]
    layers += [
        lines_px(one, colour=INK, width_px=1, dash=(2, 3)),
        texts([{"x": x.pixels[1], "y": y.px(1.0) - 9, "text": "one dollar back"}], align="right", size_px=11),
    ]
    budget = knee["budget_usd"]["p50"]
    mark = [{"x": x.px(budget), "y": y.px(1.0)}]
    layers.append(points_px(mark, colour=VERMILLION, shape="diamond", area_px=110))
    is_right = x.px(budget) < (x.pixels[0] + x.pixels[1]) / 2
    label = {"x": x.px(budget) + (10 if is_right else -10), "y": y.px(1.0) + 15, "text": money(budget, 2)}
    layers.append(texts([label], bold=True, align="left" if is_right else "right"))
    return panel(frame, [*layers, *_edge(view, x)])


def _drawable(value: float) -> float:
    """Return a value that a log scale can show: further dollars that bring nothing stand at its foot."""
    return max(value, _LEAST_RETURN)


def _knee_band(view: View, x: Scale) -> list[Any]:
    budget = view["knee"]["budget_usd"]
    if budget["p5"] == budget["p95"]:
        return []
    box = [{"x": x.px(budget["p5"]), "x2": x.px(budget["p95"]), "y": 0, "y2": HEIGHT_PX}]
    return [bars_px(box, colour=VERMILLION, opacity=0.14)]


def _largest_usd(view: View) -> float | None:
    flop = view["largest_run_flop"]
    return None if flop is None else flop * view["price"]["usd_per_flop"]["p50"]


def _parts(rows: Sequence[dict[str, Any]], edge: float | None) -> tuple[list[Any], list[Any]]:
    """Return the rows up to the largest run and those from it on, which share their border."""
    if edge is None:
        return list(rows), []
    inside = [row for row in rows if row["x"] <= edge]
    return inside, [*inside[-1:], *(row for row in rows if row["x"] > edge)]


def _edge(view: View, x: Scale, height_px: float = HEIGHT_PX) -> list[Any]:
    """Return a mark at the largest run, where it lies on the picture."""
    edge = _largest_usd(view)
    if edge is None or not x.holds(edge):
        return []
    is_right = x.px(edge) < x.pixels[0] + 120
    return [
        lines_px([{"x": x.px(edge), "x2": x.px(edge), "y": 0, "y2": height_px}], colour=GREY, dash=(2, 3)),
        texts(
            [{"x": x.px(edge) + (5 if is_right else -5), "y": height_px - 10, "text": "largest run"}],
            align="left" if is_right else "right",
            size_px=11,
        ),
    ]


def quality_plot(view: View, frame: Frame) -> Any:
    """Draw a metric against budget with the two values, and below it how often a run reaches the second."""
    import altair as alt

    quality = view["quality"]
    rows = [{"x": item["budget_usd"], **item["metric"]} for item in quality["curve"]]
    x = across([row["x"] for row in rows], frame)
    goals = [quality["from_value"], quality["to_value"]]
    values = [value for row in rows for value in (row["p5"], row["p95"])] + goals
    room = 0.06 * (max(values) - min(values))
    y = Scale((min(values) - room, max(values) + room), (HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
    upper = [
        _metric_axes(x, y, quality),
        *bands(rows, x, y, _BANDS),
        *[
            curve(part, x, y, dash=dash)
            for part, dash in zip(_parts(rows, _largest_usd(view)), ((), DASH), strict=True)
            if len(part) > 1
        ],
        *_goals(goals, x, y),
        *_edge(view, x),
    ]
    return alt.vconcat(panel(frame, upper), _reach_panel(view, frame, x), spacing=28)


def _metric_axes(x: Scale, y: Scale, quality: Any) -> Any:
    labels = _PERCENT_TICKS if quality["is_share"] else PLAIN_LABELS
    ends = [{"x": end, "y": y.domain[0]} for end in x.domain]
    name = quality["metric"] if len(quality["metric"]) <= 40 else f"mean of {len(quality['columns'])} metrics"
    return (
        layer(ends)
        .mark_line(color=INK, strokeWidth=1)
        .encode(
            x=on_axis("x", "x", x, title="", labels=SCALED_LABELS, shown=False),
            y=on_axis("y", "y", y, title=name, labels=labels),
        )
    )


def _goals(goals: Sequence[float], x: Scale, y: Scale) -> list[Any]:
    lines = [{"x": x.pixels[0], "x2": x.pixels[1], "y": y.px(goal), "y2": y.px(goal)} for goal in goals]
    names = [
        {"x": x.pixels[0] + 4, "y": y.px(goal) - 8, "text": word}
        for goal, word in zip(goals, ("from", "to"), strict=True)
    ]
    return [lines_px(lines, colour=VERMILLION, width_px=1.4, dash=(5, 3)), texts(names, size_px=11)]


def _reach_panel(view: View, frame: Frame, x: Scale) -> Any:
    rows = [{"x": item["budget_usd"], "p50": item["reach_share"]} for item in view["quality"]["curve"]]
    y = Scale((0.0, 1.0), (_REACH_PX, 0.0), n_ticks=4, left_px=LEFT_PX)
    ends = [{"x": end, "y": 0.0} for end in x.domain]
    frame_layer = (
        layer(ends)
        .mark_line(color=INK, strokeWidth=1)
        .encode(
            x=on_axis("x", "x", x, title="training budget, USD (log scale)", labels=SCALED_LABELS),
            y=on_axis("y", "y", y, title="share of draws that reach it", labels=_PERCENT_TICKS),
        )
    )
    layers = [frame_layer, curve(rows, x, y)]
    even = view["quality"]["even_chance"]
    if even is not None and x.holds(even["budget_usd"]):
        mark = {"x": x.px(even["budget_usd"]), "y": y.px(0.5)}
        is_right = mark["x"] < (x.pixels[0] + x.pixels[1]) / 2
        at = {"x": mark["x"] + (10 if is_right else -10), "y": mark["y"] - 10}
        label = {**at, "text": money(even["budget_usd"], 2)}
        layers.append(points_px([mark], colour=VERMILLION, shape="diamond", area_px=110))
        layers.append(texts([label], bold=True, align="left" if is_right else "right"))
    half = [{"x": x.domain[0], "y": 0.5}, {"x": x.domain[1], "y": 0.5}]
    line = layer(half).mark_line(color=GREY, strokeWidth=1, strokeDash=[2, 3])
    layers.insert(1, line.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y)))
    return panel(frame, layers, _REACH_PX)
