"""Estimates of training runs for the terminal: the answer first, then rows, factors, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, money, percent, power, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words
from nextdollar.report.sizing.row_text import MOST_NAME, row_notes

_MOST_ROWS = 30

Row = Mapping[str, Any]


def training_text(view: View, *, next_command: str) -> str:
    """Return estimates for people to read."""
    blocks = [f"{headline(view)}\n{run_words(view)}", _table(view), _ladder(view), _notes(view)]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    rows = answered(view)
    if not rows:
        return "No row can be estimated."
    largest = max(rows, key=lambda row: float(row["accel_hours"]["p50"]))
    hours = range_words(largest["accel_hours"])
    cost = largest["cost_usd"]
    price = "" if cost is None else f" and costs {money(cost['p50'])}"
    if len(rows) == 1 and len(view["rows"]) == 1:
        return f"{largest['name'][:MOST_NAME]} takes {hours} GPU-hours{price}."
    estimated = f"{len(rows)} of {len(view['rows'])} rows estimated"
    return f"{estimated}; the largest, {largest['name'][:MOST_NAME]}, takes {hours} GPU-hours{price}."


def answered(view: View) -> list[Row]:
    """Return the rows that were estimated."""
    return [row for row in view["rows"] if row["accel_hours"] is not None]


def range_words(found: Mapping[str, float]) -> str:
    """Return a range of counts: "95.4 K (57.9 K to 157 K)"."""
    return f"{count(found['p50'])} ({count(found['p5'])} to {count(found['p95'])})"


def _table(view: View) -> str:
    rows = answered(view)
    if not rows:
        return ""
    has_reported = any(row["reported"]["accel_hours"] is not None for row in rows)
    lines = [["run", "GPU-hours", "90 %", "days", "USD", "90 %", "MWh", *["reported h"] * has_reported]]
    for row in rows[:_MOST_ROWS]:
        hours, cost, energy = row["accel_hours"], row["cost_usd"], row["energy_mwh"]
        reported = row["reported"]["accel_hours"]
        lines.append(
            [
                row["name"][:MOST_NAME],
                count(hours["p50"]),
                _ends(hours),
                significant(row["wall_days"]["p50"]),
                "" if cost is None else count(cost["p50"]),
                "" if cost is None else _ends(cost),
                "" if energy is None else significant(energy["p50"]),
                *["" if reported is None else _reported(reported, hours)] * has_reported,
            ]
        )
    more = len(rows) - _MOST_ROWS
    return "\n".join([aligned(lines), *([f"  and {more} more rows (--json has all)"] if more > 0 else [])])


def _ends(found: Mapping[str, float]) -> str:
    return f"{count(found['p5'])} to {count(found['p95'])}"


def _reported(reported: float, hours: Mapping[str, float]) -> str:
    is_inside = hours["p5"] <= reported <= hours["p95"]
    return f"{count(reported)}{'' if is_inside else ' outside'}"


def _ladder(view: View) -> str:
    """Return the factors of the largest run."""
    rows = answered(view)
    if not rows:
        return ""
    row = max(rows, key=lambda item: float(item["accel_hours"]["p50"]))
    ladder = row["ladder"]
    mfu, calendar = ladder["mfu"], ladder["calendar_share"]
    assumed = " (assumed)" if ladder["gpus_are_assumed"] else ""
    price = ladder["usd_per_gpu_hour"]
    lines = [
        ["work", f"{power(ladder['flop'])} FLOP", ""],
        ["at the peak", f"{count(ladder['ideal_gpu_hours'])} GPU-hours", f"of {row['accelerator']}"],
        ["/ MFU", percent(mfu["p50"]), f"{percent(mfu['p5'])} to {percent(mfu['p95'])}"],
        ["/ goodput", percent(ladder["goodput_share"]), f"{count(ladder['gpus'])} GPUs{assumed}"],
        ["/ calendar", percent(calendar["p50"]), f"{percent(calendar['p5'])} to {percent(calendar['p95'])}"],
    ]
    if price is not None:
        ends = f"{significant(price['p5'])} to {significant(price['p95'])}"
        lines.append(["x price", f"{significant(price['p50'])} USD/GPU-hour", ends])
    return f"  how {row['name'][:MOST_NAME]} comes to its hours\n{aligned(lines)}"


def _notes(view: View) -> str:
    lines = row_notes(view)
    if answered(view):
        low, high = (significant(view["development"][end], 2) for end in ("low_multiple", "high_multiple"))
        lines.append(f"  note: a project took {low} to {high} times its final runs, experiments included")
    return "\n".join(lines)
