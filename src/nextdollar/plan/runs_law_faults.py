"""Faults of a table of runs, told at the fields of the scenario that they are about, with their repairs."""

from __future__ import annotations

import os
import re
from dataclasses import replace

from nextdollar.errors import Fault, Fix
from nextdollar.plan.faults import fault_at
from nextdollar.plan.reading.document import Document, KeyPath
from nextdollar.plan.repairs import insertion, renamed, rewritten

_OPTIONS = {"--where": "where", "--family": "family", "--columns": "columns"}
_WHERE_HINT = re.compile(r'--where "(?P<expression>[^"]*)"')
_NEAR_HINT = re.compile("near it: (?P<name>[^,]+)$")
_NAME_HINT = re.compile(r"did you mean (?P<name>\w+)\?")
_MAGNITUDE = re.compile(r"([0-9]) ?([kKmMbBtT])\b")
_ZEROS = {"k": 3, "m": 6, "b": 9, "t": 12}
_COLUMN_HINT = re.compile(r"--columns (?P<role>\w+)=(?P<column>[^\s,]+)")


def placed(fault: Fault, document: Document) -> Fault:
    """Return a fault of the table as it stands, or at the field of the scenario that it is about."""
    if fault.line:
        return fault
    option, _, role = fault.where.partition(" ")
    is_unknown_role = option == "--columns" and not role
    role = role or fault.value.strip('"')
    path: KeyPath = ("law", _OPTIONS.get(option, "fit"), role)
    while path not in document.values and path != ("law", "fit"):
        path = path[:-1] if len(path) > 2 else ("law", "fit")
    rule = fault.rule if not fault.value else f"{fault.rule}, got {fault.value}"
    if fault.where and not fault.where.startswith("--"):
        rule = f"names a table in which {fault.where} {rule}"
    placed = fault_at(
        document, path, code=fault.code, rule=rule, hint=_hint(fault.hint), on_key=is_unknown_role
    )
    return replace(placed, value="", fix=_fix(fault, document, path))


def _hint(hint: str) -> str:
    """Return a hint for the command line as one for a scenario."""
    hint = _WHERE_HINT.sub(lambda found: f'`where: "{found["expression"]}"`', hint)
    return _COLUMN_HINT.sub(lambda found: f"`columns: {{{found['role']}: {found['column']}}}`", hint)


def _fix(fault: Fault, document: Document, path: KeyPath) -> Fix | None:
    """Return the repair that a hint proposes, as a line of the scenario."""
    hint, where = fault.hint, document.data["law"].get("where")
    near, meant = _NEAR_HINT.match(hint), _NAME_HINT.match(hint)
    if near is not None and fault.code == "ND1201":
        name = os.path.join(os.path.dirname(document.data["law"]["fit"]), near["name"])
        return rewritten(document, ("law", "fit"), name)
    if near is not None and fault.code == "ND1222" and path != ("law", "fit"):
        return rewritten(document, path, near["name"])
    if meant is not None and fault.code == "ND1222" and path in document.keys:
        return renamed(document, path, meant["name"])
    if meant is not None and fault.code == "ND1241" and isinstance(where, str):
        wrong = rf"(?<!\w){re.escape(fault.value.strip(chr(34)))}(?!\w)"
        text = re.sub(wrong, meant["name"], where)
        return rewritten(document, ("law", "where"), f'"{text}"', as_is=True) if '"' not in text else None
    if "7e9 instead of 7B" in hint and isinstance(where, str) and '"' not in where:
        text = _MAGNITUDE.sub(lambda found: f"{found[1]}e{_ZEROS[found[2].lower()]}", where)
        return rewritten(document, ("law", "where"), f'"{text}"', as_is=True)
    proposed = _WHERE_HINT.search(hint)
    if proposed is not None:
        text = f'"{proposed["expression"]}"'
        if ("law", "where") in document.values:
            return rewritten(document, ("law", "where"), text, as_is=True)
        return insertion(document, ("law",), f"where: {text}")
    column = _COLUMN_HINT.search(hint)
    if column is None or column["column"] == "COLUMN" or ("law", "columns") in document.values:
        return None
    return insertion(document, ("law",), f"columns: {{{column['role']}: {column['column']}}}")
