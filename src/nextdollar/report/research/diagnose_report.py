"""The page of a diagnosis: the verdict, the map of runs, and every run in a table."""

from __future__ import annotations

from nextdollar.plan.words import money, percent
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research import charts_diagnose
from nextdollar.report.research import diagnose_findings as findings
from nextdollar.report.research.allocate_tables import without_empty
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import flop_words, model_words
from nextdollar.report.research.write import Story, answer_part, research_picture
from nextdollar.report.tables import Column, Table

_MOST_CARDS = 3


def diagnose_story(view: View) -> Story:
    """Return the report on a diagnosis."""
    runs = view["runs"]
    title = (
        f"What ails {model_words(runs[0]['params'], runs[0]['tokens'])}"
        if len(runs) == 1
        else "What ails the runs"
    )
    return Story(
        title,
        [_answer(view), _map(view), _all(view)],
        closing=(
            f"Balanced: a better way to the same loss saves at most {percent(view['balanced_share'])}. "
            "Data-starved: more of the waste is due to repeated data than to the split. Under-trained: fewer "
            "tokens per parameter than the best split; compute-starved: more."
        ),
    )


def _answer(view: View) -> Part:
    notes = [f"{warning[:1].upper()}{warning[1:]}." for warning in view["warnings"]]
    if len(view["runs"]) == 1:
        rows = findings.figures(view["runs"][0], view)
        cards = [Card(name, figure, remark) for name, figure, remark in (rows[1], rows[3], rows[4])]
        rest = [row for row in rows if row not in (rows[1], rows[3], rows[4])]
        points = [f"{name}: {figure}{f', {remark}' if remark else ''}" for name, figure, remark in rest]
    else:
        cards = [
            Card(name.capitalize(), str(number), f"of {len(view['runs'])} runs")
            for name, number in view["counts"].items()
            if number
        ][:_MOST_CARDS]
        usd = "" if view["wasted_usd"] is None else f", {money(view['wasted_usd'])}"
        points = [
            f"Wasted in all: {flop_words(view['wasted_flop'])} of {flop_words(view['spent_flop'])}{usd}"
        ]
    return answer_part(
        "The verdict",
        findings.headline(view),
        cards=cards,
        points=points,
        points_heading="In numbers",
        notes=notes,
    )


def _map(view: View) -> Part:
    share = percent(view["balanced_share"])
    arrow = "; the diamond is the best split of the same cost" if len(view["runs"]) == 1 else ""
    picture = research_picture(
        "runs-and-balance",
        findings.map_title(view),
        subtitle=f"Size and tokens; in grey the best splits, and those that waste at most {share}{arrow}",
        view=view,
        plot=charts_diagnose.map_plot,
        table=run_table(view),
    )
    return Part(0, "Size against data", findings.map_heading(view), blocks=[Block("", "", [], [picture])])


def _all(view: View) -> Part:
    heading = "Every run with its verdict" if len(view["runs"]) > 1 else "The run in full"
    return Part(0, "In full", heading, blocks=[Block("", "", [], [], [run_table(view)])])


def run_table(view: View) -> Table:
    """Return every run with its verdict."""
    columns = (
        Column("label", "run"),
        Column("verdict", "verdict"),
        Column("params", "parameters", "count"),
        Column("tokens", "tokens", "count"),
        Column("tokens_per_param", "tokens per parameter", "number"),
        Column("best_tokens_per_param", "best", "number"),
        Column("waste_share", "wasted", "share"),
        Column("wasted_flop", "wasted, FLOP", "power"),
        Column("wasted_usd", "wasted", "usd"),
        Column("loss_nats", "loss by the law, nats per token", "nats"),
        Column("observed_nats", "observed", "nats"),
    )
    rows = tuple(
        (
            run["label"],
            run["verdict"],
            *(run[key] for key in ("params", "tokens", "tokens_per_param")),
            run["best_tokens_per_param"]["value"],
            *(run[key] for key in ("waste_share", "wasted_flop", "wasted_usd", "loss_nats", "observed_nats")),
        )
        for run in view["runs"]
    )
    return without_empty(Table("runs", "Runs and their verdicts", columns, rows))
