"""The pictures of a plan for serving: the load with the fleet by the hour, accelerators, and levers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import count, percent
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer, rule_at
from nextdollar.report.charts_scale import Scale, padded_log, with_zero
from nextdollar.report.charts_style import (
    BLUE,
    DASH,
    INK,
    PERCENT_LABELS,
    PLAIN_LABELS,
    SCALED_LABELS,
    VERMILLION,
    Frame,
    Row,
    bars_px,
    joined,
    layer,
    lines_px,
    on_axis,
    points_px,
    same_axis,
    text_width_px,
    texts,
)
from nextdollar.report.research.envelope import View
from nextdollar.report.sizing.fleet.words import answered, short_name

MOST_ROWS = 12
_LOAD_PX, _FLEET_PX = 120.0, 150.0
_LEFT_PX = 54.0
_HALF_PX = 6.0
_ROOM = 1.08
_HOURS_PER_DAY = 24
_LEAST_SPAN = 0.05


def load_plot(view: View, frame: Frame) -> Any:
    """Draw the load by the hour, and below it the GPUs that a fleet at its peak and one that follows pay."""
    import altair as alt

    hours = view["hours"]
    gpus = view["chosen"]["gpus_per_instance"]
    labels = ("at its peak", "following")
    room = max(text_width_px(label, 11) for label in labels) + 10
    x = Scale((0.0, float(len(hours))), (_LEFT_PX, frame.width_px - room), tick_step=_step(len(hours), frame))
    rates = [hour["requests_per_s"] for hour in hours]
    up = Scale((0.0, max(rates) * _ROOM), (_LOAD_PX, 0.0), n_ticks=3, left_px=_LEFT_PX)
    above = [
        _axes(x, up, title="requests/s", x_title="", labels=SCALED_LABELS, is_shown=False),
        _area(_steps(rates), x, up),
        _steps_line(rates, x, up, colour=BLUE),
    ]
    fixed = [hour["fixed_instances"] * gpus for hour in hours]
    following = [hour["autoscaled_instances"] * gpus for hour in hours]
    most = Scale((0.0, max([*fixed, *following]) * _ROOM), (_FLEET_PX, 0.0), n_ticks=4, left_px=_LEFT_PX)
    x_title = "hour of the day" if len(hours) == _HOURS_PER_DAY else "hour"
    below = [
        _axes(x, most, title="GPUs paid", x_title=x_title, labels=SCALED_LABELS, is_shown=True),
        _steps_line(fixed, x, most, colour=INK),
        _steps_line(following, x, most, colour=VERMILLION, dash=DASH),
        *_ends((fixed[-1], following[-1]), labels, x, most),
    ]
    panels = [joined(above, frame.width_px, _LOAD_PX), joined(below, frame.width_px, _FLEET_PX)]
    return alt.vconcat(*panels, spacing=26)


def _step(n_hours: int, frame: Frame) -> float:
    """Return the hours between ticks: six or twelve of a day, days of a week."""
    if n_hours <= _HOURS_PER_DAY:
        return 6.0 if frame.is_narrow else 3.0
    days = -(-n_hours // (_HOURS_PER_DAY * 7))
    return float(_HOURS_PER_DAY * days * (2 if frame.is_narrow else 1))


def _axes(x: Scale, y: Scale, *, title: str, x_title: str, labels: str, is_shown: bool) -> Any:
    ends = [{"x": end, "y": y.domain[0]} for end in x.domain]
    return (
        layer(ends)
        .mark_line(color=INK, strokeWidth=1)
        .encode(
            x=on_axis("x", "x", x, title=x_title, labels=PLAIN_LABELS, shown=is_shown),
            y=on_axis("y", "y", y, title=title, labels=labels),
        )
    )


def _steps(values: Sequence[float]) -> list[Row]:
    """Return the corners of a line that keeps each value for its hour."""
    return [{"x": i + side, "y": value} for i, value in enumerate(values) for side in (0, 1)]


def _steps_line(values: Sequence[float], x: Scale, y: Scale, *, colour: str, dash: Sequence[int] = ()) -> Any:
    mark = layer(_steps(values)).mark_line(color=colour, strokeWidth=2, strokeDash=list(dash) or [1, 0])
    return mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y))


def _area(rows: Sequence[Row], x: Scale, y: Scale) -> Any:
    mark = layer([{**row, "foot": 0.0} for row in rows]).mark_area(color=BLUE, opacity=0.16)
    return mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y), y2="foot:Q")


def _ends(values: Sequence[float], labels: Sequence[str], x: Scale, y: Scale) -> list[Any]:
    """Return the names of both lines at their ends; where they meet, one stands above the other."""
    at = [y.px(value) for value in values]
    if abs(at[0] - at[1]) < 15:
        at = [min(at) - 8, max(at) + 8]
    left = x.pixels[1] + 6
    rows = zip(at, labels, (INK, VERMILLION), strict=True)
    return [
        texts([{"x": left, "y": y_px, "text": name}], size_px=11, colour=tint) for y_px, name, tint in rows
    ]


def cost_plot(view: View, frame: Frame) -> Any:
    """Draw the cost per month of the best fleet of each accelerator, on a log axis."""
    options = view["alternatives"][:MOST_ROWS]
    names = [option["accelerator"] + ("" if option["is_measured"] else " *") for option in options]
    costs = [option["bill"]["usd_per_month"] for option in options]
    plot = (112.0, 262.0) if frame.is_narrow else (130.0, frame.width_px - 178.0)
    rows = Rows(frame, names, plot[0] - 4, plot, 0)
    ends = [cost[end] for cost in costs for end in ("p5", "p95")]
    scale = Scale(padded_log(min(ends), max(ends)), plot, is_log=True, n_ticks=3 if frame.is_narrow else 5)
    right = frame.width_px
    columns = [NumberColumn("median", right - (0 if frame.is_narrow else 112), [_usd(c) for c in costs])]
    if not frame.is_narrow:
        spreads = [f"{count(cost['p5'])} to {count(cost['p95'])}" for cost in costs]
        columns.append(NumberColumn("90 %", right, spreads))
    layers = [
        axis_layer(rows, scale, title="USD per month (log scale)"),
        *rows.frame_layers(columns),
        *_ranges(rows, scale, dict(enumerate(costs))),
    ]
    return rows.picture(layers)


def _usd(found: Mapping[str, float]) -> str:
    return count(found["p50"])


def lever_plot(view: View, frame: Frame) -> Any:
    """Draw what each lever saves of the cost, largest first; what crosses zero may cost more."""
    levers = answered(view)
    names = [short_name(lever) for lever in levers]
    shares = [lever["saving_share"] for lever in levers]
    best = next((i for i, lever in enumerate(levers) if lever["kind"] != "together"), None)
    plot = (112.0, 282.0) if frame.is_narrow else (150.0, frame.width_px - 150.0)
    rows = Rows(frame, names, plot[0] - 4, plot, best)
    ends = [share[end] for share in shares for end in ("p5", "p95")]
    low, high = with_zero(max(min(ends), -1.0), max([*ends, _LEAST_SPAN]))
    scale = Scale((low, high), plot, n_ticks=4 if frame.is_narrow else 6)
    right = frame.width_px
    columns = [NumberColumn("saves", right - (0 if frame.is_narrow else 92), [_share(s) for s in shares])]
    if not frame.is_narrow:
        columns.append(NumberColumn("90 %", right, [_spread(share) for share in shares]))
    layers = [
        axis_layer(rows, scale, title="share of the cost saved", labels=PERCENT_LABELS),
        *rows.frame_layers(columns),
        rule_at(rows, scale.px(0)),
        *_ranges(rows, scale, dict(enumerate(shares))),
    ]
    return rows.picture(layers)


def _share(found: Mapping[str, float]) -> str:
    return percent(found["p50"]) if abs(found["p50"]) >= 0.0005 else "0 %"


def _spread(found: Mapping[str, float]) -> str:
    if found["p5"] == found["p95"]:
        return ""
    return f"{100 * found['p5']:.0f} to {100 * found['p95']:.0f} %"


def _ranges(rows: Rows, scale: Scale, figures: Mapping[int, Mapping[str, float]]) -> list[Any]:
    """Return P5 to P95 as bars and medians as ticks; what is one number is a dot."""
    bars, ticks, dots = [], [], []
    for i, found in figures.items():
        y, at = rows.y(i), scale.px(found["p50"])
        left, right = scale.px(found["p5"]), scale.px(found["p95"])
        if right - left >= 1:
            bars.append((i, {"x": left, "x2": right, "y": y - _HALF_PX, "y2": y + _HALF_PX}))
            ticks.append((i, {"x": at, "x2": at, "y": y - _HALF_PX - 2, "y2": y + _HALF_PX + 2}))
        else:
            dots.append((i, {"x": at, "y": y}))
    return [
        *rows.coloured(bars, lambda marks, colour: bars_px(marks, colour=colour, opacity=0.35, corner_px=2)),
        *rows.coloured(ticks, lambda marks, colour: lines_px(marks, colour=colour, width_px=2)),
        *rows.coloured(dots, lambda marks, colour: points_px(marks, colour=colour, area_px=64)),
    ]
