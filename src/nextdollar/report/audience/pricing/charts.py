"""The pictures of a price list: margin by decile of use, and margin against price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import money, percent
from nextdollar.report.audience.pricing.words import advised, times_words
from nextdollar.report.charts import Picture
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer, rule_at
from nextdollar.report.charts_scale import Scale, with_zero
from nextdollar.report.charts_style import (
    BLUE,
    GREY,
    INK,
    PLAIN_LABELS,
    SCALED_LABELS,
    VERMILLION,
    Frame,
    bars_px,
    joined,
    layer,
    lines_px,
    on_axis,
    text_width_px,
    texts,
)
from nextdollar.report.figure import average
from nextdollar.report.research.charts_panel import LEFT_PX, bands, curve
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import research_picture
from nextdollar.report.tables import Column, Table

HEIGHT_PX = 260.0
_HALF_PX = 8.0
_BAND = (("p5", "p95", 0.2),)

Line = Mapping[str, Any]


def decile_words(number: int, n_groups: int) -> str:
    """Return the name of a group of customers by use."""
    if n_groups == 1:
        return "all customers"
    return {1: "1, least use", n_groups: f"{n_groups}, most use"}.get(number, f"{number}")


def deciles_picture(view: View) -> Picture:
    """Return the margin of each decile with its range."""
    items = view["deciles"]

    def plot(_: View, frame: Frame) -> Any:
        return _deciles_plot(items, frame)

    columns = (
        Column("decile", "decile of use"),
        Column("margin_usd_per_month", "margin, USD a month", "usd"),
        Column("margin_share", "of revenue", "share"),
    )
    n_groups = len(items)
    rows = tuple(
        (decile_words(item["decile"], n_groups), item["margin_usd_per_month"], item["margin_share"])
        for item in items
    )
    return research_picture(
        "margin-by-decile",
        _deciles_finding(items),
        subtitle="Margin a month of each tenth of the customers by cost of serving; line P5 to P95",
        view=view,
        plot=plot,
        table=Table("margin-by-decile-drawn", "Margin by decile in the picture", columns, rows),
    )


def _deciles_finding(items: Sequence[Line]) -> str:
    losing = [item for item in items if (average(item["margin_usd_per_month"]) or 0.0) < 0]
    if losing:
        lost = money(-sum(average(item["margin_usd_per_month"]) or 0.0 for item in losing))
        which = (
            "The heaviest tenth loses"
            if losing == [items[-1]]
            else f"{len(losing)} of {len(items)} deciles lose"
        )
        return f"{which} {lost} a month"
    last, first = (average(items[place]["margin_share"]) for place in (-1, 0))
    if len(items) == 1 or last is None or first is None:
        return "Margin of the customers"
    return f"The heaviest users leave {percent(last)} of their bills, the lightest {percent(first)}"


def _deciles_plot(items: Sequence[Line], frame: Frame) -> Any:
    names = [decile_words(item["decile"], len(items)) for item in items]
    left, right = (92.0, 80.0) if frame.is_narrow else (110.0, 150.0)
    rows = Rows(frame, names, left - 6, (left, frame.width_px - right))
    ranges = [_ends(item["margin_usd_per_month"]) for item in items]
    low, high = min(end[0] for end in ranges), max(end[2] for end in ranges)
    scale = Scale(with_zero(low, high), rows.plot_px, n_ticks=4 if frame.is_narrow else 6)
    layers: list[Any] = [axis_layer(rows, scale, title="margin, USD a month", labels=SCALED_LABELS)]
    zero = scale.px(0.0)
    for is_loss, colour in ((False, BLUE), (True, VERMILLION)):
        boxes = [
            {"x": zero, "x2": scale.px(end[1]), "y": rows.y(i) - _HALF_PX, "y2": rows.y(i) + _HALF_PX}
            for i, end in enumerate(ranges)
            if (end[1] < 0) is is_loss
        ]
        if boxes:
            layers.append(bars_px(boxes, colour=colour, opacity=0.75))
    whiskers = [
        {"x": scale.px(end[0]), "x2": scale.px(end[2]), "y": rows.y(i), "y2": rows.y(i)}
        for i, end in enumerate(ranges)
    ]
    shares = [
        "" if item["margin_share"] is None else percent(average(item["margin_share"]) or 0.0)
        for item in items
    ]
    columns = [NumberColumn("of revenue", frame.width_px, shares)]
    if not frame.is_narrow:
        columns.append(
            NumberColumn(
                "margin", frame.width_px - 80, [money(end[1]).removesuffix(" USD") for end in ranges]
            )
        )
    layers += [lines_px(whiskers, colour=INK, width_px=1.4), rule_at(rows, zero), *rows.frame_layers(columns)]
    return rows.picture(layers)


def _ends(value: Any) -> tuple[float, float, float]:
    """Return P5, mean and P95 of a figure."""
    if isinstance(value, Mapping):
        return float(value["p5"]), float(value["mean"]), float(value["p95"])
    number = float(value or 0.0)
    return number, number, number


def price_picture(view: View) -> Picture:
    """Return margin against the price, with the list, the best price and the limit; a price is asked for."""
    points = view["price"]["curve"]
    columns = (
        Column("multiple", "times the list", "number"),
        Column("margin_usd_per_month", "margin, USD a month", "usd"),
    )
    table = Table(
        "margin-by-price-drawn",
        "Margin by price in the picture",
        columns,
        tuple((point["multiple"], {**point["margin_usd_per_month"]}) for point in points),
    )
    return research_picture(
        "margin-by-price",
        price_finding(view),
        subtitle="Margin a month against the price: line mean, band P5 to P95; dotted: the list",
        view=view,
        plot=_price_plot,
        table=table,
    )


def price_finding(view: View) -> str:
    """Return what the curve shows."""
    if view["price"]["refused"] is not None:
        curve = view["price"]["curve"]
        means = [point["margin_usd_per_month"]["mean"] for point in curve]
        if view["price"]["refused_share"] > 0 and means[-1] == max(means):
            return "Margin still rises at twice the list: no price is best"
        return "No price of the range can be advised"
    best = advised(view)
    gain = average(best["gain_usd_per_month"]) or 0.0
    held = "The churn limit holds the price at" if best["is_at_limit"] else "Margin is highest at"
    words = "more" if gain >= 0 else "less"
    return f"{held} {times_words(best['multiple'])} the list: {money(abs(gain))} a month {words} than today"


def _price_plot(view: View, frame: Frame) -> Any:
    rows = [{"x": point["multiple"], **point["margin_usd_per_month"]} for point in view["price"]["curve"]]
    x = Scale((rows[0]["x"], rows[-1]["x"]), (LEFT_PX, frame.width_px - 12.0), True, 5, left_px=LEFT_PX)
    low, high = min(row["p5"] for row in rows), max(row["p95"] for row in rows)
    # A loss at a quarter of the price would press the top flat: its depth is no finding.
    low = max(low, -0.5 * max(high, 0.0)) if high > 0 else low
    y = Scale(with_zero(low, high), (HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
    shown = [{**row, **{name: max(row[name], y.domain[0]) for name in ("p5", "p95")}} for row in rows]
    layers = [
        usd_axes(x, y, "price over the list (log scale)", "margin, USD a month"),
        *bands(shown, x, y, _BAND),
        curve([{**row, "p50": row["mean"]} for row in shown], x, y),
        *_price_marks(view, x),
    ]
    return joined(layers, frame.width_px, HEIGHT_PX)


def _price_marks(view: View, x: Scale) -> list[Any]:
    """Return upright lines at the list, the best price and the churn limit, named away from each other."""
    price = view["price"]
    at_list = x.px(1.0)
    found: list[Any] = [_upright(at_list, GREY, (2, 3))]
    marks = []
    if price["refused"] is None and not advised(view)["is_at_limit"]:
        marks.append((x.px(advised(view)["multiple"]), "best", BLUE, (1, 0)))
    if price["limit_multiple"] is not None:
        marks.append((x.px(price["limit_multiple"]), "churn limit", VERMILLION, (6, 4)))
    for place, (at, words, colour, dash) in enumerate(sorted(marks)):
        is_left = at < at_list if len(marks) == 1 else place == 0
        is_left |= at + text_width_px(words, 11) > x.pixels[1]
        name = {"x": at - 5 if is_left else at + 5, "y": HEIGHT_PX - 10 - 15 * place, "text": words}
        found.append(_upright(at, colour, dash))
        found.append(texts([name], align="right" if is_left else "left", size_px=11))
    return found


def _upright(at_px: float, colour: str, dash: tuple[int, int]) -> Any:
    line = {"x": at_px, "x2": at_px, "y": 0, "y2": HEIGHT_PX}
    return lines_px([line], colour=colour, dash=dash, width_px=1.5)


def usd_axes(x: Scale, y: Scale, x_title: str, y_title: str) -> Any:
    """Return both axes with their grid; amounts go up."""
    ends = [{"x": end, "y": y.domain[0]} for end in x.domain]
    mark = layer(ends).mark_line(color=INK, strokeWidth=1)
    return mark.encode(
        x=on_axis("x", "x", x, title=x_title, labels=PLAIN_LABELS),
        y=on_axis("y", "y", y, title=y_title, labels=SCALED_LABELS),
    )
