"""What stands in a scenario where a quantity belongs, taken apart: numbers, unit, limits and source."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.errors import DomainError
from nextdollar.plan.quantities.distribution_words import (
    DISTRIBUTION_NAMES,
    distribution_from_mapping,
    distribution_from_words,
    mended_words,
    share_of,
)
from nextdollar.plan.quantities.notation import NotationError, Written, finite_number, read_notation
from nextdollar.plan.quantities.refusal import QuantityError, Spot
from nextdollar.plan.quantities.slips import unreadable
from nextdollar.uncertainty import Constant, Distribution, Truncated

_FIELDS = ("value", "unit", "min", "max", "source", "why")


@dataclass(frozen=True, slots=True)
class Stated:
    """What stands in a scenario, taken apart; `spot` and `unit_spot` say in which part of a mapping."""

    distribution: Distribution
    text: str
    unit_text: str = ""
    written: Written | None = None
    spot: Spot = ()
    unit_spot: Spot = ()
    source: str = ""
    why: str = ""


def refuse_share_in_percent(stated: Stated, unit_text: str) -> None:
    """Refuse `beta(4, 96) %`: the distribution is a share already."""
    written = stated.written
    if written is None or written.form not in ("beta", "bernoulli") or "%" not in unit_text:
        return
    rewrite = f"{written.head} {unit_text.replace('%', '')}".strip()
    raise QuantityError(
        "ND1154", "must not carry %", f"{written.head} is a share from 0 to 1 already", rewrite
    )


def stated_in_scalar(raw: object) -> Stated:
    """Take a number or a text apart; QuantityError if it is no quantity."""
    if isinstance(raw, list):
        rewrite = _joined(raw)
        raise QuantityError(
            "ND1151", "must be a number or a range, not a list", "a range is written `8 to 12`", rewrite
        )
    if isinstance(raw, bool) or raw is None or not isinstance(raw, int | float | str):
        rule = "must not be empty" if raw is None else "must be a number or a range"
        hint = "for example 10, or 8 to 12, with its unit"
        raise QuantityError("ND1151", rule, hint)
    text = raw if isinstance(raw, str) else f"{raw!r}"
    if not text.strip():
        raise QuantityError("ND1152", "must not be empty", "a number with its unit, or a range: 8 to 12 %")
    try:
        written = (
            read_notation(text)
            if isinstance(raw, str)
            else Written("number", (finite_number(text),), (), "", text)
        )
    except NotationError as error:
        found = unreadable(text, error)
        raise QuantityError("ND1152", found.rule, found.hint, found.rewrite) from None
    return Stated(_distribution(written), text, written.unit, written)


def _distribution(written: Written) -> Distribution:
    code = "ND1152" if written.form in ("number", "range") else "ND1154"
    suffix = f" {written.unit}" if written.unit else ""
    try:
        return distribution_from_words(written)
    except NotationError as error:
        rewrite = None if error.rewrite is None else f"{error.rewrite}{suffix}"
        raise QuantityError(code, error.rule, error.hint, rewrite) from None
    except DomainError as error:
        words = mended_words(written)
        hint = f"for example {words}" if words else "check its numbers"
        rule = _impossible(error)
        raise QuantityError("ND1154", rule, hint, f"{words}{suffix}" if words else None) from None


def _impossible(error: DomainError) -> str:
    """Return the rule of a domain without the value, which is shown beside it."""
    return f"has impossible numbers: {str(error).rpartition(', got ')[0]}"


def _joined(raw: list[object]) -> str | None:
    parts = [str(part) for part in raw if isinstance(part, int | float | str) and not isinstance(part, bool)]
    if len(parts) != len(raw) or len(parts) not in (2, 3):
        return None
    return " to ".join(parts) if len(parts) == 2 else f"pert({', '.join(parts)})"


def stated_in_mapping(raw: Mapping[object, object]) -> Stated:
    """Take a quantity in braces apart; QuantityError, with the part that is meant, if it is none."""
    unit, source, why = (_words(raw, key) for key in ("unit", "source", "why"))
    named = [str(key) for key in raw if key not in _FIELDS]
    if "value" in raw and not named:
        try:
            inner = stated_in_scalar(raw["value"])
        except QuantityError as error:
            raise error.at(("value",)) from None
        if inner.unit_text and unit and inner.unit_text != unit:
            rule = f"has two units, {inner.unit_text!r} and {unit!r}"
            hint = "the unit stands behind the value, or under `unit`"
            raise QuantityError("ND1155", rule, hint, inner.unit_text, below=("unit",))
        unit_spot = ("unit",) if unit else ("value",)
        return Stated(
            inner.distribution, inner.text, inner.unit_text or unit, inner.written, ("value",), unit_spot,
            source, why,
        )  # fmt: skip
    if len(named) != 1 or "value" in raw or named[0] not in DISTRIBUTION_NAMES:
        raise _unknown_part(raw, named)
    name = named[0]
    try:
        distribution = distribution_from_mapping(name, raw[name])
    except NotationError as error:
        raise QuantityError("ND1154", error.rule, error.hint, below=(name,)) from None
    except DomainError as error:
        rising = _rising(raw[name]) if name == "quantiles" else {}
        text = f"{{{', '.join(f'{key}: {value}' for key, value in rising.items())}}}" if rising else None
        hint = "higher shares have higher values" if rising else "check its numbers"
        raise QuantityError(
            "ND1154", _impossible(error), hint, text, below=(name,), replacement=rising or None
        ) from None  # fmt: skip
    return Stated(
        distribution, f"{name} {raw[name]}", unit, None, (name,), ("unit",) if unit else (), source, why
    )


def _rising(body: object) -> dict[str, object]:
    """Return quantiles with their values in rising order, for a proposal; empty if they are not numbers."""
    if not isinstance(body, Mapping) or not all(type(value) in (int, float) for value in body.values()):
        return {}
    try:
        shares = sorted((share_of(key), str(key)) for key in body)
    except NotationError:
        return {}
    return dict(zip([key for _, key in shares], sorted(body.values()), strict=True))


def _unknown_part(raw: Mapping[object, object], named: list[str]) -> QuantityError:
    """Return the refusal of a mapping with a name too many, or without anything that gives a number."""
    hint = "for example {value: 8 to 12 %, source: our survey}"
    if not named:
        return QuantityError("ND1153", "must give a `value` or one distribution by name", hint)
    known = _FIELDS if "value" in raw else (*DISTRIBUTION_NAMES, *_FIELDS)
    name = next((name for name in named if name not in DISTRIBUTION_NAMES), named[-1])
    close = difflib.get_close_matches(name.lower(), known, n=1)
    if close:
        hint = f"did you mean `{close[0]}`?"
    rule = "is not a field of a quantity" if "value" in raw else "is neither a field nor a distribution"
    rewrite = close[0] if close else None
    return QuantityError("ND1153", rule, hint, rewrite, below=(name,), on_key=True)


def _words(raw: Mapping[object, object], key: str) -> str:
    value = raw.get(key, "")
    if isinstance(value, str):
        return value
    rewrite = f'"{value}"' if isinstance(value, int | float) and not isinstance(value, bool) else None
    raise QuantityError("ND1153", "must be text", "put it in quotes", rewrite, below=(key,))


def within_limits(distribution: Distribution, raw: Mapping[object, object], unit_text: str) -> Distribution:
    """Cut a distribution to `min` and `max`, which are in the unit of the value."""
    if raw.get("min") is None and raw.get("max") is None:
        return distribution
    low = _limit(raw, "min", unit_text, -np.inf)
    high = _limit(raw, "max", unit_text, np.inf)
    if not low < high:
        raise QuantityError("ND1157", "must have a `min` below its `max`", "change one of the two")
    if isinstance(distribution, Constant):
        if low <= distribution.value <= high:
            return distribution
        raise QuantityError("ND1157", "must lie between its `min` and `max`", "change one of the three")
    try:
        return Truncated(distribution, low, high)
    except DomainError:
        rule, hint = "must leave something between its `min` and `max`", "they lie beyond the value's tails"
        raise QuantityError("ND1157", rule, hint) from None


def _limit(raw: Mapping[object, object], key: str, unit_text: str, default: float) -> float:
    value = raw.get(key)
    if value is None:
        return default
    text = str(value)
    try:
        written = read_notation(text)
    except NotationError as error:
        found = unreadable(text, error)
        raise QuantityError("ND1152", found.rule, found.hint, found.rewrite, below=(key,)) from None
    if written.form != "number" or isinstance(value, bool):
        raise QuantityError("ND1152", "must be one number", "a hard limit", below=(key,))
    if written.unit not in ("", unit_text):
        rule = f"must be in the unit of the value, {unit_text or 'none'}"
        rewrite = f"{written.head} {unit_text}".strip()
        raise QuantityError("ND1155", rule, "limits are not converted", rewrite, below=(key,))
    return written.numbers[0]
