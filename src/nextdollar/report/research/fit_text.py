"""A fit for the terminal: the answer first, then the law, what it says is best, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import percent, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research import fit_findings as findings
from nextdollar.report.research.envelope import View, run_words
from nextdollar.report.research.words import coefficient_words

_MOST_FLAGS, _MOST_INFLUENCES = 6, 3


def fit_text(view: View, *, next_command: str) -> str:
    """Return a fit for people to read."""
    title = findings.headline(view)
    run = run_words(view)
    blocks = [
        f"{title}\n{run}: {findings.runs_words(view)}",
        _law(view),
        _coefficients(view),
        _best(view),
        _rests_on(view),
        _notes(view),
    ]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _law(view: View) -> str:
    lines = [f"  {findings.formula_with_numbers(view)}", f"  {findings.fits_words(view)}"]
    if view["choice"]["why"]:
        lines.append(f"  {view['choice']['why']}")
    return "\n".join(lines)


def _coefficients(view: View) -> str:
    rows = [("coefficient", "value", "standard error", "95 % range")]
    for name, value in view["parameters"].items():
        low, high = view["interval_95"][name]
        error = view["standard_errors"][name]
        if error == 0:
            rows.append((name, coefficient_words(value), "held", ""))
            continue
        rows.append(
            (
                name,
                coefficient_words(value),
                coefficient_words(error),
                f"{coefficient_words(low)} to {coefficient_words(high)}",
            )
        )
    rows += [(name, str(value), "given", "") for name, value in view["settings"].items()]
    return aligned(rows)


def _best(view: View) -> str:
    if not view["best_at"]:
        return "  This law has no best split of a budget."
    head = ("at a budget of", "best size", "tokens", "tokens per param", "loss, nats per token")
    rows = [head, *(findings.best_words(item) for item in view["best_at"])]
    note = (
        "  ranges hold 90 % of the draws of the coefficients; beyond your runs `forecast` has the honest ones"
    )
    growth = findings.growth(view)
    return "\n".join([aligned(rows), note, *([f"  {growth}"] if growth else [])])


def _rests_on(view: View) -> str:
    lines = []
    for item in view["influence"][:_MOST_INFLUENCES]:
        if item["shift_standard_errors"] is None or not item["is_determined"]:
            continue
        errors = significant(item["shift_standard_errors"], 2)
        change = item["best_params_change_share"]
        best = "" if change is None else f", the best size by {'+' if change > 0 else ''}{percent(change)}"
        lines.append(f"    without {_run(item)}: a coefficient moves by {errors} standard errors{best}")
    if lines:
        lines.insert(0, "  Rests most on these runs:")
    words = findings.sensitivity_words(view)
    if words:
        lines.append(f"  {words}")
    return "\n".join(lines)


def _run(item: Mapping[str, Any]) -> str:
    line = f"line {item['row']}"
    return line if item["label"] == line else f"{item['label']} ({line})"


def _notes(view: View) -> str:
    lines = [f"  left out: {'; '.join(findings.left_out_words(view))}"] if view["left_out"] else []
    for flag in view["flagged"][:_MOST_FLAGS]:
        place = f"line {flag['row']}: " if flag["row"] else ""
        lines.append(f"  flag: {place}{flag['words']}; {flag['action']}")
    more = len(view["flagged"]) - _MOST_FLAGS
    if more > 0:
        lines.append(f"  and {more} more flags (--json has all)")
    lines += [f"  note: {warning}" for warning in view["warnings"]]
    agreeing = f"{view['starts_agreeing']} of {view['n_starts']} starts agree"
    seconds = significant(view["cpu_seconds"], 2) if view["cpu_seconds"] is not None else "unknown"
    lines.append(f"  {agreeing}; objective {view['objective']:.4g}; {seconds} s of CPU")
    return "\n".join(lines)
