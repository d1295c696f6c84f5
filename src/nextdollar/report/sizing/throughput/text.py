"""Estimates of training speed for the terminal: the answer first, then a line for each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words
from nextdollar.report.sizing.row_text import MOST_NAME, row_notes

_MOST_ROWS = 30


def throughput_text(view: View, *, next_command: str) -> str:
    """Return estimates for people to read."""
    blocks = [f"{headline(view)}\n{run_words(view)}", _table(view), "\n".join(row_notes(view))]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    rows = answered(view)
    if not rows:
        return "No row can be estimated."
    fastest = max(rows, key=lambda row: float(row["mfu_pct"]["p50"]))
    share = f"{significant(fastest['mfu_pct']['p50'], 2)} % of the peak"
    estimated = f"{len(rows)} of {len(view['rows'])} rows estimated"
    return f"{estimated}; {fastest['name'][:MOST_NAME]} on {fastest['accelerator']} uses most, {share}."


def answered(view: View) -> list[Mapping[str, Any]]:
    """Return the rows that were estimated."""
    return [row for row in view["rows"] if row["mfu_pct"] is not None]


def _table(view: View) -> str:
    rows = answered(view)
    if not rows:
        return ""
    has_reported = any(row["reported_tokens_per_s_per_gpu"] is not None for row in rows)
    lines = [["model", "GPU", "MFU %", "90 %", "tokens/s/GPU", "90 %", *["reported"] * has_reported]]
    for row in rows[:_MOST_ROWS]:
        mfu, speed = row["mfu_pct"], row["tokens_per_s_per_gpu"]
        reported = row["reported_tokens_per_s_per_gpu"]
        lines.append(
            [
                row["name"][:MOST_NAME],
                row["accelerator"],
                significant(mfu["p50"]),
                f"{significant(mfu['p5'], 2)} to {significant(mfu['p95'], 2)}",
                count(speed["p50"]),
                f"{count(speed['p5'])} to {count(speed['p95'])}",
                *["" if reported is None else count(reported)] * has_reported,
            ]
        )
    more = len(rows) - _MOST_ROWS
    return "\n".join([aligned(lines), *([f"  and {more} more rows (--json has all)"] if more > 0 else [])])
