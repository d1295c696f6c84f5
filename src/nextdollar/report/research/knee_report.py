"""The page of a knee: where the next dollar stops paying, and what a step in quality costs."""

from __future__ import annotations

from nextdollar.plan.words import count, money, percent, power
from nextdollar.report.charts import Picture
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research import charts_knee, knee_tables
from nextdollar.report.research import knee_findings as findings
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import Story, answer_part, research_picture

_BANDS = "bands P5 to P95 and P25 to P75; dashed beyond the largest run"


def knee_story(view: View) -> Story:
    """Return the report on a knee."""
    parts = [_answer(view)]
    if view["knee"] is not None:
        parts.append(_return(view))
    if view["quality"] is not None:
        parts.append(_quality(view))
    title = f"Where the next dollar stops paying, by {view['law']}"
    closing = "A knee counts training only: what a larger model costs to serve is for `nextdollar plan`."
    return Story(title, parts, closing=closing)


def _answer(view: View) -> Part:
    knee, quality = view["knee"], view["quality"]
    reasons = [item for part in (knee, quality) if part is not None for item in part["reasons"]]
    points = [f"Priced at {findings.price_words(view)}."]
    if knee is not None:
        words = findings.beyond_words(view)
        points.append(f"{words[:1].upper()}{words[1:]}.")
        if knee["budget_usd"]["p5"] != knee["budget_usd"]["p95"]:
            advised = money(knee["advised_usd"], 2)
            points.append(f"The one budget that is best on average over all draws: {advised}.")
    return answer_part(
        "The answer",
        findings.headline(view),
        cards=_cards(view),
        points=points,
        points_heading="What it rests on",
        notes=[f"{note[:1].upper()}{note[1:]}." for note in (*reasons, *view["warnings"])],
    )


def _cards(view: View) -> list[Card]:
    cards = []
    knee, quality = view["knee"], view["quality"]
    if knee is not None:
        name = "By the law alone" if knee["cannot_say"] else "Knee"
        there = f"On {count(knee['tokens'])} tokens; {findings.elasticity_words(knee['elasticity'])}."
        cards += [
            Card(name, money(knee["budget_usd"]["p50"], 2), findings.flop_span(knee["budget_flop"])),
            Card("Model there", f"{count(knee['params'])} params", there),
        ]
    if quality is not None:
        middle = quality["cost_usd"]["p50"]
        ends = [findings.value_words(quality, quality[name]) for name in ("from_value", "to_value")]
        cards.append(
            Card(
                " to ".join(ends),
                "never" if middle is None else money(middle, 2),
                findings.worth_sentence(view) or findings.quality_sentence(view),
            )
        )
    return cards


def _return(view: View) -> Part:
    table = knee_tables.return_table(view, "knee-around", "Budgets around the knee", "around")
    intro = "Past the knee a further dollar of training is worth less than it costs."
    block = Block("", "", [], [_return_picture(view)], [table])
    return Part(0, "The next dollar", findings.falling_words(view), intro, [block])


def _return_picture(view: View) -> Picture:
    knee = view["knee"]["budget_flop"]
    has_band = knee["p5"] != knee["p95"]
    band = "; the red band is the 90 % interval of the knee" if has_band else ""
    spread = _BANDS if has_band else "dashed beyond the largest run"
    return research_picture(
        "next-dollar-returns",
        findings.knee_title(view),
        subtitle=f"What one more dollar of training brings back at each budget, {spread}{band}",
        view=view,
        plot=charts_knee.return_plot,
        table=knee_tables.return_table(
            view, "next-dollar-returns", "What the next dollar brings back", "curve"
        ),
    )


def _quality(view: View) -> Part:
    quality = view["quality"]
    goal = findings.value_words(quality, quality["to_value"])
    shares = " and ".join(f"{percent(v)} {k}" for k, v in quality["form_shares"].items() if v > 0)
    texts = [
        f"{quality['metric']} is fitted to the loss of {quality['n_runs']} runs, with a floor and a ceiling "
        f"(draws: {shares}); its rank correlation with the loss is {quality['follows_loss']:.2f}.",
        findings.worth_sentence(view),
    ]
    picture = research_picture(
        "quality-against-budget",
        findings.quality_title(view),
        subtitle=f"Above, what a model of each budget is expected to score, {_BANDS}; "
        f"below, how often a single run reaches {goal}",
        view=view,
        plot=charts_knee.quality_plot,
        table=knee_tables.size_table(
            view, "quality-against-budget", f"How likely each size reaches {goal}", "curve"
        ),
    )
    table = knee_tables.size_table(view, "quality-by-size", f"How likely each size reaches {goal}", "sizes")
    block = Block("", "", [text for text in texts if text], [picture], [table])
    heading = findings.quality_sentence(view)
    largest = view["largest_run_flop"]
    intro = f"The largest run took {power(largest, 2)} FLOP; beyond it all is forecast." if largest else ""
    return Part(0, "The price of quality", heading, intro, [block])
