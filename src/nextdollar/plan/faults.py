"""From validation errors to faults with a place, a rule, a value, a hint and a literal repair."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nextdollar.errors import Fault, Fix
from nextdollar.plan.quantities.quantity_fields import FAULT_TYPE
from nextdollar.plan.reading.document import Document, KeyPath, path_text

_TAGS = {"name", "parameters", "rate", "dated"}
EXAMPLES = {
    "schema": "nextdollar.scenario/1",
    "title": "Where does a bigger model stop paying off?",
    "horizon": "36 months",
    "discount": "12 %/year",
    "risk": "{level: 95 %}",
    "level": "95 %",
    "accelerator": "H100-SXM",
    "count": "1_000 customers",
    "price": "20 USD/month",
    "churn": "4 %/month",
    "value_of_quality": "{elasticity: {ltv_per_loss: 5 to 15}}",
    "elasticity": "{ltv_per_loss: 5 to 15}",
    "ltv_per_loss": "5 to 15",
    "spearman": "0.3",
    "purchase": "31_000 USD/gpu",
    "life": "4 years",
    "residual": "10 %",
    "utilisation": "80 %",
    "electricity": "0.08 USD/kWh",
    "pue": "1.2",
    "form": "chinchilla",
    "customers": "{everyone: {count: 1_000 customers, price: 20 USD/month, churn: 4 %/month}}",
    "candidates": "{small: {params: 7 B, tokens_per_param: 20}, large: {params: 70 B, tokens_per_param: 20}}",
    "rate": "1.08 USD",
    "on": '"2026-01-31"',
}


def faults_from_validation(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Fault]:
    """Return one fault for each error that validation found."""
    return [_fault(details, document, model) for details in error.errors()]


def fault_at(
    document: Document, path: KeyPath, *, code: str, rule: str, hint: str = "", rewrite: str | None = None,
    on_key: bool = False,
) -> Fault:  # fmt: skip
    """Return a fault at a value (or its key), with a repair that rewrites the spot when one is known."""
    place = document.keys[path] if on_key and path in document.keys else document.place_of(path)
    exact = path in (document.keys if on_key else document.values)
    fix = None
    if rewrite is not None and exact:
        fix = Fix(place.line, place.column, place.end_column, rewrite)
    return Fault(
        code, path_text(path), rule, _shown(document, path, on_key), hint,
        place.file, place.line, place.column, place.end_column, place.source_line, fix,
    )  # fmt: skip


def _shown(document: Document, path: KeyPath, on_key: bool) -> str:
    if on_key or path not in document.values:
        return ""
    value: Any = document.data
    for key in path:
        value = value[key]
    if isinstance(value, dict | list) or value is None:
        return ""
    text = str(value) if not isinstance(value, str) else value
    cut = text if len(text) <= 60 else f"{text[:57]}..."
    return cut if cut.isprintable() else ascii(cut)


def insertion(document: Document, parent: KeyPath, line_text: str) -> Fix | None:
    """Return the repair that adds `key: value` to a mapping of the file, written inline or as a block."""
    inside = [
        path for path in document.keys if len(path) == len(parent) + 1 and path[: len(parent)] == parent
    ]
    if not inside:
        return None
    first = document.keys[inside[0]]
    value_place = document.values.get(parent)
    inline = value_place is not None and value_place.source_line[value_place.column - 1 :][:1] == "{"
    if inline:
        return Fix(first.line, first.column, first.column, f"{line_text}, ")
    return Fix(first.line, 0, 0, " " * (first.column - 1) + line_text)


def _fault(details: ErrorDetails, document: Document, model: type[BaseModel]) -> Fault:
    path = _path_in(document, details["loc"])
    kind, context = details["type"], details.get("ctx", {})
    if kind == FAULT_TYPE:
        return fault_at(
            document, path, code=context["code"], rule=context["rule"],
            hint=context["hint"], rewrite=context["rewrite"],
        )  # fmt: skip
    if kind == "extra_forbidden":
        return _unknown_field(document, path, model)
    if kind == "missing":
        return _missing_field(document, path)
    rule, hint, rewrite = _plain_words(kind, context, details, path)
    return fault_at(document, path, code="ND1150", rule=rule, hint=hint, rewrite=rewrite)


def _path_in(document: Document, loc: Sequence[int | str]) -> KeyPath:
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


def _unknown_field(document: Document, path: KeyPath, model: type[BaseModel]) -> Fault:
    known = fields_at(model, path[:-1])
    close = difflib.get_close_matches(str(path[-1]).lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean `{close[0]}`?" if close else f"fields here: {', '.join(known)}"
    return fault_at(
        document, path, code="ND1160", rule="is not a field", hint=hint,
        rewrite=close[0] if close else None, on_key=True,
    )  # fmt: skip


def _missing_field(document: Document, path: KeyPath) -> Fault:
    name = str(path[-1])
    example = EXAMPLES.get(name, "")
    if name == "today" and isinstance(document.data.get("candidates"), dict) and document.data["candidates"]:
        example = str(next(iter(document.data["candidates"])))
    fix = insertion(document, path[:-1], f"{name}: {example}") if example else None
    parent = path[:-1]
    place = document.keys[parent] if parent in document.keys else document.place_of(parent)
    return Fault(
        "ND1161", path_text(path), "is missing", "", f"for example `{name}: {example}`" if example else "",
        place.file, place.line, place.column, place.end_column, place.source_line, fix,
    )  # fmt: skip


def fields_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the field names that the scenario knows at a path."""
    here: Any = model
    for step in path:
        here = _step_into(here, step)
        if here is None:
            return []
    return [field.alias or name for name, field in here.model_fields.items()]


def _step_into(model: Any, step: int | str) -> Any:
    for name, field in model.model_fields.items():
        if (field.alias or name) == step:
            return _model_in(field.annotation)
    # A mapping of named things (customers, candidates): the name leads to the things' model.
    return model if isinstance(step, str) else None


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    origin = getattr(annotation, "__origin__", None)
    return _model_in(origin) if origin not in (None, annotation) and not isinstance(origin, str) else None


def _plain_words(
    kind: str, context: Mapping[str, Any], details: ErrorDetails, path: KeyPath
) -> tuple[str, str, str | None]:
    """Return rule, hint and rewrite for an error that pydantic itself found."""
    value = details["input"]
    if kind == "literal_error":
        allowed = str(context["expected"])
        words = [word.strip("' ") for word in allowed.replace(" or ", ", ").split(",")]
        close = difflib.get_close_matches(str(value), words, n=1, cutoff=0.3)
        only = close[0] if close else words[0] if len(words) == 1 else None
        return f"must be {allowed}", f"did you mean `{only}`?" if only else "", only
    if kind in ("string_type", "int_type", "float_type", "bool_type"):
        word = {"string_type": "text", "int_type": "a whole number", "float_type": "a number"}.get(
            kind, "true or false"
        )
        rewrite = None
        if kind == "string_type" and isinstance(value, int | float):
            rewrite = f'"{value}"'
        if kind == "int_type" and isinstance(value, float) and value == int(value):
            rewrite = str(int(value))
        if (
            kind == "int_type"
            and isinstance(value, str)
            and value.replace(",", "").replace(" ", "").isdigit()
        ):
            rewrite = value.replace(",", "").replace(" ", "")
        return f"must be {word}", "", rewrite
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        name = str(path[-1]) if path else "the scenario"
        example = EXAMPLES.get(name)
        return "must hold named fields", f"for example `{name}: {example}`" if example else "", example
    if kind == "list_type":
        return "must be a list", "", None
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        return _bound_words(kind, context)
    if kind == "string_pattern_mismatch":
        return "must be a name of up to 60 characters without . [ ] = or a leading space", "", None
    if kind in ("too_short", "string_too_short"):
        least = context.get("min_length", 1)
        return f"must hold at least {least} {'entry' if least == 1 else 'entries'}", "", None
    if kind in ("too_long", "string_too_long"):
        return f"must hold at most {context.get('max_length')} entries", "", None
    return f"is not what is expected: {details['msg'].lower()}", "", None


def _bound_words(kind: str, context: Mapping[str, Any]) -> tuple[str, str, str | None]:
    words = {
        "greater_than_equal": ("at least", "ge"),
        "less_than_equal": ("at most", "le"),
        "greater_than": ("above", "gt"),
        "less_than": ("below", "lt"),
    }
    word, key = words[kind]
    bound = context[key]
    rewrite = str(bound) if kind.endswith("_equal") else None
    return f"must be {word} {bound}", "", rewrite
