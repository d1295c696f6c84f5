"""Estimates of training runs for the terminal: the answer first, then rows, factors, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, money, percent, power, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words
from nextdollar.report.sizing.row_text import MOST_NAME, row_notes

_MOST_ROWS = 30
BYTES_PER_GB = 1e9
_MOST_TOO_LARGE = 8
_DOES_NOT = "does not fit "

Row = Mapping[str, Any]


def training_text(view: View, *, next_command: str) -> str:
    """Return estimates for people to read."""
    blocks = [
        f"{headline(view)}\n{run_words(view)}",
        _table(view),
        _ladder(view),
        _deadlines(view),
        _notes(view),
    ]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    rows = answered(view)
    if not rows:
        return "No row can be estimated."
    largest = max(rows, key=lambda row: float(row["accel_hours"]["p50"]))
    if len(rows) == len(view["rows"]) == 1 and largest["deadline"] is not None:
        return _deadline_headline(largest)
    hours = range_words(largest["accel_hours"])
    cost = largest["cost_usd"]
    price = "" if cost is None else f" and costs {money(cost['p50'])}"
    if len(rows) == 1 and len(view["rows"]) == 1:
        return f"{largest['name'][:MOST_NAME]} takes {hours} GPU-hours{price}."
    estimated = f"{len(rows)} of {len(view['rows'])} rows estimated"
    return f"{estimated}; the largest, {largest['name'][:MOST_NAME]}, takes {hours} GPU-hours{price}."


def _deadline_headline(row: Row) -> str:
    """Return what one run takes to finish in time, as a sentence."""
    name, deadline = row["name"][:MOST_NAME], row["deadline"]
    time = f"{significant(deadline['days'])} days"
    if deadline["gpus"] is None:
        return f"{name} cannot be finished in {time}: {deadline['reason']}."
    gpus = f"{count(deadline['gpus']['p95'])} {row['accelerator']}"
    price = "" if deadline["cost_usd"] is None else f", at {money(deadline['cost_usd']['p50'])}"
    return (
        f"{gpus} finish {name} in {time} with 95 %{price}; {count(deadline['gpus']['p50'])} have even odds."
    )


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
        ends = (
            f"{significant(price['p5'])} to {significant(price['p95'])}" if price["p5"] < price["p95"] else ""
        )
        lines.append(["x price", f"{significant(price['p50'])} USD/GPU-hour", ends])
    lines += [_project_line(row, view), _memory_line(row)]
    if row["carbon_tonnes"] is not None:
        carbon = row["carbon_tonnes"]
        ends = f"{significant(carbon['p5'])} to {significant(carbon['p95'])}"
        lines.append(["carbon", f"{significant(carbon['p50'])} t CO2e", ends])
    return f"  how {row['name'][:MOST_NAME]} comes to its hours\n{aligned(lines)}"


def _project_line(row: Row, view: View) -> list[str]:
    """Return what the whole project takes."""
    project = row["project"]
    cost = project["cost_usd"]
    taken = f"{count(project['gpu_hours']['p50'])} GPU-hours" if cost is None else money(cost["p50"])
    return ["with experiments", taken, times_words(view)]


def times_words(view: View) -> str:
    """Return what a project takes over its final run, in words: "1.5 to 5.6 times"."""
    multiple = view["development"]["multiple"]
    low, high = (significant(multiple[end], 2) for end in ("p5", "p95"))
    return f"{low} times" if low == high else f"{low} to {high} times"


def _memory_line(row: Row) -> list[str]:
    """Return how a run is cut, and what it fills."""
    memory, layout = row["memory"], row["memory"]["layout"]
    held = f"{significant(memory['memory_bytes'] / BYTES_PER_GB)} GB"
    if layout is None:
        fewest = memory["fewest_gpus"]
        return ["layout", "does not fit", "" if fewest is None else f"from {count(fewest)} GPUs on"]
    return ["layout", layout_words(layout), f"{significant(memory['total_bytes'] / BYTES_PER_GB)} of {held}"]


def layout_words(layout: Mapping[str, Any]) -> str:
    """Return a layout in words: "tensor 8 x pipeline 4 x data 16"."""
    words = [f"tensor {layout['n_tensor']}", f"pipeline {layout['n_pipeline']}", f"data {layout['n_data']}"]
    experts = f", experts {layout['n_expert']}" if layout["n_expert"] > 1 else ""
    again = ", recomputed" if layout["recompute"] == "full" else ""
    return " x ".join(words) + experts + again


def _deadlines(view: View) -> str:
    """Return the accelerators that finish in time."""
    rows = answered(view)
    if view["deadline_days"] is None or not rows:
        return ""
    lines = [["run", "GPUs, 50 %", "95 %", "USD on these", "stated GPUs in time"]]
    for row in rows[:_MOST_ROWS]:
        deadline = row["deadline"]
        gpus, cost, chance = deadline["gpus"], deadline["cost_usd"], deadline["in_time_share"]
        lines.append(
            [
                row["name"][:MOST_NAME],
                *(["cannot", ""] if gpus is None else [count(gpus["p50"]), count(gpus["p95"])]),
                "" if cost is None else count(cost["p50"]),
                "" if chance is None else percent(chance),
            ]
        )
    return f"  to finish in {significant(view['deadline_days'])} days\n{aligned(lines)}"


def _too_large(view: View) -> list[str]:
    """Return lines on runs that do not fit into the memory of their accelerators."""
    rows = [row for row in answered(view) if not row["memory"]["fits"]]
    lines = [
        f"  does not fit: line {row['line']}, {row['name'][:MOST_NAME]}: {note.removeprefix(_DOES_NOT)}"
        for row in rows[:_MOST_TOO_LARGE]
        for note in row["notes"]
        if note.startswith(_DOES_NOT)
    ]
    more = len(rows) - _MOST_TOO_LARGE
    return [*lines, *([f"  and {more} more do not fit (--json has all)"] if more > 0 else [])]


def _notes(view: View) -> str:
    lines = [*_too_large(view), *row_notes(view)]
    if answered(view):
        low, high = (significant(view["development"][end], 2) for end in ("low_multiple", "high_multiple"))
        lines.append(f"  note: a project took {low} to {high} times its final runs, experiments included")
    return "\n".join(lines)
