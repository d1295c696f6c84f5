"""The pictures of a split: loss along budgets, and the price of other sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nextdollar.plan.words import count, percent
from nextdollar.report.charts_scale import Scale
from nextdollar.report.charts_style import (
    BLUE,
    DASH,
    GREY,
    INK,
    PERCENT_LABELS,
    SCALED_LABELS,
    SOFT,
    VERMILLION,
    Frame,
    bars_px,
    layer,
    lines_px,
    on_axis,
    points_px,
    same_axis,
    text_width_px,
    texts,
)
from nextdollar.report.research.allocate_findings import saving_of
from nextdollar.report.research.charts_panel import HEIGHT_PX, LEFT_PX, across, axes, loss_scale, panel
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import flop_words

_ROOM_SHARE = 0.14
_SAME_SHARE = 0.002
_NEAR_SHARE = 0.2
_CLEAR_PX = 30.0
_LABEL_PX = 11.0


def isoflop_plot(view: View, frame: Frame) -> Any:
    """Draw loss against size at three budgets, the best of each, and the plan."""
    names = [flop_words(item["budget_flop"], 2) for item in view["isoflops"]]
    room = max(text_width_px(name, _LABEL_PX) for name in names) + 10
    sizes = [row["params"] for item in view["isoflops"] for row in item["rows"]]
    x = across(sizes, frame, room)
    highest = max(item["best"]["loss_nats"] for item in view["isoflops"])
    lowest = min(item["best"]["loss_nats"] for item in view["isoflops"])
    top = highest + 0.55 * (highest - lowest)
    y = loss_scale([lowest - 0.05 * (highest - lowest), top])
    layers: list[Any] = [axes(x, y, x_title="parameters", labels=SCALED_LABELS)]
    layers += _flat(view, x, HEIGHT_PX)
    middle = len(view["isoflops"]) // 2
    for i, item in enumerate(view["isoflops"]):
        layers += _isoflop(item, x, y, is_ours=i == middle)
    path = [{"x": item["best"]["params"], "y": item["best"]["loss_nats"]} for item in view["isoflops"]]
    layers.append(
        layer(path)
        .mark_line(color=INK, strokeWidth=1.2, strokeDash=list(DASH))
        .encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y))
    )
    best = [{"x": x.px(point["x"]), "y": y.px(point["y"])} for point in path]
    layers.append(points_px(best, colour=INK, shape="diamond", area_px=55))
    layers += _labels(view, names, x, y, frame)
    plan = [{"x": x.px(view["params"]), "y": y.px(view["loss_nats"])}]
    layers.append(points_px(plan, colour=VERMILLION, area_px=80))
    return panel(frame, layers)


def _isoflop(item: View, x: Scale, y: Scale, *, is_ours: bool) -> list[Any]:
    rows = [row for row in item["rows"] if x.holds(row["params"]) and y.holds(row["loss_nats"])]
    found: list[Any] = []
    if is_ours and rows and rows[0]["p5"] is not None:
        band = [
            {"x": row["params"], "low": row["p5"], "high": min(row["p95"], y.domain[1])}
            for row in rows
            if row["p5"] >= y.domain[0]
        ]
        found.append(
            layer(band)
            .mark_area(color=BLUE, opacity=0.2)
            .encode(x=same_axis("x", "x", x), y=same_axis("y", "low", y), y2="high:Q")
        )
    colour, width = (BLUE, 2.5) if is_ours else (GREY, 1.5)
    mark = layer(rows).mark_line(color=colour, strokeWidth=width)
    found.append(mark.encode(x=same_axis("x", "params", x), y=same_axis("y", "loss_nats", y)))
    return found


def _labels(view: View, names: list[str], x: Scale, y: Scale, frame: Frame) -> list[Any]:
    """Return the budgets beside the ends of their curves."""
    found = []
    for i, (item, name) in enumerate(zip(view["isoflops"], names, strict=True)):
        inside = [row for row in item["rows"] if x.holds(row["params"]) and y.holds(row["loss_nats"])]
        last = inside[-1]
        at = {"x": x.px(last["params"]) + 5, "y": y.px(last["loss_nats"]), "text": name}
        is_ours = i == len(names) // 2
        found.append(texts([at], size_px=_LABEL_PX, bold=is_ours, colour=INK if is_ours else SOFT))
    return found


def _flat(view: View, x: Scale, height_px: float) -> list[Any]:
    """Return the band of sizes that cost hardly more."""
    low, high = view["flat"]["params_low"], view["flat"]["params_high"]
    if low is None or high is None:
        return []
    return [bars_px([{"x": x.px(low), "x2": x.px(high), "y": 0, "y2": height_px}], colour=GREY, opacity=0.14)]


def prices_plot(view: View, frame: Frame) -> Any:
    """Draw what each size costs more for the loss of the plan."""
    rows = [row for row in view["sizes"] if row["extra_share"] is not None]
    least = min(row["extra_share"] for row in rows)
    x = across([row["params"] for row in rows], frame)
    y = Scale((min(least, 0.0) - _ROOM_SHARE, 1.0), (HEIGHT_PX, 0.0), left_px=LEFT_PX, n_ticks=6)
    ends = [{"x": end, "y": y.domain[0]} for end in x.domain]
    frame_layer = layer(ends).mark_line(color=INK, strokeWidth=1)
    layers: list[Any] = [
        frame_layer.encode(
            x=on_axis("x", "x", x, title="parameters (log scale)", labels=SCALED_LABELS),
            y=on_axis("y", "y", y, title="extra cost for the same loss", labels=PERCENT_LABELS),
        )
    ]
    layers += _flat(view, x, HEIGHT_PX)
    layers.append(lines_px([{"x": LEFT_PX, "x2": x.pixels[1], "y": y.px(0), "y2": y.px(0)}], colour=GREY))
    line = layer(rows).mark_line(color=BLUE, strokeWidth=2.5, clip=True)
    layers.append(line.encode(x=same_axis("x", "params", x), y=same_axis("y", "extra_share", y)))
    return panel(frame, [*layers, *_marks(view, x, y, frame)])


def _marks(view: View, x: Scale, y: Scale, frame: Frame) -> list[Any]:
    """Return the plan and, where it is another, the compute-optimal model, with their names."""
    least = min(view["sizes"], key=lambda row: row["extra_share"] or 0.0)
    plan = {"x": x.px(view["params"]), "y": y.px(0)}
    words = f"{count(view['params'])}, the plan"
    is_least = least["extra_share"] > -_SAME_SHARE
    label = (
        _below(words, plan, frame) if is_least else _beside((words,), plan, view["params"] > least["params"])
    )
    layers = [points_px([plan], colour=VERMILLION, area_px=80), label]
    plain, saving = view["plain"], saving_of(view)
    if saving is None or not x.holds(plain["params"]):
        return layers
    extra = 1 / (1 - saving) - 1
    at = {"x": x.px(plain["params"]), "y": y.px(extra)}
    sign = "+" if extra > 0 else "-"
    lines = (f"{count(plain['params'])}, compute-", f"optimal: {sign}{percent(abs(extra))}")
    layers.append(points_px([at], colour=INK, shape="square", area_px=60))
    if abs(extra - least["extra_share"]) < _NEAR_SHARE:
        at = {"x": at["x"], "y": at["y"] - _CLEAR_PX}
    return [*layers, _beside(lines, at, plain["params"] > least["params"])]


def _below(words: str, at: dict[str, float], frame: Frame) -> Any:
    half_px = text_width_px(words, _LABEL_PX) / 2
    middle = min(max(at["x"], LEFT_PX + half_px + 4), frame.width_px - half_px - 4)
    return texts([{"x": middle, "y": at["y"] + 14, "text": words}], align="center", size_px=_LABEL_PX)


def _beside(lines: Sequence[str], at: dict[str, float], is_rising: bool) -> Any:
    """Return a name above a point, on the side where the line is not."""
    shift = -9 if is_rising else 9
    top = at["y"] - 10 - 14 * (len(lines) - 1)
    rows = [{"x": at["x"] + shift, "y": top + 14 * i, "text": line} for i, line in enumerate(lines)]
    return texts(rows, align="right" if is_rising else "left", size_px=_LABEL_PX)
