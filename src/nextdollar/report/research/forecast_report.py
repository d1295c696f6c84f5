"""The page of a forecast: what is to be expected, how sure that is, and what happened where that is known."""

from __future__ import annotations

from nextdollar.plan.words import percent
from nextdollar.report.charts import Picture
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research import charts_forecast, charts_metric, fit_tables
from nextdollar.report.research import forecast_findings as findings
from nextdollar.report.research.envelope import View
from nextdollar.report.research.fit_report import table_part
from nextdollar.report.research.forecast_findings import Row
from nextdollar.report.research.words import distance_words, loss_with_range, sentence
from nextdollar.report.research.write import Story, answer_part, research_picture
from nextdollar.report.tables import Cell, Column, Table

_MOST_LISTED, _MOST_OPEN = 5, 12
_RANGES = ("p5", "p10", "p25", "p50", "p75", "p90", "p95")


def forecast_story(view: View) -> Story:
    """Return the report on forecasts."""
    name = view["files"][0]["file"]
    parts = [_answer(view), _expected(view)]
    if charts_metric.said(view):
        parts.append(_metric(view))
    if view["what_happened"] is not None:
        parts.append(_happened(view))
    return Story(
        f"What to expect of larger runs, from {name}",
        [*parts, table_part(view)],
        closing="A 90 % range is meant to hold nine runs of ten: coefficients, scatter, misfit of the law.",
        tables=[fit_tables.point_table(view)],
    )


def _answer(view: View) -> Part:
    row = findings.focus(view)
    if row is None:
        cards, points, heading = [], [sentence(findings.what_would_help(view))], "What would help"
    else:
        cards, points, heading = _cards(row), _points(view, row), "Also"
    return answer_part(
        "The forecast",
        findings.headline(view),
        cards=cards,
        points=points,
        points_heading=heading,
        notes=[sentence(warning) for warning in view["warnings"]],
    )


def _cards(row: Row) -> list[Card]:
    """Return the loss, its range, and how far out the target lies."""
    quantile = row["loss"]
    loss, wide = loss_with_range(quantile["p50"], quantile["p5"], quantile["p95"])
    _, narrow = loss_with_range(quantile["p50"], quantile["p25"], quantile["p75"])
    apart = percent(row["law_disagreement_share"])
    far = sentence(distance_words(row["distance"]))
    out = far.removesuffix(".").partition(" beyond")[0].partition(" your")[0]
    return [
        Card(f"Loss of {row['name']}", f"{loss} nats", f"Half of such runs will lie in {narrow}."),
        Card("Nine of ten will lie in", wide, "Coefficients, scatter of runs, and what the law may miss."),
        Card("How far out", out, f"{far} Other laws that fit as well part by {apart}."),
    ]


def _points(view: View, row: Row) -> list[str]:
    """Return what happened, the metric, the other targets if they are few, and what cannot be said."""
    others = [item for item in view["rows"] if item is not row and not item["cannot_say"]]
    unsure = [item for item in view["rows"] if item["cannot_say"]]
    words = [findings.happened_words(view)]
    if view["metric"] is not None:
        words.append(findings.metric_words(view, row))
    if len(others) <= _MOST_LISTED:
        words += [findings.row_words(item) for item in others]
    words += [f"cannot say: {findings.why_not(view, item)}" for item in unsure[:_MOST_LISTED]]
    return [sentence(item) for item in words if item]


def _expected(view: View) -> Part:
    pictures = [
        research_picture(
            "forecast",
            findings.curve_title(view),
            subtitle="Dots are runs; bands hold 50, 80 and 90 % of runs at the best split of each budget; "
            "diamonds are the targets with their 90 %"
            + ("; crosses are what happened" if view["what_happened"] is not None else ""),
            view=view,
            plot=charts_forecast.work_plot,
            table=_curve_table(view),
        )
    ]
    return Part(
        0, "What to expect", findings.width_words(view), blocks=[_with_table(pictures, target_table(view))]
    )


def _with_table(pictures: list[Picture], table: Table) -> Block:
    """Return pictures with their table, folded away where it is long."""
    if len(table.rows) > _MOST_OPEN:
        return Block("", "", [], pictures, folded=[table])
    return Block("", "", [], pictures, [table])


def _metric(view: View) -> Part:
    shown = charts_metric.said(view)
    best = max(shown, key=lambda row: float(row["flop"]))
    more = len(shown) - charts_metric.MOST_ROWS
    is_known = any(row["observed_metric"] is not None for row in shown)
    picture = research_picture(
        "metric",
        findings.metric_title(view, best),
        subtitle="Bars hold 90 and 50 % of runs, the tick is the median"
        + ("; crosses are what happened" if is_known else ""),
        view=view,
        plot=charts_metric.metric_plot,
        table=_metric_table(view),
        note=f"{more} more targets are in the table" if more > 0 else "",
    )
    texts = [
        "The loss of each draw goes through a curve that was fitted to the runs that have both; the range "
        "holds the doubt of either, and the scatter of runs."
    ]
    return Part(0, "The metric", "The score follows from the loss", blocks=[Block("", "", texts, [picture])])


def _metric_table(view: View) -> Table:
    columns = (
        Column("name", "target"),
        *(Column(f"metric_{name}", name.upper(), "number") for name in _RANGES),
        Column("observed_metric", "what happened", "number"),
    )
    rows = tuple(
        (row["name"], *(row["metric"][name] for name in _RANGES), row["observed_metric"])
        for row in charts_metric.said(view)
    )
    return Table("metric", f"Forecasts of {view['metric']}", columns, rows)


def _happened(view: View) -> Part:
    picture: Picture = research_picture(
        "forecast-against-happened",
        findings.happened_title(view),
        subtitle="Each run that happened against its forecast, in order of work: bars hold 50 and 90 %, "
        "a dot lies inside, a square outside",
        view=view,
        plot=charts_forecast.happened_plot,
        table=_happened_table(view),
    )
    words = sentence(findings.happened_words(view))
    return Part(0, "What happened", findings.inside_words(view), blocks=[Block("", "", [words], [picture])])


def target_table(view: View) -> Table:
    """Return the targets with the quantiles of their loss, and of their metric where one was asked for."""
    sizes = [Column("params", "parameters", "count"), Column("tokens", "tokens", "count")]
    columns = [
        Column("name", "target"),
        *(sizes if findings.are_named(view) else []),
        Column("loss_nats", "loss, nats per token", "nats"),
        Column("distance", "decades beyond", "number"),
        Column("law_disagreement_share", "other laws part by", "share"),
        Column("cannot_say", "cannot say"),
    ]
    if view["metric"] is not None:
        columns.append(Column("metric", view["metric"], "number"))
    rows: list[tuple[Cell, ...]] = []
    for row in view["rows"]:
        cells = {**row, "loss_nats": None if row["cannot_say"] else row["loss"]}
        rows.append(tuple(cells[column.key] for column in columns))
    return Table("targets", "Forecasts: the median, and P5 to P95", tuple(columns), tuple(rows))


def _happened_table(view: View) -> Table:
    columns = (
        Column("name", "target"),
        Column("flop", "work, FLOP", "power"),
        Column("loss_nats", "forecast, nats per token", "nats"),
        Column("observed_loss_nats", "what happened", "nats"),
        Column("error_share", "against the forecast", "change"),
        Column("inside_90", "inside 90 %"),
    )
    rows = tuple(
        (
            row["name"],
            row["flop"],
            row["loss"],
            row["observed_loss"],
            row["observed_loss"] / row["loss"]["p50"] - 1,
            row["loss"]["p5"] <= row["observed_loss"] <= row["loss"]["p95"],
        )
        for row in charts_forecast.known_rows(view)
    )
    return Table("forecast-against-happened", "Forecasts against what happened", columns, rows)


def _curve_table(view: View) -> Table:
    columns = (
        Column("flop", "work, FLOP", "power"),
        Column("params", "parameters", "count"),
        Column("tokens", "tokens", "count"),
        *(Column(f"loss_nats_{name}", f"loss, {name.upper()}", "nats") for name in _RANGES),
    )
    curve = view["curve"]
    losses = [curve["loss_nats"][name] for name in _RANGES]
    rows = tuple(zip(curve["flop"], curve["params"], curve["tokens"], *losses, strict=True))
    return Table("forecast-curve", "Loss at the best split of each budget", columns, rows)
