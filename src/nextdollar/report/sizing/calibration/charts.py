"""The pictures of a calibration: errors before and after, and utilisation measured in what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nextdollar.plan.words import percent, significant
from nextdollar.report.charts import Picture
from nextdollar.report.charts_rows import NumberColumn, Rows, axis_layer
from nextdollar.report.charts_scale import Scale
from nextdollar.report.charts_style import (
    BLUE,
    GREY,
    INK,
    PERCENT_LABELS,
    VERMILLION,
    Frame,
    Row,
    bars_px,
    lines_px,
    points_px,
)
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import research_picture
from nextdollar.report.sizing.calibration.text import errors_of
from nextdollar.report.tables import Column, Table
from nextdollar.units import PERCENT

MOST_ROWS = 16
_HALF_PX = 6.0
_MOST_NAME, _MOST_NARROW_NAME, _MOST_NARROW_MODEL = 37, 17, 10
_TINY = {"tpot_ms": "token", "ttft_ms": "first", "out_tok_s_per_gpu": "throughput"}


def errors_picture(view: View) -> Picture:
    """Return the picture of errors before and after, the ones with most rows first."""
    found = sorted(errors_of(view), key=lambda item: -int(item[1]["n_rows"]))
    shown = found[:MOST_ROWS]
    items = [
        _Drawn(
            (scope["model"], f"{scope['accelerator']} {scope['engine']}", _TINY[error["quantity"]]),
            float(error["before_percent"]) * PERCENT,
            _after(error) * PERCENT,
        )
        for scope, error in shown
    ]

    def plot(_: View, frame: Frame) -> Any:
        return _errors_plot(items, frame)

    columns = (
        Column("name", "what"),
        Column("before_share", "off before", "share"),
        Column("after_share", "off after", "share"),
    )
    n_better = sum(_after(error) < error["before_percent"] for _, error in found)
    what = "1 error" if len(found) == 1 else f"{len(found)} errors"
    more = len(found) - len(shown)
    return research_picture(
        "errors",
        f"{n_better} of {what} became smaller",
        subtitle="Median error before (square) and after (dot), each row left out of the fit",
        view=view,
        plot=plot,
        table=Table("errors-drawn", "Errors in the picture", columns, tuple(item.cells for item in items)),
        note=f"{more} more are in the table" if more > 0 else "",
    )


def _after(error: Any) -> float:
    left_out = error["left_out_percent"]
    return float(error["after_percent"] if left_out is None else left_out)


def _rows(names: list[str], frame: Frame, right_px: float) -> Rows:
    plot = (124.0, 268.0) if frame.is_narrow else (240.0, frame.width_px - right_px)
    most = _MOST_NARROW_NAME if frame.is_narrow else _MOST_NAME
    return Rows(frame, [name[:most] for name in names], plot[0] - 4, plot)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One error: of which model, machine and quantity, before and after."""

    of: tuple[str, str, str]
    before_share: float
    after_share: float

    @property
    def cells(self) -> tuple[str, float, float]:
        """The row of the table behind the picture."""
        return (", ".join(self.of), self.before_share, self.after_share)

    def name(self, frame: Frame) -> str:
        """Return what stands beside the row."""
        model, machine, quantity = self.of
        if frame.is_narrow:
            return f"{model[:_MOST_NARROW_MODEL]}, {quantity}"
        return f"{model} {machine}, {quantity}"


def _errors_plot(items: Sequence[_Drawn], frame: Frame) -> Any:
    rows = _rows([item.name(frame) for item in items], frame, 128)
    top = max(max(item.before_share, item.after_share) for item in items) * 1.08 or 1.0
    scale = Scale((0.0, top), rows.plot_px, n_ticks=3 if frame.is_narrow else 5)
    old = [scale.px(item.before_share) for item in items]
    new = [scale.px(item.after_share) for item in items]
    links: list[Row] = [
        {"x": before, "x2": after, "y": rows.y(i), "y2": rows.y(i)}
        for i, (before, after) in enumerate(zip(old, new, strict=True))
    ]
    columns = [NumberColumn("after", frame.width_px, [percent(item.after_share) for item in items])]
    if not frame.is_narrow:
        befores = [percent(item.before_share) for item in items]
        columns.append(NumberColumn("before", frame.width_px - 56, befores))
    layers = [
        axis_layer(rows, scale, title="median error", labels=PERCENT_LABELS),
        *rows.frame_layers(columns),
        lines_px(links, colour=GREY, width_px=2),
        points_px([{"x": x, "y": rows.y(i)} for i, x in enumerate(old)], colour=VERMILLION, shape="square"),
        points_px([{"x": x, "y": rows.y(i)} for i, x in enumerate(new)], colour=BLUE),
    ]
    return rows.picture(layers)


def mfu_picture(view: View) -> Picture:
    """Return the picture of utilisation: what was expected, what was measured, and the forecast."""
    items = view["training"][:MOST_ROWS]

    def plot(_: View, frame: Frame) -> Any:
        return _mfu_plot(items, frame)

    columns = (
        Column("name", "log"),
        Column("mfu", "measured", "share"),
        Column("mfu_before", "expected", "share"),
        Column("mfu_after", "forecast", "share"),
    )
    more = len(view["training"]) - len(items)
    return research_picture(
        "mfu",
        _mfu_finding(view["training"]),
        subtitle="Pale: the 90 % that was expected; dark: the forecast once the log counts; cross: measured",
        view=view,
        plot=plot,
        table=Table(
            "mfu-drawn",
            "MFU in the picture",
            columns,
            tuple((item["file"], item["mfu"], item["mfu_before"], item["mfu_after"]) for item in items),
        ),
        note=f"{more} more are in the table" if more > 0 else "",
    )


def _mfu_finding(items: Any) -> str:
    if len(items) == 1:
        after, before = items[0]["mfu_after"], items[0]["mfu_before"]
        narrower = (before["p95"] / before["p5"]) / (after["p95"] / after["p5"])
        words = f"its range is {significant(narrower, 2)} times narrower"
        return f"{items[0]['file']}: MFU {percent(items[0]['mfu'])}, and {words}"
    n_inside = sum(item["mfu_before"]["p5"] <= item["mfu"] <= item["mfu_before"]["p95"] for item in items)
    return f"{n_inside} of {len(items)} measured MFUs lie in the range that was expected"


def _mfu_plot(items: Any, frame: Frame) -> Any:
    rows = _rows([item["file"] for item in items], frame, 128)
    ends = [item[name]["p95"] for item in items for name in ("mfu_before", "mfu_after")]
    top = max([*ends, *(item["mfu"] for item in items)]) * 1.06
    scale = Scale((0.0, top), rows.plot_px, n_ticks=3 if frame.is_narrow else 5)
    boxes: dict[str, list[Row]] = {
        name: [
            {
                "x": scale.px(item[name]["p5"]),
                "x2": scale.px(item[name]["p95"]),
                "y": rows.y(i) - half,
                "y2": rows.y(i) + half,
            }
            for i, item in enumerate(items)
        ]
        for name, half in (("mfu_before", _HALF_PX), ("mfu_after", 0.6 * _HALF_PX))
    }
    marks: list[Row] = [{"x": scale.px(item["mfu"]), "y": rows.y(i)} for i, item in enumerate(items)]
    columns = [NumberColumn("MFU", frame.width_px, [percent(item["mfu"]) for item in items])]
    if not frame.is_narrow:
        expected = [percent(item["mfu_before"]["p50"]) for item in items]
        columns.append(NumberColumn("expected", frame.width_px - 56, expected))
    layers = [
        axis_layer(rows, scale, title="share of the bf16 peak", labels=PERCENT_LABELS),
        *rows.frame_layers(columns),
        bars_px(boxes["mfu_before"], colour=BLUE, opacity=0.25),
        bars_px(boxes["mfu_after"], colour=BLUE, opacity=0.7),
        points_px(marks, colour=INK, shape="cross"),
    ]
    return rows.picture(layers)
