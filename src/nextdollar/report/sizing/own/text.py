"""A comparison of owning and renting for the terminal: the answer first, then a line for each option."""

from __future__ import annotations

from collections.abc import Iterator

from nextdollar.plan.words import count, money, percent, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words
from nextdollar.report.sizing.own.words import break_even_words, driver_words, headline, weak_choice


def own_text(view: View, *, next_command: str) -> str:
    """Return a comparison for people to read."""
    blocks = [f"{headline(view)}\n{run_words(view)}", _table(view), "\n".join(_lines(view)), _notes(view)]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _table(view: View) -> str:
    if not view["options"]:
        return ""
    has_tokens = any(item["usd_per_mtok"] is not None for item in view["options"])
    head = ["", "USD today", "90 %", "USD/used GPU-hour", "90 %"]
    lines = [[*head, *["USD/Mtok"] * has_tokens, "cheapest in"]]
    for item in view["options"]:
        cost, hour, mtok = item["cost_usd"], item["usd_per_used_gpu_hour"], item["usd_per_mtok"]
        lines.append(
            [
                item["title"],
                count(cost["p50"]),
                f"{count(cost['p5'])} to {count(cost['p95'])}",
                significant(hour["p50"]),
                f"{significant(hour['p5'])} to {significant(hour['p95'])}",
                *["" if mtok is None else significant(mtok["p50"])] * has_tokens,
                percent(item["cheapest_share"]),
            ]
        )
    return aligned(lines)


def _lines(view: View) -> Iterator[str]:
    for item in view["break_evens"]:
        yield f"  {break_even_words(item)}"
    decided = driver_words(view)
    if decided:
        yield f"  {decided}"
    if view["parts"]:
        paid = ", ".join(f"{part['part']} {money(part['mean_usd'])}" for part in view["parts"])
        yield f"  buying is on average: {paid}"
    powered = next((item for item in view["options"] if item["energy_kwh"] is not None), None)
    if powered is not None:
        kwh, carbon = powered["energy_kwh"], powered["carbon_kg"]
        said = "" if carbon is None else f", {significant(carbon['p50'] / 1000)} t of CO2"
        ends = f"{significant(kwh['p5'] / 1000)} to {significant(kwh['p95'] / 1000)}"
        yield f"  energy ({powered['title']}): {significant(kwh['p50'] / 1000)} MWh ({ends}){said}"
    rent = view["rent_at_end_share"]
    yield (
        f"  rents after {view['horizon_months']} months: {significant(rent['p5'], 2)} to "
        f"{significant(rent['p95'], 2)} times those of today"
    )


def _notes(view: View) -> str:
    lines = [f"  cannot say: {item['title']}: {item['reason']}" for item in view["refused"]]
    if weak_choice(view):
        lines.append(
            "  note: no option costs least in half of the draws: narrow the inputs that are not given"
        )
    return "\n".join([*lines, *(f"  note: {warning}" for warning in view["warnings"])])
