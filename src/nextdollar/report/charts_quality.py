"""Where the value of a better model comes from: retention part by part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import money, percent
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer, rule_at
from nextdollar.report.charts_scale import Scale, with_zero
from nextdollar.report.charts_style import Frame
from nextdollar.report.charts_worth import ends, intervals, label
from nextdollar.report.figure import average

View = Mapping[str, Any]

SHORT = {
    "churn": "less churn",
    "conversion": "more who come",
    "expansion": "more use",
    "price": "higher price",
}


def has_parts(view: View) -> bool:
    """Whether more than one part is stated."""
    quality = view["value_of_quality"]
    return quality is not None and len(quality["parts"]) > 1


def parts_title(view: View) -> str:
    """Say which part makes most of the value."""
    quality = view["value_of_quality"]
    worth = {item["name"]: average(item["value_usd"]) or 0.0 for item in quality["parts"]}
    most = max(worth, key=lambda name: worth[name])
    total_usd, name = sum(worth.values()), SHORT[most]
    if worth[most] <= 0:
        return f"No part of quality adds to the value of {quality['candidate']}"
    if min(worth.values()) < 0:
        return f"{_capital(name)} adds most to the value of {quality['candidate']}: {money(worth[most])}"
    return f"{_capital(name)} makes {percent(worth[most] / total_usd)} of the value of {quality['candidate']}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def parts_plot(view: View, frame: Frame) -> Any:
    """Draw what each part makes of the value: bar P5 to P95, tick median, dot mean."""
    items = view["value_of_quality"]["parts"]
    means = [average(item["value_usd"]) or 0.0 for item in items]
    names = [SHORT[item["name"]] for item in items]
    plot = (114.0, 262.0) if frame.is_narrow else (144.0, frame.width_px - 214.0)
    rows = Rows(frame, names, plot[0] - 4, plot, means.index(max(means)))
    ranges = [ends(item["value_usd"]) for item in items]
    domain = with_zero(min(low for low, _ in ranges), max(high for _, high in ranges))
    scale = Scale(domain, plot, n_ticks=3 if frame.is_narrow else 5)
    right_px = frame.width_px - (0 if frame.is_narrow else 130)
    columns = [NumberColumn("mean, USD", right_px, [label(mean) for mean in means])]
    if not frame.is_narrow:
        spreads = [f"{label(low)} to {label(high)}" if low != high else "certain" for low, high in ranges]
        columns.append(NumberColumn("P5 to P95", frame.width_px, spreads))
    return rows.picture(
        [
            axis_layer(rows, scale, title="present value, USD"),
            *rows.frame_layers(columns),
            rule_at(rows, scale.px(0)),
            *intervals(rows, scale, {i: item["value_usd"] for i, item in enumerate(items)}),
        ]
    )
