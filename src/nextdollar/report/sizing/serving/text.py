"""Estimates of serving for the terminal: the answer first, then a line for each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words
from nextdollar.report.sizing.row_text import MOST_NAME, row_notes

_MOST_ROWS, _MOST_NOTES = 30, 8
_LONGEST_NAME, _MOST_MODEL = 26, 14
_LAST = ("bound by", "fits")

Row = Mapping[str, Any]


def serving_text(view: View, *, next_command: str) -> str:
    """Return estimates for people to read."""
    notes = "\n".join([*_row_notes(view), *row_notes(view)])
    blocks = [f"{headline(view)}\n{run_words(view)}", _table(view), notes]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    rows = answered(view)
    if not rows:
        return "No row can be estimated."
    estimated = f"{len(rows):,} of {len(view['rows']):,} rows estimated"
    with_speed = [row for row in rows if row["out_tok_s_per_gpu"] is not None]
    if not with_speed:
        quickest = min((row for row in rows if row["tpot_ms"]), key=_tpot_ms, default=rows[0])
        return f"{estimated}; {short_name(quickest)} writes fastest, {_times(quickest)}."
    most = max(with_speed, key=lambda row: float(row["out_tok_s_per_gpu"]["p50"]))
    speed = most["out_tok_s_per_gpu"]
    ends = f"{count(speed['p5'])} to {count(speed['p95'])}"
    words = f"{count(speed['p50'])} tokens/s from each GPU ({ends})"
    times = "" if most["tpot_ms"] is None else f", {_times(most)}"
    if len(view["rows"]) == 1:
        return f"{_on_hardware(most)} writes {words}{times}."
    return f"{estimated}; most per GPU, {_on_hardware(most)} writes {words}{times}."


def _tpot_ms(row: Row) -> float:
    return float(row["tpot_ms"]["p50"])


def _times(row: Row) -> str:
    """Return the times of a row in words."""
    if row["tpot_ms"] is None:
        return "the first token alone"
    return f"{significant(row['tpot_ms']['p50'])} ms per token"


def answered(view: View) -> list[Row]:
    """Return the rows that were estimated."""
    return [row for row in view["rows"] if row["layout"] is not None]


def short_name(row: Row) -> str:
    """Return a short name of a row: its own, or what is served on what where that is long."""
    if len(row["name"]) <= _LONGEST_NAME:
        return str(row["name"])
    return f"{_model(row)[:_MOST_MODEL]} {hardware(row).replace(' x ', 'x')}"


def _on_hardware(row: Row) -> str:
    """Return a row with its GPUs, which some short names hold already."""
    name = short_name(row)
    return name if row["accelerator"] in name else f"{name} on {hardware(row)}"


def _described(row: Row) -> str:
    """Return a row's name, or where it has none or a long one what is served to whom."""
    if len(row["name"]) <= MOST_NAME and row["name"] != row["model"]:
        return str(row["name"])
    load = row["load"]
    lengths = f"{load['prompt_tokens']:.0f}+{load['output_tokens']:.0f}"
    requests = "" if load["concurrency"] is None else f" c{load['concurrency']:.0f}"
    return f"{_model(row)[:MOST_NAME]} {row['precision']} {lengths}{requests}"


def _model(row: Row) -> str:
    return str(row["model"]).rpartition("/")[2]


def hardware(row: Row) -> str:
    """Return GPUs of a row: "8 x H100-SXM", of all its instances where their number is known."""
    layout = row["layout"]
    gpus = layout["gpus"] if layout["total_gpus"] is None else layout["total_gpus"]
    return f"{gpus:,.0f} x {row['accelerator']}"


def range_cells(found: Mapping[str, float] | None) -> tuple[str, str]:
    """Return a range as two cells: the median, and its ends."""
    if found is None:
        return "", ""
    ends = f"{_figure(found['p5'], 2)} to {_figure(found['p95'], 2)}"
    return _figure(found["p50"], 3), ends


def _figure(value: float, digits: int) -> str:
    return count(value, digits) if value >= 1e4 else significant(value, digits)


def _table(view: View) -> str:
    rows = answered(view)
    if not rows:
        return ""
    has_times = any(row["mode"] != "offline" for row in rows)
    key = "tpot_ms" if has_times else "out_tok_s_per_gpu"
    has_measured = any(row["reported"][key] is not None for row in rows)
    measured = ["measured"] * has_measured
    times = ["ms/token", "90 %", *measured, "first ms", "90 %"] if has_times else []
    lines = [["row", "GPUs", *times, "tokens/s/GPU", "90 %", *([] if has_times else measured), *_LAST]]
    for row in rows[:_MOST_ROWS]:
        found = row["reported"][key]
        seen = [""] * has_measured if found is None else [_figure(found, 3)]
        shown = [*range_cells(row["tpot_ms"]), *seen, *range_cells(row["ttft_ms"])] if has_times else []
        speed = [*range_cells(row["out_tok_s_per_gpu"]), *([] if has_times else seen)]
        fits = "yes" if row["fits"] else "no"
        lines.append([_described(row), hardware(row), *shown, *speed, row["bound_by"], fits])
    more = len(rows) - _MOST_ROWS
    return "\n".join([aligned(lines), *([f"  and {more:,} more rows (--json has all)"] if more > 0 else [])])


def _row_notes(view: View) -> list[str]:
    """Return what was assumed, row by row where these are few."""
    noted = [(row, note) for row in answered(view) for note in row["notes"]]
    if len(noted) > _MOST_NOTES:
        return []
    return [f"  line {row['line']}, {row['name'][:MOST_NAME]}: {note}" for row, note in noted]
