"""The case study: the article's figures beside ours, as the article tells it and from first principles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from nextdollar.catalogue.article_figures import ArticleFigure, article_figures
from nextdollar.report.case_study_lessons import conclusions, to_measure
from nextdollar.report.charts_compare import return_picture
from nextdollar.report.figure import average, middle
from nextdollar.report.page import Block, Extra, Part
from nextdollar.report.tables import Cell, Column, Kind, Table, cell_words
from nextdollar.report.tables_plan import View
from nextdollar.report.write import Extras, shown_view

DEMO_SCHEMA = "nextdollar.demo/1.0"
TITLE = "Where does a bigger Llama-like model stop paying off?"
LABELS = ("As the article tells it", "From first principles")

Views = Mapping[str, View]


def comparison_rows(views: Views) -> list[dict[str, Any]]:
    """Return every figure of the article beside ours, as plain data.

    Parameters
    ----------
    views : mapping
        Plan views under "article", "first_principles" and "churn_plus_one" (the article's customers
        leaving one percentage point a month faster).
    """
    return [_row(figure, views) for figure in article_figures()]


def _row(figure: ArticleFigure, views: Views) -> dict[str, Any]:
    kind = cast(Kind, figure.kind)
    values = [
        _value(where, figure.how, views) for where in (figure.article_where, figure.first_principles_where)
    ]
    words = [
        _words(value, kind) if where else ""
        for value, where in zip(values, (figure.article_where, figure.first_principles_where), strict=True)
    ]
    return {
        "topic": figure.topic,
        "figure": figure.figure,
        "article": figure.article,
        "mark": figure.mark,
        "here_article": values[0],
        "here_article_text": words[0],
        "here_first_principles": values[1],
        "here_first_principles_text": words[1],
        "why": figure.why,
    }


def _words(value: Cell, kind: Kind) -> str:
    shown = cell_words(value, kind)
    return f"{shown.main} ({shown.spread})" if shown.spread else shown.main


def _value(where: str, how: str, views: Views) -> Cell:
    """Return our figure: what stands at a place, or what several places make together."""
    if not where or how == "said":
        return where or None
    found = [_at(place, views) for place in where.split()]
    if how == "value":
        return cast(Cell, found[0])
    amounts = [_amount(value, how) for value in found]
    if any(amount is None for amount in amounts):
        return None
    first, *others = [amount for amount in amounts if amount is not None]
    if how in ("sum", "total"):
        return first + sum(others)
    if how == "part":
        return first / (first + sum(others))
    if how == "total_ratio":
        return (first + others[0]) / (others[1] + others[2])
    return {"fall": first - others[0], "fall_share": (first - others[0]) / first, "rise": others[0] - first}[
        how
    ]


def _amount(value: Any, how: str) -> float | None:
    """Return the one number that stands for a figure: its mean where amounts add up, its median elsewhere."""
    return average(value) if how in ("sum", "total", "total_ratio") else middle(value)


def _at(place: str, views: Views) -> Any:
    """Return what stands at `view:path`; entries of lists are found by their name, end or shift."""
    name, _, path = place.partition(":")
    found: Any = views[name]
    for step in path.split("/"):
        found = found[step] if isinstance(found, Mapping) else _entry(found, step)
    return found


def _entry(entries: Sequence[Mapping[str, Any]], step: str) -> Mapping[str, Any]:
    for entry in entries:
        names = {str(entry.get("name")), str(entry.get("to")), f"{entry.get('to')}:{entry.get('lever')}"}
        shift = entry.get("churn_shift_per_month")
        if step in names or (shift is not None and f"{shift:g}" == step):
            return entry
    raise KeyError(step)


def demo_view(views: Views, files: Sequence[str]) -> dict[str, Any]:
    """Return the whole case study as one object."""
    return {
        "schema": DEMO_SCHEMA,
        "article": views["article"],
        "first_principles": views["first_principles"],
        "churn_plus_one": views["churn_plus_one"],
        "comparison": comparison_rows(views),
        "files": list(files),
    }


_COLUMNS = (
    Column("topic", "topic"),
    Column("figure", "figure"),
    Column("article", "the article"),
    Column("mark", "mark"),
    Column("here_article_text", "here, as the article tells it"),
    Column("here_first_principles_text", "here, from first principles"),
    Column("why", "why they differ"),
)


def comparison_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return the comparison as a table, grouped by topic."""
    cells = tuple(_cells(row) for row in rows)
    return Table("article-and-here", "The article beside our figures", _COLUMNS, cells, is_grouped=True)


def _cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    return tuple(row[column.key] for column in _COLUMNS)


def elasticity_table(views: Views) -> Table:
    """Return the elasticity at which each step breaks even, in both stories."""
    columns = (
        Column("step", "step"),
        Column("article_break_even", "as the article tells it, pays above", "number"),
        Column("article_today", "taken to be", "number"),
        Column("first_principles_break_even", "from first principles, pays above", "number"),
        Column("first_principles_today", "taken to be", "number"),
    )
    rows: list[tuple[Cell, ...]] = []
    found = [_elasticities(views[name]) for name in ("article", "first_principles")]
    for step in found[0]:
        there = found[1].get(step, {"break_even": None, "today": None})
        rows.append(
            (step, found[0][step]["break_even"], found[0][step]["today"], there["break_even"], there["today"])
        )
    caption = (
        "Break-even elasticity: per cent of lifetime value for a per cent of loss, above which a step pays"
    )
    return Table("break-even-elasticity", caption, columns, tuple(rows))


def _elasticities(view: View) -> dict[str, Mapping[str, Any]]:
    items = view["decision"]["break_even"]
    return {f"{item['from']} to {item['to']}": item for item in items if item["lever"] == "elasticity"}


def case_study_extras(views: Views, scenario_texts: Mapping[str, str]) -> Extras:
    """Return what the case study adds to the report: the part on the article, its tables, the scenarios."""
    shown = {name: shown_view(view) for name, view in views.items()}
    table = comparison_table(comparison_rows(shown))
    elasticity = elasticity_table(shown)
    picture = return_picture(shown["article"], shown["first_principles"], LABELS)
    lesson = Block(
        "",
        "Which of the article's conclusions survive",
        extras=[Extra(judgements=conclusions(shown))],
        pictures=[picture],
    )
    beliefs = Block(
        "",
        "What one would have to believe, and what to measure first",
        [
            "Each step pays only above its break-even elasticity. Nobody has measured the elasticity; "
            "both stories take it to be about 10."
        ],
        tables=[elasticity],
        extras=[Extra(points=to_measure(shown))],
    )
    figures = Block(
        "",
        "Every figure of the article beside ours",
        [
            "Given: the article states it. Derived: it follows from what is given. Reading: an assumption "
            "that makes the article's figures agree with each other. Open: how the article reaches it is not "
            "known. Ranges are P5 to P95."
        ],
        tables=[table],
    )
    part = Part(0, "The article beside our figures", after=[lesson, beliefs, figures])
    return Extras([part], [table, elasticity], scenario_texts)
