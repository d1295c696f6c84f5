"""How a scenario was read, as one object and as text."""

from __future__ import annotations

from typing import Any

from nextdollar.plan.inputs import correlations_of, inputs_of
from nextdollar.plan.load import LoadedScenario
from nextdollar.plan.named_input import Input

CHECK_SCHEMA = "nextdollar.check/1.0"


def check_view(loaded: LoadedScenario) -> dict[str, Any]:
    """Return every input with its reading, and what was noticed on the way."""
    scenario = loaded.scenario
    correlations = correlations_of(scenario)
    repair = 0.0 if correlations is None else correlations.repair_distance
    return {
        "schema": CHECK_SCHEMA,
        "file": loaded.document.file,
        "title": scenario.title,
        "is_valid": True,
        "candidates": list(scenario.candidates),
        "today": scenario.today,
        "inputs": [_row(loaded, item) for item in inputs_of(scenario).values()],
        "correlation_repair": repair,
        "files": [{"file": file, "sha256": digest} for file, digest in loaded.document.files],
    }


def _row(loaded: LoadedScenario, item: Input) -> dict[str, Any]:
    quantity = item.quantity
    path = tuple(item.name.split("."))
    place = loaded.document.values.get(path)
    comment = loaded.document.comments.get(path, "")
    return {
        "name": item.name,
        "written": quantity.text,
        "unit": quantity.unit_text,
        "reading": quantity.reading(),
        "is_uncertain": quantity.is_uncertain,
        "p5": quantity.inner_quantile(0.05),
        "p50": quantity.inner_quantile(0.50),
        "p95": quantity.inner_quantile(0.95),
        "inner_unit": quantity.kind.inner,
        "origin": item.origin,
        "line": 0 if place is None else place.line,
        "file": "" if place is None else place.file,
        "source": item.source,
        "grade": item.grade,
        "note": item.note or comment,
    }


def check_text(view: dict[str, Any], next_command: str) -> str:
    """Return the readings for people: what is uncertain first, then what was supplied, then the rest."""
    uncertain = [row for row in view["inputs"] if row["is_uncertain"] and row["origin"] == "stated"]
    supplied = [row for row in view["inputs"] if row["origin"] == "default"]
    certain = [row for row in view["inputs"] if not row["is_uncertain"] and row["origin"] == "stated"]
    lines = [f"{view['file']} is valid: {len(view['inputs'])} inputs, {len(uncertain)} of them uncertain."]
    for title, rows in (
        ("Uncertain, and how each range was read", uncertain),
        ("Not stated, so supplied", supplied),
        ("Certain", certain),
    ):
        if rows:
            lines += ["", f"  {title}:", *_rows(rows)]
    if view["correlation_repair"] > 0:
        lines += [
            "",
            f"  note: the correlations contradict each other; the nearest possible ones, at most "
            f"{view['correlation_repair']:.3f} away, are used",
        ]
    return "\n".join([*lines, "", f"next: {next_command}"])


def _rows(rows: list[dict[str, Any]]) -> list[str]:
    width = max(len(row["name"]) for row in rows)
    lines = []
    for row in rows:
        written = row["written"] if row["unit"] in row["written"] else f"{row['written']} {row['unit']}"
        text = f"    {row['name']:<{width}}  {written}"
        if row["is_uncertain"]:
            text += f" = {row['reading']}"
        if row["origin"] == "default":
            text += f"   [grade {row['grade']}: {row['source']}]"
        lines.append(text)
    return lines
