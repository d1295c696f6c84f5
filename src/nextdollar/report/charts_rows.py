"""Pictures with a row for each candidate: its name, what is drawn, and its numbers in columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nextdollar.report.charts_scale import Scale
from nextdollar.report.charts_style import (
    BLUE,
    GREY,
    GRID,
    INK,
    SCALED_LABELS,
    SOFT,
    Align,
    Frame,
    Row,
    joined,
    layer,
    lines_px,
    on_axis,
    points_px,
    texts,
)

_HEAD_PX, _ROW_PX, _FOOT_PX = 26, 30, 8


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of numbers to the right of the plot; `right_px` is where they end."""

    head: str
    right_px: float
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a picture: names at the left, a plot between two pixels, then columns of numbers.

    `highlighted` is the row that the title is about, or None.
    """

    frame: Frame
    names: Sequence[str]
    name_px: float
    plot_px: tuple[float, float]
    highlighted: int | None = None
    plot_head: str = ""

    def y(self, index: int) -> float:
        """Return the middle of a row, in pixels from the top."""
        return _HEAD_PX + _ROW_PX * (index + 0.5)

    @property
    def bottom_px(self) -> float:
        """Where the last row ends."""
        return _HEAD_PX + _ROW_PX * len(self.names) + _FOOT_PX

    def colour(self, index: int) -> str:
        """Return the colour of a row's marks: one highlight, the others grey."""
        return BLUE if index == self.highlighted else GREY

    def coloured(
        self, marks: Sequence[tuple[int, Row]], draw: Callable[[Sequence[Row], str], Any]
    ) -> list[Any]:
        """Return marks of rows, given by (row, mark), in one layer for each colour."""
        found = []
        for colour in (GREY, BLUE):
            these = [mark for index, mark in marks if self.colour(index) == colour]
            if these:
                found.append(draw(these, colour))
        return found

    def frame_layers(self, columns: Sequence[NumberColumn] = ()) -> list[Any]:
        """Return hairlines, headings, names and columns of numbers."""
        width = self.frame.width_px
        hairlines = [
            {"x": 0, "x2": width, "y": self.y(i) + _ROW_PX / 2, "y2": self.y(i) + _ROW_PX / 2}
            for i in range(len(self.names))
        ]
        heads = [{"x": column.right_px, "y": 10, "text": column.head} for column in columns]
        layers = [lines_px(hairlines, colour=GRID), texts(heads, align="right", colour=SOFT, size_px=11)]
        if self.plot_head:
            layers.append(
                texts([{"x": self.plot_px[0], "y": 10, "text": self.plot_head}], colour=SOFT, size_px=11)
            )
        layers += self._texts([(self.name_px, self.names)], "left")
        return layers + self._texts([(column.right_px, column.texts) for column in columns], "right")

    def _texts(self, columns: Sequence[tuple[float, Sequence[str]]], align: Align) -> list[Any]:
        """Return texts of rows, the highlighted row in bold."""
        found = []
        for bold in (False, True):
            rows = [
                {"x": 0 if align == "left" else at, "y": self.y(i), "text": text}
                for at, items in columns
                for i, text in enumerate(items)
                if (i == self.highlighted) is bold
            ]
            limit = self.name_px - 8 if align == "left" else 0
            if rows:
                found.append(texts(rows, align=align, bold=bold, limit_px=limit))
        return found

    def picture(self, layers: Sequence[Any]) -> Any:
        """Return the layers as one picture."""
        return joined(layers, self.frame.width_px, self.bottom_px)


def axis_layer(rows: Rows, scale: Scale, *, title: str, labels: str = SCALED_LABELS) -> Any:
    """Return the axis of the plot with its grid, drawn under everything else."""
    ends = [{"at": end, "y": 0} for end in scale.domain]
    return (
        layer(ends)
        .mark_point(opacity=0, size=0, color=GRID)
        .encode(x=on_axis("x", "at", scale, title=title, labels=labels))
    )


def rule_at(rows: Rows, x_px: float, *, colour: str = INK, dash: Sequence[int] = ()) -> Any:
    """Return a line down all rows."""
    return lines_px(
        [{"x": x_px, "x2": x_px, "y": _HEAD_PX - 6, "y2": rows.bottom_px}], colour=colour, dash=dash
    )


def far_marks(rows: Rows, scale: Scale, values: Mapping[int, float]) -> list[Any]:
    """Return arrows at the edge for rows whose value lies beyond the scale."""
    found: list[Any] = []
    for shape, is_left in (("triangle-left", True), ("triangle-right", False)):
        at = scale.pixels[0] + 6 if is_left else scale.pixels[1] - 6
        marks: list[Row] = [
            {"x": at, "y": rows.y(i)} for i, value in values.items() if (value < scale.domain[0]) is is_left
        ]
        if marks:
            found.append(points_px(marks, colour=GREY, shape=shape, area_px=90))
    return found
