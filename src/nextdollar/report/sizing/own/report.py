"""The page of a comparison of owning and renting."""

from __future__ import annotations

from nextdollar.plan.words import money, percent, significant
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part
from nextdollar.report.sizing.own.charts import cash_picture, cost_picture, use_picture
from nextdollar.report.sizing.own.words import (
    INPUTS,
    break_even_words,
    cheapest,
    driver_words,
    headline,
    weak_choice,
)
from nextdollar.report.tables import Column, Table

_NOT_DECIDED = "No option costs least in half of the draws: narrow the inputs that are not given."


def own_story(view: View) -> Story:
    """Return the report on a comparison of owning and renting."""
    notes = [sentence(warning) for warning in view["warnings"]]
    if weak_choice(view):
        notes.insert(0, _NOT_DECIDED)
    points = [sentence(break_even_words(item)) for item in view["break_evens"]]
    if driver_words(view):
        points.append(sentence(driver_words(view)))
    parts = [
        answer_part(
            "The answer",
            headline(view),
            cards=_cards(view),
            points=points,
            points_heading="When each pays" if points else "",
            notes=notes,
        )
    ]
    if view["options"]:
        options = _options_table(view)
        tables = [table for table in (options, _energy_table(view)) if table.rows]
        pictures = [cost_picture(view, options)]
        if len(view["use_curves"]) > 1:
            pictures.append(use_picture(view))
        costs = Block("", "", pictures=pictures, tables=tables)
        parts.append(Part(0, "What each costs", "Present cost, before tax", blocks=[costs]))
        cash = Block("", "", pictures=[cash_picture(view)], tables=_owning_tables(view))
        parts.append(Part(0, "The cash", "What leaves the account, and when", blocks=[cash]))
    parts.append(_assumptions_part(view))
    title = f"Rent, buy, or pay by the token: {view['accelerator']} for {view['horizon_months']} months"
    return Story(title, parts, tables=[_months_table(view)] if view["options"] else [])


def _cards(view: View) -> list[Card]:
    best = cheapest(view)
    if best is None:
        return []
    cost, hour = best["cost_usd"], best["usd_per_used_gpu_hour"]
    cards = [
        Card(best["title"], money(cost["p50"]), f"Nine of ten: {money(cost['p5'])} to {money(cost['p95'])}."),
        Card(
            "A used GPU-hour",
            f"{significant(hour['p50'])} USD",
            f"Nine of ten: {significant(hour['p5'])} to {significant(hour['p95'])}.",
        ),
        Card("Cheapest in", percent(best["cheapest_share"]), "Of the draws, every option on the same ones."),
    ]
    if best["energy_kwh"] is not None:
        mwh = {name: value / 1000 for name, value in best["energy_kwh"].items()}
        ends = f"Nine of ten: {significant(mwh['p5'])} to {significant(mwh['p95'])} MWh"
        carbon = best["carbon_kg"]
        said = "." if carbon is None else f"; {significant(carbon['p50'] / 1000)} t of CO2."
        cards.append(Card("Energy", f"{significant(mwh['p50'])} MWh", ends + said))
    return cards


def _options_table(view: View) -> Table:
    has_tokens = any(item["usd_per_mtok"] is not None for item in view["options"])
    columns = (
        Column("option", "way"),
        Column("cost_usd", "present cost, mean", "usd"),
        Column("usd_per_used_gpu_hour", "a used GPU-hour", "usd_each"),
        *[Column("usd_per_mtok", "a million tokens", "usd_each")] * has_tokens,
        Column("cheapest_share", "cheapest in", "share"),
    )
    rows = tuple(
        (
            item["title"],
            {"mean": item["mean_usd"], **item["cost_usd"]},
            item["usd_per_used_gpu_hour"],
            *[item["usd_per_mtok"]] * has_tokens,
            item["cheapest_share"],
        )
        for item in view["options"]
    )
    return Table("options", "Each way, and P5 to P95", columns, rows)


def _energy_table(view: View) -> Table:
    columns = (
        Column("option", "way"),
        Column("energy_kwh", "energy, kWh", "count"),
        Column("carbon_kg", "CO2, kg", "count"),
    )
    rows = tuple(
        (item["title"], item["energy_kwh"], item["carbon_kg"])
        for item in view["options"]
        if item["energy_kwh"] is not None
    )
    return Table("energy", f"Energy from the grid over {view['horizon_months']} months", columns, rows)


def _owning_tables(view: View) -> list[Table]:
    if not view["parts"]:
        return []
    parts = Table(
        "parts-of-owning",
        "What buying consists of: means as of today, which add up",
        (Column("part", "part"), Column("mean_usd", "present value", "usd")),
        tuple((item["part"], item["mean_usd"]) for item in view["parts"]),
    )
    value = view["book_value_usd"]
    years = range(0, len(value), 12)
    last = len(value) - 1
    months = [*years] if last in years else [*years, last]
    book = Table(
        "book-value",
        "Value in the books, straight line, mean",
        (Column("month", "month", "count"), Column("book_value_usd", "book value", "usd")),
        tuple((month, value[month]) for month in months),
    )
    return [parts, book]


def _months_table(view: View) -> Table:
    """Return the cash of every month and option, for a cash flow to take."""
    columns = (
        Column("option", "way"),
        Column("month", "month", "count"),
        Column("capex_usd", "capex, mean", "usd"),
        Column("opex_usd", "opex, mean", "usd"),
        Column("paid_usd", "paid", "usd"),
    )
    rows = tuple(
        (item["name"], row["month"], row["capex_usd"], row["opex_usd"], row["paid_usd"])
        for item in view["options"]
        for row in item["months"]
    )
    return Table("cash-by-month", "Cash by month", columns, rows)


def _assumptions_part(view: View) -> Part:
    refused = Table(
        "refused",
        "What cannot be compared",
        (Column("option", "way"), Column("reason", "why")),
        tuple((item["title"], item["reason"]) for item in view["refused"]),
    )
    columns = (
        Column("name", "number"),
        Column("p5", "P5", "number"),
        Column("p95", "P95", "number"),
        Column("unit", "unit"),
        Column("words", "where it is from"),
    )
    rows = tuple(
        (INPUTS.get(item["name"], item["name"]), item["p5"], item["p95"], item["unit"], item["words"])
        for item in view["assumptions"]
    )
    assumed = Table("assumptions", "Every number that the answer rests on", columns, rows)
    n_given = sum(item["is_given"] for item in view["assumptions"])
    heading = f"{n_given} of {len(rows)} numbers are yours, the rest is the catalogue's"
    tables = [table for table in (refused, assumed) if table.rows]
    return Part(0, "The numbers behind it", heading, blocks=[Block("", "", tables=tables)])
