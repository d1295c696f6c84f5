"""What if: payback against churn, present value along size, and what drives the uncertainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import count, percent, significant
from nextdollar.report.charts_scale import Scale, apart, with_zero
from nextdollar.report.charts_style import (
    BLUE,
    DASH,
    GREY,
    GRID,
    INK,
    PLAIN_LABELS,
    SCALED_LABELS,
    SOFT,
    VERMILLION,
    Align,
    Frame,
    bars_px,
    joined,
    layer,
    lines_px,
    on_axis,
    points_px,
    same_axis,
    texts,
)

View = Mapping[str, Any]

PAYBACKS = (("payback_ltv_months", "LTV-amortised"), ("payback_cash_months", "cash"))
_LEFT_PX, _HEIGHT_PX = 48.0, 240.0
_MAX_DRIVERS = 8
_LEAST_SHARE = 0.001
_DEEPEST_TIMES = 0.75


def churn_plot(view: View, frame: Frame) -> Any:
    """Draw both paybacks against churn; a line ends where the money does not come back within the horizon."""
    points = view["churn_sensitivity"]
    horizon = float(view["scenario"]["horizon_months"])
    found = [point[key] for point in points for key, _ in PAYBACKS if point[key] is not None]
    right = frame.width_px - (100.0 if frame.is_narrow else 150.0)
    shifts = [100 * point["churn_shift_per_month"] for point in points]
    x = Scale((min(shifts), max(shifts)), (_LEFT_PX, right), n_ticks=3 if frame.is_narrow else 6)
    top = max([*found, horizon if max(found) > 0.4 * horizon else 0.0])
    y = Scale(with_zero(0.0, top if top > 0 else 1.0, 0.04), (_HEIGHT_PX, 0.0), left_px=_LEFT_PX)
    ends = [{"shift": end, "months": 0} for end in x.domain]
    layers: list[Any] = [
        layer(ends)
        .mark_line(color=INK, strokeWidth=1)
        .encode(
            x=on_axis("x", "shift", x, title=_churn_title(frame), labels=PLAIN_LABELS),
            y=on_axis("y", "months", y, title="payback, months", labels=PLAIN_LABELS),
        )
    ]
    layers.append(lines_px([{"x": x.px(0), "x2": x.px(0), "y": 0.0, "y2": _HEIGHT_PX}], colour=GREY))
    if top >= horizon:
        layers.append(
            lines_px(
                [{"x": _LEFT_PX, "x2": right, "y": y.px(horizon), "y2": y.px(horizon)}],
                colour=GREY,
                dash=(2, 3),
            )
        )
        layers.append(
            texts(
                [{"x": right - 2, "y": y.px(horizon) - 9, "text": "horizon"}],
                align="right",
                colour=SOFT,
                size_px=11,
            )
        )
    return joined([*layers, *_payback_lines(points, x, y, frame)], frame.width_px, _HEIGHT_PX)


def _churn_title(frame: Frame) -> str:
    return (
        "churn a month, points against today"
        if frame.is_narrow
        else "churn a month, percentage points against today"
    )


def _payback_lines(points: Sequence[Mapping[str, Any]], x: Scale, y: Scale, frame: Frame) -> list[Any]:
    layers: list[Any] = []
    looks = ((BLUE, (1, 0), "circle"), (VERMILLION, DASH, "square"))
    runs = [[p for p in points if p[key] is not None] for key, _ in PAYBACKS]
    tips = apart(
        [y.px(run[-1][key]) if run else 0.0 for run, (key, _) in zip(runs, PAYBACKS, strict=True)], 32
    )
    for run, (key, name), (colour, dash, shape), tip in zip(runs, PAYBACKS, looks, tips, strict=True):
        rows = [{"shift": 100 * p["churn_shift_per_month"], "months": p[key]} for p in run]
        at = [{"x": x.px(row["shift"]), "y": y.px(row["months"])} for row in rows]
        if rows:
            mark = layer(rows).mark_line(color=colour, strokeWidth=2.5, strokeDash=list(dash))
            layers.append(mark.encode(x=same_axis("x", "shift", x), y=same_axis("y", "months", y)))
            layers.append(points_px(at, colour=colour, shape=shape, area_px=34))
        left = x.pixels[1] + 10
        last = (
            significant(rows[-1]["months"]) + " months"
            if rows and len(run) == len(points)
            else "then never"
            if rows
            else "never"
        )
        layers.append(
            texts([{"x": left, "y": tip - 7, "text": name}], bold=True, limit_px=frame.width_px - left)
        )
        layers.append(
            texts([{"x": left, "y": tip + 8, "text": last}], colour=SOFT, limit_px=frame.width_px - left)
        )
    return layers


def frontier_plot(view: View, frame: Frame) -> Any:
    """Draw present value along size with its band, and the interval of the best size."""
    found = view["frontier"]
    curve, best = found["curve"], found["best_params"]
    sizes = [point["params"] for point in curve]
    x = Scale((min(sizes), max(sizes)), (62.0, frame.width_px - 16.0), True, 4 if frame.is_narrow else 8)
    y = Scale(frontier_range(view), (_HEIGHT_PX, 0.0), left_px=62.0)
    axes = (
        layer([{"size": end, "usd": 0} for end in x.domain])
        .mark_line(color=INK, strokeWidth=1)
        .encode(
            x=on_axis("x", "size", x, title="parameters (log scale)", labels=SCALED_LABELS),
            y=on_axis("y", "usd", y, title="NPV, USD"),
        )
    )
    rows = [
        {"size": p["params"], "mean": p["npv_mean_usd"], "low": p["npv_p5_usd"], "high": p["npv_p95_usd"]}
        for p in curve
    ]
    band = (
        layer(rows)
        .mark_area(color=BLUE, opacity=0.2)
        .encode(x=same_axis("x", "size", x), y=same_axis("y", "low", y), y2="high:Q")
    )
    shown = [row for row in rows if y.holds(row["mean"])]
    line = (
        layer(shown)
        .mark_line(color=BLUE, strokeWidth=2.5)
        .encode(x=same_axis("x", "size", x), y=same_axis("y", "mean", y))
    )
    low, middle, high = (x.px(best[key]) for key in ("p5", "p50", "p95"))
    interval = bars_px([{"x": low, "x2": high, "y": 0, "y2": _HEIGHT_PX}], colour=GREY, opacity=0.16)
    rule = lines_px([{"x": middle, "x2": middle, "y": -6, "y2": _HEIGHT_PX}], colour=INK, dash=DASH)
    words = f"best size {count(best['p50'])}" + (
        "" if frame.is_narrow else f" (P5 {count(best['p5'])}, P95 {count(best['p95'])})"
    )
    align: Align = (
        "right" if middle > frame.width_px * 0.66 else "left" if middle < frame.width_px * 0.33 else "center"
    )
    name = texts([{"x": middle, "y": -14, "text": words}], align=align, bold=True)
    return joined([axes, interval, band, line, rule, name], frame.width_px, _HEIGHT_PX)


def frontier_range(view: View) -> tuple[float, float]:
    """Return the range of present value that is drawn: losses deeper than the gains are tall are cut off."""
    curve = view["frontier"]["curve"]
    top = max(point["npv_p95_usd"] for point in curve)
    low = min(point["npv_p5_usd"] for point in curve)
    return with_zero(max(low, -_DEEPEST_TIMES * top) if top > 0 else low, top)


def driver_plot(view: View, frame: Frame) -> Any:
    """Draw the share of variance that each uncertain input explains alone."""
    items = [item for i, item in enumerate(view["drivers"]) if i == 0 or item["share"] >= _LEAST_SHARE][
        :_MAX_DRIVERS
    ]
    right = frame.width_px - 62.0
    layers: list[Any] = []
    for i, item in enumerate(items):
        top = 8 + 40 * i
        colour = BLUE if i == 0 else GREY
        share = min(max(item["share"], 0.0), 1.0)
        name = _end_of(item["input"], 40 if frame.is_narrow else 80)
        layers.append(texts([{"x": 0, "y": top, "text": name}], bold=i == 0, limit_px=frame.width_px))
        layers.append(
            bars_px(
                [{"x": 0, "x2": right, "y": top + 10, "y2": top + 22}], colour=GRID, opacity=0.7, corner_px=2
            )
        )
        if share > 0:
            layers.append(
                bars_px(
                    [{"x": 0, "x2": max(right * share, 2), "y": top + 10, "y2": top + 22}],
                    colour=colour,
                    corner_px=2,
                )
            )
        layers.append(
            texts(
                [{"x": frame.width_px, "y": top + 16, "text": percent(item["share"])}],
                align="right",
                bold=i == 0,
            )
        )
    return joined(layers, frame.width_px, 40 * len(items))


def _end_of(path: str, n_characters: int) -> str:
    """Return the end of a path, which says most, where it is too long to show whole."""
    return path if len(path) <= n_characters else "\u2026" + path[1 - n_characters :]
