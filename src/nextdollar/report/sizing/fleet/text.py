"""A plan for serving for the terminal: the answer, its numbers, other accelerators, levers, notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, money, percent, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words
from nextdollar.report.sizing.fleet import words

_MOST_ACCELERATORS = 8
_MOST_REFUSED = 6
_MOST_NAME = 40


def serve_plan_text(view: View, *, next_command: str) -> str:
    """Return a plan for people to read."""
    blocks = [
        f"{words.headline(view)}\n{run_words(view)}",
        _figures(view),
        _accelerators(view),
        _candidates(view),
        _levers(view),
        _answers(view),
        _notes(view),
    ]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _figures(view: View) -> str:
    chosen = view["chosen"]
    if chosen is None:
        return f"  {view['closest']}" if view["closest"] else ""
    bill, load = chosen["bill"], view["load"]
    instances = significant(bill["n_peak_instances"]["p50"])
    of_load = f"peak {significant(load['peak_multiple'], 2)} x mean, {load['how']}"
    rows = [
        ["fleet", f"{instances} instances", f"of {chosen['words']}"],
        ["load", f"{count(load['requests_per_day'])} requests/day", of_load],
        ["busy", percent(bill["utilisation_share"]["p50"]), words.use_words(bill)],
        ["cost", f"{money(bill['usd_per_month']['p50'])}/month", _cost(view)],
        *_prices(bill),
        [
            "first token",
            words.seconds(chosen["ttft_s"]["p50"]),
            _limit(chosen["ttft_s"], load["ttft_limit_s"]),
        ],
        [
            "each token",
            words.seconds(chosen["tpot_s"]["p50"]),
            _limit(chosen["tpot_s"], load["tpot_limit_s"]),
        ],
        ["GPU-hour", f"{significant(chosen['usd_per_gpu_hour']['p50'])} USD", chosen["price_from"]],
        *_energy(view),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    return "\n".join(f"  {a:<{widths[0]}}   {b:<{widths[1]}}   {c}".rstrip() for a, b, c in rows)


def _prices(bill: Mapping[str, Any]) -> list[list[str]]:
    """Return the cost of tokens, of a request, and of a seat."""
    rows = [
        [f"per Mtok {name}", f"{significant(found['p50'])} USD", words.small_ends(found)]
        for name, found in (("in", bill["usd_per_mtok_input"]), ("out", bill["usd_per_mtok_output"]))
    ]
    request, seat = bill["usd_per_request"], bill["usd_per_seat_month"]
    rows.append(["per request", f"{significant(request['p50'])} USD", words.small_ends(request)])
    if seat is not None:
        rows.append(["per seat", f"{significant(seat['p50'])} USD/month", words.small_ends(seat)])
    return rows


def _cost(view: View) -> str:
    """Return the range of the cost, and what the other way to run the fleet costs."""
    chosen = view["chosen"]
    spread = words.ends(chosen["bill"]["usd_per_month"])
    if chosen["bill"]["autoscaled"]:
        other = money(chosen["fixed"]["usd_per_month"]["p50"])
        return f"{spread}, following the load; kept at its peak {other}"
    other = money(chosen["autoscaled"]["usd_per_month"]["p50"])
    return f"{spread}, kept at its peak; following the load {other} (--autoscale)"


def _limit(found: Mapping[str, float], limit_s: float | None) -> str:
    spread = f"{words.seconds(found['p5'])} to {words.seconds(found['p95'])} in a full instance"
    return spread if limit_s is None else f"{spread}; limit {words.seconds(limit_s)}"


def _energy(view: View) -> list[list[str]]:
    bill = view["chosen"]["bill"]
    kwh, carbon, usd = (
        *(bill[name] for name in ("kwh_per_month", "kg_co2_per_month")),
        view["electricity_usd_per_month"],
    )
    rows = []
    if kwh is not None:
        rows.append(["energy", f"{count(kwh['p50'])} kWh/month", words.ends(kwh)])
    if usd is not None:
        rows.append(["electricity", f"{money(usd['p50'])}/month", f"{words.ends(usd)}; part of a rent"])
    if carbon is not None:
        rows.append(["CO2", f"{count(carbon['p50'])} kg/month", words.ends(carbon)])
    return rows


def _accelerators(view: View) -> str:
    options = view["alternatives"]
    if len(options) < 2:
        return ""
    lines = [["accelerator", "USD/month", "90 %", "GPUs", "USD/Mtok out", "first", "each", "busy"]]
    for option in options[:_MOST_ACCELERATORS]:
        bill = option["bill"]
        lines.append(
            [
                f"{option['accelerator']}, {option['precision']}" + ("" if option["is_measured"] else " *"),
                count(bill["usd_per_month"]["p50"]),
                words.ends(bill["usd_per_month"]),
                significant(bill["n_peak_gpus"]["p50"]),
                significant(bill["usd_per_mtok_output"]["p50"]),
                words.seconds(option["ttft_s"]["p50"]),
                words.seconds(option["tpot_s"]["p50"]),
                percent(bill["utilisation_share"]["p50"]),
            ]
        )
    more = len(options) - _MOST_ACCELERATORS
    rest = [f"  and {more} dearer ones (--json has all)"] if more > 0 else []
    if view["chosen"]["is_measured"] and not all(item["is_measured"] for item in options):
        rest.append("  * nobody measured serving on it among what the constants were fitted to")
    rest += [f"  {line}" for line in words.unmeasured(view)]
    return "\n".join([f"  {words.cheapest_sentence(view)}", aligned(lines), *rest])


def _candidates(view: View) -> str:
    if len(view["candidates"]) < 2:
        return ""
    lines = [["candidate", "params", "USD/month", "90 %", "USD/Mtok out"]]
    for item in view["candidates"]:
        cost, price = item["usd_per_month"], item["usd_per_mtok_output"]
        known = cost is not None and price is not None
        lines.append(
            [
                item["name"],
                "" if item["params"] is None else count(item["params"]),
                count(cost["p50"]) if known else "no fleet",
                words.ends(cost) if known else "",
                significant(price["p50"]) if known else "",
            ]
        )
    reasons = [f"  {item['name']}: {item['reason']}" for item in view["candidates"] if item["reason"]]
    return "\n".join(["  candidates of the scenario under the same load", aligned(lines), *reasons])


def _levers(view: View) -> str:
    found = words.answered(view)
    lines = [["lever", "saves", "90 %", "USD/month", "first", "each", "once", "months"]]
    for lever in found:
        share = lever["saving_share"]
        certain = share["p5"] == share["p95"]
        lines.append(
            [
                lever["title"],
                percent(share["p50"]),
                "" if certain else f"{percent(share['p5'])} to {percent(share['p95'])}",
                count(lever["usd_per_month"]["p50"]),
                words.seconds(lever["ttft_s"]["p50"]),
                words.seconds(lever["tpot_s"]["p50"]),
                words.one_off_words(lever),
                words.payback_words(lever),
            ]
        )
    reasons: dict[str, list[str]] = {}
    for item in view["levers"]:
        if item["refused"]:
            reasons.setdefault(item["refused"], []).append(words.short_name(item))
    refused = [f"  {'; '.join(names)}: {reason}" for reason, names in reasons.items()]
    if view["levers"] and view["chosen"] is None:
        possible = [
            f"  {item['title']}: {words.usd_range(item['usd_per_month'])} a month, on {item['fleet']}"
            for item in words.priced(view)
        ]
        return "\n".join([f"  {words.lever_sentence(view)}", *possible, *refused])
    if not found:
        return "\n".join(refused)
    return "\n".join([f"  {words.lever_sentence(view)}", aligned(lines), *refused])


def _answers(view: View) -> str:
    """Return what each lever does to answers, with the grade of the evidence."""
    found = [lever for lever in view["levers"] if lever["kind"] != "together" and not lever["refused"]]
    if not found:
        return ""
    lines = [
        f"    {lever['title']}: {lever['quality']['words']} ({lever['quality']['grade']})" for lever in found
    ]
    return "\n".join(["  what they do to answers (A proof, B measured, C observed, D assumed)", *lines])


def _notes(view: View) -> str:
    refused = view["refused"]
    lines = []
    if view["chosen"] is None:
        lines += [f"  refused: {item['accelerator']}: {item['reason']}" for item in refused[:_MOST_REFUSED]]
        more = len(refused) - _MOST_REFUSED
        lines += [f"  and {more} more (--json has all)"] if more > 0 else []
    elif refused:
        lines.append(
            f"  note: {len(refused)} accelerators are refused, for limits, memory or want of a price"
        )
    return "\n".join([*lines, *(f"  note: {warning}" for warning in view["warnings"])])
