"""The look that all charts share: colours, frames, and the layers they are put together from.

Every chart is drawn twice, for a wide page and for a phone. What is read off an axis is drawn by the
axis; names and numbers beside the marks stand at pixels, so that they can be kept apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nextdollar.report.charts_scale import Scale

if TYPE_CHECKING:
    import altair as alt

BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GREY, INK, SOFT, GRID, PAPER = "#7b8794", "#1c2430", "#55606e", "#e3e7ec", "#ffffff"
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
DASH = (6, 4)
TEXT_PX = 12

# Labels in the letters of `words.scaled`: d3 itself writes G for a billion.
SCALED_LABELS = (
    "(abs(datum.value) >= 1e12 ? format(datum.value / 1e12, '~g') + ' T'"
    " : abs(datum.value) >= 1e9 ? format(datum.value / 1e9, '~g') + ' B'"
    " : abs(datum.value) >= 1e6 ? format(datum.value / 1e6, '~g') + ' M'"
    " : abs(datum.value) >= 1e3 ? format(datum.value / 1e3, '~g') + ' K'"
    " : format(datum.value, '~g'))"
)
PERCENT_LABELS = "format(100 * datum.value, '~g') + ' %'"
PLAIN_LABELS = (
    "abs(datum.value) >= 1e-9 || datum.value == 0 ? format(datum.value, '~r') : format(datum.value, '~e')"
)

Row = Mapping[str, Any]
Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Frame:
    """What a chart is drawn for; widths are in pixels, the whole picture included."""

    name: str
    width_px: int

    @property
    def is_narrow(self) -> bool:
        """Whether the picture is for a phone."""
        return self.width_px < 480


WIDE, NARROW = Frame("wide", 620), Frame("narrow", 340)


def text_width_px(text: str, size_px: float = TEXT_PX) -> float:
    """Return about how wide a text is drawn, on the wide side for Arial."""
    narrow = sum(character in "ijlt.,:;'| fr()-" for character in text)
    wide = sum(character in "mwMW%@" for character in text)
    return size_px * (0.58 * len(text) - 0.26 * narrow + 0.3 * wide)


def layer(rows: Sequence[Row]) -> alt.Chart:
    """Return a chart without marks on rows of plain data."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=[dict(row) for row in rows]))


def on_axis(
    channel: str,
    field: str,
    scale: Scale,
    *,
    title: str = "",
    labels: str = SCALED_LABELS,
    shown: bool = True,
) -> Any:
    """Return an encoding read off an axis; `shown` False leaves labels and title out but keeps the grid."""
    import altair as alt

    axis = alt.Axis(
        values=scale.ticks,
        labelExpr=labels,
        title=title or None,
        labels=shown,
        **_place(channel, scale),
    )
    return {"x": alt.X, "y": alt.Y}[channel](f"{field}:Q", scale=vega_scale(scale), axis=axis)


def _place(channel: str, scale: Scale) -> dict[str, Any]:
    """Return where an axis stands: under the plot, or inside the picture with its title level above."""
    if channel == "x":
        return {"orient": "bottom", "titleAnchor": "end"}
    title = {"titleAngle": 0, "titleAlign": "left", "titleX": -scale.left_px, "titleY": -18}
    return {"orient": "left", "offset": -scale.left_px, **title}


def vega_scale(scale: Scale) -> Any:
    """Return the scale of an encoding, with its ends and pixels as they are."""
    import altair as alt

    return alt.Scale(
        type="log" if scale.is_log else "linear",
        domain=list(scale.domain),
        range=list(scale.pixels),
        nice=False,
        zero=False,
        clamp=True,
    )


def same_axis(channel: str, field: str, scale: Scale) -> Any:
    """Return an encoding on a scale whose axis another layer draws."""
    import altair as alt

    return {"x": alt.X, "y": alt.Y}[channel](f"{field}:Q", scale=vega_scale(scale))


def at_px(channel: str, field: str) -> Any:
    """Return an encoding that takes the field's values as pixels."""
    import altair as alt

    if channel in ("x2", "y2"):
        return {"x2": alt.X2, "y2": alt.Y2}[channel](field)
    return {"x": alt.X, "y": alt.Y}[channel](f"{field}:Q", scale=None, axis=None)


def texts(
    rows: Sequence[Row],
    *,
    align: Align = "left",
    colour: str = INK,
    size_px: float = TEXT_PX,
    bold: bool = False,
    limit_px: float = 0,
) -> Any:
    """Return the `text` of rows at their pixels `x` and `y`, cut where it is wider than the limit."""
    import altair as alt

    mark = layer(rows).mark_text(
        align=align,
        baseline="middle",
        color=colour,
        fontSize=size_px,
        fontWeight="bold" if bold else "normal",
        limit=limit_px,
    )
    return mark.encode(x=at_px("x", "x"), y=at_px("y", "y"), text=alt.Text("text:N"))


def lines_px(rows: Sequence[Row], *, colour: str = INK, width_px: float = 1, dash: Sequence[int] = ()) -> Any:
    """Return straight lines from pixel (`x`, `y`) to (`x2`, `y2`)."""
    mark = layer(rows).mark_rule(color=colour, strokeWidth=width_px, strokeDash=list(dash) or [1, 0])
    return mark.encode(**_box())


def bars_px(rows: Sequence[Row], *, colour: str, opacity: float = 1.0, corner_px: int = 0) -> Any:
    """Return boxes from pixel (`x`, `y`) to (`x2`, `y2`)."""
    mark = layer(rows).mark_rect(color=colour, fillOpacity=opacity, cornerRadius=corner_px)
    return mark.encode(**_box())


def _box() -> dict[str, Any]:
    return {"x": at_px("x", "x"), "x2": at_px("x2", "x2"), "y": at_px("y", "y"), "y2": at_px("y2", "y2")}


def points_px(rows: Sequence[Row], *, colour: str, shape: str = "circle", area_px: int = 70) -> Any:
    """Return marks at pixels (`x`, `y`)."""
    mark = layer(rows).mark_point(shape=shape, filled=True, color=colour, size=area_px, opacity=1)
    return mark.encode(x=at_px("x", "x"), y=at_px("y", "y"))


def joined(layers: Sequence[Any], width_px: float, height_px: float) -> Any:
    """Return layers as one picture of a size."""
    import altair as alt

    return alt.layer(*layers).properties(width=width_px, height=height_px)


def configured(chart: Any) -> dict[str, Any]:
    """Return the specification of a chart in the house style."""
    styled = chart.configure(
        font=FONT,
        aria=False,
        background="transparent",
        padding={"left": 1, "right": 1, "top": 2, "bottom": 2},
    ).configure_view(stroke=None)
    styled = styled.configure_axis(
        domain=False,
        ticks=False,
        grid=True,
        gridColor=GRID,
        gridWidth=1,
        labelColor=SOFT,
        labelFontSize=TEXT_PX,
        labelPadding=7,
        titleColor=SOFT,
        titleFontSize=TEXT_PX,
        titleFontWeight="normal",
        titlePadding=10,
        labelFlush=False,
        labelOverlap=False,
    )
    specification: dict[str, Any] = styled.to_dict(validate=False)
    return specification
