"""What each candidate costs, and where each of its dollars goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import percent
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer
from nextdollar.report.charts_scale import Scale, padded_log
from nextdollar.report.charts_style import (
    BLUE,
    GREY,
    VERMILLION,
    Frame,
    bars_px,
    text_width_px,
    texts,
)
from nextdollar.report.charts_worth import index_of_chosen, intervals, label
from nextdollar.report.figure import average
from nextdollar.report.tables_plan import candidates_in_order, total_cost_usd

View = Mapping[str, Any]


def dollar_plot(view: View, frame: Frame) -> Any:
    """Draw where each dollar goes: the shares of training and serving, with the total beside them."""
    items = candidates_in_order(view)
    if is_whole(view):
        return _total_plot(view, items, frame)
    names = [item["name"] for item in items]
    plot = (74.0, 262.0) if frame.is_narrow else (124.0, frame.width_px - 80.0)
    rows = Rows(frame, names, plot[0] - 4, plot, index_of_chosen(view, names), "of each dollar")
    totals = [label(total_cost_usd(item)) for item in items]
    layers = rows.frame_layers([NumberColumn("total, USD", frame.width_px, totals)])
    words = []
    for colour in (BLUE, VERMILLION, GREY):
        boxes, edges = [], []
        for i, item in enumerate(items):
            for said, share_from, share_to in _parts(item, colour):
                left, right = (plot[0] + (plot[1] - plot[0]) * share for share in (share_from, share_to))
                y = rows.y(i)
                boxes.append({"x": left, "x2": right, "y": y - 10, "y2": y + 10})
                edges.append({"x": left, "x2": min(left + 3, right), "y": y - 10, "y2": y + 10})
                if text_width_px(said) + 14 < right - left:
                    words.append({"x": left + 9, "y": y, "text": said})
        if boxes:
            layers += [bars_px(boxes, colour=colour, opacity=0.3), bars_px(edges, colour=colour)]
    return rows.picture([*layers, texts(words)] if words else layers)


def is_whole(view: View) -> bool:
    """Whether no candidate says what of its cost is training and what serving."""
    return all(item["cost_is_whole"] for item in view["candidates"]) and all(
        total_cost_usd(item) > 0 for item in view["candidates"]
    )


def _total_plot(view: View, items: Sequence[Mapping[str, Any]], frame: Frame) -> Any:
    """Draw the costs that are stated as one sum: the mean as a dot, P5 to P95 as a bar."""
    names = [item["name"] for item in items]
    plot = (74.0, 262.0) if frame.is_narrow else (124.0, frame.width_px - 90.0)
    rows = Rows(frame, names, plot[0] - 4, plot, index_of_chosen(view, names))
    totals = [total_cost_usd(item) for item in items]
    scale = Scale(padded_log(min(totals), max(totals)), plot, True, 4 if frame.is_narrow else 7)
    layers = [axis_layer(rows, scale, title="training and serving, USD (log scale)")]
    layers += rows.frame_layers(
        [NumberColumn("mean, USD", frame.width_px, [label(total) for total in totals])]
    )
    costs = {i: item["training_cost_usd"] for i, item in enumerate(items)}
    return rows.picture([*layers, *intervals(rows, scale, costs)])


def _parts(item: Mapping[str, Any], colour: str) -> list[tuple[str, float, float]]:
    """Return the part of a candidate's cost in one colour: what it says, and its shares from and to."""
    training, serving = average(item["training_cost_usd"]) or 0.0, average(item["serving_cost_usd"]) or 0.0
    whole = training + serving
    if whole <= 0:
        return []
    share = training / whole
    parts = {
        BLUE: (f"training {percent(share)}", 0.0, share),
        VERMILLION: (f"serving {percent(1 - share)}", share, 1.0),
    }
    if item["cost_is_whole"]:
        parts = {GREY: ("training and serving, stated as one sum", 0.0, 1.0)}
    return [part for key, part in parts.items() if key == colour and part[2] > part[1]]
