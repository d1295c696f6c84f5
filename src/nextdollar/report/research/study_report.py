"""The page of a study: the run to make next, what it is worth, and the ladder."""

from __future__ import annotations

from nextdollar.plan.words import money, percent
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research import charts_study, knee_findings
from nextdollar.report.research import study_findings as findings
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import model_words
from nextdollar.report.research.write import Story, answer_part, research_picture
from nextdollar.report.tables import Cell, Column, Table

_SIZE = (Column("params", "params", "count"), Column("tokens", "tokens", "count"))


def study_story(view: View) -> Story:
    """Return the report on a study."""
    parts = [_answer(view), _worth(view)]
    if view["ladder"]:
        parts.append(_ladder(view))
    parts.append(_choice(view))
    closing = "A run is worth what it does for this choice; what else it teaches is not counted."
    return Story(f"The next run, by {view['law']}", parts, closing=closing)


def _answer(view: View) -> Part:
    following = view["next"]
    cards = [
        Card("Perfect knowledge", money(view["evpi_usd"], 2), "No run can be worth more to this choice.")
    ]
    if following is not None:
        words = model_words(following["params"], following["tokens"])
        error = money(following["standard_error_usd"], 1)
        cards = [
            Card("The next run", words, f"It costs {money(following['cost_usd'], 2)}."),
            Card("It is worth", money(following["evsi_usd"], 2), f"+/- {error} from sampling."),
            *cards,
        ]
    points = [
        f"To choose: {findings.decision_words(view)}.",
        f"Chosen now: {findings.standing_words(view)}.",
        f"Its loss, 90 %: {findings.interval_now_words(view)}.",
        f"Noise: {findings.noise_words(view)}.",
        f"Priced at {knee_findings.price_words(view)}.",
    ]
    return answer_part(
        "The answer",
        findings.headline(view),
        cards=cards,
        points=points,
        points_heading="What it rests on",
        notes=[f"{warning[:1].upper()}{warning[1:]}." for warning in view["warnings"]],
    )


def _worth(view: View) -> Part:
    columns = (
        *_SIZE,
        Column("cost_usd", "costs", "usd"),
        Column("evsi_usd", "worth", "usd"),
        Column("standard_error_usd", "+/-", "usd"),
        Column("net_usd", "worth less cost", "usd"),
        Column("spread_left_share", "spread left", "share"),
    )
    table = _table("small-runs", "Every run that was weighed", columns, view["runs"])
    pictures = []
    if view["runs"] and view["evpi_usd"] > 0:
        pictures = [
            research_picture(
                "worth-against-cost",
                findings.chart_title(view),
                subtitle="Each dot is a run that could be made next: worth to the choice against cost",
                view=view,
                plot=charts_study.worth_plot,
                table=_table("worth-against-cost", "Worth and cost of runs", columns, view["runs"]),
            )
        ]
    intro = "A run is worth what its loss would improve the choice by, on average over what it may show."
    block = Block("", "", [], pictures, [], [table])
    return Part(0, "What runs are worth", findings.weighed_words(view), intro, [block])


def _ladder(view: View) -> Part:
    columns = (
        *_SIZE,
        Column("cost_usd", "costs", "usd"),
        Column("adds_usd", "adds", "usd"),
        Column("total_cost_usd", "all cost", "usd"),
        Column("total_evsi_usd", "all worth", "usd"),
        Column("spread_left_share", "spread left", "share"),
    )
    table = _table("ladder", "Runs to make one after another", columns, view["ladder"])
    left = percent(view["ladder"][-1]["spread_left_share"])
    picture = research_picture(
        "forecast-narrows",
        f"The ladder leaves {left} of the spread of the forecast",
        subtitle="90 % interval of the loss of what would be chosen now, and after each run",
        view=view,
        plot=charts_study.narrowing_plot,
        table=_table("forecast-narrows", "The forecast after each run", columns, view["ladder"]),
    )
    return Part(0, "The ladder", findings.ladder_words(view), blocks=[Block("", "", [], [picture], [table])])


def _choice(view: View) -> Part:
    columns = (
        *_SIZE,
        Column("cost_usd", "costs", "usd"),
        Column("best_share", "best in", "share"),
        Column("behind_best_usd", "behind the best by", "usd"),
    )
    table = _table("options", "What is to be chosen", columns, view["options"])
    heading = f"Now: {findings.standing_words(view)}"
    return Part(0, "The choice", heading, blocks=[Block("", "", [], [], [table])])


def _table(name: str, caption: str, columns: tuple[Column, ...], items: list[dict[str, Cell]]) -> Table:
    return Table(name, caption, columns, tuple(tuple(item[c.key] for c in columns) for item in items))
