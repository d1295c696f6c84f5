"""The picture of a metric's forecast: a row for each target with its ranges, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nextdollar.plan.words import significant
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer
from nextdollar.report.charts_scale import Scale, padded
from nextdollar.report.charts_style import BLUE, INK, PLAIN_LABELS, Frame, Row, bars_px, lines_px, points_px
from nextdollar.report.research.envelope import View

MOST_ROWS = 20
_HALF_PX, _NARROW_HALF_PX = 7.0, 4.0


def metric_plot(view: View, frame: Frame) -> Any:
    """Draw the metric of each target: bars hold 90 and 50 %, a tick the median, a cross what happened."""
    items = said(view)[:MOST_ROWS]
    plot = (118.0, 262.0) if frame.is_narrow else (180.0, frame.width_px - 178.0)
    rows = Rows(frame, [item["name"] for item in items], plot[0] - 4, plot)
    ends = [item["metric"][name] for item in items for name in ("p5", "p95")]
    ends += [item["observed_metric"] for item in items if item["observed_metric"] is not None]
    scale = Scale(padded(min(ends), max(ends)), plot, n_ticks=3 if frame.is_narrow else 5)
    layers = [
        axis_layer(rows, scale, title=str(view["metric"]), labels=PLAIN_LABELS),
        *rows.frame_layers(_columns(items, frame)),
    ]
    for low, high, half, opacity in (("p5", "p95", _NARROW_HALF_PX, 0.3), ("p25", "p75", _HALF_PX, 0.55)):
        boxes: list[Row] = [
            {
                "x": scale.px(item["metric"][low]),
                "x2": scale.px(item["metric"][high]),
                "y": rows.y(i) - half,
                "y2": rows.y(i) + half,
            }
            for i, item in enumerate(items)
        ]
        layers.append(bars_px(boxes, colour=BLUE, opacity=opacity))
    ticks: list[Row] = [
        {"x": at, "x2": at, "y": rows.y(i) - _HALF_PX, "y2": rows.y(i) + _HALF_PX}
        for i, item in enumerate(items)
        for at in [scale.px(item["metric"]["p50"])]
    ]
    layers.append(lines_px(ticks, colour=INK, width_px=2))
    known: list[Row] = [
        {"x": scale.px(item["observed_metric"]), "y": rows.y(i)}
        for i, item in enumerate(items)
        if item["observed_metric"] is not None
    ]
    if known:
        layers.append(points_px(known, colour=INK, shape="cross"))
    return rows.picture(layers)


def _columns(items: Sequence[Row], frame: Frame) -> list[NumberColumn]:
    """Return the numbers beside the bars: the median, and on a wide page the range."""
    middles = [significant(item["metric"]["p50"]) for item in items]
    columns = [NumberColumn("median", frame.width_px - (0 if frame.is_narrow else 112), middles)]
    if not frame.is_narrow:
        spreads = [
            f"{significant(item['metric']['p5'])} to {significant(item['metric']['p95'])}" for item in items
        ]
        columns.append(NumberColumn("90 %", frame.width_px, spreads))
    return columns


def said(view: View) -> list[dict[str, Any]]:
    """Return the targets of which the metric can be said."""
    return [row for row in view["rows"] if row["metric"] is not None and not row["metric_cannot_say"]]
