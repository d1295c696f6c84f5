"""Two plans in one picture: what each step returns in one and in the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import significant
from nextdollar.report.charts import Picture, drawing, footer
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer, rule_at
from nextdollar.report.charts_scale import Scale, padded_log
from nextdollar.report.charts_style import (
    BLUE,
    GREY,
    INK,
    NARROW,
    PLAIN_LABELS,
    VERMILLION,
    WIDE,
    Frame,
    lines_px,
    points_px,
    texts,
)
from nextdollar.report.tables import Column, Table

View = Mapping[str, Any]
Pair = tuple[float | None, float | None]


def return_picture(first: View, second: View, labels: Sequence[str]) -> Picture:
    """Return what each step that both plans have brings back per extra dollar, in one and in the other."""
    pairs = _pairs(first, second)
    columns = (
        Column("step", "step"),
        Column("first_usd_per_usd", labels[0], "usd_each"),
        Column("second_usd_per_usd", labels[1], "usd_each"),
    )
    rows = tuple((name, *pair) for name, pair in pairs.items())
    return Picture(
        "returns-in-both-stories",
        _title(pairs, labels),
        f"What each extra dollar brings back: {labels[0].lower()} (round), {labels[1].lower()} (diamond)",
        f"{footer(first)}; {footer(second)}",
        "",
        drawing(lambda view, frame: _plot(pairs, frame), first, WIDE),
        drawing(lambda view, frame: _plot(pairs, frame), first, NARROW),
        Table("returns-in-both-stories", "What each extra dollar returns in both stories", columns, rows),
    )


def _pairs(first: View, second: View) -> dict[str, Pair]:
    found = [
        {(step["from"], step["to"]): step for step in view["decision"]["steps"]} for view in (first, second)
    ]
    key = "marginal_return_usd_per_usd"
    return {
        f"{lower} to {upper}": (step[key], found[1][lower, upper][key])
        for (lower, upper), step in found[0].items()
        if (lower, upper) in found[1]
    }


def _title(pairs: Mapping[str, Pair], labels: Sequence[str]) -> str:
    paying = [[name for name, pair in pairs.items() if (pair[side] or 0.0) >= 1] for side in (0, 1)]
    if paying[0] == paying[1] and paying[0]:
        last = paying[0][-1].rsplit(" to ", 1)[-1]
        return f"Both stories stop at the same step, after {last}, at very different returns"
    return "The two stories stop at different steps"


def _plot(pairs: Mapping[str, Pair], frame: Frame) -> Any:
    plot = (66.0, 210.0) if frame.is_narrow else (96.0, frame.width_px - 220.0)
    rows = Rows(frame, list(pairs), plot[0] - 4, plot)
    values = [value for pair in pairs.values() for value in pair if value is not None and value > 0]
    x = Scale(padded_log(min([0.5, *values]), max([2.0, *values])), plot, True, 4 if frame.is_narrow else 8)
    first, second = ([_usd(pair[side]) for pair in pairs.values()] for side in (0, 1))
    columns = [
        NumberColumn("\u25cf article", frame.width_px - (64 if frame.is_narrow else 110), first),
        NumberColumn(
            "\u25c6 first pr." if frame.is_narrow else "\u25c6 first principles", frame.width_px, second
        ),
    ]
    layers = [
        axis_layer(rows, x, title="USD for each extra dollar (log scale)", labels=PLAIN_LABELS),
        *rows.frame_layers(columns),
        rule_at(rows, x.px(1.0)),
        texts([{"x": x.px(1.0), "y": 10, "text": "1 USD"}], align="center", colour=INK, size_px=11),
    ]
    return rows.picture([*layers, *_marks(list(pairs.values()), rows, x)])


def _marks(pairs: Sequence[Pair], rows: Rows, x: Scale) -> list[Any]:
    """Return a mark for each of the two returns of a step, and the line between them."""
    sides: list[dict[int, float]] = [
        {i: x.px(value) for i, pair in enumerate(pairs) if (value := pair[side]) is not None and value > 0}
        for side in (0, 1)
    ]
    between = [
        {"x": sides[0][i], "x2": sides[1][i], "y": rows.y(i), "y2": rows.y(i)}
        for i in sides[0]
        if i in sides[1]
    ]
    layers = [lines_px(between, colour=GREY, width_px=2)] if between else []
    for at, colour, shape in zip(sides, (BLUE, VERMILLION), ("circle", "diamond"), strict=True):
        marks = [{"x": at_px, "y": rows.y(i)} for i, at_px in at.items()]
        layers += [points_px(marks, colour=colour, shape=shape, area_px=110)] if marks else []
    return layers


def _usd(value: float | None) -> str:
    return "costs less" if value is None else significant(value)
