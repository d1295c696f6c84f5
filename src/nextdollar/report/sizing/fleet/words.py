"""What a plan for serving comes to, as sentences, and its numbers as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, money, percent, significant
from nextdollar.report.research.envelope import View

Found = Mapping[str, float]

_MS = 1e3
_LEAST_SAVING = 0.005
_SHORT = {
    "distil": "distil",
    "prefix": "cache prompts",
    "repeat": "reuse answers",
    "route": "route",
    "batch": "let work wait",
    "speculate": "draft tokens",
    "device": "on device",
    "together": "cache, wait, draft",
}


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    load = f"{count(view['load']['requests_per_day'])} requests a day"
    chosen = view["chosen"]
    if chosen is None:
        return f"No fleet that was tried serves {load} of {model_name(view)} within the limits."
    bill = chosen["bill"]
    gpus = significant(bill["n_peak_gpus"]["p50"])
    follows = " at the busiest hour" if bill["autoscaled"] else ""
    return (
        f"{gpus} {chosen['accelerator']}{follows} serve {load} of {model_name(view)} for "
        f"{usd_range(bill['usd_per_month'])} a month."
    )


def model_name(view: View) -> str:
    """Return what the model is called; a size gets its noun."""
    name = str(view["model"]["name"])
    if view["model"]["how"] != "inferred":
        return name
    active = view["model"]["params_active"]
    experts = "" if active == view["model"]["params"] else f", {count(active)} active"
    return f"a model of {count(view['model']['params'])} parameters{experts}"


def usd_range(found: Found) -> str:
    """Return an amount with its range: "19.9 K USD (14.2 K to 25.6 K)"."""
    if found["p5"] == found["p95"]:
        return money(found["p50"])
    return f"{money(found['p50'])} ({count(found['p5'])} to {count(found['p95'])})"


def ends(found: Found) -> str:
    """Return the ends of a range of counts; one number where they are equal."""
    if found["p5"] == found["p95"]:
        return count(found["p50"])
    return f"{count(found['p5'])} to {count(found['p95'])}"


def small_ends(found: Found) -> str:
    """Return the ends of a range of small amounts."""
    return f"{significant(found['p5'], 2)} to {significant(found['p95'], 2)}"


def seconds(value: float) -> str:
    """Return a time: "31 ms", "2.1 s"."""
    return f"{significant(_MS * value, 2)} ms" if value < 1 else f"{significant(value, 2)} s"


def busy_sentence(view: View) -> str:
    """Return how busy a fleet kept at its peak is, and what following the load would save."""
    chosen = view["chosen"]
    fixed, autoscaled = chosen["fixed"], chosen["autoscaled"]
    busy = percent(fixed["utilisation_share"]["p50"])
    usual, less = fixed["usd_per_month"]["p50"], autoscaled["usd_per_month"]["p50"]
    if less >= usual * (1 - _LEAST_SAVING):
        return f"Kept at its peak the fleet is {busy} busy, and following the load would save next to nothing"
    saved = percent(1 - less / usual)
    return f"Kept at its peak the fleet is {busy} busy; following the load would save {saved}"


def use_words(bill: Mapping[str, Any]) -> str:
    """Return where the time of the paid machines goes: three shares that multiply to their use."""
    steps = bill["use_steps"]
    parts = (
        (steps["chance_share"], "left by chance"),
        (steps["whole_share"], "by whole instances"),
        (steps["kept_share"], "by quiet hours"),
    )
    return " x ".join(f"{percent(share)} {words}" for share, words in parts)


def cheapest_sentence(view: View) -> str:
    """Return how the accelerators compare."""
    options = view["alternatives"]
    if not options:
        return "No accelerator serves the load within the limits"
    first = options[0]
    if len(options) == 1:
        name = first["accelerator"]
        if not view["refused"]:
            return f"{name} is the only accelerator that was tried"
        return f"{name} alone of {len(view['refused']) + 1} accelerators serves the load within the limits"
    second = options[1]
    more = second["bill"]["usd_per_month"]["p50"] / first["bill"]["usd_per_month"]["p50"] - 1
    apart = "costs as much" if more < _LEAST_SAVING else f"costs {percent(more)} more"
    overlap = first["bill"]["usd_per_month"]["p95"] >= second["bill"]["usd_per_month"]["p5"]
    unsure = "; their ranges overlap" if overlap and more >= _LEAST_SAVING else ""
    return f"{first['accelerator']} is cheapest, {second['accelerator']} {apart}{unsure}"


def unmeasured(view: View) -> list[str]:
    """Return what to hold against the answer first: a choice that nobody measured, and what is measured."""
    chosen = view["chosen"]
    if chosen is None or chosen["is_measured"]:
        return []
    found = f"nobody measured serving on {chosen['accelerator']} among what the constants were fitted to"
    known = next((option for option in view["alternatives"] if option["is_measured"]), None)
    if known is None:
        return [found]
    cost = usd_range(known["bill"]["usd_per_month"])
    return [f"{found}; the cheapest that is measured is {known['accelerator']}, {cost} a month"]


def answered(view: View) -> list[Mapping[str, Any]]:
    """Return the levers that have figures, those that save most first."""
    found = [lever for lever in view["levers"] if lever["saving_share"] is not None]
    return sorted(found, key=lambda lever: -float(lever["saving_share"]["p50"]))


def short_name(lever: Mapping[str, Any]) -> str:
    """Return what a lever is called where there is little room."""
    return _SHORT.get(lever["kind"], str(lever["title"]))


def lever_sentence(view: View) -> str:
    """Return which single lever saves most, and what those that change no answer save together."""
    if view["chosen"] is None:
        return _possible_sentence(view)
    alone = [lever for lever in answered(view) if lever["kind"] != "together"]
    if not alone:
        return "No lever could be tried"
    best = alone[0]
    share = best["saving_share"]
    if share["p50"] < _LEAST_SAVING:
        return "No single lever saves anything"
    spread = "" if share["p5"] == share["p95"] else f" ({percent(share['p5'])} to {percent(share['p95'])})"
    return f"To {best['title']} saves most of all single levers, {percent(share['p50'])}{spread}"


def priced(view: View) -> list[Mapping[str, Any]]:
    """Return the levers with which a fleet serves the load."""
    return [lever for lever in view["levers"] if lever["usd_per_month"] is not None]


def _possible_sentence(view: View) -> str:
    """Return which levers make possible what is not without them."""
    found = priced(view)
    if not found:
        return "No lever makes it possible either"
    best = min(found, key=lambda lever: float(lever["usd_per_month"]["p50"]))
    cost = usd_range(best["usd_per_month"])
    return f"{len(found)} of {len(view['levers'])} levers make it possible; cheapest: {best['title']}, {cost}"


def one_off_words(lever: Mapping[str, Any]) -> str:
    """Return what is paid once, in a word or an amount."""
    found = lever["one_off_usd"]
    if found is None:
        return "not priced"
    return "none" if found["p95"] == 0 else money(found["p50"])


def payback_words(lever: Mapping[str, Any]) -> str:
    """Return the months until a one-off cost is saved again."""
    found = lever["payback_months"]
    if found is None:
        return "not known"
    return "never" if found["p50"] is None else significant(found["p50"], 2)
