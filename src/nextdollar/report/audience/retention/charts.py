"""The picture of retention: what was seen of each segment, the laws through it, and the forecast beyond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.report.audience.retention.text import ahead, named_segments
from nextdollar.report.charts_scale import Scale, apart
from nextdollar.report.charts_style import (
    BLUE,
    DASH,
    GREEN,
    INK,
    PERCENT_LABELS,
    PLAIN_LABELS,
    PURPLE,
    VERMILLION,
    Frame,
    Row,
    layer,
    on_axis,
    same_axis,
    text_width_px,
    texts,
)
from nextdollar.report.research.charts_panel import HEIGHT_PX, LEFT_PX, panel
from nextdollar.report.research.envelope import View

MOST_SEGMENTS = 4
_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE)
_SHAPES = ("circle", "square", "triangle-up", "diamond")
_MOST_NAME, _MOST_NARROW_NAME = 22, 13
_MANY_DOTS = 30
_TICKS, _NARROW_TICKS = 10, 6
_STEPS = (1, 2, 4, 5, 10, 12, 20, 24, 48, 60, 120, 240, 600, 1200, 2400)

Segment = Mapping[str, Any]


def drawn_segments(view: View) -> list[Segment]:
    """Return the segments in the picture, in the order of the table: those that the answer names, and others.

    Of many these are the ones that keep least and most, and the largest of the rest.
    """
    named = named_segments(view)
    rest = sorted(
        (item for item in view["segments"] if item not in named), key=lambda item: -float(item["customers"])
    )
    chosen = [*named, *rest[: MOST_SEGMENTS - len(named)]]
    return [item for item in view["segments"] if item in chosen]


def curves_plot(view: View, frame: Frame) -> Any:
    """Draw the share left by period: points were seen, lines are medians, bands hold 90 %."""
    segments = drawn_segments(view)
    most = _MOST_NARROW_NAME if frame.is_narrow else _MOST_NAME
    names = [item["segment"][:most] for item in segments]
    room = max(text_width_px(name, 11) for name in names) + 12
    last = max(row["period"] for item in segments for row in item["forecast"])
    ticks = _NARROW_TICKS if frame.is_narrow else _TICKS
    # Periods are whole, and so are the numbers under them.
    step = next(size for size in _STEPS if last / size <= ticks)
    x = Scale((0.0, float(last)), (LEFT_PX, frame.width_px - room), left_px=LEFT_PX, tick_step=step)
    y = Scale((0.0, 1.0), (HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
    layers = [_axes(view, x, y)]
    for item, colour, shape in zip(segments, _COLOURS, _SHAPES, strict=False):
        layers += _segment(item, x, y, colour=colour, shape=shape)
    ends = [y.px(ahead(item["forecast"][-1])["p50"]) for item in segments]
    rows = [
        {"x": x.px(item["forecast"][-1]["period"]) + 6, "y": at, "text": name}
        for item, at, name in zip(segments, apart(ends, 15.0), names, strict=True)
    ]
    return panel(frame, [*layers, texts(rows, size_px=11)])


def _axes(view: View, x: Scale, y: Scale) -> Any:
    ends = [{"x": end, "y": 0.0} for end in x.domain]
    return (
        layer(ends)
        .mark_line(color=INK, strokeWidth=1)
        .encode(
            x=on_axis("x", "x", x, title=f"{view['period']}s since the start", labels=PLAIN_LABELS),
            y=on_axis("y", "y", y, title="customers left", labels=PERCENT_LABELS),
        )
    )


def _segment(item: Segment, x: Scale, y: Scale, *, colour: str, shape: str) -> list[Any]:
    """Return the band, the line (dashed beyond what was seen) and the points of one segment."""
    first = item["observed_from_period"]
    start = [{"x": first, **dict.fromkeys(("p5", "p50", "p95"), 1.0)}]
    inside = start + _rows([row for row in item["fitted"] if row["period"] > first])
    # Where the laws miss what was seen, the forecast begins where that ends and not where their line does.
    is_one = item["keeps_to_observed"] is not False
    beyond = (inside[-1:] if is_one else []) + _rows(item["forecast"])
    bands = [inside + beyond[1:]] if is_one else [inside, beyond]
    found = [
        layer([{"x": row["x"], "low": row["p5"], "high": row["p95"]} for row in band])
        .mark_area(color=colour, opacity=0.18)
        .encode(x=same_axis("x", "x", x), y=same_axis("y", "low", y), y2="high:Q")
        for band in bands
    ]
    for rows, dash in ((inside, ()), (beyond, DASH)):
        if len(rows) > 1:
            points = [{"x": row["x"], "y": row["p50"]} for row in rows]
            mark = layer(points).mark_line(color=colour, strokeWidth=2, strokeDash=list(dash) or [1, 0])
            found.append(mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y)))
    seen = [
        {"x": row["period"], "y": row["survival_share"]}
        for row in item["observed"]
        if row["survival_share"] is not None
    ]
    if seen:
        area = 42 if len(seen) <= _MANY_DOTS else 14
        mark = layer(seen).mark_point(color=colour, shape=shape, filled=True, size=area, opacity=0.9)
        found.append(mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y)))
    return found


def _rows(expected: Sequence[Mapping[str, Any]]) -> list[Row]:
    return [{"x": row["period"], **ahead(row)} for row in expected]
