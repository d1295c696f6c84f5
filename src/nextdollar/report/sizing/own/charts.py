"""The pictures of owning and renting: what each option costs, and the cash that is out month by month."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from nextdollar.plan.words import money
from nextdollar.report.charts import Picture
from nextdollar.report.charts_scale import Scale, padded_log, with_zero
from nextdollar.report.charts_style import (
    BLUE,
    GREEN,
    INK,
    PERCENT_LABELS,
    PLAIN_LABELS,
    PURPLE,
    SCALED_LABELS,
    VERMILLION,
    Frame,
    joined,
    layer,
    on_axis,
    same_axis,
)
from nextdollar.report.research.charts_panel import LEFT_PX, curve, end_labels, label_room_px
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import research_picture
from nextdollar.report.sizing.charts_estimate import Estimated, estimates_plot
from nextdollar.report.sizing.own.words import TITLES, break_even_words, finding
from nextdollar.report.tables import Column, Table

_HEIGHT_PX = 250.0
_YEARS_MONTHS, _LONG_MONTHS = 24, 72
_FAR_TIMES = 4.0
_LEAST_USE = 0.1
_LOOKS: dict[str, tuple[str, tuple[int, ...]]] = {
    "on_demand": (BLUE, ()),
    "one_year": (PURPLE, (7, 3)),
    "three_years": (GREEN, (2, 3)),
    "buy": (VERMILLION, ()),
    "api": (INK, (10, 3, 2, 3)),
}
_SHORT = {
    "on_demand": "on demand",
    "one_year": "1 year",
    "three_years": "3 years",
    "buy": "buy",
    "api": "API",
}


def cost_picture(view: View, table: Table) -> Picture:
    """Return a bar for each option: present cost with its 90 % range."""
    items = [Estimated(item["title"], item["cost_usd"], None) for item in view["options"]]

    def plot(_: View, frame: Frame) -> Any:
        return estimates_plot(items, frame, title="present cost, USD")

    return research_picture(
        "cost-of-each-way",
        finding(view),
        subtitle=f"Present cost over {view['horizon_months']} months; bars hold 90 %, the tick is the median",
        view=view,
        plot=plot,
        table=table,
    )


def use_picture(view: View) -> Picture:
    """Return a line for each option paid by the machine: what a used hour costs at each use."""
    columns = (
        Column("use_share", "use", "share"),
        *(Column(f"{item['name']}_usd", TITLES[item["name"]], "usd_each") for item in view["use_curves"]),
    )
    rows = tuple(
        (points[0]["use_share"], *(point["usd_per_used_gpu_hour"] for point in points))
        for points in zip(*(item["points"] for item in view["use_curves"]), strict=True)
    )
    return research_picture(
        "cost-by-use",
        _use_finding(view),
        subtitle="Cost of a used GPU-hour against the share of hours used: medians, and 90 % of the draws",
        view=view,
        plot=_use_plot,
        table=Table("cost-by-use", "USD for a used GPU-hour, by use", columns, rows),
    )


def _use_finding(view: View) -> str:
    """Return the break-even of the option that owns most."""
    found = [item for item in view["break_evens"] if item["quantity"] == "use_share"]
    return _capitalised(break_even_words(found[-1])) if found else finding(view)


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def _use_plot(view: View, frame: Frame) -> Any:
    lines = [
        {
            "name": _SHORT[item["name"]],
            "key": item["name"],
            "rows": [
                {"x": point["use_share"], **point["usd_per_used_gpu_hour"]}
                for point in item["points"]
                if point["use_share"] >= _LEAST_USE
            ],
        }
        for item in view["use_curves"]
    ]
    room = label_room_px([line["name"] for line in lines])
    x = Scale((_LEAST_USE, 1.0), (LEFT_PX, frame.width_px - room), n_ticks=4 if frame.is_narrow else 9)
    ends = [row[name] for line in lines for row in line["rows"] for name in ("p5", "p95")]
    y = Scale(padded_log(min(ends), max(ends), 0.04), (_HEIGHT_PX, 0.0), True, 6, left_px=LEFT_PX)
    corners = [{"x": end, "y": y.domain[0]} for end in x.domain]
    axes = layer(corners).mark_line(color=INK, strokeWidth=1)
    axes = axes.encode(
        x=on_axis("x", "x", x, title="share of hours used", labels=PERCENT_LABELS),
        y=on_axis("y", "y", y, title="USD for a used GPU-hour (log scale)", labels=PLAIN_LABELS),
    )
    shaded = [line for line in lines if line["key"] in ("on_demand", "buy")]
    bands = [_band(line, x, y) for line in shaded]
    return joined([axes, *bands, *_curves(lines, x, y), *end_labels(lines, x, y)], frame.width_px, _HEIGHT_PX)


def _band(line: Any, x: Scale, y: Scale) -> Any:
    """Return the 90 % range of a line."""
    colour, _ = _LOOKS[line["key"]]
    rows = [{"x": row["x"], "low": row["p5"], "high": row["p95"]} for row in line["rows"]]
    mark = layer(rows).mark_area(color=colour, opacity=0.13)
    return mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "low", y), y2="high:Q")


def cash_picture(view: View) -> Picture:
    """Return a line for each option: the mean of all that has been paid by each month."""
    table = Table(
        "cash-paid",
        "Paid by the end of each month, mean, USD of the day",
        (
            Column("month", "month", "count"),
            *(Column(f"{item['name']}_usd", item["title"], "usd") for item in view["options"]),
        ),
        tuple(
            zip(range(view["horizon_months"] + 1), *(_paid(item) for item in view["options"]), strict=True)
        ),
    )
    return research_picture(
        "cash-paid",
        _cash_finding(view),
        subtitle="All that has been paid by each month, mean of the draws, not discounted",
        view=view,
        plot=_cash_plot,
        table=table,
        note=_left_out(view),
    )


def _drawn(view: View) -> list[Any]:
    """Return the options that do not press all others into a line."""
    least = min(_paid(item)[-1] for item in view["options"])
    return [item for item in view["options"] if _paid(item)[-1] <= _FAR_TIMES * max(least, 1.0)]


def _left_out(view: View) -> str:
    """Return what is too dear to be drawn."""
    names = [item["name"] for item in _drawn(view)]
    far = [item for item in view["options"] if item["name"] not in names]
    return ", ".join(f"{item['title']} is not drawn: {money(_paid(item)[-1])}" for item in far)


def _paid(item: Any) -> list[float]:
    return list(accumulate(row["capex_usd"] + row["opex_usd"] for row in item["months"]))


def _cash_finding(view: View) -> str:
    """Return when buying has cost less than renting on demand, or what each has cost by the end."""
    paid = {item["name"]: _paid(item) for item in view["options"]}
    if "buy" in paid and "on_demand" in paid:
        pairs = enumerate(zip(paid["buy"], paid["on_demand"], strict=True))
        caught = next((month for month, (buy, rent) in pairs if month and buy <= rent), None)
        if caught is None:
            return "On average buying has never paid back within the horizon"
        if caught == view["horizon_months"]:
            return "On average buying pays back only when the machines are sold"
        return f"On average buying has paid back in month {caught}"
    least = min(paid, key=lambda name: paid[name][-1])
    return f"{_SHORT[least].capitalize()} has taken least cash: {money(paid[least][-1])}"


def _cash_plot(view: View, frame: Frame) -> Any:
    lines = [
        {
            "name": _SHORT[item["name"]],
            "key": item["name"],
            "rows": [{"x": float(month), "p50": usd} for month, usd in enumerate(_paid(item))],
        }
        for item in _drawn(view)
    ]
    room = label_room_px([line["name"] for line in lines])
    months = float(view["horizon_months"])
    step = 24.0 if months > _LONG_MONTHS else 12.0 if months >= _YEARS_MONTHS else None
    n_ticks = 4 if frame.is_narrow else 8
    x = Scale((0.0, months), (LEFT_PX, frame.width_px - room), n_ticks=n_ticks, tick_step=step)
    values = [row["p50"] for line in lines for row in line["rows"]]
    y = Scale(with_zero(min(values), max(values)), (_HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
    return joined([_axes(x, y), *_curves(lines, x, y), *end_labels(lines, x, y)], frame.width_px, _HEIGHT_PX)


def _axes(x: Scale, y: Scale) -> Any:
    ends = [{"x": end, "y": y.domain[0]} for end in x.domain]
    mark = layer(ends).mark_line(color=INK, strokeWidth=1)
    return mark.encode(
        x=on_axis("x", "x", x, title="months", labels=PLAIN_LABELS),
        y=on_axis("y", "y", y, title="paid so far, USD", labels=SCALED_LABELS),
    )


def _curves(lines: Sequence[Any], x: Scale, y: Scale) -> list[Any]:
    """Return the lines, and the level of zero where something is received."""
    found = []
    for line in lines:
        colour, dash = _LOOKS[line["key"]]
        found.append(curve(line["rows"], x, y, dash=dash, colour=colour))
    if y.domain[0] < 0:
        zero = [{"x": end, "y": 0.0} for end in x.domain]
        mark = layer(zero).mark_line(color=INK, strokeWidth=1, strokeDash=[2, 3])
        found.append(mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y)))
    return found
