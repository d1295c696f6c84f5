"""What a knee says, in sentences: for the terminal, the page and the titles of charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, money, percent, power, significant
from nextdollar.report.research.envelope import View, run_words
from nextdollar.report.research.reached import never_words
from nextdollar.report.research.words import model_words


def money_span(item: Mapping[str, Any]) -> str:
    """Return an amount with its 90 % range: "22 M USD (9 M to 51 M)"; "never" where it is not reached."""
    middle = "never" if item["p50"] is None else money(item["p50"], 2)
    if item["p5"] == item["p95"]:
        return middle
    return f"{middle} ({_ends(item)})"


def _ends(item: Mapping[str, Any]) -> str:
    low, high = (
        "never" if end is None else money(end, 2).removesuffix(" USD") for end in (item["p5"], item["p95"])
    )
    return f"{low} to {high}"


def headline(view: View) -> str:
    """Return the answer as one sentence."""
    return " ".join(part for part in (knee_sentence(view), quality_sentence(view)) if part)


def run_line(view: View) -> str:
    """Return what an answer was made from, with the name of a law that is not in the names of its files."""
    run = run_words(view)
    is_named = view["law"] in run or view["law"].removeprefix("law of ") in run
    return run if is_named else ", ".join(part for part in (view["law"], run) if part)


def knee_sentence(view: View) -> str:
    """Return where the next dollar stops paying; nothing where no value was given."""
    knee = view["knee"]
    if knee is None:
        return ""
    budget = knee["budget_usd"]
    if knee["cannot_say"]:
        return f"Cannot say where the next dollar stops paying: {knee['reasons'][0]}."
    spread = (
        f", with 90 % between {_ends(budget).replace(' to ', ' and ')}"
        if budget["p5"] != budget["p95"]
        else ""
    )
    return f"The next dollar stops paying at {money(budget['p50'], 2)} of training{spread}."


def quality_sentence(view: View) -> str:
    """Return what the step in quality costs; nothing where none was asked for."""
    quality = view["quality"]
    if quality is None:
        return ""
    ends = [value_words(quality, quality[name]) for name in ("from_value", "to_value")]
    step = f"{quality['metric']} from {ends[0]} to {ends[1]}"
    if quality["cannot_say"]:
        return f"Cannot say what {step} costs: {quality['reasons'][0]}."
    cost = quality["cost_usd"]
    if cost["p50"] is None:
        return f"{step} is out of reach: {never_words(cost['never_share'])}."
    never = never_words(cost["never_share"])
    return f"Taking {step} costs {money_span(cost)}{f', {never}' if never else ''}."


def value_words(quality: Mapping[str, Any], value: float) -> str:
    """Return a value of the metric: per cent where it is a share."""
    return percent(value, 3) if quality["is_share"] else significant(value)


def point_words(quality: Mapping[str, Any]) -> str:
    """Return what one point of the metric is called."""
    return "percentage point" if quality["is_share"] else "point"


def per_point(quality: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """Return USD for one unit of the metric as USD for one point: a hundredth where it is a share."""
    scale = 0.01 if quality["is_share"] else 1.0
    return {
        name: None if value is None else value * scale if name != "never_share" else value
        for name, value in item.items()
    }


def worth_sentence(view: View) -> str:
    """Return what the step is worth, or what it would have to be worth."""
    quality = view["quality"]
    even = per_point(quality, quality["break_even_usd_per_point"])
    unit = point_words(quality)
    if even["p50"] is None:
        return ""
    if quality["value_usd_per_point"] is None:
        return f"It pays where one {unit} is worth more than {money_span(even)} over the life of the model."
    worth = per_point(quality, quality["value_usd_per_point"])
    pays = percent(quality["pays_share"])
    each = money(worth["p50"], 2)
    return f"At {each} for one {unit} it pays in {pays} of draws; break-even is {money_span(even)}."


def valued_words(view: View) -> str:
    """Return what a better model was valued at."""
    if view["valued_by"] == "nat":
        return f"{money_span(view['value_usd'])} for each nat per token"
    quality = view["quality"]
    if quality is None:
        return f"{money_span(view['value_usd'])} for each unit of the metric"
    return f"{money_span(per_point(quality, view['value_usd']))} for each {point_words(quality)}"


def beyond_words(view: View) -> str:
    """Return how far the knee lies from the runs behind the law."""
    knee = view["knee"]
    if knee["decades_beyond"] is None:
        return "the law states no range: how far this lies from its runs is not known"
    if knee["beyond_share"] == 0:
        return "inside the range of the law's runs"
    decades = knee["decades_beyond"]
    distance = f"{significant(decades, 2)} decades of compute beyond the largest run"
    if knee["beyond_share"] == 1:
        return distance
    return f"{distance}; {percent(knee['beyond_share'])} of draws lie beyond it"


def elasticity_words(elasticity: float) -> str:
    """Return an elasticity in words."""
    return f"1 % more budget lowers the loss by {significant(elasticity, 2)} %"


def knee_title(view: View) -> str:
    """Return the finding of the chart of what the next dollar brings back."""
    knee = view["knee"]
    budget = money(knee["budget_usd"]["p50"], 2)
    if knee["cannot_say"]:
        return f"Where the next dollar stops paying cannot be said; the law alone puts it near {budget}"
    return f"Past {budget} of training a dollar returns less than a dollar"


def falling_words(view: View) -> str:
    """Return what the next dollar brings back a decade before and a decade after the knee."""
    around = view["knee"]["around"]
    before, after = around[max(len(around) // 2 - 1, 0)], around[min(len(around) // 2 + 1, len(around) - 1)]
    returned = [significant(item["returned_usd_per_usd"]["p50"], 2) for item in (before, after)]
    budgets = [money(item["budget_usd"], 2) for item in (before, after)]
    return (
        f"The next dollar brings back {returned[0]} USD at {budgets[0]} and {returned[1]} USD at {budgets[1]}"
    )


def quality_title(view: View) -> str:
    """Return the finding of the chart of a metric against budget."""
    quality = view["quality"]
    even = quality["even_chance"]
    goal = value_words(quality, quality["to_value"])
    if quality["cannot_say"]:
        return f"No budget can be named at which {quality['metric']} reaches {goal}: see why below"
    if even is None:
        return f"No budget brings {quality['metric']} to {goal} with an even chance"
    size = model_words(even["params"], even["tokens"])
    return f"{quality['metric']} reaches {goal} with an even chance at {money(even['budget_usd'], 2)}: {size}"


def price_words(view: View) -> str:
    """Return what training work was priced at."""
    price = view["price"]
    rent, mfu = price["usd_per_gpu_hour"], price["mfu"]
    assumed = f" (from the catalogue: {' and '.join(price['assumed'])})" if price["assumed"] else ""
    return (
        f"{price['hardware']} at {_figure(rent, lambda x: significant(x))} USD an hour, "
        f"{_figure(mfu, lambda x: percent(x))} of peak{assumed}"
    )


def _figure(item: Mapping[str, Any], words: Any) -> str:
    if item["p5"] == item["p95"]:
        return str(words(item["p50"]))
    return f"{words(item['p5'])} to {words(item['p95'])}"


def flop_span(item: Mapping[str, Any]) -> str:
    """Return a budget in FLOP with its 90 % range."""
    if item["p50"] is None:
        return "never"
    middle = f"{power(item['p50'])} FLOP"
    if item["p5"] == item["p95"]:
        return middle
    ends = ["never" if item[name] is None else power(item[name], 2) for name in ("p5", "p95")]
    return f"{middle}   P5 {ends[0]}   P95 {ends[1]}"


def size_words(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return parameters and tokens of a size."""
    return count(item["params"]), count(item["tokens"])
