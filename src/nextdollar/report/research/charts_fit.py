"""The pictures of a fit: loss against size, data and work, the best size of budgets, and residuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import count, power
from nextdollar.report.charts_scale import Scale
from nextdollar.report.charts_style import (
    BLUE,
    DASH,
    INK,
    SCALED_LABELS,
    VERMILLION,
    Frame,
    layer,
    points_px,
    same_axis,
)
from nextdollar.report.research.charts_panel import (
    Line,
    across,
    axes,
    bands,
    curve,
    dot_area_px,
    dots,
    edge_mark,
    end_labels,
    label_room_px,
    loss_scale,
    panel,
    tip_labels,
)
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import POWER_LABELS

_BAND = (("p5", "p95", 0.22),)
_RESIDUAL_PX = 150.0
_LEAST_RESIDUAL = 0.002


def params_plot(view: View, frame: Frame) -> Any:
    """Draw loss against size, a line for each of a few amounts of data."""
    return _family(view, frame, "params", view["curves"]["along_params"], "parameters")


def tokens_plot(view: View, frame: Frame) -> Any:
    """Draw loss against data, a line for each of a few sizes."""
    return _family(view, frame, "tokens", view["curves"]["along_tokens"], "training tokens")


def _family(view: View, frame: Frame, key: str, curves: Sequence[Mapping[str, Any]], title: str) -> Any:
    head = f"{curves[0]['held']}:"
    lines: list[Line] = [{"name": count(item["fixed"]), "rows": rows_of(item, key)} for item in curves]
    points = [{"x": p[key], "y": p["loss_nats"]} for p in view["points"]]
    x = across([p["x"] for p in points], frame, label_room_px([head, *(line["name"] for line in lines)]))
    y = loss_scale([p["y"] for p in points])
    layers = [
        axes(x, y, x_title=title, labels=SCALED_LABELS),
        *dots(points, x, y, area_px=dot_area_px(len(points))),
    ]
    for line in lines:
        layers += [*bands(line["rows"], x, y, _BAND), curve(line["rows"], x, y)]
    shown = [{**line, "rows": [row for row in line["rows"] if x.holds(row["x"])]} for line in lines]
    return panel(frame, [*layers, *end_labels(shown, x, y, head=head)])


def compute_plot(view: View, frame: Frame) -> Any:
    """Draw loss against work: the runs, and the least loss that each budget can reach."""
    points = [{"x": p["flop"], "y": p["loss_nats"]} for p in view["points"]]
    rows = rows_of(view["curves"]["frontier"], "flop")
    x = across([*(p["x"] for p in points), *(row["x"] for row in rows)], frame)
    y = loss_scale([*(p["y"] for p in points), *(row["p5"] for row in rows)])
    edge = max(p["x"] for p in points)
    inside, beyond = [r for r in rows if r["x"] <= edge * 1.001], [r for r in rows if r["x"] >= edge * 0.999]
    layers = [
        axes(x, y, x_title="training work, FLOP", labels=POWER_LABELS),
        *dots(points, x, y, area_px=dot_area_px(len(points))),
        *bands(rows, x, y, _BAND),
        curve(inside, x, y),
        curve(beyond, x, y, dash=DASH),
        *edge_mark(edge, x, "your largest run"),
    ]
    return panel(frame, layers)


def isoflop_plot(view: View, frame: Frame) -> Any:
    """Draw loss against size at a few budgets, and where each is least."""
    curves = view["curves"]["isoflop"]
    lines: list[Line] = [
        {"name": f"{power(item['fixed'], 2)} FLOP", "rows": rows_of(item, "params")} for item in curves
    ]
    near = [[p for p in view["points"] if abs(p["flop"] / item["fixed"] - 1) <= 0.1] for item in curves]
    points = [{"x": p["params"], "y": p["loss_nats"]} for group in near for p in group]
    best = [min(line["rows"], key=lambda row: row["p50"]) for line in lines]
    sizes = [row["x"] for line in lines for row in line["rows"]]
    x = across(sizes, frame, label_room_px([line["name"] for line in lines]))
    y = loss_scale([*(p["y"] for p in points), *(row["p50"] for row in best)])
    layers = [axes(x, y, x_title="parameters", labels=SCALED_LABELS)]
    for line in lines:
        kept = [row for row in line["rows"] if y.holds(row["p95"])]
        layers += [*bands(kept, x, y, _BAND), curve(kept, x, y)]
    layers += dots(points, x, y, area_px=22)
    at = [{"x": x.px(row["x"]), "y": y.px(row["p50"])} for row in best]
    layers.append(points_px(at, colour=VERMILLION, shape="diamond", area_px=80))
    shown = [{**line, "rows": [row for row in line["rows"] if y.holds(row["p95"])]} for line in lines]
    return panel(frame, [*layers, *tip_labels(shown, x, y)])


def residual_plot(view: View, frame: Frame) -> Any:
    """Draw what the law leaves over, against size and against data."""
    import altair as alt

    panels = [
        _residuals(view, frame, "params", "parameters"),
        _residuals(view, frame, "tokens", "training tokens"),
    ]
    return alt.vconcat(*panels, spacing=26)


def _residuals(view: View, frame: Frame, key: str, title: str) -> Any:
    points = [{"x": p[key], "y": 100 * p["residual_share"]} for p in view["points"]]
    reach = max(max(abs(p["y"]) for p in points), 100 * _LEAST_RESIDUAL) * 1.08
    x = across([p["x"] for p in points], frame)
    y = Scale((-reach, reach), (_RESIDUAL_PX, 0.0), n_ticks=5, left_px=x.left_px)
    zero = layer([{"x": end, "y": 0.0} for end in x.domain]).mark_line(color=INK, strokeWidth=1)
    layers = [
        axes(x, y, x_title=title, labels=SCALED_LABELS, y_title="loss above the law, %"),
        zero.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y)),
        *dots(points, x, y, colour=BLUE, area_px=18),
    ]
    return panel(frame, layers, _RESIDUAL_PX)


def rows_of(item: Mapping[str, Any], key: str) -> list[dict[str, float]]:
    """Return a curve of the view as rows with `x` and the quantiles of the loss."""
    names = list(item["loss_nats"])
    columns = zip(item[key], *(item["loss_nats"][name] for name in names), strict=True)
    return [dict(zip(("x", *names), values, strict=True)) for values in columns]
