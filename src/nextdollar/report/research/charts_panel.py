"""A plot of loss with bands, lines and points: what the charts of a law have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.report.charts_scale import Range, Scale, apart, padded, padded_log
from nextdollar.report.charts_style import (
    BLUE,
    GREY,
    INK,
    PLAIN_LABELS,
    Frame,
    Row,
    joined,
    layer,
    lines_px,
    on_axis,
    same_axis,
    text_width_px,
    texts,
)

HEIGHT_PX = 270.0
LEFT_PX = 46.0
BANDS = (("p5", "p95", 0.13), ("p10", "p90", 0.13), ("p25", "p75", 0.2))
_LABEL_GAP_PX = 16.0
_LOG_FROM = 4.0
_FEW_POINTS, _SOME_POINTS = 20, 60

Line = Mapping[str, Any]


def panel(frame: Frame, layers: Sequence[Any], height_px: float = HEIGHT_PX) -> Any:
    """Return layers as one picture."""
    return joined(layers, frame.width_px, height_px)


def loss_scale(values: Sequence[float], height_px: float = HEIGHT_PX) -> Scale:
    """Return the upright scale of losses, logarithmic where they span more than four times."""
    low, high = min(values), max(values)
    if high > _LOG_FROM * low:
        return Scale(padded_log(low, high, 0.05), (height_px, 0.0), True, 5, left_px=LEFT_PX)
    return Scale(padded(low, high, 0.06), (height_px, 0.0), n_ticks=5, left_px=LEFT_PX)


def across(values: Sequence[float], frame: Frame, right_px: float = 12.0) -> Scale:
    """Return the level scale of sizes, tokens or work (logarithmic), with room at the right for labels."""
    ends: Range = padded_log(min(values), max(values), 0.02)
    pixels = (LEFT_PX, frame.width_px - right_px)
    return Scale(ends, pixels, True, 4 if frame.is_narrow else 7, left_px=LEFT_PX)


def axes(x: Scale, y: Scale, *, x_title: str, labels: str, y_title: str = "") -> Any:
    """Return both axes with their grid; they are drawn under everything else."""
    title = y_title or f"loss, nats per token{' (log scale)' if y.is_log else ''}"
    ends = [{"x": end, "y": y.domain[0]} for end in x.domain]
    return (
        layer(ends)
        .mark_line(color=INK, strokeWidth=1)
        .encode(
            x=on_axis("x", "x", x, title=f"{x_title} (log scale)", labels=labels),
            y=on_axis("y", "y", y, title=title, labels=PLAIN_LABELS),
        )
    )


def bands(rows: Sequence[Row], x: Scale, y: Scale, which: Sequence[tuple[str, str, float]]) -> list[Any]:
    """Return filled bands between two fields of rows that lie on the scales, in blue."""
    inside = [row for row in rows if x.holds(row["x"])]
    return [
        layer([{"x": row["x"], "low": row[low], "high": row[high]} for row in inside])
        .mark_area(color=BLUE, opacity=opacity)
        .encode(x=same_axis("x", "x", x), y=same_axis("y", "low", y), y2="high:Q")
        for low, high, opacity in which
    ]


def curve(rows: Sequence[Row], x: Scale, y: Scale, *, dash: Sequence[int] = (), colour: str = BLUE) -> Any:
    """Return a line through the medians of rows that lie on the scales."""
    inside = [{"x": row["x"], "y": row["p50"]} for row in rows if x.holds(row["x"]) and y.holds(row["p50"])]
    mark = layer(inside).mark_line(color=colour, strokeWidth=2.2, strokeDash=list(dash) or [1, 0])
    return mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y))


def dots(
    points: Sequence[Row], x: Scale, y: Scale, *, colour: str = GREY, area_px: int = 16, shape: str = "circle"
) -> list[Any]:
    """Return the points (`x`, `y`) that lie on the scales; none where there are none."""
    at = [{"x": p["x"], "y": p["y"]} for p in points if x.holds(p["x"]) and y.holds(p["y"])]
    if not at:
        return []
    mark = layer(at).mark_point(color=colour, filled=True, size=area_px, shape=shape, opacity=0.75)
    return [mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y))]


def edge_mark(value: float, x: Scale, words: str) -> list[Any]:
    """Return an upright dotted line at a value with its name beside it, on the side that has room."""
    at = x.px(value)
    is_left = at > (x.pixels[0] + x.pixels[1]) / 2
    name = {"x": at - 5 if is_left else at + 5, "y": 8, "text": words}
    return [
        lines_px([{"x": at, "x2": at, "y": 0, "y2": HEIGHT_PX}], colour=GREY, dash=(2, 3)),
        texts([name], align="right" if is_left else "left", size_px=11),
    ]


def dot_area_px(n_points: int) -> int:
    """Return how large dots are: larger where there are few."""
    return 46 if n_points <= _FEW_POINTS else 26 if n_points <= _SOME_POINTS else 16


def end_labels(lines: Sequence[Line], x: Scale, y: Scale, *, head: str = "") -> list[Any]:
    """Return the names of lines at their right ends, kept apart; `head` stands above them."""
    ends = [y.px(line["rows"][-1]["p50"]) for line in lines]
    placed = apart(ends, _LABEL_GAP_PX)
    left = x.pixels[1] + 6
    rows = [{"x": left, "y": at, "text": line["name"]} for at, line in zip(placed, lines, strict=True)]
    found = [texts(rows, size_px=11)]
    if head and placed:
        found.append(texts([{"x": left, "y": min(placed) - _LABEL_GAP_PX, "text": head}], size_px=11))
    return found


def tip_labels(lines: Sequence[Line], x: Scale, y: Scale) -> list[Any]:
    """Return the names of lines each at the right end of its line."""
    tips = [(line["name"], line["rows"][-1]) for line in lines if line["rows"]]
    rows = [{"x": x.px(row["x"]) + 6, "y": y.px(row["p50"]), "text": name} for name, row in tips]
    return [texts(rows, size_px=11)] if rows else []


def label_room_px(names: Sequence[str]) -> float:
    """Return the room at the right that names of lines take."""
    return max((text_width_px(name, 11) for name in names), default=0.0) + 10
