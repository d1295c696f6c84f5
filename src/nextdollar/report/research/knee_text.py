"""A knee for the terminal: the answer first, then its numbers, and what the next dollar brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, money, percent, significant
from nextdollar.report.plan_text import aligned, often
from nextdollar.report.research import knee_findings as findings
from nextdollar.report.research.envelope import View

Lines = list[tuple[str, str]]


def knee_text(view: View, *, next_command: str) -> str:
    """Return a knee for people to read."""
    run = findings.run_line(view)
    blocks = [f"{findings.headline(view)}\n{run}", _key_figures(view), _around(view), _sizes(view)]
    blocks += ["\n".join(f"  note: {warning}" for warning in view["warnings"])]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _key_figures(view: View) -> str:
    rows = [*_knee_rows(view), *_quality_rows(view), ("Priced at", findings.price_words(view))]
    width = max(len(label) for label, _ in rows) + 2
    return "\n".join(f"  {label:<{width}}{words}" for label, words in rows)


def _knee_rows(view: View) -> Lines:
    knee = view["knee"]
    if knee is None:
        return []
    return [
        ("Knee", findings.flop_span(knee["budget_flop"])),
        ("Model there", f"{count(knee['params'])} params on {count(knee['tokens'])} tokens"),
        *_advice(knee),
        ("Elasticity", f"{findings.elasticity_words(knee['elasticity'])} there"),
        ("Beyond data", findings.beyond_words(view)),
        ("Valued at", findings.valued_words(view)),
    ]


def _advice(knee: Mapping[str, Any]) -> Lines:
    """Return the budget to choose now, where draws leave one to choose."""
    if knee["budget_usd"]["p5"] == knee["budget_usd"]["p95"]:
        return []
    words = f"{money(knee['advised_usd'], 2)}, the one budget to choose before the truth is known"
    return [("Best on average", words)]


def _quality_rows(view: View) -> Lines:
    quality = view["quality"]
    if quality is None:
        return []
    forms = " and ".join(
        f"{percent(share)} {form}" for form, share in quality["form_shares"].items() if share > 0
    )
    rows = [
        ("Worth it?", findings.worth_sentence(view)),
        ("Fitted on", f"{quality['n_runs']} runs; draws are {forms}"),
    ]
    return [row for row in rows if row[1]]


def _around(view: View) -> str:
    if view["knee"] is None:
        return ""
    rows = [("budget", "params", "tokens", "next dollar returns", "P5 to P95", "beyond data")]
    for item in view["knee"]["around"]:
        back = item["returned_usd_per_usd"]
        spread = (
            ""
            if back["p5"] == back["p95"]
            else f"{significant(back['p5'], 2)} to {significant(back['p95'], 2)}"
        )
        rows.append(
            (
                money(item["budget_usd"], 2),
                *findings.size_words(item),
                f"{significant(back['p50'], 2)} USD",
                spread,
                _yes(item["beyond_data"]),
            )
        )
    return aligned(rows)


def _sizes(view: View) -> str:
    quality = view["quality"]
    if quality is None:
        return ""
    goal = findings.value_words(quality, quality["to_value"])
    rows = [
        ("budget", "params", "tokens", quality["metric"], "P5 to P95", f"reaches {goal} in", "beyond data")
    ]
    for item in quality["sizes"]:
        score = item["metric"]
        words = [findings.value_words(quality, score[name]) for name in ("p50", "p5", "p95")]
        rows.append(
            (
                money(item["budget_usd"], 2),
                *findings.size_words(item),
                words[0],
                f"{words[1]} to {words[2]}",
                often(item["reach_share"]).removesuffix(" of draws"),
                _yes(item["beyond_data"]),
            )
        )
    return aligned(rows)


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
