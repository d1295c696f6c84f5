"""A diagnosis for the terminal: the answer first, then few numbers, then the next command."""

from __future__ import annotations

from nextdollar.plan.words import count, percent, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research import diagnose_findings as findings
from nextdollar.report.research.allocate_text import rows_text
from nextdollar.report.research.envelope import View, run_words

MOST_ROWS = 12


def diagnose_text(view: View, *, next_command: str) -> str:
    """Return a diagnosis for people to read."""
    run = run_words(view)
    body = rows_text(findings.figures(view["runs"][0], view)) if len(view["runs"]) == 1 else _table(view)
    blocks = [
        f"{findings.headline(view)}\nby {view['law']}{f' ({run})' if run else ''}",
        body,
        "\n".join(f"  note: {warning}" for warning in view["warnings"]),
    ]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _table(view: View) -> str:
    """Return the runs that waste most, the largest first."""
    runs = sorted(view["runs"], key=lambda run: -run["wasted_flop"])
    rows = [("wastes most", "params", "tokens", "per param", "best", "wasted", "verdict", "sure")]
    for run in runs[:MOST_ROWS]:
        worse = " and badly trained" if run["gap"] is not None and run["gap"]["is_worse"] else ""
        rows.append(
            (
                run["label"],
                count(run["params"]),
                count(run["tokens"]),
                significant(run["tokens_per_param"]),
                significant(run["best_tokens_per_param"]["value"]),
                percent(run["waste_share"]),
                f"{run['verdict']}{worse}",
                "" if run["agreeing_share"] is None else percent(run["agreeing_share"]),
            )
        )
    lines = [aligned(rows)]
    if len(runs) > MOST_ROWS:
        lines.append(f"  and {len(runs) - MOST_ROWS} more; --json has all")
    worse = sum(run["gap"] is not None and run["gap"]["is_worse"] for run in runs)
    if worse:
        lines.append(f"  {worse} of {len(runs)} have a loss well above the law's: look at their training")
    return "\n".join(lines)
