"""How bad each candidate can get: value at risk, expected shortfall, and how often money is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer, far_marks, rule_at
from nextdollar.report.charts_scale import Scale, window
from nextdollar.report.charts_style import (
    GREY,
    PAPER,
    SOFT,
    VERMILLION,
    Frame,
    bars_px,
    lines_px,
    points_px,
    texts,
)
from nextdollar.report.charts_worth import index_of_chosen, label
from nextdollar.report.plan_text import often
from nextdollar.report.tables_plan import offered

View = Mapping[str, Any]


def far_risk(view: View) -> list[str]:
    """Return the candidates whose expected shortfall lies beyond the scale."""
    items = offered(view)
    names = [item["name"] for item in items]
    low, high = window([_risk_ends(item) for item in items], index_of_chosen(view, names))
    return [item["name"] for item in items if not low <= item["expected_shortfall_usd"] <= high]


def _risk_ends(item: Mapping[str, Any]) -> tuple[float, float]:
    pair = (item["value_at_risk_usd"], item["expected_shortfall_usd"])
    return min(pair), max(pair)


def risk_plot(view: View, frame: Frame) -> Any:
    """Draw the loss at risk of each candidate: value at risk as a ring, expected shortfall as a diamond."""
    items = offered(view)
    names = [item["name"] for item in items]
    chosen = index_of_chosen(view, names)
    plot = (74.0, 216.0) if frame.is_narrow else (124.0, frame.width_px - 256.0)
    rows = Rows(frame, names, plot[0] - 4, plot, chosen)
    pairs = [(item["value_at_risk_usd"], item["expected_shortfall_usd"]) for item in items]
    scale = Scale(
        window([_risk_ends(item) for item in items], chosen), plot, n_ticks=3 if frame.is_narrow else 4
    )
    loses = [often(item["loss_probability"]).removesuffix(" of draws") for item in items]
    columns = [NumberColumn("loses in", frame.width_px, loses)]
    if not frame.is_narrow:
        columns = [
            NumberColumn("shortfall, USD", frame.width_px - 156, [label(pair[1]) for pair in pairs]),
            NumberColumn("loses in", frame.width_px, loses),
        ]
    layers = [axis_layer(rows, scale, title="loss, USD; below 0 a gain"), *rows.frame_layers(columns)]
    layers += [rule_at(rows, scale.px(0)), *_risk_key(plot[0])]
    near = [i for i, pair in enumerate(pairs) if scale.holds(pair[1])]
    at_risk = [(i, {"x": scale.px(pairs[i][0]), "y": rows.y(i)}) for i in near]
    shortfall = [(i, {"x": scale.px(pairs[i][1]), "y": rows.y(i)}) for i in near]
    between = [(i, {**mark, "x2": scale.px(pairs[i][1]), "y2": rows.y(i)}) for i, mark in at_risk]
    layers += rows.coloured(between, lambda marks, colour: lines_px(marks, colour=colour, width_px=2))
    layers += rows.coloured(
        shortfall, lambda marks, colour: points_px(marks, colour=colour, shape="diamond", area_px=90)
    )
    layers += rows.coloured(at_risk, lambda marks, colour: points_px(marks, colour=colour, area_px=70))
    layers.append(points_px([mark for _, mark in at_risk], colour=PAPER, area_px=24))
    far = {i: pair[1] for i, pair in enumerate(pairs) if i not in near}
    if not frame.is_narrow:
        layers += _probability_bars(rows, [item["loss_probability"] for item in items])
    return rows.picture([*layers, *far_marks(rows, scale, far)])


def _risk_key(left_px: float) -> list[Any]:
    """Return what ring and diamond stand for."""
    rows = [
        {"x": left_px + 10, "y": 10, "text": "value at risk"},
        {"x": left_px + 96, "y": 10, "text": "shortfall"},
    ]
    return [
        points_px([{"x": left_px + 2, "y": 10}], colour=SOFT, area_px=54),
        points_px([{"x": left_px + 2, "y": 10}], colour=PAPER, area_px=16),
        points_px([{"x": left_px + 88, "y": 10}], colour=SOFT, shape="diamond", area_px=64),
        texts(rows, colour=SOFT, size_px=11),
    ]


def _probability_bars(rows: Rows, shares: list[float]) -> list[Any]:
    """Return a small bar for each probability, beside its number."""
    left, length = rows.frame.width_px - 138.0, 54.0
    empty = [
        {"x": left, "x2": left + length, "y": rows.y(i) - 4, "y2": rows.y(i) + 4} for i in range(len(shares))
    ]
    layers = [bars_px(empty, colour=GREY, opacity=0.18, corner_px=2)]
    filled = [
        {**box, "x2": left + length * share} for box, share in zip(empty, shares, strict=True) if share > 0
    ]
    return [*layers, bars_px(filled, colour=VERMILLION, opacity=0.85, corner_px=2)] if filled else layers
