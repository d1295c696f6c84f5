"""What each candidate is worth, and its cash by month."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from nextdollar.plan.words import scaled
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer, far_marks, rule_at
from nextdollar.report.charts_scale import Scale, apart, window, with_zero
from nextdollar.report.charts_style import (
    BLUE,
    DASH,
    INK,
    PLAIN_LABELS,
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
from nextdollar.report.figure import average
from nextdollar.report.tables_plan import offered

View = Mapping[str, Any]

_CASH_PX = 240.0


def label(value: float | None, digits: int = 3) -> str:
    """Return an amount without its unit: 13.1 B."""
    return "none" if value is None else " ".join(scaled(value, digits)).strip()


def ends(figure: object) -> tuple[float, float]:
    """Return P5 and P95 of a figure; both are the number itself where it is certain."""
    if isinstance(figure, Mapping):
        middle = figure["mean"] if figure["mean"] is not None else 0.0
        low, high = figure["p5"], figure["p95"]
        return (middle if low is None else low, middle if high is None else high)
    number = float(figure) if isinstance(figure, int | float) else 0.0
    return number, number


def index_of_chosen(view: View, names: list[str]) -> int | None:
    """Return the row of the last candidate worth funding."""
    chosen = view["decision"]["last_worth_funding"]
    return names.index(chosen) if chosen in names else None


def npv_plot(view: View, frame: Frame) -> Any:
    """Draw the present value of each candidate: bar P5 to P95, tick median, dot mean."""
    items = offered(view)
    names = [item["name"] for item in items]
    chosen = index_of_chosen(view, names)
    plot = (74.0, 232.0) if frame.is_narrow else (124.0, frame.width_px - 214.0)
    rows = Rows(frame, names, plot[0] - 4, plot, chosen)
    ranges = [ends(item["npv_usd"]) for item in items]
    means = [average(item["npv_usd"]) for item in items]
    scale = Scale(window(ranges, chosen), plot, n_ticks=3 if frame.is_narrow else 5)
    columns = [
        NumberColumn(
            "mean, USD", frame.width_px - (0 if frame.is_narrow else 130), [label(mean) for mean in means]
        )
    ]
    if not frame.is_narrow:
        spreads = [f"{label(low)} to {label(high)}" if low != high else "certain" for low, high in ranges]
        columns.append(NumberColumn("P5 to P95", frame.width_px, spreads))
    layers = [
        axis_layer(rows, scale, title="NPV, USD"),
        *rows.frame_layers(columns),
        rule_at(rows, scale.px(0)),
    ]
    layers.append(
        texts(
            [{"x": scale.px(0), "y": 10, "text": "keep " + _cut(view["scenario"]["today"])}],
            align=_towards(scale.px(0), plot),
            colour=SOFT,
            size_px=11,
        )
    )
    near = [i for i, mean in enumerate(means) if mean is not None and scale.holds(mean)]
    layers += intervals(rows, scale, {i: items[i]["npv_usd"] for i in near})
    far = {i: mean for i, mean in enumerate(means) if mean is not None and i not in near}
    return rows.picture([*layers, *far_marks(rows, scale, far)])


def far_npv(view: View) -> list[str]:
    """Return the candidates whose present value lies beyond the scale."""
    items = offered(view)
    names = [item["name"] for item in items]
    low, high = window([ends(item["npv_usd"]) for item in items], index_of_chosen(view, names))
    return [item["name"] for item in items if not low <= (average(item["npv_usd"]) or 0.0) <= high]


def _cut(name: str, n_characters: int = 14) -> str:
    return name if len(name) <= n_characters else name[: n_characters - 1] + "\u2026"


def _towards(x_px: float, plot: tuple[float, float]) -> Align:
    """Return how a text at a pixel is aligned to stay over the plot."""
    share = (x_px - plot[0]) / (plot[1] - plot[0])
    return "left" if share < 0.25 else "right" if share > 0.75 else "center"


def intervals(rows: Rows, scale: Scale, figures: Mapping[int, object]) -> list[Any]:
    """Return P5 to P95 as bars, medians as ticks and means as dots, of the rows given."""
    bars, ticks, dots = [], [], []
    for i, figure in figures.items():
        y = rows.y(i)
        left, right = (scale.px(end) for end in ends(figure))
        if right - left >= 1:
            bars.append((i, {"x": left, "x2": right, "y": y - 6, "y2": y + 6}))
        if isinstance(figure, Mapping) and figure["p50"] is not None:
            median = scale.px(figure["p50"])
            ticks.append((i, {"x": median, "x2": median, "y": y - 8, "y2": y + 8}))
        dots.append((i, {"x": scale.px(average(figure) or 0.0), "y": y}))
    return [
        *rows.coloured(bars, lambda marks, colour: bars_px(marks, colour=colour, opacity=0.32, corner_px=2)),
        *rows.coloured(ticks, lambda marks, colour: lines_px(marks, colour=colour, width_px=2)),
        *rows.coloured(dots, lambda marks, colour: points_px(marks, colour=colour, area_px=64)),
    ]


def cash_plot(view: View, frame: Frame) -> Any:
    """Draw expected cumulative cash by month of the candidates around the decision."""
    lines = [(item["name"], list(accumulate(item["mean_cash_usd"]))) for item in cash_candidates(view)]
    n_months = len(lines[0][1]) - 1
    low, high = min(min(cash) for _, cash in lines), max(max(cash) for _, cash in lines)
    right = frame.width_px - (86 if frame.is_narrow else 130)
    y = Scale(with_zero(low, high), (_CASH_PX, 0.0), left_px=62)
    x = Scale((0.0, float(n_months)), (62.0, float(right)), tick_step=_months_between_ticks(n_months))
    frame_rows = [{"month": end, "usd": 0} for end in x.domain]
    along = on_axis("x", "month", x, title="month", labels=PLAIN_LABELS)
    up = on_axis("y", "usd", y, title="cumulative cash, USD")
    axes = layer(frame_rows).mark_line(color=INK, strokeWidth=1).encode(x=along, y=up)
    layers: list[Any] = [axes]
    marks = apart([y.px(cash[-1]) for _, cash in lines], 32)
    for i, (name, cash) in enumerate(lines):
        colour, dash = ((BLUE, (1, 0)), (VERMILLION, DASH))[i]
        points = [{"month": month, "usd": usd} for month, usd in enumerate(cash)]
        mark = layer(points).mark_line(color=colour, strokeWidth=2.5, strokeDash=list(dash))
        layers.append(mark.encode(x=same_axis("x", "month", x), y=same_axis("y", "usd", y)))
        at = {"x": right + 8, "y": marks[i] - 7}
        layers.append(texts([{**at, "text": name}], bold=True, limit_px=frame.width_px - right - 8))
        layers.append(texts([{**at, "y": marks[i] + 8, "text": label(cash[-1])}], colour=SOFT))
    return joined(layers, frame.width_px, _CASH_PX)


def _months_between_ticks(n_months: int) -> float:
    """Return the quarters or years between ticks, six of them at most."""
    return next(float(step) for step in (1, 3, 6, 12, 24, 60, 120) if n_months / step <= 6)


def cash_candidates(view: View) -> list[Mapping[str, Any]]:
    """Return the candidates whose cash is drawn: the last worth funding, and the next if of like size."""
    items = {item["name"]: item for item in offered(view)}
    decision = view["decision"]
    names = [
        name
        for name in (decision["last_worth_funding"], decision["first_not_worth_funding"])
        if name in items
    ]
    names = names or [next(iter(items))]
    sizes = [max(abs(usd) for usd in accumulate(items[name]["mean_cash_usd"])) for name in names]
    if len(names) == 2 and sizes[1] > 12 * sizes[0]:
        names = names[:1]
    return [items[name] for name in names]
