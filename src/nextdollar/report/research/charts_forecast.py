"""The pictures of a forecast: loss against work with its bands, and forecasts against what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import count
from nextdollar.report.charts_scale import Scale, padded
from nextdollar.report.charts_style import (
    BLUE,
    DASH,
    INK,
    PLAIN_LABELS,
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
from nextdollar.report.research.charts_fit import rows_of
from nextdollar.report.research.charts_panel import (
    BANDS,
    LEFT_PX,
    across,
    axes,
    bands,
    curve,
    dot_area_px,
    dots,
    edge_mark,
    loss_scale,
    panel,
)
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import POWER_LABELS, flop_words, model_words

MOST_NAMED_TARGETS = 3
_HAPPENED_PX = 230.0
_THIN_FROM, _MANY = 12, 60
_BOLD = 1.15

Row = Mapping[str, Any]


def work_plot(view: View, frame: Frame) -> Any:
    """Draw the runs, the loss at the best split of each budget with its bands, and the targets."""
    points = [{"x": p["flop"], "y": p["loss_nats"]} for p in view["points"]]
    rows = rows_of(view["curve"], "flop")
    said = [row for row in view["rows"] if not row["cannot_say"]]
    ends = [value for row in said for value in (row["loss"]["p5"], row["loss"]["p95"])]
    x = across([row["x"] for row in rows], frame)
    y = loss_scale([*(p["y"] for p in points), *(row["p5"] for row in rows), *ends])
    edge = max(p["x"] for p in points)
    inside = [row for row in rows if row["x"] <= edge]
    beyond = [row for row in rows if row["x"] >= (inside[-1]["x"] if inside else 0.0)]
    layers = [
        axes(x, y, x_title="training work, FLOP", labels=POWER_LABELS),
        *bands(rows, x, y, BANDS),
        *dots(points, x, y, area_px=dot_area_px(len(points))),
        *([curve(inside, x, y)] if len(inside) > 1 else []),
        curve(beyond, x, y, dash=DASH),
        *edge_mark(edge, x, "your largest run"),
    ]
    return panel(frame, [*layers, *_targets(said, x, y, frame)])


def _targets(said: Sequence[Row], x: Scale, y: Scale, frame: Frame) -> list[Any]:
    """Return a bar from P5 to P95 and a diamond for each target, and crosses where a loss is known."""
    at = [(x.px(row["flop"]), row) for row in said]
    bars = [
        {"x": px, "x2": px, "y": y.px(row["loss"]["p5"]), "y2": y.px(row["loss"]["p95"])} for px, row in at
    ]
    marks = [{"x": px, "y": y.px(row["loss"]["p50"])} for px, row in at]
    is_crowded = len(said) > _THIN_FROM
    found: list[Any] = []
    if marks:
        found.append(lines_px(bars, colour=VERMILLION, width_px=1 if is_crowded else 2))
        found.append(points_px(marks, colour=VERMILLION, shape="diamond", area_px=24 if is_crowded else 70))
    known = [{"x": px, "y": y.px(row["observed_loss"])} for px, row in at if row["observed_loss"] is not None]
    if known:
        found.append(points_px(known, colour=INK, shape="cross", area_px=16 if is_crowded else 60))
    if len(said) <= MOST_NAMED_TARGETS:
        found.append(texts(_names(at, y, frame), size_px=11, bold=True, limit_px=frame.width_px * 0.7))
    return found


def _names(at: Sequence[tuple[float, Row]], y: Scale, frame: Frame) -> list[Row]:
    """Return the names of targets above their bars, each clear of the next and inside the picture."""
    names: list[Row] = []
    for px, row in sorted(at, key=lambda item: -item[0]):
        text = (
            count(row["params"]) if row["name"] == model_words(row["params"], row["tokens"]) else row["name"]
        )
        left = min(px - 4, frame.width_px - _BOLD * text_width_px(text, 11) - 2)
        top = y.px(row["loss"]["p95"]) - 14
        is_beside = bool(names) and names[-1]["x"] - left < _BOLD * text_width_px(text, 11) + 6
        names.append({"x": left, "y": min(top, names[-1]["y"] - 15) if is_beside else top, "text": text})
    return names


def happened_plot(view: View, frame: Frame) -> Any:
    """Draw each run that happened against its forecast, in order of work."""
    rows = known_rows(view)
    shares = [
        {name: 100 * (row["loss"][name] / row["loss"]["p50"] - 1) for name in ("p5", "p25", "p75", "p95")}
        | {"loss": 100 * (row["observed_loss"] / row["loss"]["p50"] - 1)}
        for row in rows
    ]
    reach = max(abs(value) for share in shares for value in share.values())
    y = Scale(padded(-reach, reach, 0.05), (_HAPPENED_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
    x = Scale((0.0, 1.0), (LEFT_PX, frame.width_px - 12.0))
    step = (frame.width_px - LEFT_PX - 12.0) / len(rows)
    at = [LEFT_PX + step * (i + 0.5) for i in range(len(rows))]
    half = min(max(step * 0.32, 0.8), 14.0)
    axis = (
        layer([{"x": end, "y": end_y} for end, end_y in zip((0, 1), y.domain, strict=True)])
        .mark_point(opacity=0, size=0)
        .encode(
            x=same_axis("x", "x", x),
            y=on_axis("y", "y", y, title="loss against the forecast, %", labels=PLAIN_LABELS),
        )
    )
    layers: list[Any] = [axis]
    for low, high, opacity in (("p5", "p95", 0.22), ("p25", "p75", 0.35)):
        boxes = [
            {"x": px - half, "x2": px + half, "y": y.px(share[low]), "y2": y.px(share[high])}
            for px, share in zip(at, shares, strict=True)
        ]
        layers.append(bars_px(boxes, colour=BLUE, opacity=opacity))
    layers.append(
        lines_px([{"x": LEFT_PX, "x2": frame.width_px - 12, "y": y.px(0), "y2": y.px(0)}], colour=INK)
    )
    area = 60 if len(rows) <= _MANY else 18
    for is_inside, colour, shape in ((True, BLUE, "circle"), (False, VERMILLION, "square")):
        marks = [
            {"x": px, "y": y.px(share["loss"])}
            for px, share in zip(at, shares, strict=True)
            if (share["p5"] <= share["loss"] <= share["p95"]) is is_inside
        ]
        if marks:
            layers.append(points_px(marks, colour=colour, shape=shape, area_px=area))
    return panel(frame, [*layers, *_ends(rows, at)], _HAPPENED_PX + 22)


def _ends(rows: Sequence[Row], at: Sequence[float]) -> list[Any]:
    """Return the work of the first and the last target under the plot."""
    labels = [
        texts([{"x": at[0] - 4, "y": _HAPPENED_PX + 12, "text": flop_words(rows[0]["flop"], 2)}], size_px=11)
    ]
    if len(rows) > 1:
        last = {"x": at[-1] + 4, "y": _HAPPENED_PX + 12, "text": flop_words(rows[-1]["flop"], 2)}
        labels.append(texts([last], align="right", size_px=11))
    return labels


def known_rows(view: View) -> list[Row]:
    """Return the targets with a forecast and a loss, from little work to much."""
    rows = [row for row in view["rows"] if row["observed_loss"] is not None and not row["cannot_say"]]
    return sorted(rows, key=lambda row: float(row["flop"]))
