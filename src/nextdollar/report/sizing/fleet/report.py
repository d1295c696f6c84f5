"""The page of a plan for serving: the fleet, its hours, other accelerators, and the levers."""

from __future__ import annotations

from nextdollar.plan.words import count, money, percent, significant
from nextdollar.report.charts import Picture
from nextdollar.report.page import Block, Extra, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part, research_picture
from nextdollar.report.sizing.fleet import charts as charts_serve
from nextdollar.report.sizing.fleet import tables, words


def serve_plan_story(view: View) -> Story:
    """Return the report on a plan for serving."""
    parts = [_answer(view)]
    if view["chosen"] is not None:
        parts.append(_hours(view))
        parts.append(_accelerators(view))
    if len(view["candidates"]) > 1:
        block = Block("", "", tables=[tables.candidate_table(view)])
        parts.append(Part(0, "The candidates", "The same load served by each size", blocks=[block]))
    if view["levers"]:
        parts.append(_levers(view))
    parts.append(_assumed(view))
    if view["refused"]:
        heading = f"{len(view['refused'])} accelerators are refused"
        parts.append(
            Part(0, "What is left out", heading, blocks=[Block("", "", folded=[tables.refused_table(view)])])
        )
    return Story(f"Serving {words.model_name(view)}", parts)


def _answer(view: View) -> Part:
    return answer_part(
        "The fleet",
        words.headline(view),
        cards=_cards(view),
        points=_points(view),
        points_heading="Also",
        notes=[sentence(warning) for warning in words.unmeasured(view)],
    )


def _cards(view: View) -> list[Card]:
    chosen = view["chosen"]
    if chosen is None:
        return []
    bill = chosen["bill"]
    output, busy = bill["usd_per_mtok_output"], bill["utilisation_share"]
    per_input = significant(bill["usd_per_mtok_input"]["p50"])
    instances = significant(bill["n_peak_instances"]["p50"])
    return [
        Card(
            "Cost a month",
            money(bill["usd_per_month"]["p50"]),
            f"{words.ends(bill['usd_per_month'])} USD; {instances} instances of {chosen['words']}.",
        ),
        Card(
            "A million output tokens",
            f"{significant(output['p50'])} USD",
            f"{words.small_ends(output)} USD; a million input tokens {per_input} USD.",
        ),
        Card("Busy", percent(busy["p50"]), f"{words.busy_sentence(view)}."),
    ]


def _times(view: View) -> str:
    """Return how fast a full instance is, and the limits."""
    chosen, load = view["chosen"], view["load"]
    limits = [
        f"{name} within {words.seconds(load[key])}"
        for name, key in (("first token", "ttft_limit_s"), ("each further one", "tpot_limit_s"))
        if load[key] is not None
    ]
    first, each = (words.seconds(chosen[key]["p50"]) for key in ("ttft_s", "tpot_s"))
    asked = f"asked for: {' and '.join(limits)}" if limits else "no limit is set"
    return f"The first token takes {first}, each further one {each} in a full instance; {asked}."


def _points(view: View) -> list[str]:
    chosen = view["chosen"]
    if chosen is None:
        return [sentence(view["closest"])] if view["closest"] else []
    bill = chosen["bill"]
    points = [_times(view), f"A request costs {significant(bill['usd_per_request']['p50'])} USD."]
    if bill["usd_per_seat_month"] is not None:
        seat = bill["usd_per_seat_month"]
        points.append(f"A seat costs {significant(seat['p50'])} USD a month ({words.small_ends(seat)}).")
    points.append(f"Busy {percent(bill['utilisation_share']['p50'])} is {words.use_words(bill)}.")
    share = percent(chosen["reading_share"])
    points.append(
        f"{share} of the busy time goes to reading prompts: so the cost is split between input and output."
    )
    if bill["kwh_per_month"] is not None:
        kwh = bill["kwh_per_month"]
        points.append(f"Energy is {count(kwh['p50'])} kWh a month ({words.ends(kwh)}), from rated power.")
    if bill["kg_co2_per_month"] is not None:
        carbon = bill["kg_co2_per_month"]
        points.append(f"That is {count(carbon['p50'])} kg of CO2 a month ({words.ends(carbon)}).")
    if view["electricity_usd_per_month"] is not None:
        usd = view["electricity_usd_per_month"]
        points.append(
            f"Electricity costs {words.usd_range(usd)} a month: part of a rent, on top where owned."
        )
    return points


def _hours(view: View) -> Part:
    load = view["load"]
    texts = [
        f"The busiest hour has {significant(load['peak_multiple'], 2)} times the mean load. "
        "A fleet kept at its peak idles through the rest; one that follows starts instances ahead."
    ]
    picture = research_picture(
        "load-and-fleet",
        words.busy_sentence(view),
        subtitle="Above, requests per second by the hour; below, GPUs paid when the fleet stands at its peak "
        "(solid) and when it follows the load (dashed)",
        view=view,
        plot=charts_serve.load_plot,
        table=tables.hour_table(view, "load-and-fleet"),
    )
    return Part(0, "The hours", words.busy_sentence(view), blocks=[Block("", "", texts, [picture])])


def _accelerators(view: View) -> Part:
    if len(view["alternatives"]) == 1:
        block = Block("", "", [], tables=[tables.option_table(view), tables.speed_table(view)])
        return Part(0, "The accelerators", words.cheapest_sentence(view), blocks=[block])
    more = len(view["alternatives"]) - charts_serve.MOST_ROWS
    picture = research_picture(
        "cost-by-accelerator",
        words.cheapest_sentence(view),
        subtitle="Best fleet of each accelerator within the limits: bar P5 to P95, tick median"
        + ("; * nobody measured serving on it" if not _all_measured(view) else ""),
        view=view,
        plot=charts_serve.cost_plot,
        table=tables.cost_table(view, "cost-by-accelerator"),
        note=f"{more} dearer ones are in the table" if more > 0 else "",
    )
    block = Block("", "", [], [picture], [tables.option_table(view)], folded=[tables.speed_table(view)])
    return Part(0, "The accelerators", words.cheapest_sentence(view), blocks=[block])


def _all_measured(view: View) -> bool:
    return all(option["is_measured"] for option in view["alternatives"][: charts_serve.MOST_ROWS])


def _levers(view: View) -> Part:
    pictures = [_lever_picture(view)] if words.answered(view) else []
    texts = [
        "Each lever is searched again on the changed question, alone. Savings do not add up: caches, drafts "
        "and waiting work save the same milliseconds, as their row together shows."
    ]
    shown = [tables.lever_table(view), tables.once_table(view), tables.quality_table(view)]
    if not words.priced(view):
        shown = []
    block = Block("", "", texts, pictures, shown)
    return Part(0, "The levers", words.lever_sentence(view), blocks=[block])


def _assumed(view: View) -> Part:
    points = [sentence(warning) for warning in view["warnings"]]
    folded = [tables.assumption_table(view)] if view["levers"] else []
    block = Block("", "", folded=folded, extras=[Extra(points=points)])
    return Part(0, "What is assumed", "What the figures rest on, and what they leave out", blocks=[block])


def _lever_picture(view: View) -> Picture:
    return research_picture(
        "levers",
        words.lever_sentence(view),
        subtitle="Share of the cost that each lever saves: bar P5 to P95, tick or dot the median; "
        "left of zero it costs more",
        view=view,
        plot=charts_serve.lever_plot,
        table=tables.saving_table(view, "levers"),
    )
