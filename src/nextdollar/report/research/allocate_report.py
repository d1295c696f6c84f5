"""The page of a split: the plan, the budgets around it, and the price of other sizes."""

from __future__ import annotations

from nextdollar.plan.words import percent
from nextdollar.report.charts import Picture
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research import allocate_findings as findings
from nextdollar.report.research import allocate_tables as tables
from nextdollar.report.research import charts_allocate
from nextdollar.report.research.allocate_text import asked_words
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import flop_words
from nextdollar.report.research.write import Story, answer_part, research_picture

_MOST_CARDS = 3


def allocate_story(view: View) -> Story:
    """Return the report on a split."""
    # Where data are repeated without end no size has a price of its own.
    has_prices = any(row["extra_share"] is not None for row in view["sizes"])
    return Story(
        f"How to split {flop_words(view['budget']['flop'])}",
        [_answer(view), _budgets(view), *([_prices(view)] if has_prices else [])],
        closing="Work is counted as 6 FLOP per parameter and training token, 2 per served one.",
    )


def _answer(view: View) -> Part:
    rows = findings.figures(view)
    cards = [Card(name, figure, remark) for name, figure, remark in rows[:_MOST_CARDS]]
    points = [
        ": ".join((name, figure + (f", {remark}" if remark else ""))) for name, figure, remark in rows[3:]
    ]
    notes = [f"{warning[:1].upper()}{warning[1:]}." for warning in view["warnings"]]
    points.insert(0, f"Asked: {asked_words(view)}")
    return answer_part(
        "The plan",
        findings.headline(view),
        cards=cards,
        points=points,
        points_heading="In numbers",
        notes=notes,
    )


def _budgets(view: View) -> Part:
    extra = percent(view["flat"]["extra_share"])
    is_drawn = view["isoflops"][0]["rows"][0]["p5"] is not None
    band = "; band P5 to P95 of the law" if is_drawn else ""
    picture: Picture = research_picture(
        "isoflop",
        findings.isoflop_title(view),
        subtitle=(
            "Loss against size at a tenth, once and ten times the plan's training work. Diamonds are the "
            "best size for training alone, the dot is the plan; in grey the sizes that cost at most "
            f"{extra} more for the same loss{band}"
        ),
        view=view,
        plot=charts_allocate.isoflop_plot,
        table=tables.isoflop_table(view),
    )
    intro = "At one budget a larger model sees fewer tokens. The best size is where both are worth the same."
    return Part(
        0, "Loss along a budget", findings.budgets_heading(view), intro, [Block("", "", [], [picture])]
    )


def _prices(view: View) -> Part:
    served = " and serving" if view["demand"]["inference_tokens"] > 0 else ""
    picture = research_picture(
        "price-of-size",
        findings.prices_title(view),
        subtitle=f"Training{served} of each size, up to the loss of the plan, over what the plan costs",
        view=view,
        plot=charts_allocate.prices_plot,
        table=tables.sizes_table(view),
        note="Sizes at more than twice the cost are left out",
    )
    block = Block("", "", [], [picture], [tables.plans_table(view)])
    return Part(0, "The price of another size", findings.prices_heading(view), blocks=[block])
