"""The picture of a diagnosis: runs by size and tokens, and where balanced ones lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count
from nextdollar.report.charts_scale import Scale, padded_log
from nextdollar.report.charts_style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PURPLE,
    SCALED_LABELS,
    SOFT,
    VERMILLION,
    Frame,
    layer,
    lines_px,
    on_axis,
    points_px,
    same_axis,
    text_width_px,
    texts,
)
from nextdollar.report.research.charts_panel import across, panel
from nextdollar.report.research.envelope import View

LOOKS = {
    "balanced": (GREEN, "circle"),
    "under-trained": (VERMILLION, "triangle-down"),
    "data-starved": (PURPLE, "square"),
    "compute-starved": (BLUE, "triangle-up"),
}
_HEIGHT_PX, _LEFT_PX, _KEY_LINE_PX = 300.0, 46.0, 15.0
_LABEL_PX = 11.0
_ROOM = 2.5
_MOVED_SHARE = 0.2


def map_plot(view: View, frame: Frame) -> Any:
    """Draw runs by parameters and tokens over the corridor of balanced ones."""
    runs = view["runs"]
    near = _near(runs[0]) if len(runs) == 1 else [(run["params"], run["tokens"]) for run in runs]
    x = across([params for params, _ in near], frame)
    heights = [tokens for _, tokens in near]
    heights += [point["tokens"] for point in view["corridor"] if x.holds(point["params"])]
    if view["unique_tokens"] is not None:
        heights.append(view["unique_tokens"])
    top_px = _key_places(view, frame)[-1][2] + _KEY_LINE_PX
    y = Scale(padded_log(min(heights), max(heights), 0.06), (_HEIGHT_PX, top_px), True, 5, left_px=_LEFT_PX)
    corners = [{"x": end, "y": y.domain[0]} for end in x.domain]
    layers: list[Any] = [
        layer(corners)
        .mark_line(color=INK, strokeWidth=1)
        .encode(
            x=on_axis("x", "x", x, title="parameters (log scale)", labels=SCALED_LABELS),
            y=on_axis("y", "y", y, title="training tokens (log scale)", labels=SCALED_LABELS),
        ),
        *_corridor(view, x, y),
        *_unique(view, x, y),
    ]
    if len(runs) == 1:
        layers += _move(runs[0], x, y, frame)
    for name, (colour, shape) in LOOKS.items():
        at = [{"x": x.px(run["params"]), "y": y.px(run["tokens"])} for run in runs if run["verdict"] == name]
        if at:
            layers.append(points_px(at, colour=colour, shape=shape, area_px=90 if len(runs) == 1 else 34))
    return panel(frame, [*layers, *_key(view, frame)], _HEIGHT_PX)


def _near(run: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return a run and the best split of its cost with some room around both."""
    ends = [(item["params"], item["tokens"]) for item in (run, run["rebalanced"])]
    return [(params * by, tokens) for params, tokens in ends for by in (1 / _ROOM, _ROOM)]


def _unique(view: View, x: Scale, y: Scale) -> list[Any]:
    """Return a line at the unique tokens: above it they are repeated."""
    if view["unique_tokens"] is None:
        return []
    at = y.px(view["unique_tokens"])
    words = f"{count(view['unique_tokens'])} unique tokens; above they repeat"
    return [
        lines_px([{"x": x.pixels[0], "x2": x.pixels[1], "y": at, "y2": at}], colour=PURPLE, dash=(2, 3)),
        texts(
            [{"x": x.pixels[1], "y": at - 8, "text": words}], align="right", colour=SOFT, size_px=_LABEL_PX
        ),
    ]


def _corridor(view: View, x: Scale, y: Scale) -> list[Any]:
    def within(value: float) -> float:
        return min(max(value, y.domain[0]), y.domain[1])

    near = [point for point in view["corridor"] if x.holds(point["params"])]
    area = [
        {"x": point["params"], "low": within(point["tokens_low"]), "high": within(point["tokens_high"])}
        for point in near
        if point["tokens_low"] is not None and point["tokens_high"] is not None
    ]
    line = [{"x": point["params"], "y": point["tokens"]} for point in near if y.holds(point["tokens"])]
    found = []
    if area:
        found.append(
            layer(area)
            .mark_area(color=GREY, opacity=0.18)
            .encode(x=same_axis("x", "x", x), y=same_axis("y", "low", y), y2="high:Q")
        )
    if line:
        mark = layer(line).mark_line(color=GREY, strokeWidth=1.5)
        found.append(mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y)))
    return found


def _move(run: Mapping[str, Any], x: Scale, y: Scale, frame: Frame) -> list[Any]:
    """Return the way from a run to the best split of the same cost, with the names of both ends."""
    start = (x.px(run["params"]), y.px(run["tokens"]))
    end = (x.px(run["rebalanced"]["params"]), y.px(run["rebalanced"]["tokens"]))
    names: list[tuple[tuple[float, float], str]] = [(start, count(run["params"]))]
    found: list[Any] = []
    if abs(run["rebalanced"]["params"] / run["params"] - 1) > _MOVED_SHARE:
        way = [{"x": start[0], "y": start[1], "x2": end[0], "y2": end[1]}]
        found += [
            lines_px(way, colour=INK, dash=(4, 3)),
            points_px([{"x": end[0], "y": end[1]}], colour=INK, shape="diamond", area_px=70),
        ]
        names.append((end, f"{count(run['rebalanced']['params'])}, same cost"))
    for i, ((at_x, at_y), words) in enumerate(names):
        is_right = at_x + text_width_px(words, _LABEL_PX) + 14 < frame.width_px
        row = {"x": at_x + (9 if is_right else -9), "y": at_y + (15 if i else -10), "text": words}
        found.append(texts([row], align="left" if is_right else "right", size_px=_LABEL_PX))
    return found


def _key(view: View, frame: Frame) -> list[Any]:
    """Return the verdicts that occur, each with its mark, above the plot."""
    found: list[Any] = []
    for name, left, top in _key_places(view, frame):
        colour, shape = LOOKS[name]
        found.append(points_px([{"x": left + 5, "y": top}], colour=colour, shape=shape, area_px=40))
        words = _key_words(name, view, frame)
        found.append(texts([{"x": left + 13, "y": top, "text": words}], size_px=_LABEL_PX, colour=SOFT))
    return found


def _key_words(name: str, view: View, frame: Frame) -> str:
    return name if len(view["runs"]) == 1 or frame.is_narrow else f"{name} {view['counts'][name]}"


def _key_places(view: View, frame: Frame) -> list[tuple[str, float, float]]:
    """Return each verdict that occurs with its pixels, in as many lines as it takes."""
    places = []
    left, top = _LEFT_PX, _KEY_LINE_PX / 2
    for name in (name for name, number in view["counts"].items() if number):
        width = text_width_px(_key_words(name, view, frame), _LABEL_PX) + 20
        if left + width > frame.width_px:
            left, top = _LEFT_PX, top + _KEY_LINE_PX
        places.append((name, left, top))
        left += width + 8
    return places
