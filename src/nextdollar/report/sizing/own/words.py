"""What the options of owning and renting are called, and their answer in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, money, percent, significant
from nextdollar.report.research.envelope import View

TITLES = {
    "on_demand": "rent on demand",
    "one_year": "reserve 1 year",
    "three_years": "reserve 3 years",
    "buy": "buy",
    "api": "API by the token",
}
_DOING = {
    "on_demand": "Renting on demand",
    "one_year": "Reserving for a year at a time",
    "three_years": "Reserving for three years",
    "buy": "Buying",
    "api": "Paying an API by the token",
}
INPUTS = {
    "on_demand": "rent on demand",
    "one_year": "price of a 1-year reservation",
    "three_years": "price of a 3-year reservation",
    "rents_to_come": "rents to come",
    "purchase": "purchase price",
    "value_kept_per_year": "resale",
    "use": "use",
    "rented_use": "use of what is rented",
    "api": "price of the API",
    "tokens_per_s_per_gpu": "tokens per second",
    "usd_per_kwh": "price of electricity",
    "system_share": "power at work",
    "idle_share": "power when idle",
    "pue": "PUE",
    "capacity_share": "power leased",
    "space_usd_per_kw_month": "rent of space",
    "building_usd_per_kw": "cost of a building",
    "building_life_years": "life of a building",
    "engineers": "staff",
    "usd_per_engineer_year": "pay of staff",
    "gpus_per_engineer": "GPUs per engineer",
    "least_engineers": "least staff",
    "repair_share_per_year": "repairs",
    "interconnect_share": "network",
    "book_life_years": "life in the books",
}
_FEW = 0.5
_MOST_DRIVERS = 4


def headline(view: View) -> str:
    """Return the answer as a sentence: what is cheapest how often, and what it costs."""
    best = cheapest(view)
    if best is None:
        return "Nothing can be compared: no price is known."
    usual = f"{money(best['cost_usd']['p50'])} over {view['horizon_months']} months"
    for_what = f"for {_machines(view)}"
    if len(view["options"]) == 1:
        return f"{_DOING[best['name']]} is all that can be said: {usual} {for_what}."
    if weak_choice(view):
        over = f"over {view['horizon_months']} months"
        return f"Nothing is clearly cheapest {for_what} {over}: {_contenders(view)}."
    share = percent(best["cheapest_share"])
    return f"{_DOING[best['name']]} costs least in {share} of draws: {usual} {for_what}."


def finding(view: View) -> str:
    """Return the headline short enough for the title of a picture."""
    best = cheapest(view)
    if best is None:
        return "Nothing can be compared"
    if len(view["options"]) > 1 and weak_choice(view):
        return f"Nothing is clearly cheapest: {_contenders(view)}"
    return f"{_DOING[best['name']]} costs least in {percent(best['cheapest_share'])} of draws"


def driver_words(view: View) -> str:
    """Return what decides between the two best, without a full stop; empty where nothing does."""
    found = view["drivers"]
    if found is None or not found["inputs"]:
        return ""
    told = [
        f"{INPUTS[item['name']]} {percent(item['variance_share'])}"
        for item in found["inputs"][:_MOST_DRIVERS]
    ]
    return f"{TITLES[found['option']]} or {TITLES[found['over']]} is decided by {', '.join(told)}"


def _contenders(view: View) -> str:
    """Return the two options that are cheapest most often."""
    first, second = sorted(view["options"], key=lambda item: -float(item["cheapest_share"]))[:2]
    ahead = f"{TITLES[first['name']]} in {percent(first['cheapest_share'])} of draws"
    return f"{ahead}, {TITLES[second['name']]} in {percent(second['cheapest_share'])}"


def cheapest(view: View) -> Mapping[str, Any] | None:
    """Return the option that costs least in most draws."""
    found: Mapping[str, Any] | None = next(
        (item for item in view["options"] if item["name"] == view["cheapest"]), None
    )
    return found


def break_even_words(item: Mapping[str, Any]) -> str:
    """Return a break-even as a sentence without a full stop."""
    what, over = TITLES[item["option"]], TITLES[item["over"]]
    is_use = item["quantity"] == "use_share"
    unit = "% use" if is_use else "tokens a month"
    if item["p50"] is None:
        middle = "at no use" if is_use else "at no volume"
    else:
        middle = f"from {_amount(item['p50'], is_use=is_use)} {unit}"
    low, high = (_amount(item[name], is_use=is_use) for name in ("p5", "p95"))
    beside = [] if low == high else [f"90 %: {low} to {high}"]
    if item["never_share"] > 0:
        beside.append(f"never in {percent(item['never_share'])} of draws")
    return f"{what} beats {over} {middle}" + (f" ({', '.join(beside)})" if beside else "")


def _amount(value: float | None, *, is_use: bool) -> str:
    if value is None:
        return "never"
    return significant(100 * value, 2) if is_use else count(value)


def _machines(view: View) -> str:
    """Return how many machines at what use, or what volume."""
    gpus, use = view["n_gpus"], view["use_share"]
    at = f"{_ends(use, 100)} % use"
    if view["tokens_asked_per_month"] is not None:
        volume = count(view["tokens_asked_per_month"])
        return f"{volume} tokens a month ({_ends(gpus)} {view['accelerator']})"
    return f"{_ends(gpus)} {view['accelerator']} at {at}"


def _ends(found: Mapping[str, float], factor: float = 1.0) -> str:
    """Return a range in two digits, a number as it was given."""
    low, high = significant(factor * found["p5"], 2), significant(factor * found["p95"], 2)
    if found["p5"] == found["p95"]:
        return significant(factor * found["p50"], 6)
    return low if low == high else f"{low} to {high}"


def weak_choice(view: View) -> bool:
    """Whether no option is cheapest in half of the draws."""
    best = cheapest(view)
    return best is not None and best["cheapest_share"] < _FEW
