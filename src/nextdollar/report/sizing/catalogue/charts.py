"""The pictures of the catalogue: prices over time with where they may go, and prices before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from nextdollar.plan.words import significant
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer
from nextdollar.report.charts_scale import Scale, padded_log
from nextdollar.report.charts_style import (
    BLUE,
    DASH,
    GREEN,
    GREY,
    INK,
    PLAIN_LABELS,
    PURPLE,
    VERMILLION,
    Frame,
    Row,
    layer,
    lines_px,
    on_axis,
    points_px,
    text_width_px,
    texts,
)
from nextdollar.report.research.charts_panel import HEIGHT_PX, LEFT_PX, bands, curve, panel
from nextdollar.report.research.envelope import View
from nextdollar.units import DAYS_PER_YEAR, MONTHS_PER_YEAR

MOST_MOVES = 20
_ROOM_FOR_KEY = 1.3
_SHORT = {"on_demand": "", "one_year": "1 y", "three_years": "3 y", "purchase": "bought"}
_MARKS = {
    "on demand": (BLUE, "circle"),
    "one year": (GREEN, "square"),
    "three years": (PURPLE, "triangle-up"),
    "yours": (VERMILLION, "diamond"),
}


def rents_plot(view: View, frame: Frame) -> Any:
    """Draw every rent of an accelerator on its day, then the median of the paths and their 90 %."""
    quotes = [
        {"x": _year(quote["valid_from"]), "y": quote["usd"], "mark": _mark(quote)}
        for quote in view["history"]
        if quote["contract"] != "purchase"
    ]
    fan = _fan(view)
    years = [row["x"] for row in (*quotes, *fan)]
    prices = [row["y"] for row in quotes] + [row[end] for row in fan for end in ("p5", "p95")]
    x = Scale(
        (min(years) - 0.1, max(years) + 0.1),
        (LEFT_PX, frame.width_px - 12.0),
        n_ticks=4 if frame.is_narrow else 8,
        left_px=LEFT_PX,
    )
    low, high = padded_log(min(prices), max(prices), 0.05)
    y = Scale((low, high * _ROOM_FOR_KEY), (HEIGHT_PX, 0.0), True, 5, left_px=LEFT_PX)
    marks = {name: [row for row in quotes if row["mark"] == name] for name in _MARKS}
    layers = [_axes(x, y)]
    if fan:
        layers += [*bands(fan, x, y, (("p5", "p95", 0.18),)), curve(fan, x, y, dash=DASH)]
    for name, rows in marks.items():
        if rows:
            colour, shape = _MARKS[name]
            places: list[Row] = [{"x": x.px(row["x"]), "y": y.px(row["y"])} for row in rows]
            layers.append(points_px(places, colour=colour, shape=shape, area_px=46))
    return panel(frame, [*layers, *_key([name for name in _MARKS if marks[name]])])


def moves_plot(changes: Sequence[Mapping[str, Any]], frame: Frame) -> Any:
    """Draw prices before (grey) and after (blue) on a log axis, one row each."""
    plot = (118.0, 250.0) if frame.is_narrow else (180.0, frame.width_px - 150.0)
    names = [_name(change["key"]) for change in changes]
    rows = Rows(frame, [name[: 17 if frame.is_narrow else 28] for name in names], plot[0] - 4, plot)
    before, after = ([float(change[end]) for change in changes] for end in ("before", "after"))
    scale = Scale(
        padded_log(min(before + after), max(before + after)),
        plot,
        is_log=True,
        n_ticks=3 if frame.is_narrow else 5,
    )
    ways: list[Row] = [
        {"x": scale.px(old), "x2": scale.px(new), "y": rows.y(i), "y2": rows.y(i)}
        for i, (old, new) in enumerate(zip(before, after, strict=True))
    ]
    olds: list[Row] = [{"x": scale.px(old), "y": rows.y(i)} for i, old in enumerate(before)]
    news: list[Row] = [{"x": scale.px(new), "y": rows.y(i)} for i, new in enumerate(after)]
    said = [f"{significant(old)} to {significant(new)}" for old, new in zip(before, after, strict=True)]
    layers = [
        axis_layer(rows, scale, title="USD"),
        *rows.frame_layers([NumberColumn("USD", frame.width_px, said)]),
        lines_px(ways, colour=GREY, width_px=2),
        points_px(olds, colour=GREY, shape="square"),
        points_px(news, colour=BLUE),
    ]
    return rows.picture(layers)


def _name(key: Sequence[str]) -> str:
    """Return an accelerator, its contract where it is not on demand, and the provider if there is one."""
    return " ".join(part for part in (key[0], _SHORT.get(key[1], key[1]), *key[2:]) if part)


def _axes(x: Scale, y: Scale) -> Any:
    ends = [{"x": end, "y": y.domain[0]} for end in x.domain]
    return (
        layer(ends)
        .mark_line(color=INK, strokeWidth=1)
        .encode(
            x=on_axis("x", "x", x, title="year", labels=PLAIN_LABELS),
            y=on_axis("y", "y", y, title="USD per GPU-hour (log scale)", labels=PLAIN_LABELS),
        )
    )


def _fan(view: View) -> list[dict[str, float]]:
    """Return the paths from the day that was asked about."""
    outlook = view["outlook"]
    if outlook is None:
        return []
    start = _year(view["as_of"])
    ends = zip(outlook["months"], outlook["p5"], outlook["p50"], outlook["p95"], strict=True)
    return [
        {"x": start + month / MONTHS_PER_YEAR, "p5": low, "p50": middle, "p95": high}
        for month, low, middle, high in ends
    ]


def _key(names: Sequence[str]) -> list[Any]:
    """Return the marks and their names in a row above the plot."""
    layers: list[Any] = []
    at = LEFT_PX
    for name in names:
        colour, shape = _MARKS[name]
        layers.append(points_px([{"x": at, "y": 6.0}], colour=colour, shape=shape, area_px=46))
        layers.append(texts([{"x": at + 8, "y": 6.0, "text": name}]))
        at += text_width_px(name) + 24
    return layers


def _mark(quote: Mapping[str, Any]) -> str:
    return "yours" if quote["is_own"] else str(quote["contract"]).replace("_", " ")


def _year(day: str) -> float:
    found = date.fromisoformat(day)
    return found.year + (found - date(found.year, 1, 1)).days / DAYS_PER_YEAR
