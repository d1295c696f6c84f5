"""What a fit says, as sentences: headline, formula, and the titles of its charts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, percent, power, significant
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import coefficient_words, flop_words, loss_with_range, loss_words

_CLEAR_ERRORS = 4.0
_VARIABLES = {"params": "N", "tokens": "D", "flop": "6 N D"}
_HELD = {"params": "parameters", "tokens": "tokens", "experts": "experts"}
_QUANTITIES = {"params": "parameters", "tokens": "tokens", "flop": "work"}


def headline(view: View) -> str:
    """Return the answer: what ten times the work buys, or how well the law holds without a best split."""
    pair = _pair(view)
    if pair is None:
        return _one_quantity(view)
    low, high = pair
    after, before = loss_words(high["loss_nats"], low["loss_nats"])
    budgets = f"from {power(low['flop'], 2)} to {flop_words(high['flop'], 2)}"
    return f"Ten times the work, {budgets}, takes the loss from {before} to {after} nats per token."


def _one_quantity(view: View) -> str:
    """Return what ten times the only quantity of the law buys."""
    ahead = view["ahead"]
    if ahead is None:
        return f"The {view['form']} law misses half of the runs by less than {_half(view)}."
    after, before = loss_words(ahead["loss_after_nats"], ahead["loss_nats"])
    what = _QUANTITIES[ahead["variable"]]
    start = power(ahead["value"], 2)
    return f"Ten times the {what}, from {start} up, takes the loss from {before} to {after} nats per token."


def _pair(view: View) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Return the budgets that headline and growth are told at: about the largest run, and ten times it."""
    beyond = [item for item in view["best_at"] if item["decades_beyond"] > 0]
    for high in beyond[:1]:
        for low in view["best_at"]:
            if abs(high["flop"] / low["flop"] - 10) < 1:
                return low, high
    return None


def growth(view: View) -> str:
    """Return how size and data grow with the budget, or an empty text."""
    pair = _pair(view)
    if pair is None:
        return ""
    low, high = pair
    sizes, data = (significant(high[key] / low[key], 2) for key in ("params", "tokens"))
    return (
        f"Each ten times of work is best spent on {sizes} times the parameters and {data} times the tokens."
    )


def fits_words(view: View) -> str:
    """Return how closely the law holds."""
    p90 = percent(view["residuals"]["p90_share"])
    return f"half of the runs lie within {_half(view)} of the law, nine in ten within {p90}"


def _half(view: View) -> str:
    return percent(view["residuals"]["median_share"])


def formula_with_numbers(view: View) -> str:
    """Return the formula of the law with its coefficients to three digits."""
    names = {**view["parameters"], **view["settings"]}
    if not names:
        return str(view["formula"])
    formula, where, rest = _at_its_words(view["formula"])
    if "variable" in names:
        where, rest = ", with ", f"x = {_VARIABLES[names.pop('variable')]}"
    pattern = r"\b(" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + r")\b"
    return (
        re.sub(pattern, lambda found: coefficient_words(names[found[0]]), formula).replace("+ -", "- ")
        + where
        + rest
    )


def _at_its_words(formula: str) -> tuple[str, str, str]:
    """Return a formula parted where its words begin, which hold no coefficients: ", with x = D"."""
    parts = (formula.partition(word) for word in (", with ", ", where "))
    return next((found for found in parts if found[1]), (formula, "", ""))


def runs_words(view: View) -> str:
    """Return what was fitted: "240 of 245 rows, 240 separate runs"."""
    rows = f"{view['n_runs']} of {view['n_rows']} rows" if view["n_rows"] != view["n_runs"] else ""
    clusters = f"{view['n_clusters']} separate runs"
    return ", ".join(part for part in (rows, clusters) if part)


def left_out_words(view: View) -> list[str]:
    """Return where the other rows went."""
    return [f"{item['n_rows']} {item['reason']}" for item in view["left_out"]]


def sensitivity_words(view: View) -> str:
    """Return how far the best size at the largest budget moves with the objective, or an empty text."""
    sizes = [item["params"] for item in view["sensitivity"] if item["params"] is not None]
    if not sizes or not view["best_at"]:
        return ""
    budget = flop_words(view["best_at"][-1]["flop"], 2)
    floors = [item["parameters"]["E"] for item in view["sensitivity"] if "E" in item["parameters"]]
    words = f"By other objectives the best size at {budget} is {count(min(sizes))} to {count(max(sizes))}"
    return (
        f"{words}, and E is {' to '.join(loss_words(min(floors), max(floors)))}." if floors else f"{words}."
    )


def compute_title(view: View) -> str:
    """Return the finding of the chart of loss against work."""
    return headline(view).removesuffix(".")


def params_title(view: View) -> str:
    """Return the finding of the chart of loss against size."""
    return _leaves(view, "along_params", "size", "alone")


def tokens_title(view: View) -> str:
    """Return the finding of the chart of loss against data."""
    return _leaves(view, "along_tokens", "data", "alone")


def _leaves(view: View, key: str, what: str, alone: str) -> str:
    """Return what twice the size (or data) buys at the middle of the middle curve."""
    curves = view["curves"][key]
    curve = curves[len(curves) // 2]
    name = "params" if what == "size" else "tokens"
    other = _HELD[curve["held"]]
    at, losses = curve[name], curve["loss_nats"]["p50"]
    middle = len(at) // 2
    later = next((i for i, value in enumerate(at) if value >= 2 * at[middle]), len(at) - 1)
    change = losses[middle] - losses[later]
    return (
        f"Twice the {what} {alone}, from {count(at[middle])} at {count(curve['fixed'])} {other}, "
        f"takes {significant(change, 2)} nats off the loss"
    )


def isoflop_title(view: View) -> str:
    """Return the finding of the chart of loss at given budgets."""
    curve = view["curves"]["isoflop"][-1]
    losses = curve["loss_nats"]["p50"]
    best = min(range(len(losses)), key=lambda i: losses[i])
    return f"At {flop_words(curve['fixed'], 2)} the best model has {count(curve['params'][best])} parameters"


def residual_title(view: View) -> str:
    """Return the finding of the chart of residuals."""
    clear = [
        item
        for item in view["residuals"]["trends"]
        if abs(item["share_per_decade"]) > _CLEAR_ERRORS * item["standard_error"]
    ]
    if not clear:
        return "What the law leaves over goes neither with size nor with data"
    worst = max(clear, key=lambda item: abs(item["share_per_decade"]))
    way = "rises" if worst["share_per_decade"] > 0 else "falls"
    change = percent(abs(worst["share_per_decade"]))
    return f"What the law leaves over {way} by {change} with each ten times of {worst['quantity']}"


def best_words(item: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """Return a budget with the best size, data, ratio and loss; ranges in brackets where they are known."""
    cells = []
    for name in ("params", "tokens"):
        spread = item[f"{name}_range"]
        ends = f" ({count(spread['p5'], 2)} to {count(spread['p95'], 2)})" if spread else ""
        cells.append(f"{count(item[name])}{ends}")
    spread = item["loss_nats_range"]
    loss = significant(item["loss_nats"])
    if spread:
        middle, ends = loss_with_range(item["loss_nats"], spread["p5"], spread["p95"])
        loss = f"{middle} ({ends})"
    return (flop_words(item["flop"], 2), *cells, significant(item["tokens"] / item["params"]), loss)  # type: ignore[return-value]
