"""Forecasts for the terminal: the answer first, then a line for each target, then what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import count, significant
from nextdollar.report.plan_text import aligned
from nextdollar.report.research import forecast_findings as findings
from nextdollar.report.research.envelope import View, run_words
from nextdollar.report.research.words import loss_with_range

_EDGE = 0.05
_MOST_ROWS, _MOST_FLAGS, _MOST_REASONS = 30, 4, 3


def forecast_text(view: View, *, next_command: str) -> str:
    """Return forecasts for people to read."""
    runs = f"{view['n_runs']} of {view['n_rows']} rows, {view['n_clusters']} separate runs"
    blocks = [
        f"{findings.headline(view)}\n{run_words(view)}: {runs}",
        _table(view),
        _cannot_say(view),
        _happened(view),
        _notes(view),
    ]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _table(view: View) -> str:
    has_loss = any(row["observed_loss"] is not None for row in view["rows"])
    is_named = findings.are_named(view)
    sizes = ["params", "tokens"] if is_named else []
    head = ["target", *sizes, "loss", "50 %", "90 %", "decades beyond"]
    head += [view["metric"], "90 %"] * (view["metric"] is not None) + ["happened"] * has_loss
    rows = [head]
    for row in view["rows"][:_MOST_ROWS]:
        sizes = [count(row["params"]), count(row["tokens"])] if is_named else []
        cells = [row["name"][:40], *sizes, *_loss(row), _beyond(row)]
        cells += _metric(row) if view["metric"] is not None else []
        cells += [_observed(row)] if has_loss else []
        rows.append(cells)
    more = len(view["rows"]) - _MOST_ROWS
    lines = [aligned(rows), "  loss in nats per token; 50 % and 90 % are the ranges that hold so many runs"]
    return "\n".join([*lines, *([f"  and {more} more targets (--json has all)"] if more > 0 else [])])


def _loss(row: Mapping[str, Any]) -> tuple[str, str, str]:
    if row["cannot_say"]:
        return "cannot say", "", ""
    loss = row["loss"]
    middle, wide = loss_with_range(loss["p50"], loss["p5"], loss["p95"])
    _, narrow = loss_with_range(loss["p50"], loss["p25"], loss["p75"])
    return middle, narrow, wide


def _beyond(row: Mapping[str, Any]) -> str:
    if row["distance"] < _EDGE:
        return "inside" if row["distance"] <= 0 else "at the edge"
    return significant(row["distance"], 2)


def _metric(row: Mapping[str, Any]) -> list[str]:
    if row["metric_cannot_say"]:
        return ["cannot say", ""]
    figure = row["metric"]
    return [significant(figure["p50"]), f"{significant(figure['p5'])} to {significant(figure['p95'])}"]


def _observed(row: Mapping[str, Any]) -> str:
    loss = row["observed_loss"]
    if loss is None:
        return ""
    inside = row["cannot_say"] or row["loss"]["p5"] <= loss <= row["loss"]["p95"]
    return f"{loss:.2f}{'' if inside else ' outside'}"


def _cannot_say(view: View) -> str:
    unsure = [row for row in view["rows"] if row["cannot_say"]]
    lines = [f"  cannot say: {findings.why_not(view, row)}" for row in unsure[:_MOST_REASONS]]
    if len(unsure) > _MOST_REASONS:
        lines.append(f"  and of {len(unsure) - _MOST_REASONS} more targets, for the same reason")
    if unsure:
        lines.append(f"  {findings.what_would_help(view)}")
    return "\n".join(lines)


def _happened(view: View) -> str:
    words = findings.happened_words(view)
    return f"  {words}" if words else ""


def _notes(view: View) -> str:
    lines = [f"  metric: {doubt}" for doubt in view["metric_doubts"]]
    for flag in view["flagged"][:_MOST_FLAGS]:
        place = f"line {flag['row']}: " if flag["row"] else ""
        lines.append(f"  flag: {place}{flag['words']}; {flag['action']}")
    more = len(view["flagged"]) - _MOST_FLAGS
    if more > 0:
        lines.append(f"  and {more} more flags (--json has all)")
    return "\n".join([*lines, *(f"  note: {warning}" for warning in view["warnings"])])
