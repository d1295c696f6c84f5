"""From validation errors to faults with a place, a rule, a value, a hint and a literal repair."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nextdollar.errors import Fault, Fix
from nextdollar.plan.field_words import EXAMPLES, fields_at, home_of, likely_field
from nextdollar.plan.quantities.quantity_fields import FAULT_TYPE
from nextdollar.plan.quantities.refusal import QuantityError
from nextdollar.plan.reading.document import Document, KeyPath, path_text
from nextdollar.plan.reading.printable import printable
from nextdollar.plan.reading.settings import SETTING_FILE
from nextdollar.plan.repairs import for_reader, insertion, left_out, renamed, rewritten, value_at
from nextdollar.plan.validation_words import words_of

_TAGS = {"name", "parameters", "runs", "rate", "dated"}
_MOST_CHARACTERS_SHOWN = 60
_MOST_FIELDS_LISTED = 12
_NOT_IN_A_NAME = re.compile(r"[.\[\]=\x00-\x1f\x7f]+")


def faults_from_validation(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Fault]:
    """Return one fault for each error that validation found.

    A field that is missing because its name is misspelt is one fault, not two.
    """
    details = error.errors()
    unknown = {path: _meant(document, path, model) for path in _paths(details, "extra_forbidden", document)}
    taken = {(*path[:-1], name) for path, name in unknown.items() if name}
    found = []
    for item in details:
        path = _path_in(document, item["loc"])
        if item["type"] == "missing" and path in taken:
            continue
        found.append(_fault(item, path, document, model))
    return found


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults in the order of the file, each once; of equal repairs only the first is kept."""
    unique = {(fault.code, fault.where, fault.line, fault.column, fault.rule): fault for fault in faults}
    repairs: set[tuple[str, Fix | None]] = set()
    ordered = []
    for fault in sorted(unique.values(), key=lambda fault: (fault.file, fault.line, fault.column)):
        repair = (fault.file, fault.fix)
        ordered.append(replace(fault, fix=None) if repair in repairs else fault)
        repairs.add(repair)
    return ordered


def _paths(details: Iterable[ErrorDetails], kind: str, document: Document) -> list[KeyPath]:
    return [_path_in(document, item["loc"]) for item in details if item["type"] == kind]


def fault_at(
    document: Document, path: KeyPath, *, code: str, rule: str, hint: str = "", fix: Fix | None = None,
    on_key: bool = False,
) -> Fault:  # fmt: skip
    """Return a fault at a value (or its key); a repair in another file than the fault is dropped."""
    place = document.keys[path] if on_key and path in document.keys else document.place_of(path)
    if fix is not None and fix.column == 0 and place.file != document.values[()].file:
        # Lines are added to the scenario itself, and the reader looks at another file.
        fix = None
    return Fault(
        code, path_text(path), rule, _shown(document, path, on_key), hint,
        place.file, place.line, place.column, place.end_column, place.source_line,
        for_reader(document, fix, place),
    )  # fmt: skip


def _shown(document: Document, path: KeyPath, on_key: bool) -> str:
    if on_key or path not in document.values:
        return ""
    value: Any = value_at(document, path)
    if isinstance(value, dict | list) or value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else _digits_of(value)
    if len(text) > _MOST_CHARACTERS_SHOWN:
        text = f"{text[: _MOST_CHARACTERS_SHOWN - 3]}..."
    return printable(text)


def _digits_of(value: str | int | float) -> str:
    try:
        return str(value)
    except ValueError:
        return "a number of too many digits"


def _fault(details: ErrorDetails, path: KeyPath, document: Document, model: type[BaseModel]) -> Fault:
    kind, context = details["type"], details.get("ctx", {})
    if kind == FAULT_TYPE:
        return _refused_quantity(document, path, context["refusal"])
    if kind == "extra_forbidden":
        return _unknown_field(document, path, model)
    if kind == "missing":
        return _missing_field(document, path)
    if "[key]" in details["loc"]:
        return _unusable_name(document, path)
    return _plain_fault(details, path, document)


def _path_in(document: Document, loc: tuple[int | str, ...]) -> KeyPath:
    path: list[int | str] = []
    value: Any = document.data
    for step in loc:
        if step == "[key]":
            break
        present = (isinstance(value, dict) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        )
        if not present and step in _TAGS:
            continue
        path.append(step)
        value = value[step] if present else None
    return tuple(path)


def _refused_quantity(document: Document, path: KeyPath, error: QuantityError) -> Fault:
    spot = (*path, *error.below)
    fix: Fix | None = None
    if error.add_line:
        fix = _added_line(document, path, error)
    elif error.on_key and error.rewrite is not None:
        fix = renamed(document, spot, error.rewrite)
    elif error.rewrite is not None:
        fix = rewritten(document, spot, error.rewrite, as_is=error.rewrite.startswith(('"', "{")))
    elif path in document.values and value_at(document, path) is None:
        fix = _example(document, path)
    return fault_at(
        document, spot, code=error.code, rule=error.rule, hint=error.hint, fix=fix, on_key=error.on_key
    )


def _added_line(document: Document, path: KeyPath, error: QuantityError) -> Fix | None:
    if error.add_to == "here":
        return insertion(document, path, error.add_line)
    stated = document.keys.get(("exchange",))
    if stated is not None:
        code = error.add_line.partition(":")[0]
        is_free = ("exchange", code) not in document.keys and stated.file == document.place_of(path).file
        return insertion(document, ("exchange",), error.add_line) if is_free else None
    return insertion(document, (), f"exchange: {{{error.add_line}}}")


def _example(document: Document, path: KeyPath) -> Fix | None:
    text = example_of(document, str(path[-1])) if path else ""
    return rewritten(document, path, text, as_is=True) if text else None


def example_of(document: Document, name: str) -> str:
    """Return what a field could hold: of `today` the first candidate, else a usual value."""
    candidates = document.data.get("candidates")
    if name == "today" and isinstance(candidates, dict) and candidates:
        return str(next(iter(candidates)))
    return EXAMPLES.get(name, "")


def _meant(document: Document, path: KeyPath, model: type[BaseModel]) -> str:
    """Return the field that an unknown name most likely means and that does not stand beside it."""
    known = fields_at(model, path[:-1], value_at(document, path[:-1]))
    if document.keys[path].file == SETTING_FILE:
        # A setting that replaces a line of the file has its name.
        return likely_field(str(path[-1]), known)
    free = [field for field in known if (*path[:-1], field) not in document.keys]
    return likely_field(str(path[-1]), free)


def _unknown_field(document: Document, path: KeyPath, model: type[BaseModel]) -> Fault:
    known, name = fields_at(model, path[:-1], value_at(document, path[:-1])), str(path[-1])
    meant, home = _meant(document, path, model), home_of(name, model)
    if meant:
        is_setting = document.keys[path].file == SETTING_FILE
        hint, fix = f"did you mean `{meant}`?", renamed(document, path, meant, may_replace=is_setting)
    else:
        hint = f"fields here: {', '.join(known[:_MOST_FIELDS_LISTED])}"
        hint = f"a field of {home}" if home and name not in known else hint
        fix = left_out(document, path)
    return fault_at(document, path, code="ND1160", rule="is not a field", hint=hint, fix=fix, on_key=True)


def _missing_field(document: Document, path: KeyPath) -> Fault:
    name, parent = str(path[-1]), path[:-1]
    example = example_of(document, name)
    line = f"{name}: {example}"
    hint = f"for example `{line}`" if example else "this field has no default"
    fix = insertion(document, parent, line) if example else None
    named = _misspelt_name_of_a_setting(document, parent)
    if named:
        hint, fix = f"did you mean `{named}`?", renamed(document, parent, named, may_replace=True)
    fault = fault_at(document, parent, code="ND1161", rule="is missing", hint=hint, fix=fix, on_key=True)
    return replace(fault, where=path_text(path))


def _misspelt_name_of_a_setting(document: Document, path: KeyPath) -> str:
    """Return the name in the file that a setting most likely means where it makes a new one of its own."""
    place = document.keys.get(path)
    if place is None or place.file != SETTING_FILE:
        return ""
    stated = value_at(document, path[:-1])
    others = [str(name) for name in stated if name != path[-1]] if isinstance(stated, dict) else []
    close = difflib.get_close_matches(str(path[-1]), others, n=1, cutoff=0.7)
    return close[0] if close else ""


def _unusable_name(document: Document, path: KeyPath) -> Fault:
    cleaned = _NOT_IN_A_NAME.sub("-", str(path[-1])).strip(" -")[:60]
    rule = "must be a name of 1 to 60 characters without . [ ] ="
    hint = "these characters part the names of a path, as in customers.pro.churn"
    fix = renamed(document, path, cleaned) if cleaned else None
    return fault_at(document, path, code="ND1150", rule=rule, hint=hint, fix=fix, on_key=True)


def _plain_fault(details: ErrorDetails, path: KeyPath, document: Document) -> Fault:
    name = str(path[-1]) if path else ""
    words = words_of(details, name)
    fix = None
    if words.line:
        fix = insertion(document, path, words.line)
    elif words.rewrite is not None:
        fix = rewritten(document, path, words.rewrite, as_is=words.as_is)
    elif details["input"] is None:
        fix = _example(document, path)
    if path == ("today",) and details["type"] == "string_type" and words.rewrite is not None:
        # A number in quotes would be text, and still no candidate.
        stated = document.data.get("candidates")
        is_named = isinstance(stated, dict) and str(details["input"]) in stated
        fix = fix if is_named else _example(document, path)
    example = example_of(document, name)
    hint = words.hint or (f"for example `{name}: {example}`" if example else "see `nextdollar init`")
    return fault_at(document, path, code="ND1150", rule=words.rule, hint=hint, fix=fix)
