"""What bigger buys: loss against cost with the gain of each further dollar, and what each step returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nextdollar.plan.words import significant
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer, far_marks, rule_at
from nextdollar.report.charts_scale import Range, Scale, padded, padded_log, with_zero, without_overlap
from nextdollar.report.charts_style import (
    BLUE,
    GREY,
    INK,
    PLAIN_LABELS,
    SCALED_LABELS,
    VERMILLION,
    Frame,
    layer,
    lines_px,
    on_axis,
    points_px,
    text_width_px,
    texts,
)
from nextdollar.report.figure import middle
from nextdollar.report.plan_text import often
from nextdollar.report.tables_plan import by_total_cost, total_cost_usd

View = Mapping[str, Any]

_LEFT_PX, _UPPER_PX, _LOWER_PX = 58.0, 172.0, 114.0
_ONE_DOLLAR = 1.0
_LEAST_NATS = 1e-3
_LEAST_RETURN_USD = 0.0001
_FAR_RETURN: Range = (1e-4, 1e4)
_VERDICT_LOOKS = (
    ("pays", BLUE, "circle"),
    ("does not pay", VERMILLION, "square"),
    ("cannot say", GREY, "diamond"),
)


@dataclass(frozen=True, slots=True)
class Gain:
    """What a step in total cost buys: the fall of loss for one unit of money."""

    lower: str
    upper: str
    from_usd: float
    to_usd: float
    fall_nats: float

    @property
    def is_drawn(self) -> bool:
        """Whether the step costs more and lowers the loss."""
        return self.to_usd > self.from_usd and self.fall_nats > 0

    def per_unit(self, unit_usd: float) -> float:
        """Return the fall of loss in nats for so many dollars."""
        return self.fall_nats / (self.to_usd - self.from_usd) * unit_usd


def gains(view: View) -> list[Gain]:
    """Return the steps from each candidate to the next dearer in all."""
    items = [item for item in by_total_cost(view) if middle(item["loss_nats"]) is not None]
    return [
        Gain(
            low["name"],
            high["name"],
            total_cost_usd(low),
            total_cost_usd(high),
            (middle(low["loss_nats"]) or 0.0) - (middle(high["loss_nats"]) or 0.0),
        )
        for low, high in pairwise(items)
    ]


def money_unit(view: View) -> tuple[float, str]:
    """Return the round amount in which further cost is counted, and its name: near what a step costs.

    Where so little buys less than a thousandth of a nat, the next larger amount is taken.
    """
    drawn = [gain for gain in gains(view) if gain.is_drawn]
    further = sorted(gain.to_usd - gain.from_usd for gain in drawn)
    size = further[len(further) // 2] if further else 1.0
    most = max((gain.per_unit(1.0) for gain in drawn), default=1.0)
    units = ((1.0, "USD"), (1e3, "thousand USD"), (1e6, "million USD"), (1e9, "billion USD"))
    large_enough = [unit for unit in units if unit[0] * 500 > size and most * unit[0] >= _LEAST_NATS]
    return large_enough[0] if large_enough else units[-1]


def loss_plot(view: View, frame: Frame) -> Any:
    """Draw loss against cost, and below it what each further unit of money buys."""
    import altair as alt

    items = [item for item in by_total_cost(view) if middle(item["loss_nats"]) is not None]
    costs = [total_cost_usd(item) for item in items]
    is_log = min(costs) > 0
    ends = padded_log(min(costs), max(costs)) if is_log else with_zero(0.0, max(costs))
    x = Scale(ends, (_LEFT_PX, frame.width_px - 14.0), is_log, 4 if frame.is_narrow else 7, left_px=_LEFT_PX)
    drawn = [gain for gain in gains(view) if gain.is_drawn]
    upper = _loss_panel(items, x, view["decision"]["last_worth_funding"], frame, has_labels=not drawn)
    if not drawn:
        return upper
    unit, name = money_unit(view)
    lower = _gain_panel(drawn, x, unit, f"nats bought by each further {name} (log scale)", frame)
    return alt.vconcat(upper, lower, spacing=30)


def _cost_title(x: Scale) -> str:
    return "training and serving, USD" + (" (log scale)" if x.is_log else "")


def _loss_panel(
    items: Sequence[Mapping[str, Any]], x: Scale, chosen: str | None, frame: Frame, *, has_labels: bool
) -> Any:
    import altair as alt

    points = [
        {
            "cost": total_cost_usd(item),
            "loss": middle(item["loss_nats"]),
            "name": item["name"],
            **_loss_ends(item),
        }
        for item in items
    ]
    low, high = min(point["low"] for point in points), max(point["high"] for point in points)
    y = Scale(padded(low, high, 0.22), (_UPPER_PX, 0.0), n_ticks=4, left_px=_LEFT_PX)
    line = (
        layer(points)
        .mark_line(color=GREY, strokeWidth=1.5)
        .encode(
            x=on_axis("x", "cost", x, title=_cost_title(x) if has_labels else "", shown=has_labels),
            y=on_axis("y", "loss", y, title="loss, nats per token", labels=PLAIN_LABELS),
        )
    )
    layers: list[Any] = [line]
    at = [
        {"x": x.px(point["cost"]), "y": y.px(point["loss"]), "top": y.px(point["high"]), **point}
        for point in points
    ]
    bars = [
        {"x": p["x"], "x2": p["x"], "y": y.px(p["low"]), "y2": y.px(p["high"])}
        for p in at
        if p["high"] > p["low"]
    ]
    if bars:
        layers.append(lines_px(bars, colour=GREY, width_px=5))
    layers.append(points_px([p for p in at if p["name"] != chosen], colour=GREY))
    layers += [points_px([p], colour=BLUE, area_px=130) for p in at if p["name"] == chosen]
    layers += _point_names(at, chosen, frame)
    return alt.layer(*layers).properties(width=frame.width_px, height=_UPPER_PX)


def _loss_ends(item: Mapping[str, Any]) -> dict[str, float]:
    loss = item["loss_nats"]
    at = middle(loss) or 0.0
    if isinstance(loss, Mapping):
        return {
            "low": at if loss["p5"] is None else loss["p5"],
            "high": at if loss["p95"] is None else loss["p95"],
        }
    return {"low": at, "high": at}


def _point_names(points: Sequence[Mapping[str, Any]], chosen: str | None, frame: Frame) -> list[Any]:
    """Return names above the points, without those that would cover a more important one."""
    limit = 96.0
    widths = [min(text_width_px(point["name"]), limit) for point in points]
    left = [min(max(p["x"] - w / 2, 0.0), frame.width_px - w) for p, w in zip(points, widths, strict=True)]
    last = len(points) - 1
    priority = [0 if p["name"] == chosen else 1 if i in (0, last) else 2 for i, p in enumerate(points)]
    tops = [point["top"] - 24 for point in points]
    boxes = [(x - 4, x + width + 4, top, top + 15) for x, width, top in zip(left, widths, tops, strict=True)]
    shown = without_overlap(boxes, priority)
    found = []
    for bold in (False, True):
        rows = [
            {"x": left[i], "y": tops[i] + 7, "text": points[i]["name"]}
            for i in sorted(shown)
            if (points[i]["name"] == chosen) is bold
        ]
        if rows:
            found.append(texts(rows, bold=bold, limit_px=limit + 4))
    return found


def _gain_panel(drawn: Sequence[Gain], x: Scale, unit_usd: float, title: str, frame: Frame) -> Any:
    import altair as alt

    values = [gain.per_unit(unit_usd) for gain in drawn]
    y = Scale(padded_log(min(values), max(values), 0.16), (_LOWER_PX, 0.0), True, 4, _LEFT_PX)
    rows = [
        {"from": g.from_usd, "to": g.to_usd, "gain": value} for g, value in zip(drawn, values, strict=True)
    ]
    segments = (
        layer(rows)
        .mark_rule(color=BLUE, strokeWidth=4, strokeCap="round")
        .encode(
            x=on_axis("x", "from", x, title=_cost_title(x), labels=SCALED_LABELS),
            x2="to:Q",
            y=on_axis("y", "gain", y, title=title, labels=PLAIN_LABELS),
        )
    )
    labels, boxes = [], []
    for row in rows:
        text = significant(row["gain"], 2)
        middle_px, half = (x.px(row["from"]) + x.px(row["to"])) / 2, text_width_px(text) / 2
        y_px = y.px(row["gain"]) - 11
        boxes.append((middle_px - half - 3, middle_px + half + 3, y_px - 7, y_px + 7))
        labels.append({"x": middle_px, "y": y_px, "text": text})
    last = len(boxes) - 1
    shown = without_overlap(boxes, [0 if i in (0, last) else 1 for i in range(len(boxes))])
    layers = [segments, texts([labels[i] for i in sorted(shown)], align="center")]
    return alt.layer(*layers).properties(width=frame.width_px, height=_LOWER_PX)


def return_plot(view: View, frame: Frame) -> Any:
    """Draw what each extra dollar of a step brings back, against one dollar."""
    steps = view["decision"]["steps"]
    names = [f"{step['from']} to {step['to']}" for step in steps]
    plot = (96.0, 246.0) if frame.is_narrow else (156.0, frame.width_px - 204.0)
    rows = Rows(frame, names, plot[0] - 4, plot, _last_taken(view))
    values = {i: step["marginal_return_usd_per_usd"] for i, step in enumerate(steps)}
    drawn = {i: value for i, value in values.items() if value is not None and value > 0}
    inside = [min(max(value, _FAR_RETURN[0]), _FAR_RETURN[1]) for value in drawn.values()]
    x = Scale(padded_log(min([0.5, *inside]), max([2.0, *inside])), plot, True, 4 if frame.is_narrow else 7)
    columns = [
        NumberColumn(
            "returns",
            frame.width_px - (0 if frame.is_narrow else 110),
            [_returned(value) for value in values.values()],
        )
    ]
    if not frame.is_narrow:
        columns.append(NumberColumn("pays in", frame.width_px, [_pays_in(step) for step in steps]))
    layers = [
        axis_layer(rows, x, title="USD for each extra dollar (log scale)", labels=PLAIN_LABELS),
        *rows.frame_layers(columns),
    ]
    layers.append(rule_at(rows, x.px(_ONE_DOLLAR)))
    layers.append(
        texts([{"x": x.px(_ONE_DOLLAR), "y": 10, "text": "1 USD"}], align="center", colour=INK, size_px=11)
    )
    far: dict[int, float] = {i: -1.0 for i, value in values.items() if value is not None and value <= 0}
    near = {i: value for i, value in drawn.items() if x.holds(value)}
    far |= {i: value for i, value in drawn.items() if i not in near}
    for verdict, colour, shape in _VERDICT_LOOKS:
        marks = [
            {"x": x.px(value), "y": rows.y(i)} for i, value in near.items() if steps[i]["verdict"] == verdict
        ]
        if marks:
            stems = [{**mark, "x2": x.px(_ONE_DOLLAR), "y2": mark["y"]} for mark in marks]
            layers.append(lines_px(stems, colour=colour, width_px=2))
            layers.append(points_px(marks, colour=colour, shape=shape, area_px=90))
    return rows.picture([*layers, *far_marks(rows, x, far)])


def _pays_in(step: Mapping[str, Any]) -> str:
    return often(step["pays_probability"]).removesuffix(" of draws")


def _returned(value: float | None) -> str:
    if value is None:
        return "costs less"
    if value <= 0:
        return "loses value"
    return f"under {_LEAST_RETURN_USD:g} USD" if value < _LEAST_RETURN_USD else f"{significant(value)} USD"


def _last_taken(view: View) -> int | None:
    """Return the step that leads to the last candidate worth funding."""
    chosen = view["decision"]["last_worth_funding"]
    return next((i for i, step in enumerate(view["decision"]["steps"]) if step["to"] == chosen), None)
