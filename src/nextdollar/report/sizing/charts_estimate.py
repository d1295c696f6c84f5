"""The picture of estimates: a row for each with its 90 % range, and what was reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nextdollar.plan.words import count
from nextdollar.report.charts import Picture
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer
from nextdollar.report.charts_scale import Scale, padded_log
from nextdollar.report.charts_style import BLUE, INK, VERMILLION, Frame, Row, bars_px, lines_px, points_px
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import research_picture
from nextdollar.report.tables import Column, Table

MOST_ROWS = 20
Centre = Literal["p50", "mean"]
_CENTRES: dict[Centre, str] = {"p50": "median", "mean": "mean"}
_HALF_PX = 6.0
_MOST_NAME, _MOST_NARROW_NAME = 26, 16


@dataclass(frozen=True, slots=True)
class Estimated:
    """One row of the picture: a range, and what was reported, None where nothing was."""

    name: str
    estimate: Mapping[str, float]
    reported: float | None

    @property
    def is_inside(self) -> bool:
        """Whether what was reported lies in the range."""
        return self.reported is None or self.estimate["p5"] <= self.reported <= self.estimate["p95"]


def estimates_plot(items: Sequence[Estimated], frame: Frame, *, title: str, centre: Centre = "p50") -> Any:
    """Draw estimates on a log axis: bars hold 90 %, a tick is the median or the mean.

    A cross is what was reported, a square where that lies outside.
    """
    plot = (118.0, 262.0) if frame.is_narrow else (180.0, frame.width_px - 178.0)
    most = _MOST_NARROW_NAME if frame.is_narrow else _MOST_NAME
    rows = Rows(frame, [item.name[:most] for item in items], plot[0] - 4, plot)
    ends = [item.estimate[name] for item in items for name in ("p5", "p95")]
    ends += [item.reported for item in items if item.reported is not None]
    scale = Scale(padded_log(min(ends), max(ends)), plot, is_log=True, n_ticks=3 if frame.is_narrow else 5)
    boxes: list[Row] = [
        {
            "x": scale.px(item.estimate["p5"]),
            "x2": scale.px(item.estimate["p95"]),
            "y": rows.y(i) - _HALF_PX,
            "y2": rows.y(i) + _HALF_PX,
        }
        for i, item in enumerate(items)
    ]
    ticks: list[Row] = [
        {"x": at, "x2": at, "y": rows.y(i) - _HALF_PX, "y2": rows.y(i) + _HALF_PX}
        for i, item in enumerate(items)
        for at in [scale.px(item.estimate[centre])]
    ]
    layers = [
        axis_layer(rows, scale, title=title),
        *rows.frame_layers(_columns(items, frame, centre)),
        bars_px(boxes, colour=BLUE, opacity=0.35),
        lines_px(ticks, colour=INK, width_px=2),
        *_reported(items, rows, scale),
    ]
    return rows.picture(layers)


def _reported(items: Sequence[Estimated], rows: Rows, scale: Scale) -> list[Any]:
    """Return the marks of what was reported."""
    found = []
    for is_inside, colour, shape in ((True, INK, "cross"), (False, VERMILLION, "square")):
        marks: list[Row] = [
            {"x": scale.px(item.reported), "y": rows.y(i)}
            for i, item in enumerate(items)
            if item.reported is not None and item.is_inside is is_inside
        ]
        if marks:
            found.append(points_px(marks, colour=colour, shape=shape))
    return found


def _columns(items: Sequence[Estimated], frame: Frame, centre: Centre) -> list[NumberColumn]:
    """Return the numbers beside the bars: the median or the mean, and on a wide page the range."""
    middles = [count(item.estimate[centre]) for item in items]
    columns = [NumberColumn(_CENTRES[centre], frame.width_px - (0 if frame.is_narrow else 112), middles)]
    if not frame.is_narrow:
        spreads = [f"{count(item.estimate['p5'])} to {count(item.estimate['p95'])}" for item in items]
        columns.append(NumberColumn("90 %", frame.width_px, spreads))
    return columns


def finding(items: Sequence[Estimated], *, what: str) -> str:
    """Return what the rows show: how many reported values lie in their range, or how wide they span."""
    known = [item for item in items if item.reported is not None]
    if known:
        n_inside = sum(item.is_inside for item in known)
        return f"{n_inside:,} of {len(known):,} reported {what} lie in their 90 % range"
    middles = [item.estimate["p50"] for item in items]
    if len(items) == 1:
        return f"{items[0].name}: {count(middles[0])} {what}"
    return f"From {count(min(middles))} to {count(max(middles))} {what}"


def estimates_picture(
    name: str, items: Sequence[Estimated], *, view: View, what: str, is_spread: bool = False
) -> Picture:
    """Return the picture of twenty rows; its title is the `finding` on all of them.

    They are the largest, or where `is_spread` those at equal steps from the largest to the smallest.
    """
    ordered = sorted(items, key=lambda item: -item.estimate["p50"])
    step = max((len(ordered) - 1) / (MOST_ROWS - 1), 1.0) if is_spread else 1.0
    shown = [ordered[round(place * step)] for place in range(min(len(ordered), MOST_ROWS))]
    more = len(items) - len(shown)
    is_known = any(item.reported is not None for item in shown)
    rest = f"{more:,} {'rows between these' if is_spread else 'smaller rows'} are in the table"

    def plot(_: View, frame: Frame) -> Any:
        return estimates_plot(shown, frame, title=what)

    columns = (
        Column("name", "row"),
        Column("estimate", what, "count"),
        Column("reported", f"reported {what}", "count"),
    )
    return research_picture(
        name,
        finding(items, what=what),
        subtitle="Bars hold 90 %, the tick is the median"
        + ("; a cross is what was reported, a square where that lies outside" if is_known else ""),
        view=view,
        plot=plot,
        table=Table(
            name, "Estimates in the picture", columns,
            tuple((item.name, item.estimate, item.reported) for item in shown),
        ),
        note=rest if more > 0 else "",
    )  # fmt: skip
