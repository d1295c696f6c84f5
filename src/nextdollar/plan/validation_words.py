"""The errors that validation itself finds, in the words of a scenario: wrong type, bound, word, length."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from nextdollar.plan.field_words import EXAMPLES, MAIN_FIELD, likely_word

_LEAST_WHOLE = {"draws": 128, "seed": 0}
_MOST_WHOLE = {"draws": 4_194_304, "seed": 2**63 - 1}
_MOST_CHARACTERS_READ = 60
_ANOTHER_CANDIDATE = "another: {given: {loss: 1.9 nats, cost: 1 MUSD}}"
_SIGNS_OF_YAML = ",:[]{}#\"'"


@dataclass(frozen=True, slots=True)
class Words:
    """Rule, hint and rewrite for an error that pydantic itself found; `line` is one that is missing."""

    rule: str
    hint: str = ""
    rewrite: str | None = None
    as_is: bool = False
    line: str = ""


def words_of(details: ErrorDetails, name: str) -> Words:
    """Return rule, hint and rewrite for an error in the field `name`."""
    describe = _WORDS_BY_KIND.get(details["type"])
    if describe is None:
        return Words(f"is not what is expected: {details['msg'].lower()}")
    return describe(name, details["input"], details.get("ctx", {}))


def _one_of(name: str, value: object, context: Mapping[str, Any]) -> Words:
    allowed = re.findall(r"'([^']*)'", str(context["expected"]))
    word = likely_word(str(value), allowed) or (allowed[0] if len(allowed) == 1 else "")
    listed = " or ".join(f"`{item}`" for item in allowed)
    hint = f"did you mean `{word}`?" if word and len(allowed) > 1 else "the only one that is known"
    if not word:
        hint = "write it as it stands here"
    return Words(f"must be {listed}", hint, word or None)


def _text(name: str, value: object, context: Mapping[str, Any]) -> Words:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    hint = "in quotes a number is text" if is_number else ""
    return Words("must be text", hint, f'"{value}"' if is_number else None, as_is=True)


def _whole_number(name: str, value: object, context: Mapping[str, Any]) -> Words:
    least, most = _LEAST_WHOLE.get(name, 0), _MOST_WHOLE.get(name, 2**63 - 1)
    number = _number_in(value)
    rewrite = EXAMPLES.get(name) if number is None else str(round(min(max(number, least), most)))
    return Words("must be a whole number", _whole_span(name), rewrite)


def _whole_span(name: str) -> str:
    return f"a whole number from {_LEAST_WHOLE.get(name, 0):_} to {_MOST_WHOLE.get(name, 2**63 - 1):_}"


def _number_in(value: object) -> float | None:
    """Return the number that a value of another type most likely means: "1,000", "30 %", 1e4."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    found = (
        re.fullmatch(r"\s*([-+]?[0-9][0-9_ ,]*(?:\.[0-9]+)?)\s*(%?)\s*", value)
        if isinstance(value, str)
        else None
    )
    if found is None or len(found[1]) > _MOST_CHARACTERS_READ:
        return None
    digits = re.sub(r"[_ ]", "", found[1])
    digits = digits.replace(",", "." if re.fullmatch(r"[-+]?[0-9]+,[0-9]{1,2}", digits) else "")
    return float(digits) / (100 if found[2] else 1)


def _decimal_number(name: str, value: object, context: Mapping[str, Any]) -> Words:
    number = _number_in(value)
    return Words("must be a number", "", None if number is None else f"{number:.10g}")


def _named_fields(name: str, value: object, context: Mapping[str, Any]) -> Words:
    main, text = MAIN_FIELD.get(name), str(value)
    is_plain = isinstance(value, int | float | str) and not isinstance(value, bool)
    is_safe = is_plain and text.isprintable() and not set(text) & set(_SIGNS_OF_YAML)
    if main and is_safe and (name == "hardware" or any(sign.isdigit() for sign in text)):
        rewrite = f"{{{main}: {text}}}"
        if name == "value_of_quality":
            rewrite = f"{{elasticity: {rewrite}}}"
        return Words("must hold named fields", f"for example `{name}: {rewrite}`", rewrite, as_is=True)
    return Words("must hold named fields", "", EXAMPLES.get(name), as_is=True)


def _list(name: str, value: object, context: Mapping[str, Any]) -> Words:
    rewrite = None
    if isinstance(value, str) and "," in value:
        rewrite = f"[{value}]"
    return Words("must be a list", "write its entries in brackets: [first, second]", rewrite, as_is=True)


def _bound(name: str, value: object, context: Mapping[str, Any]) -> Words:
    words = {"ge": "at least", "le": "at most", "gt": "above", "lt": "below"}
    key = next(key for key in words if key in context)
    bound = context[key]
    rewrite: str | None = str(bound)
    hint = ""
    if key in ("gt", "lt"):
        rewrite, hint = None, "how closely two inputs move together, from -1 to 1"
        if isinstance(value, int | float) and math.isfinite(value):
            share = value / 100 if 2 <= abs(value) < 100 else math.copysign(0.99, value)
            rewrite = f"{share:.4g}"
    shown = f"{bound:_}" if isinstance(bound, int) else f"{bound:g}"
    return Words(f"must be {words[key]} {shown}", hint or _whole_span(name), rewrite)


def _too_short(name: str, value: object, context: Mapping[str, Any]) -> Words:
    least = context.get("min_length", 1)
    if isinstance(value, str):
        return Words("must not be empty", "", EXAMPLES.get(name) if name == "title" else None)
    entries = "entry" if least == 1 else "entries"
    hints = {"candidates": "today's model and at least one that could replace it",
             "customers": "at least one segment of paying customers",
             "between": "the names of two inputs, as `nextdollar check` lists them"}  # fmt: skip
    line = _ANOTHER_CANDIDATE if name == "candidates" else ""
    return Words(f"must hold at least {least} {entries}", hints.get(name, ""), line=line)


def _too_long(name: str, value: object, context: Mapping[str, Any]) -> Words:
    most = context.get("max_length")
    if isinstance(value, str):
        return Words(
            f"must have at most {most} characters", "shorten it", f'"{value[: int(most or 0) - 3]}..."'
        )
    return Words(f"must hold at most {most} entries", "leave the rest out")


_WORDS_BY_KIND: dict[str, Callable[[str, object, Mapping[str, Any]], Words]] = {
    "literal_error": _one_of,
    "string_type": _text,
    "int_type": _whole_number,
    "int_parsing_size": _whole_number,
    "float_type": _decimal_number,
    "finite_number": _decimal_number,
    "model_type": _named_fields,
    "dict_type": _named_fields,
    "model_attributes_type": _named_fields,
    "list_type": _list,
    "greater_than_equal": _bound,
    "less_than_equal": _bound,
    "greater_than": _bound,
    "less_than": _bound,
    "too_short": _too_short,
    "string_too_short": _too_short,
    "too_long": _too_long,
    "string_too_long": _too_long,
}
