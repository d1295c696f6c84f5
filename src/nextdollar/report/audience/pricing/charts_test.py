"""The picture of a test of prices: the share that bought at each, and the curve through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nextdollar.report.audience.pricing.charts import HEIGHT_PX
from nextdollar.report.audience.pricing.words_test import test_finding
from nextdollar.report.charts import Picture
from nextdollar.report.charts_scale import Scale, with_zero
from nextdollar.report.charts_style import (
    BLUE,
    GREEN,
    INK,
    PERCENT_LABELS,
    PLAIN_LABELS,
    PURPLE,
    VERMILLION,
    Frame,
    joined,
    layer,
    lines_px,
    on_axis,
    points_px,
)
from nextdollar.report.research.charts_panel import LEFT_PX, curve, end_labels, label_room_px
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import research_picture
from nextdollar.report.tables import Column, Table

_N_POINTS = 41
_EDGE_SHARE = 0.06
_RIGHT_PX = 16.0
_LOOKS = (
    (BLUE, (1, 0), "circle"),
    (VERMILLION, (6, 4), "square"),
    (GREEN, (2, 3), "diamond"),
    (PURPLE, (8, 3, 2, 3), "triangle-up"),
)


def price_test_picture(view: View) -> Picture:
    """Return the picture of a test of prices; there is one."""
    arms = view["price_test"]["arms"]
    columns = (
        Column("price_usd", "price, USD", "number"),
        Column("segment", "segment"),
        Column("offered", "offered", "count"),
        Column("bought", "bought", "count"),
        Column("bought_share", "share that bought", "share"),
        Column("fitted_share", "fitted", "share"),
    )
    rows = tuple(
        (
            arm["price_usd"],
            arm["segment"],
            arm["offered"],
            arm["bought"],
            {**arm["bought_share"], "mean": arm["bought_share"]["measured"]},
            arm["fitted_share"],
        )
        for arm in arms
    )
    n_segments = len({arm["segment"] for arm in arms})
    left_out = (
        "" if n_segments <= len(_LOOKS) else f"the first {len(_LOOKS)} of {n_segments} segments are drawn"
    )
    return research_picture(
        "price-test",
        test_finding(view),
        subtitle="Share of those offered who bought: marks as counted with 90 % ranges, curves as fitted",
        view=view,
        plot=_plot,
        table=Table("price-test-drawn", "The test of prices", columns, rows),
        note=left_out.capitalize(),
    )


def _plot(view: View, frame: Frame) -> Any:
    arms = view["price_test"]["arms"]
    names = list(dict.fromkeys(arm["segment"] for arm in arms))[: len(_LOOKS)]
    lines: list[Any] = [
        {"name": name, "rows": _curve(view, [arm for arm in arms if arm["segment"] == name])}
        for name in names
    ]
    labelled = [line for line in lines if line["name"] and line["rows"]]
    room = label_room_px([line["name"] for line in labelled]) if labelled else _RIGHT_PX
    prices = [arm["price_usd"] for arm in arms]
    edge = _EDGE_SHARE * (max(prices) - min(prices))
    ends = (max(min(prices) - edge, 0.0), max(prices) + edge)
    x = Scale(ends, (LEFT_PX, frame.width_px - room), n_ticks=4 if frame.is_narrow else 8)
    highest = max(arm["bought_share"]["p95"] for arm in arms)
    y = Scale(with_zero(0.0, highest), (HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
    layers = [_axes(x, y)]
    for line, (colour, dash, shape) in zip(lines, _LOOKS, strict=False):
        shown = [arm for arm in arms if arm["segment"] == line["name"]]
        layers += _marks(shown, x, y, colour=colour, shape=shape)
        if line["rows"]:
            layers.append(curve(line["rows"], x, y, dash=dash, colour=colour))
    return joined([*layers, *(end_labels(labelled, x, y) if labelled else [])], frame.width_px, HEIGHT_PX)


def _axes(x: Scale, y: Scale) -> Any:
    mark = layer([{"x": end, "y": 0.0} for end in x.domain]).mark_line(color=INK, strokeWidth=1)
    return mark.encode(
        x=on_axis("x", "x", x, title="price shown, USD", labels=PLAIN_LABELS),
        y=on_axis("y", "y", y, title="share that bought", labels=PERCENT_LABELS),
    )


def _marks(arms: Sequence[Mapping[str, Any]], x: Scale, y: Scale, *, colour: str, shape: str) -> list[Any]:
    """Return a mark for each price as counted, with its range."""
    places = [(x.px(arm["price_usd"]), arm["bought_share"]) for arm in arms]
    ranges = [{"x": at, "x2": at, "y": y.px(seen["p5"]), "y2": y.px(seen["p95"])} for at, seen in places]
    points = [{"x": at, "y": y.px(seen["measured"])} for at, seen in places]
    return [lines_px(ranges, colour=colour, width_px=1.4), points_px(points, colour=colour, shape=shape)]


def _curve(view: View, arms: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """Return the fitted curve of a segment between its lowest and highest price; empty where it has none."""
    known = [arm for arm in arms if arm["fitted_share"]]
    if not known:
        return []
    prices = np.linspace(arms[0]["price_usd"], arms[-1]["price_usd"], _N_POINTS)
    shares = known[0]["fitted_share"] * _shape(view, prices) / _shape(view, known[0]["price_usd"])
    return [{"x": float(p), "p50": float(share)} for p, share in zip(prices, shares, strict=True)]


def _shape(view: View, price_usd: Any) -> Any:
    """Return what a price keeps of demand, up to a factor."""
    elasticity, today_usd = view["price_test"]["likeliest_elasticity"], view["price_test"]["today_usd"]
    if view["price_test"]["form"] == "linear":
        return np.maximum(1.0 - elasticity * (np.asarray(price_usd) / today_usd - 1.0), 0.0)
    return np.asarray(price_usd) ** -elasticity
