"""The picture of what moved recurring revenue month by month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nextdollar.report.audience.recurring_revenue.words import (
    CURRENCY,
    MOST_MONTHS,
    MOVES,
    movement_finding,
    moves,
)
from nextdollar.report.charts import Picture
from nextdollar.report.charts_scale import Scale, with_zero
from nextdollar.report.charts_style import (
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    SCALED_LABELS,
    SOFT,
    VERMILLION,
    Frame,
    Row,
    bars_px,
    joined,
    layer,
    lines_px,
    on_axis,
    same_axis,
    texts,
)
from nextdollar.report.research.charts_panel import LEFT_PX
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import research_picture
from nextdollar.report.tables import Column, Table

_HEIGHT_PX = 250.0
_AXIS_PX = 22.0
_MOST_NARROW = 10
_BAR_SHARE = 0.66
_LABEL_PX = 58.0
_NAME_ROOM_PX = 84.0
_NAME_GAP_PX = 15.0
# From the line of zero outwards; what is lost is drawn downwards.
_GAINS = (
    ("new_usd", BLUE, 1.0),
    ("expansion_usd", GREEN, 1.0),
    ("reactivation_usd", PURPLE, 1.0),
    ("currency_gain_usd", GREY, 1.0),
)
_LOSSES = (
    ("churn_usd", VERMILLION, 1.0),
    ("contraction_usd", VERMILLION, 0.45),
    ("currency_loss_usd", GREY, 1.0),
)
_NAMES = {**MOVES, "currency_gain_usd": CURRENCY, "currency_loss_usd": CURRENCY}


def movements_picture(view: View) -> Picture:
    """Return the picture of movements: what each month gained above zero, what it lost below."""
    months = view["months"]
    columns = (
        Column("month", "month", "count"),
        Column("start_mrr_usd", "start", "usd_exact"),
        *(Column(name, words, "usd_exact") for name, words in moves(view).items()),
        Column("end_mrr_usd", "end", "usd_exact"),
    )
    rows = tuple(tuple(month[column.key] for column in columns) for month in months)
    return research_picture(
        "mrr-movements",
        movement_finding(view),
        subtitle="Monthly recurring revenue gained (above zero) and lost (below) in each month, USD a month",
        view=view,
        plot=_movements_plot,
        table=Table("mrr-movements-drawn", "Movements by month, USD a month", columns, rows),
        note=_left_out(len(months)),
    )


def _left_out(n_months: int) -> str:
    """Return which months are drawn where not all are."""
    if n_months <= _MOST_NARROW:
        return ""
    wide = f"the last {MOST_MONTHS} months are drawn, " if n_months > MOST_MONTHS else ""
    return f"{wide}on a narrow page the last {_MOST_NARROW}; all are in the table".capitalize()


def _movements_plot(view: View, frame: Frame) -> Any:
    months = [
        {
            **month,
            "currency_gain_usd": max(month["currency_usd"], 0.0),
            "currency_loss_usd": max(-month["currency_usd"], 0.0),
        }
        for month in view["months"][-(_MOST_NARROW if frame.is_narrow else MOST_MONTHS) :]
    ]
    gained = [sum(month[name] for name, _, _ in _GAINS) for month in months]
    lost = [sum(month[name] for name, _, _ in _LOSSES) for month in months]
    y = Scale(with_zero(-max(lost), max(gained)), (_HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)
    right = frame.width_px - _NAME_ROOM_PX
    step = (right - LEFT_PX) / len(months)
    middles = [LEFT_PX + step * (place + 0.5) for place in range(len(months))]
    layers = [_money_axis(y, (LEFT_PX, right))]
    stacks = {name: _stack(months, name, middles, step * _BAR_SHARE, y) for name in _NAMES}
    for name, colour, opacity in (*_GAINS, *_LOSSES):
        if stacks[name]:
            layers.append(bars_px(stacks[name], colour=colour, opacity=opacity))
    zero = y.px(0.0)
    layers.append(lines_px([{"x": LEFT_PX, "x2": right, "y": zero, "y2": zero}]))
    layers += [_month_names(months, middles, step), *_names(stacks, right, zero)]
    return joined(layers, frame.width_px, _HEIGHT_PX + _AXIS_PX)


def _money_axis(y: Scale, ends_px: tuple[float, float]) -> Any:
    x = Scale((0.0, 1.0), ends_px)
    corners = [{"x": end, "y": y.domain[0]} for end in x.domain]
    mark = layer(corners).mark_line(opacity=0)
    return mark.encode(
        x=same_axis("x", "x", x).axis(None),
        y=on_axis("y", "y", y, title="USD a month", labels=SCALED_LABELS),
    )


def _stack(months: Sequence[Any], name: str, middles: Sequence[float], wide_px: float, y: Scale) -> list[Row]:
    """Return the boxes of one movement, on top of those that stand nearer to zero."""
    is_gain = any(name == gain for gain, _, _ in _GAINS)
    order = [key for key, _, _ in (_GAINS if is_gain else _LOSSES)]
    nearer, sign = order[: order.index(name)], 1.0 if is_gain else -1.0
    found: list[Row] = []
    for month, middle in zip(months, middles, strict=True):
        below = sum(month[key] for key in nearer)
        if month[name] > 0:
            edges = (y.px(sign * below), y.px(sign * (below + month[name])))
            box = {"x": middle - wide_px / 2, "x2": middle + wide_px / 2, "y": edges[0], "y2": edges[1]}
            found.append(box)
    return found


def _month_names(months: Sequence[Any], middles: Sequence[float], step_px: float) -> Any:
    every = max(int(-(-_LABEL_PX // step_px)), 1)
    shown = range(len(months) - 1, -1, -every)
    rows = [{"x": middles[i], "y": _HEIGHT_PX + 14, "text": months[i]["month"]} for i in shown]
    return texts(rows, align="center", colour=SOFT, size_px=11)


def _names(stacks: Any, right_px: float, zero_px: float) -> list[Any]:
    """Return the names of the movements beside the bars, in the order in which these are stacked."""
    found: list[Any] = []
    gains = [item for item in _GAINS if stacks[item[0]]][::-1]
    losses = [item for item in _LOSSES if stacks[item[0]]]
    if any(name == "currency_gain_usd" for name, _, _ in gains):
        # One name for both signs: it stands with the gains where there are any.
        losses = [item for item in losses if item[0] != "currency_loss_usd"]
    start = zero_px - _NAME_GAP_PX * (len(gains) - 0.5)
    start = min(max(start, 8.0), _HEIGHT_PX - _NAME_GAP_PX * (len(gains) + len(losses) - 0.5))
    for place, (name, colour, opacity) in enumerate((*gains, *losses)):
        at = start + _NAME_GAP_PX * place
        box = {"x": right_px + 6, "x2": right_px + 14, "y": at - 4, "y2": at + 4}
        found.append(bars_px([box], colour=colour, opacity=opacity))
        found.append(texts([{"x": right_px + 18, "y": at, "text": _NAMES[name]}], size_px=11))
    return found
