"""The case study for the terminal: both answers, then what they share and where they part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nextdollar.plan.words import money, percent, significant
from nextdollar.report.figure import average, middle
from nextdollar.report.findings import candidate
from nextdollar.report.plan_text import aligned, often, spaced
from nextdollar.report.tables import cell_words

View = Mapping[str, Any]

_TOP = "v3"
_STORIES = (("article", "as the article tells it"), ("first_principles", "from first principles"))


def demo_text(views: Mapping[str, View], next_command: str) -> str:
    """Return the case study for people to read."""
    article = views["article"]
    run = f"{spaced(article['draws'])} draws, seed {article['seed']}"
    head = ("", *(label for _, label in _STORIES))
    rows = [head, *(_row(name, [views[key] for key, _ in _STORIES]) for name in _FIGURES)]
    return "\n\n".join([f"{_answer(views)}    {run}", aligned(rows), _lesson(views), f"next: {next_command}"])


def _answer(views: Mapping[str, View]) -> str:
    chosen = [views[key]["decision"]["last_worth_funding"] for key, _ in _STORIES]
    if chosen[0] == chosen[1]:
        return f"Both stories fund up to {chosen[0]}, for different reasons."
    told = [name or "none" for name in chosen]
    return f"The stories part: fund {told[0]} as the article tells it, {told[1]} from first principles."


def _fall(view: View) -> str:
    losses = [middle(candidate(view, name)["loss_nats"]) or 0.0 for name in ("v1", _TOP)]
    return f"{losses[0]:.3f} to {losses[1]:.3f} nats"


def _step(view: View, upper: str) -> str:
    step = next(item for item in view["decision"]["steps"] if item["to"] == upper)
    returned = step["marginal_return_usd_per_usd"]
    return "costs less" if returned is None else f"{significant(returned)} USD"


def _elasticity(view: View, upper: str) -> str:
    items = view["decision"]["break_even"]
    found = next(item for item in items if item["to"] == upper and item["lever"] == "elasticity")
    at = "never" if found["break_even"] is None else significant(found["break_even"])
    return f"{at}, taken to be {significant(found['today'])}"


def _npv(view: View, name: str) -> str:
    return money(average(candidate(view, name)["npv_usd"]) or 0.0)


def _payback(view: View, key: str) -> str:
    shown = cell_words(candidate(view, _TOP)[key], "months").main
    return shown if shown == "never" else f"month {shown}"


_FIGURES: Mapping[str, Callable[[View], str]] = {
    "last worth funding": lambda view: str(view["decision"]["last_worth_funding"] or "none"),
    "worth most in": lambda view: often(view["decision"]["best_probability"]),
    "loss, v1 to v3": _fall,
    "extra cost of v3": lambda view: money(average(candidate(view, _TOP)["extra_cost_usd"]) or 0.0),
    "NPV of v3": lambda view: _npv(view, _TOP),
    "NPV of v4": lambda view: _npv(view, "v4"),
    "NPV of v5": lambda view: _npv(view, "v5"),
    "a dollar from v2 to v3": lambda view: _step(view, _TOP),
    "a dollar from v3 to v4": lambda view: _step(view, "v4"),
    "payback of v3, LTV": lambda view: _payback(view, "payback_ltv_months"),
    "payback of v3, cash": lambda view: _payback(view, "payback_cash_months"),
    "v4 pays above elasticity": lambda view: _elasticity(view, "v4"),
}


def _row(name: str, views: list[View]) -> tuple[str, ...]:
    return (name, *(_FIGURES[name](view) for view in views))


def _lesson(views: Mapping[str, View]) -> str:
    faster = views["churn_plus_one"]
    months = [
        cell_words(candidate(view, _TOP)["payback_ltv_months"], "months").main
        for view in (views["article"], faster)
    ]
    chosen = faster["decision"]["last_worth_funding"] or "none"
    shares = [percent(views[key]["drivers"][0]["share"]) for key, _ in _STORIES]
    driver = views["article"]["drivers"][0]["input"]
    return (
        f"  One more point of churn takes the article's LTV payback from month {months[0]} to {months[1]}\n"
        f"  (the article says nearly 29); the last candidate worth funding is then {chosen}.\n"
        f"  {driver} explains {shares[0]} and {shares[1]} of the\n"
        "  variance: measure it before believing either."
    )
