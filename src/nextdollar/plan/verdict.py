"""The decision in words: one sentence, and the reasons behind it."""

from __future__ import annotations

from collections.abc import Sequence

from nextdollar.plan.decision import BreakEven, Choice, Decision, Step
from nextdollar.plan.words import money, percent


def decision_in_words(choice: Choice, today: str, break_even: Sequence[BreakEven]) -> Decision:
    """Return the decision: choice, verdict sentence, reasons and break-evens."""
    funded = None if choice.best == today else choice.best
    return Decision(
        choice.order,
        choice.steps,
        funded,
        choice.first_not,
        choice.over_the_limit,
        choice.is_sure,
        choice.best_probability,
        _verdict(choice, today),
        tuple(_reasons(choice, today)),
        tuple(break_even),
    )


def _verdict(choice: Choice, today: str) -> str:
    if not choice.is_sure:
        return f"cannot say: {choice.best} leads, but by less than the sampling error; use more draws"
    if choice.best == today and choice.over_the_limit:
        return f"fund none: {_listed(choice.over_the_limit)} over the risk limit, and nothing else pays"
    if choice.best == today:
        return f"fund none: keeping {today} is worth more than any candidate"
    if choice.first_not is None:
        return f"{choice.best} is the last worth funding, and nothing dearer was offered"
    return f"{choice.best} is the last worth funding"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"


def _reasons(choice: Choice, today: str) -> list[str]:
    reasons = []
    for step in choice.steps:
        if choice.best in (step.upper, step.lower):
            reasons.append(_step_words(step))
    if choice.best != today:
        reasons.append(f"{choice.best} is worth most in {percent(choice.best_probability)} of draws")
    for name in choice.over_the_limit:
        reasons.append(f"{name} is over the risk limit and was left out")
    return reasons


def _step_words(step: Step) -> str:
    change = f"{step.lower} to {step.upper}"
    if step.extra_cost_usd <= 0:
        saved = money(-step.extra_cost_usd)
        return f"{change} costs {saved} less and changes value by {money(step.extra_value_usd)}"
    verb = {"pays": "pays", "does not pay": "does not pay", "cannot say": "is too close to call"}[
        step.verdict
    ]
    return (
        f"{change} {verb}: it adds {money(step.extra_value_usd)} for {money(step.extra_cost_usd)}, "
        f"{step.marginal_return:.2f} USD for each extra dollar, "
        f"and pays in {percent(step.pays_probability)} of draws"
    )
