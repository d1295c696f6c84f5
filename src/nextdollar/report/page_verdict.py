"""The first screen: the verdict as a sentence, three numbers, and what would flip it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nextdollar.plan.words import significant
from nextdollar.report import findings
from nextdollar.report.plan_text import focus, often
from nextdollar.report.tables import cell_words
from nextdollar.report.tables_plan import View, offered


@dataclass(frozen=True, slots=True)
class Card:
    """One number: what it is, the figure, and what to know about it."""

    name: str
    figure: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: a sentence, three numbers, what would flip it, and what to hold against it.

    `no_flips` stands where `flips` is empty; where it is empty too, nothing is said of flips.
    """

    label: str
    sentence: str
    cards: Sequence[Card]
    flips: Sequence[str]
    notes: Sequence[str]
    flips_heading: str = "What would flip it"
    no_flips: str = "Nothing in the range searched would flip it."


def verdict(view: View, label: str) -> Verdict:
    """Return the verdict of a plan."""
    cards = [_npv(view), _next_dollar(view), _payback(view)] if offered(view) else []
    notes = [
        f"{name} is over the risk limit and was left out." for name in view["decision"]["over_the_limit"]
    ]
    notes += [_sentence(warning) for warning in view["warnings"]]
    notes = [_capital(note, view) for note in notes]
    return Verdict(
        label,
        findings.headline(view),
        cards,
        [_sentence(line) for line in findings.turning_points(view)],
        notes,
    )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _capital(text: str, view: View) -> str:
    """Return a sentence with a capital, unless it starts with a name."""
    starts_with_name = any(text.startswith(name) for name in view["decision"]["order"])
    return text if starts_with_name else text[:1].upper() + text[1:]


def _npv(view: View) -> Card:
    best = focus(view)
    words = cell_words(best["npv_usd"], "usd")
    spread = f"P5 to P95: {words.spread} USD; loses" if words.spread else "Certain; loses"
    return Card(
        f"NPV of {best['name']}, against keeping {view['scenario']['today']}",
        words.main,
        f"{spread} money in {often(best['loss_probability'])}.",
    )


def _next_dollar(view: View) -> Card:
    steps = view["decision"]["steps"]
    chosen = view["decision"]["last_worth_funding"]
    taken = next((step for step in steps if step["to"] == chosen), None)
    left = next((step for step in steps if step["from"] == (chosen or view["scenario"]["today"])), None)
    if left is not None:
        detail = (
            f"The last dollar taken, on the step to {chosen}, returns {_each(taken)}."
            if taken
            else "No step was taken."
        )
        return Card(f"The next dollar, on the step to {left['to']}, returns", _each(left), detail)
    last = taken if taken is not None else steps[-1]
    return Card(
        f"The last dollar, on the step to {last['to']}, returns", _each(last), "Nothing dearer was offered."
    )


def _each(step: Mapping[str, Any]) -> str:
    returned = step["marginal_return_usd_per_usd"]
    if returned is None:
        return "a saving"
    return "less than nothing" if returned <= 0 else f"{significant(returned)} USD"


def _payback(view: View) -> Card:
    best = focus(view)
    cash, amortised = (
        cell_words(best[key], "months") for key in ("payback_cash_months", "payback_ltv_months")
    )
    figure = cash.main if cash.main == "never" else f"month {cash.main}"
    spread = (
        f"P5 to P95: {cash.spread}{' of draws' if 'never in' in cash.spread else ''}. " if cash.spread else ""
    )
    late = "Not within the horizon. " if figure == "never" else ""
    return Card(
        f"Cash payback of {best['name']}",
        figure,
        f"{late}{spread}Lifetime value spread over the horizon pays back in {_months(amortised.main)}.",
    )


def _months(text: str) -> str:
    return text if text == "never" else f"{text} months"
