"""A split of a budget for the terminal: the answer first, then few numbers, then the next command."""

from __future__ import annotations

from nextdollar.plan.words import money
from nextdollar.report.research import allocate_findings as findings
from nextdollar.report.research.envelope import View, run_words
from nextdollar.report.research.words import flop_words


def allocate_text(view: View, *, next_command: str) -> str:
    """Return a split for people to read."""
    blocks = [
        f"{findings.headline(view)}\n{asked_words(view)}",
        rows_text(findings.figures(view)),
        "\n".join(f"  note: {warning}" for warning in view["warnings"]),
    ]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def asked_words(view: View) -> str:
    """Return the question: the budget, what it covers, and the law."""
    budget = view["budget"]
    parts = [flop_words(budget["flop"])]
    if budget["usd"] is not None:
        parts = [f"{money(budget['usd'])} ({parts[0]})"]
    covers = "training and serving" if budget["covers"] == "lifetime" else "training"
    run = run_words(view)
    return f"{parts[0]} for {covers}, by {view['law']}{f' ({run})' if run else ''}"


def rows_text(rows: list[tuple[str, str, str]]) -> str:
    """Return rows of name, figure and remark, aligned."""
    label_width = max(len(row[0]) for row in rows) + 2
    value_width = max(len(row[1]) for row in rows) + 2
    return "\n".join(
        f"  {label:<{label_width}}{value:<{value_width}}{extra}".rstrip() for label, value, extra in rows
    )
