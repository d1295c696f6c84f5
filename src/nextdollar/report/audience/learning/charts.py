"""The pictures of a learning loop: quality by data, what age does, the path of users, the best cadence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nextdollar.report.audience.learning.joiners_words import joiners_seen_words
from nextdollar.report.audience.learning.number_words import amount
from nextdollar.report.audience.learning.words import (
    cadence_words,
    curve_words,
    lag_words,
    life_words,
    path_words,
)
from nextdollar.report.charts import Picture
from nextdollar.report.charts_scale import Range, Scale, padded, padded_log, with_zero
from nextdollar.report.charts_style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PERCENT_LABELS,
    PLAIN_LABELS,
    SCALED_LABELS,
    VERMILLION,
    Frame,
    joined,
    layer,
    on_axis,
    same_axis,
)
from nextdollar.report.research.charts_panel import LEFT_PX, curve, dots, end_labels, label_room_px
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import research_picture
from nextdollar.report.tables import Column, Table

_HEIGHT_PX = 250.0
_BAND_OPACITY = 0.13


@dataclass(frozen=True, slots=True)
class _Line:
    """A median with its band; rows hold x, p5, p50 and p95."""

    name: str
    rows: Sequence[dict[str, float]]
    colour: str = BLUE
    dash: tuple[int, ...] = ()
    has_band: bool = True


@dataclass(frozen=True, slots=True)
class _Panel:
    """What a plot shows beside its lines."""

    x_title: str
    y_title: str
    x_labels: str = PLAIN_LABELS
    y_labels: str = PERCENT_LABELS
    x_is_log: bool = False
    y_from_zero: bool = False
    points: Sequence[dict[str, float]] = ()


def curve_picture(view: View) -> Picture:
    """Return quality against data: the curve with its range, and each version."""
    curve_view = view["learning_curve"]
    line = _Line("curve", _rows(curve_view["points"], "examples", "quality_share"))
    points = [{"x": item["examples"], "y": item["quality_share"]} for item in curve_view["versions"]]
    panel = _Panel("examples", "quality at launch", x_labels=SCALED_LABELS, x_is_log=True, points=points)
    table = Table(
        "learning-curve",
        "Quality at launch by data",
        (Column("examples", "examples", "count"), Column("quality_share", "quality", "share")),
        tuple((item["examples"], item["quality_share"]) for item in curve_view["points"]),
    )
    return research_picture(
        "learning-curve",
        _title(curve_words(view).split(" (")[0]),
        subtitle="Quality against the data a version was trained on: median and 90 %; dots are versions seen",
        view=view,
        plot=lambda _, frame: _plot([line], panel, frame),
        table=table,
    )


def age_picture(view: View) -> Picture:
    """Return quality lost by the age of a version."""
    life = view["version_life"]
    line = _Line("fitted", _rows(life["points"], "age_periods", "lost_share"))
    panel = _Panel(
        f"{view['period']}s since the update", "quality lost", y_from_zero=True, points=_seen(life["points"])
    )
    return research_picture(
        "quality-by-age",
        _title(life_words(view).split(" (")[0]),
        subtitle="Quality lost since launch by the age of the version: median and 90 %; dots are means seen",
        view=view,
        plot=lambda _, frame: _plot([line], panel, frame),
        table=_age_table(life, "quality-by-age", "lost_share", "Quality lost by age", "quality lost"),
    )


def lag_picture(view: View) -> Picture:
    """Return churn by the age of a version, over that at launch."""
    lag = view["retention_lag"]
    line = _Line("fitted", _rows(lag["points"], "age_periods", "churn_over_launch"), colour=VERMILLION)
    panel = _Panel(
        f"{view['period']}s since the update",
        "churn over that at launch",
        y_labels=PLAIN_LABELS,
        points=_seen(lag["points"]),
    )
    caption = "Churn by age, over that at launch"
    return research_picture(
        "churn-by-age",
        _title(lag_words(view).split(" (")[0]),
        subtitle="Churn by the age of the version, 1 at launch: median and 90 %; dots are means seen",
        view=view,
        plot=lambda _, frame: _plot([line], panel, frame),
        table=_age_table(lag, "churn-by-age", "churn_over_launch", caption, "churn over launch"),
    )


def joiners_picture(view: View) -> Picture:
    """Return joiners by the quality before them, over those at the quality of the last months."""
    part = view["joiners_by_quality"]
    line = _Line("fitted", _rows(part["points"], "quality_share", "joiners_over_recent"), colour=GREEN)
    seen = [{"x": item["quality_share"], "y": item["joiners_over_recent"]} for item in part["seen"]]
    panel = _Panel("quality before", "joiners over recent ones", PERCENT_LABELS, PLAIN_LABELS, points=seen)
    table = Table(
        "joiners-by-quality",
        "Joiners by quality, over those of the last three months",
        (Column("quality_share", "quality", "share"), Column("joiners_over_recent", "joiners", "number")),
        tuple((item["quality_share"], item["joiners_over_recent"]) for item in part["points"]),
    )
    return research_picture(
        "joiners-by-quality",
        _title(joiners_seen_words(view).split(" (")[0]),
        subtitle="Joiners by quality, those of the last months are 1: median and 90 %; dots are periods, "
        "trend taken out",
        view=view,
        plot=lambda _, frame: _plot([line], panel, frame),
        table=table,
    )


def path_picture(view: View) -> Picture:
    """Return users from now on: with learning, with copies of today's version, and without any."""
    path, unit = view["flywheel"]["path"], view["period"]
    lines = [
        _Line("learning", _rows(path, "period", "learning")),
        _Line("copies", _rows(path, "period", "copies"), colour=GREEN, dash=(7, 3), has_band=False),
        _Line("no update", _rows(path, "period", "none"), colour=VERMILLION, dash=(2, 3), has_band=False),
    ]
    panel = _Panel(f"{unit}s from now", "users", y_labels=SCALED_LABELS)
    columns = (
        Column("period", unit, "count"),
        Column("learning_users", "versions that learn", "count"),
        Column("copies_users", "copies of today's", "count"),
        Column("none_users", "no update", "count"),
    )
    rows = tuple((item["period"], item["learning"], item["copies"], item["none"]) for item in path)
    return research_picture(
        "users-to-come",
        _title(path_words(view)),
        subtitle="Users: new versions on all data (90 % shaded), fresh copies of today's, and no update",
        view=view,
        plot=lambda _, frame: _plot(lines, panel, frame),
        table=Table("users-to-come", f"Users at the start of each {unit}", columns, rows),
    )


def cadence_picture(view: View) -> Picture:
    """Return what versions bring after their cost, by the time between them."""
    items = [item for item in view["flywheel"]["updates"]["cadences"] if item["periods"] is not None]
    # One that loses far more than any gains would press all others into a line.
    top = max(item["gain"]["p95"] for item in items)
    drawn = [item for item in items if item["gain"]["p5"] >= -2 * max(top, 0.0)] or items
    far = [item for item in items if item not in drawn]
    rows = [{"x": float(item["periods"]), **_ends(item["gain"])} for item in drawn]
    unit = view["flywheel"]["unit"]
    panel = _Panel(
        f"{view['period']}s between versions",
        f"gain over no new version, {unit}",
        y_labels=SCALED_LABELS,
        x_is_log=True,
        y_from_zero=True,
        points=[{"x": row["x"], "y": row["p50"]} for row in rows],
    )
    columns = (
        Column("periods", f"{view['period']}s between", "count"),
        Column("gain", f"gain, {unit}", "count"),
        Column("best_share", "best in", "share"),
    )
    table_rows = tuple((item["periods"], item["gain"], item["best_share"]) for item in items)
    return research_picture(
        "cadence",
        _title(cadence_words(view).split(" (")[0]),
        subtitle="Worth of users less the cost of versions, over that of no version: median and 90 %",
        view=view,
        plot=lambda _, frame: _plot([_Line("gain", rows)], panel, frame),
        note=", ".join(
            f"{item['periods']} is not drawn: {amount(item['gain']['p50'], unit)}" for item in far
        ),
        table=Table("cadence", "Gain by the time between versions", columns, table_rows),
    )


def _title(words: str) -> str:
    return words[:1].upper() + words[1:]


def _ends(spread: dict[str, Any]) -> dict[str, float]:
    return {name: float(spread[name]) for name in ("p5", "p50", "p95")}


def _rows(points: Sequence[Any], x: str, y: str) -> list[dict[str, float]]:
    return [{"x": float(item[x]), **_ends(item[y])} for item in points if item[y]["p95"] is not None]


def _seen(points: Sequence[Any]) -> list[dict[str, float]]:
    return [{"x": item["age_periods"], "y": item["seen"]} for item in points if item["seen"] is not None]


def _age_table(part: Any, name: str, key: str, caption: str, head: str) -> Table:
    kind: Any = "share" if key == "lost_share" else "number"
    columns = (
        Column("age_periods", "age", "number"),
        Column(key, head, kind),
        Column("seen", "seen", kind),
    )
    rows = tuple((item["age_periods"], item[key], item["seen"]) for item in part["points"])
    return Table(name, caption, columns, rows)


def _plot(lines: Sequence[_Line], panel: _Panel, frame: Frame) -> Any:
    """Return lines with their bands, and dots, on scales that hold them all."""
    is_named = len(lines) > 1
    room = label_room_px([line.name for line in lines]) if is_named else 14.0
    every = [row for line in lines for row in line.rows]
    x = _across([row["x"] for row in every], panel, frame, room_px=room)
    y = _upright(lines, panel)
    corners = [{"x": end, "y": y.domain[0]} for end in x.domain]
    log_words = " (log scale)" if panel.x_is_log else ""
    axes = layer(corners).mark_line(color=INK, strokeWidth=1)
    axes = axes.encode(
        x=on_axis("x", "x", x, title=f"{panel.x_title}{log_words}", labels=panel.x_labels),
        y=on_axis("y", "y", y, title=panel.y_title, labels=panel.y_labels),
    )
    found = [axes, *(_band(line, x, y) for line in lines if line.has_band)]
    if y.domain[0] < 0:
        zero = layer([{"x": end, "y": 0.0} for end in x.domain])
        zero = zero.mark_line(color=INK, strokeWidth=1, strokeDash=[2, 3])
        found.append(zero.encode(x=same_axis("x", "x", x), y=same_axis("y", "y", y)))
    found += [curve(line.rows, x, y, dash=line.dash, colour=line.colour) for line in lines]
    found += dots(panel.points, x, y, colour=GREY, area_px=46)
    if is_named:
        found += end_labels([{"name": line.name, "rows": line.rows} for line in lines], x, y)
    return joined(found, frame.width_px, _HEIGHT_PX)


def _across(values: Sequence[float], panel: _Panel, frame: Frame, *, room_px: float) -> Scale:
    low, high = min(values), max(values)
    ends: Range = padded_log(low, high, 0.02) if panel.x_is_log else (low, high if high > low else low + 1.0)
    pixels = (LEFT_PX, frame.width_px - room_px)
    return Scale(ends, pixels, panel.x_is_log, 4 if frame.is_narrow else 7, left_px=LEFT_PX)


def _upright(lines: Sequence[_Line], panel: _Panel) -> Scale:
    banded = [row[name] for line in lines if line.has_band for row in line.rows for name in ("p5", "p95")]
    values = [*banded, *(row["p50"] for line in lines for row in line.rows), *(p["y"] for p in panel.points)]
    scaled: Callable[[float, float], Range] = with_zero if panel.y_from_zero else padded
    return Scale(scaled(min(values), max(values)), (_HEIGHT_PX, 0.0), n_ticks=5, left_px=LEFT_PX)


def _band(line: _Line, x: Scale, y: Scale) -> Any:
    rows = [{"x": row["x"], "low": row["p5"], "high": row["p95"]} for row in line.rows]
    mark = layer(rows).mark_area(color=line.colour, opacity=_BAND_OPACITY)
    return mark.encode(x=same_axis("x", "x", x), y=same_axis("y", "low", y), y2="high:Q")
