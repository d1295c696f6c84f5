"""An explanation as one object and as text."""

from __future__ import annotations

from typing import Any

from nextdollar.plan.explanation import Explanation
from nextdollar.plan.named_input import Input
from nextdollar.plan.provenance import law_sources
from nextdollar.plan.words import percent
from nextdollar.report.plan_text import figure_words
from nextdollar.report.view import plan_view

EXPLAIN_SCHEMA = "nextdollar.explain/1.0"


def explain_view(found: Explanation) -> dict[str, Any]:
    """Return an explanation as plain data."""
    meaning, stated = found.meaning, found.stated
    return {
        "schema": EXPLAIN_SCHEMA,
        "figure": ".".join(found.path),
        "value": None if meaning is None else value_at(plan_view(found.evaluation), found.path),
        "unit": meaning.unit if meaning is not None else "",
        "meaning": meaning.meaning if meaning is not None else "",
        "formula": meaning.formula if meaning is not None else "",
        "input": None if stated is None else _input(stated, found.place),
        "influence": [{"input": name, "share": share} for name, share in found.influence.items()],
        "sources": _sources(found),
    }


def value_at(view: Any, path: tuple[str, ...]) -> Any:
    """Return the value at a path of a view; entries of a list are found by name or position."""
    for step in path:
        if isinstance(view, list):
            named = [entry for entry in view if isinstance(entry, dict) and entry.get("name") == step]
            view = (
                named[0] if named else view[int(step)] if step.isdigit() and int(step) < len(view) else None
            )
        elif isinstance(view, dict):
            view = view.get(step)
        else:
            return None
    return view


def _input(stated: Input, place: str) -> dict[str, Any]:
    quantity = stated.quantity
    return {
        "written": quantity.text,
        "unit": quantity.unit_text,
        "reading": quantity.reading(),
        "p5": quantity.inner_quantile(0.05),
        "p50": quantity.inner_quantile(0.50),
        "p95": quantity.inner_quantile(0.95),
        "inner_unit": quantity.kind.inner,
        "origin": stated.origin,
        "place": place,
        "source": stated.source or "your assumption",
        "grade": stated.grade,
        "note": stated.note,
    }


def _sources(found: Explanation) -> list[str]:
    if found.stated is not None:
        return [found.stated.source or f"your assumption, {found.place}"]
    named = found.meaning.source if found.meaning is not None else ""
    if named == "law":
        sources = [str(source) for source in law_sources(found.evaluation.scenario)]
        return sources or ["the law as stated in the scenario"]
    if named == "scenario":
        return [f"stated in {found.evaluation.file}"]
    return [named or "arithmetic"]


def explain_text(view: dict[str, Any], next_command: str) -> str:
    """Return an explanation for people."""
    lines = [f"{view['figure']}"]
    stated = view["input"]
    if stated is not None:
        lines += [
            "",
            f"  written    {stated['written']}",
            f"  read as    {stated['reading']}",
            f"  stated in  {stated['place'] or 'a default of the catalogue'}",
            f"  source     {stated['source']}{', grade ' + stated['grade'] if stated['grade'] else ''}",
        ]
        if stated["note"]:
            lines.append(f"  note       {stated['note']}")
    else:
        lines += [
            "",
            f"  value      {figure_words(view['value'], view['unit'])}",
            f"  meaning    {view['meaning']}",
            f"  formula    {view['formula'] or 'none'}",
        ]
        moved = [item for item in view["influence"] if item["share"] >= 0.005]
        for index, item in enumerate(moved):
            lines.append(
                f"  {'driven by ' if index == 0 else '          '} {item['input']}  {percent(item['share'])}"
            )
        lines.append(f"  source     {'; '.join(view['sources'])}")
    return "\n".join([*lines, "", f"next: {next_command}"])
