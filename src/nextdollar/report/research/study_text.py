"""A study for the terminal: the answer first, then what is at stake, the runs, and the next command."""

from __future__ import annotations

from nextdollar.plan.words import count, money, percent
from nextdollar.report.plan_text import aligned, often
from nextdollar.report.research import knee_findings
from nextdollar.report.research import study_findings as findings
from nextdollar.report.research.envelope import View

_MOST_RUNS = 5


def study_text(view: View, *, next_command: str) -> str:
    """Return a study for people to read."""
    run = knee_findings.run_line(view)
    blocks = [f"{findings.headline(view)}\n{run}", _stakes(view), _ladder(view), _runs(view), _options(view)]
    blocks.append("\n".join(f"  note: {warning}" for warning in view["warnings"]))
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _stakes(view: View) -> str:
    rows = [
        ("To choose", findings.decision_words(view)),
        ("Chosen now", findings.standing_words(view)),
        ("Perfect knowledge", findings.perfect_words(view)),
        ("Its loss, 90 %", findings.interval_now_words(view)),
        ("Noise", findings.noise_words(view)),
        ("Valued at", f"{knee_findings.money_span(view['value_usd_per_nat'])} for each nat per token"),
        ("Priced at", knee_findings.price_words(view)),
    ]
    return "\n".join(f"  {label:<19}{words}" for label, words in rows)


def _ladder(view: View) -> str:
    if not view["ladder"]:
        return ""
    rows = [("run", "params", "tokens", "costs", "adds", "all cost", "all worth", "spread left")]
    rows += [
        (
            str(number),
            count(step["params"]),
            count(step["tokens"]),
            money(step["cost_usd"], 2),
            money(step["adds_usd"], 2),
            money(step["total_cost_usd"], 2),
            money(step["total_evsi_usd"], 2),
            percent(step["spread_left_share"]),
        )
        for number, step in enumerate(view["ladder"], start=1)
    ]
    return f"  The ladder, each run the one that adds most:\n{aligned(rows)}"


def _runs(view: View) -> str:
    if not view["runs"]:
        return ""
    rows = [("params", "tokens", "costs", "worth", "+/-", "worth less cost", "spread left")]
    rows += [
        (
            count(item["params"]),
            count(item["tokens"]),
            money(item["cost_usd"], 2),
            money(item["evsi_usd"], 2),
            money(item["standard_error_usd"], 1),
            money(item["net_usd"], 2),
            percent(item["spread_left_share"]),
        )
        for item in view["runs"][:_MOST_RUNS]
    ]
    return f"  Runs that were weighed, each alone ({len(view['runs'])}; --json has all):\n{aligned(rows)}"


def _options(view: View) -> str:
    rows = [("option", "costs", "loss", "best in", "behind the best by")]
    for item in view["options"]:
        rows.append(
            (
                findings.option_words(item),
                money(item["cost_usd"], 2),
                f"{item['loss_nats']['p50']:.3f}",
                often(item["best_share"]),
                money(item["behind_best_usd"], 2),
            )
        )
    return aligned(rows)
