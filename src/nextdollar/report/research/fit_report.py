"""The page of a fit: what it says, how it was found, and what it rests on."""

from __future__ import annotations

from nextdollar.plan.words import count, percent, significant
from nextdollar.report.charts import Picture
from nextdollar.report.page import Block, Extra, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research import charts_fit, fit_tables
from nextdollar.report.research import fit_findings as findings
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import flop_words, sentence
from nextdollar.report.research.write import Story, answer_part, research_picture

_BAND = "band P5 to P95 of the draws of the coefficients"


def fit_story(view: View) -> Story:
    """Return the report on a fit."""
    name = view["files"][0]["file"] if view["files"] else "runs"
    return Story(
        f"A scaling law for {name}",
        [_answer(view), _law(view), _best(view), _left_over(view), table_part(view)],
        closing="Ranges are of the coefficients alone; a forecast adds what the law itself may have wrong.",
        tables=[fit_tables.point_table(view)],
    )


def _answer(view: View) -> Part:
    cards = [
        Card("The law", view["form"], findings.formula_with_numbers(view)),
        Card(
            "Half of the runs lie within",
            percent(view["residuals"]["median_share"]),
            f"Nine in ten within {percent(view['residuals']['p90_share'])}; {findings.runs_words(view)}.",
        ),
    ]
    if view["best_at"]:
        last = view["best_at"][-1]
        size, spread = last["params"], last["params_range"]
        ends = f"90 % of draws {count(spread['p5'], 2)} to {count(spread['p95'], 2)}; " if spread else ""
        budget = flop_words(last["flop"], 2)
        cards.append(Card(f"Best size at {budget}", count(size), f"{ends}on {count(last['tokens'])} tokens."))
    points = [line for line in (findings.growth(view), findings.sensitivity_words(view)) if line]
    return answer_part(
        "The law in short",
        findings.headline(view),
        cards=cards,
        points=points,
        points_heading="What follows",
        notes=[sentence(warning) for warning in view["warnings"]],
    )


def _law(view: View) -> Part:
    texts = [f"{findings.formula_with_numbers(view)}, in nats per token."]
    if view["choice"]["why"]:
        texts.append(sentence(view["choice"]["why"]))
    texts.append(
        f"{view['starts_agreeing']} of {view['n_starts']} starts ended at this fit. The objective, "
        f"{view['objective_kind']}, is {view['objective']:.4g} there."
    )
    folded = [fit_tables.sensitivity_table(view)]
    if view["choice"]["compared"]:
        folded.append(fit_tables.compared_table(view))
    curves = view["curves"]
    drawings = (("frontier", _compute), ("along_params", _params), ("along_tokens", _tokens))
    pictures = [draw(view) for name, draw in drawings if curves[name]]
    block = Block(
        "",
        "",
        texts,
        pictures,
        [fit_tables.coefficient_table(view)],
        folded,
    )
    return Part(0, "The law", sentence(findings.fits_words(view)).removesuffix("."), blocks=[block])


def _best(view: View) -> Part:
    if not view["best_at"]:
        text = "This law says nothing of how a budget should be split."
        return Part(0, "The best split", "No best split", blocks=[Block("", "", [text])])
    pictures = [_isoflop(view)] if view["curves"]["isoflop"] else []
    tables = [fit_tables.best_table(view)]
    intro = "The best split of a budget counts training only: a model that serves much should be smaller."
    block = Block("", "", [], pictures, tables)
    return Part(0, "The best split", findings.growth(view) or "The best split of a budget", intro, [block])


def _left_over(view: View) -> Part:
    table = fit_tables.influence_table(view)
    texts = ["Runs are never dropped in silence. These move the answer most when one of them is left out."]
    block = Block("", "", [], [_residuals(view)])
    influence = Block("", "What the fit rests on", texts, (), [table]) if table.rows else None
    after = [influence] if influence else []
    heading = f"Half of the runs lie within {percent(view['residuals']['median_share'])} of the law"
    return Part(0, "What is left over", heading, blocks=[block], after=after)


def table_part(view: View) -> Part:
    """Return the part on the table of runs: what was left out, what was flagged, what its numbers mean."""
    tables = [table for table in (fit_tables.left_out_table(view), fit_tables.flag_table(view)) if table.rows]
    conventions = view["conventions"]
    low, middle, high = conventions["flop_per_param_token"]
    facts = [
        ("loss in", conventions["loss_unit"]),
        ("parameters", f"counted: {conventions['params_counted']}"),
        ("work", conventions["flop_from"]),
        (
            "FLOP per parameter and token",
            f"{significant(low)} to {significant(high)}, median {significant(middle)}",
        ),
        ("tokeniser", conventions["tokenizer"]),
        *((role, f"column {column}") for role, column in conventions["columns"].items()),
    ]
    if view["where"]:
        facts.append(("where", view["where"]))
    n_flags = len(view["flagged"])
    heading = f"{view['n_runs']} of {view['n_rows']} rows are runs of this fit" + (
        f", {n_flags} flags" if n_flags else ""
    )
    return Part(
        0, "The table", heading, blocks=[Block("", "", [], [], tables, extras=[Extra("", facts=facts)])]
    )


def _compute(view: View) -> Picture:
    return research_picture(
        "loss-against-compute",
        findings.compute_title(view),
        subtitle=f"Dots are runs; the line is the least loss a budget can reach, dashed beyond them; {_BAND}",
        view=view,
        plot=charts_fit.compute_plot,
        table=fit_tables.curve_table(
            "loss-against-compute", "Least loss at each budget", [view["curves"]["frontier"]]
        ),
    )


def _params(view: View) -> Picture:
    return research_picture(
        "loss-against-params",
        findings.params_title(view),
        subtitle=f"Dots are runs; each line is the law with one quantity held, named at its end; {_BAND}",
        view=view,
        plot=charts_fit.params_plot,
        table=fit_tables.curve_table(
            "loss-against-params", "Loss against size", view["curves"]["along_params"]
        ),
    )


def _tokens(view: View) -> Picture:
    return research_picture(
        "loss-against-tokens",
        findings.tokens_title(view),
        subtitle=f"Dots are runs; each line is the law at one size, named at its end; {_BAND}",
        view=view,
        plot=charts_fit.tokens_plot,
        table=fit_tables.curve_table(
            "loss-against-tokens", "Loss against data", view["curves"]["along_tokens"]
        ),
    )


def _isoflop(view: View) -> Picture:
    return research_picture(
        "isoflop",
        findings.isoflop_title(view),
        subtitle=f"Loss against size at equal work, named at each line; diamonds are the best; {_BAND}",
        view=view,
        plot=charts_fit.isoflop_plot,
        table=fit_tables.curve_table("isoflop", "Loss at equal work", view["curves"]["isoflop"]),
    )


def _residuals(view: View) -> Picture:
    return research_picture(
        "residuals",
        findings.residual_title(view),
        subtitle="How far the loss of each run lies above the law, against size and against data",
        view=view,
        plot=charts_fit.residual_plot,
        table=fit_tables.point_table(view),
    )
