"""Two scenarios side by side, as one object and as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.comparison import CandidateDifference, Comparison
from nextdollar.plan.words import money
from nextdollar.report.plan_text import aligned, often, spaced
from nextdollar.report.view import plan_view

COMPARE_SCHEMA = "nextdollar.compare/1.0"
_MOST_INPUTS = 12
_SURE_AT_ERRORS = 3.0


def compare_view(found: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data: both plans, the inputs that differ, and what they change."""
    return {
        "schema": COMPARE_SCHEMA,
        "first": plan_view(found.first),
        "second": plan_view(found.second),
        "is_paired": found.is_paired,
        "inputs": [{"name": item.name, "first": item.first, "second": item.second} for item in found.inputs],
        "candidates": [_candidate(item) for item in found.candidates],
    }


def _candidate(item: CandidateDifference) -> dict[str, Any]:
    return {
        "name": item.name,
        "first_npv_usd": item.first_npv_usd,
        "second_npv_usd": item.second_npv_usd,
        "change_usd": item.change_usd,
        "change_standard_error_usd": item.change_standard_error_usd,
        "falls_probability": item.falls_probability,
    }


def compare_text(view: Mapping[str, Any], next_command: str) -> str:
    """Return a comparison for people to read."""
    first, second = view["first"], view["second"]
    files = f"{first['scenario']['file']} and {second['scenario']['file']}"
    run = f"{spaced(first['draws'])} draws, seed {first['seed']}"
    blocks = [f"{_answer(view)}    {files}, {run}", _inputs(view), _candidates(view)]
    if not view["is_paired"]:
        blocks.append("  note: the two were drawn differently, so the error of the change is not known")
    return "\n\n".join([*(block for block in blocks if block), f"next: {next_command}"])


def _answer(view: Mapping[str, Any]) -> str:
    chosen = [_chosen(view[side]["decision"]) for side in ("first", "second")]
    return (
        f"The same verdict: {chosen[0]}."
        if chosen[0] == chosen[1]
        else f"The verdict moves: {chosen[0]}, then {chosen[1]}."
    )


def _chosen(decision: Mapping[str, Any]) -> str:
    if decision["last_worth_funding"] is None:
        return "fund none"
    unsure = "" if decision["is_sure"] else " (but cannot say)"
    return f"fund up to {decision['last_worth_funding']}{unsure}"


def _inputs(view: Mapping[str, Any]) -> str:
    items = view["inputs"]
    if not items:
        return "  No input differs."
    rows = [("input", "first", "second")]
    rows += [
        (item["name"], item["first"] or "not there", item["second"] or "not there")
        for item in items[:_MOST_INPUTS]
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [
        "  " + "   ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    if len(items) > _MOST_INPUTS:
        lines.append(f"  and {len(items) - _MOST_INPUTS} more; --json lists them all")
    return "\n".join(lines)


def _candidates(view: Mapping[str, Any]) -> str:
    items = [item for item in view["candidates"] if not _is_today(view, item["name"])]
    if not items:
        return "  The scenarios share no candidate."
    rows = [("NPV of", "first", "second", "change", "+/-", "falls in", "")]
    for item in items:
        error, falls = item["change_standard_error_usd"], item["falls_probability"]
        rows.append(
            (
                item["name"],
                money(item["first_npv_usd"]),
                money(item["second_npv_usd"]),
                money(item["change_usd"]),
                "" if error is None else money(error, 1),
                "" if falls is None else often(falls),
                _sure(item),
            )
        )
    return aligned(rows)


def _is_today(view: Mapping[str, Any], name: str) -> bool:
    return all(view[side]["scenario"]["today"] == name for side in ("first", "second"))


def _sure(item: Mapping[str, Any]) -> str:
    """Return whether a change is beyond the sampling error."""
    change, error = item["change_usd"], item["change_standard_error_usd"]
    if change == 0:
        return "no change"
    if error is None:
        return ""
    if abs(change) <= _SURE_AT_ERRORS * error:
        return "cannot say"
    return "sure"
