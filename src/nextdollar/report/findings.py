"""What the numbers of a plan say, as sentences: the headings of the report and the titles of its charts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise
from typing import Any

from nextdollar.plan.words import count, money, percent, significant
from nextdollar.report.charts_gain import gains, money_unit
from nextdollar.report.charts_worth import cash_candidates
from nextdollar.report.figure import average, middle
from nextdollar.report.plan_text import focus, lever_words, often
from nextdollar.report.tables_plan import offered

View = Mapping[str, Any]

_ONE_POINT = 0.01


def candidate(view: View, name: str) -> Mapping[str, Any]:
    """Return a candidate by name."""
    found: Mapping[str, Any] = next(item for item in view["candidates"] if item["name"] == name)
    return found


def headline(view: View) -> str:
    """Return the verdict as a sentence; a candidate's name keeps its own first letter."""
    verdict = str(view["decision"]["verdict"])
    starts_with_name = any(verdict.startswith(name) for name in view["decision"]["order"])
    return (verdict if starts_with_name else verdict[0].upper() + verdict[1:]) + "."


def bigger_buys(view: View) -> str:
    """Say whether bigger candidates lower the loss, and whether each dollar buys less and less of it."""
    steps = gains(view)
    if not steps:
        return "There is nothing to compare: one candidate, one loss"
    rates = [step.per_unit(1.0) for step in steps if step.is_drawn]
    if len(rates) < len(steps):
        return "Not every dearer candidate has a lower loss"
    if len(rates) > 1 and all(later < earlier for earlier, later in pairwise(rates)):
        return "Every step lowers the loss, and each dollar buys less of it than the one before"
    return "Every step lowers the loss" if len(rates) > 1 else f"{steps[0].upper} lowers the loss"


def loss_title(view: View) -> str:
    """Say how much less loss a unit of money buys at the dear end than at the cheap end."""
    drawn = [step for step in gains(view) if step.is_drawn]
    unit, name = money_unit(view)
    name = "dollar" if unit == 1 else name
    if not drawn:
        return "No step both costs more and lowers the loss"
    first, last = drawn[0], drawn[-1]
    bought = [significant(step.per_unit(unit), 2) for step in (first, last)]
    if len(drawn) == 1:
        return f"On the way to {first.upper} a {name} buys {bought[0]} nats"
    times = first.per_unit(unit) / last.per_unit(unit)
    less = f": {significant(times, 2)} times less" if times >= 2 else ""
    last_words = f"on the way to {last.upper} {bought[1]}{less}"
    return f"On the way to {first.upper} a {name} buys {bought[0]} nats, {last_words}"


def costs(view: View) -> str:
    """Say what the candidate in focus costs beyond keeping today's model, and the next one beside it."""
    if not offered(view):
        return "Keeping today's model costs nothing extra, and nothing else is offered"
    best, decision = focus(view), view["decision"]
    extra = average(best["extra_cost_usd"]) or 0.0
    today = view["scenario"]["today"]
    if extra <= 0:
        return f"{best['name']} costs {money(-extra)} less than keeping {today}"
    said = f"{best['name']} costs {money(extra)} more than keeping {today}"
    following = decision["first_not_worth_funding"]
    if following is None or following == best["name"]:
        return said
    dearer = (average(candidate(view, following)["extra_cost_usd"]) or 0.0) / extra
    return f"{said}; {following} costs {significant(dearer, 2)} times as much"


def dollar_title(view: View) -> str:
    """Say how a dollar spent on the candidate in focus splits between training and serving."""
    best = focus(view)
    training, serving = average(best["training_cost_usd"]) or 0.0, average(best["serving_cost_usd"]) or 0.0
    if best["cost_is_whole"]:
        whole = money(training + serving)
        return f"The {whole} of {best['name']} are stated as one sum for training and serving"
    if training + serving <= 0:
        return f"{best['name']} costs nothing to train or serve"
    larger, share = ("serving", serving) if serving >= training else ("training", training)
    return f"Of each dollar of {best['name']}, {percent(share / (training + serving))} goes to {larger}"


def worth(view: View) -> str:
    """Say what today's customers are worth and what the candidate in focus adds."""
    n_customers = sum(average(item["customers"]) or 0.0 for item in view["customers"]["segments"])
    total = average(view["customers"]["total_ltv_usd"]) or 0.0
    said = f"{count(n_customers)} customers are worth {money(total)} today"
    if not offered(view):
        return said
    best = focus(view)
    uplift = middle(best["value_uplift_share"])
    quality = view["value_of_quality"]
    # Where models age a gain is one of the months until the horizon, and no share of a lifetime.
    is_ageing = quality is not None and quality["flat_value_usd"] is not None
    of_what = " of their margin until the horizon" if is_ageing else ""
    return (
        said
        if uplift is None
        else f"{said}; {best['name']} {'adds' if uplift >= 0 else 'takes'} {percent(abs(uplift))}{of_what}"
    )


def churn_title(view: View) -> str:
    """Say what one more percentage point of monthly churn does to both paybacks."""
    name = focus(view)["name"]
    points = {round(point["churn_shift_per_month"], 6): point for point in view["churn_sensitivity"]}
    today, later = points.get(0.0), points.get(_ONE_POINT)
    if today is None or later is None:
        return f"How the payback of {name} moves with churn"
    before, after = today["payback_ltv_months"], later["payback_ltv_months"]
    if before is None or after is None:
        return f"{name} raises no lifetime value, so it has no LTV-amortised payback"
    cash = [point["payback_cash_months"] for point in (today, later)]
    change = f"takes the LTV payback of {name} from {significant(before)} to {significant(after)} months"
    if significant(before) == significant(after):
        change = f"leaves the LTV payback of {name} at {significant(before)} months"
    said = f"One more point of monthly churn {change}"
    if cash[0] is None and cash[1] is None:
        return f"{said}; cash does not come back within the horizon"
    ends = ["never" if months is None else significant(months) for months in cash]
    return (
        f"{said}; the cash payback stays at {ends[0]}"
        if ends[0] == ends[1]
        else f"{said}, and the cash payback from {ends[0]} to {ends[1]}"
    )


def envelope(view: View) -> str:
    """Say how wide the present value of the candidate in focus spreads."""
    if not offered(view):
        return "Nothing is offered, so nothing is at risk"
    best = focus(view)
    npv = best["npv_usd"]
    if not isinstance(npv, Mapping) or npv["p5"] is None or npv["p95"] is None:
        return f"{best['name']} is worth {money(average(npv) or 0.0)}, and none of its inputs is uncertain"
    bad, good = money(npv["p5"]), money(npv["p95"])
    return f"{best['name']} is worth {bad} in a bad case (P5) and {good} in a good one (P95)"


def npv_title(view: View) -> str:
    """Say which candidate is worth most, and what the next one would be worth."""
    decision = view["decision"]
    chosen, following = decision["last_worth_funding"], decision["first_not_worth_funding"]
    if chosen is None:
        return f"No candidate is worth more than keeping {view['scenario']['today']}"
    best = average(candidate(view, chosen)["npv_usd"]) or 0.0
    said = f"{chosen} is worth most: {money(best)} on average"
    if following is None:
        return said
    other = average(candidate(view, following)["npv_usd"]) or 0.0
    return f"{said}; {following} {'would lose' if other < 0 else 'is worth'} {money(abs(other))}"


def risk_title(view: View) -> str:
    """Say how often the candidate in focus loses money, and how its worst cases end."""
    best = focus(view)
    worst = percent(1 - view["scenario"]["risk_level"])
    shortfall = best["expected_shortfall_usd"]
    end = f"lose {money(shortfall)}" if shortfall > 0 else f"still gain {money(-shortfall)}"
    return (
        f"{best['name']} loses money in {often(best['loss_probability'])}; the worst {worst} {end} on average"
    )


def cash_title(view: View) -> str:
    """Say how deep expected cash goes under water and where it ends."""
    item = cash_candidates(view)[0]
    running = list(accumulate(item["mean_cash_usd"]))
    side, months = "up" if running[-1] >= 0 else "down", months_long(len(running) - 1)
    end = f"ends {money(abs(running[-1]))} {side} after {months}"
    if min(running) >= 0:
        return f"{item['name']} is never under water and {end}"
    return f"{item['name']} goes {money(-min(running))} under water and {end}"


def months_long(n_months: int) -> str:
    """Return a number of months: "1 month", "36 months"."""
    return f"{n_months} month{'' if n_months == 1 else 's'}"


def frontier(view: View) -> str:
    """Say where the next dollar stops paying off."""
    decision = view["decision"]
    chosen, following = decision["last_worth_funding"], decision["first_not_worth_funding"]
    if chosen is None:
        return "The next dollar does not pay off: no step is worth its cost"
    if following is None:
        return f"Every step up to {chosen} pays; the frontier lies beyond what was offered"
    return f"The next dollar stops paying off after {chosen}"


def return_title(view: View) -> str:
    """Say what the last dollars taken bring back, and what the first ones left would."""
    steps = view["decision"]["steps"]
    chosen = view["decision"]["last_worth_funding"]
    taken = next((step for step in steps if step["to"] == chosen), None)
    left = next((step for step in steps if step["from"] == (chosen or view["scenario"]["today"])), None)
    said = [
        f"The dollars of the step to {step['to']} bring back {_each(step)}"
        for step in (taken, left)
        if step is not None
    ]
    if len(said) == 2 and left is not None:
        return f"{said[0]}; those of the step to {left['to']} {_each(left)}"
    return said[0] if said else "There is no step to take"


def _each(step: Mapping[str, Any]) -> str:
    returned = step["marginal_return_usd_per_usd"]
    if returned is None:
        return "more than they cost, for the step saves money"
    return "less than nothing" if returned <= 0 else f"{significant(returned)} USD each"


def frontier_title(view: View) -> str:
    """Say which size is best, and how sure that is."""
    best = view["frontier"]["best_params"]
    return (
        f"The best size is {count(best['p50'])} parameters, P5 {count(best['p5'])}, P95 {count(best['p95'])}"
    )


def driver_title(view: View) -> str:
    """Say which input explains most."""
    first = view["drivers"][0]
    return f"{first['input']} explains {percent(first['share'])} of the variance"


def assumptions(view: View) -> str:
    """Say how many assumptions there are, and how many are supplied or uncertain."""
    inputs = view["inputs"]
    n_default = sum(item["origin"] == "default" for item in inputs)
    n_uncertain = sum(bool(item["is_uncertain"]) for item in inputs)
    return f"{len(inputs)} assumptions: {n_default} supplied by defaults, {n_uncertain} uncertain"


def turning_points(view: View, n_most: int = 3) -> list[str]:
    """Return the levers nearest to where they would flip the decision, the nearest first."""
    nearest: dict[str, str] = {}
    for _, verb, item in sorted(_turns(view), key=lambda turn: turn[0]):
        nearest.setdefault(item["lever"], f"{verb} {lever_words(item)}")
    return list(nearest.values())[:n_most]


def _turns(view: View) -> Iterator[tuple[float, str, Mapping[str, Any]]]:
    """Yield what would flip the decision: how far it is from today, what would follow, and the break-even."""
    decision = view["decision"]
    last, following = decision["last_worth_funding"], decision["first_not_worth_funding"]
    if last is None and decision["over_the_limit"]:
        return
    for item in decision["break_even"]:
        if item["break_even"] is None:
            continue
        if item["to"] == following and item["from"] == (last or view["scenario"]["today"]):
            yield _distance(view, item), f"{following} would pay too", item
        elif last is not None and item["to"] == last:
            yield _distance(view, item), f"{last} would not pay", item


def _distance(view: View, item: Mapping[str, Any]) -> float:
    """Return how far a lever is from break-even, as the logarithm of the factor it must move by."""
    at, today = item["break_even"], item["today"]
    if item["lever"] == "churn":
        segments = view["customers"]["segments"]
        largest = max(segments, key=lambda segment: average(segment["total_ltv_usd"]) or 0.0)
        churn = middle(largest["churn_per_month"]) or 1.0
        at, today = churn + at / 100, churn
    return abs(math.log(at / today)) if at > 0 and today > 0 else math.inf
