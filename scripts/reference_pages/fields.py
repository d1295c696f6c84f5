"""What the models say of each field: what it takes, its domain, its default and its meaning."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nextdollar.catalogue.defaults import defaults
from nextdollar.catalogue.quality_priors import quality_prior
from nextdollar.plan.quality_defaults import PRIORS, prior_words
from nextdollar.plan.quality_fields import FORMS
from nextdollar.plan.quantities.kinds import Kind
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.plan.quantities.quantity_fields import QuantityOf
from nextdollar.plan.scenario import Name
from reference_pages.markdown import code, listed

NAME_WORDS = "1 to 60 characters; no blank in front, none of `. [ ] =`"
TEXT = ("text", "")

# Fields whose model gives no description of its own.
MEANINGS = {
    "schema": "which version of this format the file is written in",
    "title": "one line that says what is asked; the heading of the report",
    "purpose": "what the plan is for, in a word or two",
    "currency": "the currency of all results",
    "exchange": "what one unit of another currency is worth in USD, by its code: `{EUR: 1.08 USD}`",
    "exchange.CODE.rate": "what one unit is worth in USD",
    "exchange.CODE.source": "where the rate is from",
    "risk": "how bad outcomes are measured, and how much of them is bearable",
    "law.A": "scale of the part of the loss that falls with size",
    "law.alpha": "how fast that part falls",
    "law.B": "scale of the part that falls with data",
    "law.beta": "how fast that part falls",
    "law.Nc": "Kaplan's scale of parameters",
    "law.Dc": "Kaplan's scale of tokens",
    "law.alpha_params": "Kaplan's exponent of parameters",
    "law.alpha_tokens": "Kaplan's exponent of tokens",
    "law.source": "where the coefficients are from",
    "candidates": "the models that could run, by name; today's is one of them",
    "customers": "groups of customers who pay, leave and use alike, by name",
    "value_of_quality": "how a better model becomes money",
    "value_of_quality.elasticity": "value that follows the relative fall of the loss",
    "correlations": "rank correlations between uncertain inputs",
    "correlations[].between": "the paths of two uncertain inputs",
    "correlations[].spearman": "their rank correlation",
    "simulation": "how many draws, from which seed",
    "simulation.draws": "number of draws, rounded up to a power of two",
    "simulation.seed": "the same seed gives the same draws",
}
# What stands in for a field that is left out, where that is worked out and not written down anywhere.
SUPPLIED = {
    "hardware.mfu": "training takes what published runs of its kind took",
    "hardware.serving_mfu": "worked out from `serving`",
    "hardware.serving.precision": "fp8 where the accelerator has it, else bf16",
    "hardware.serving.first_token": "any",
    "hardware.development": "1: the final run alone",
    "hardware.price": "list prices of the catalogue for this accelerator, where it has any",
    "candidates.NAME.launch": "the deadline where training is derived from hardware, else at once",
    **{f"value_of_quality.{form}": "one of the five must stand" for form in FORMS},
    **{
        f"value_of_quality.{form}.{field}": f"`{prior_words(prior)}` (grade {prior.grade})"
        for form, rows in PRIORS.items()
        for field, prior in ((field, quality_prior(row)) for field, row in rows.items())
    },
}
# The model writes the key of a mapping, the pages write what it stands for.
_KEYS = {"exchange": "CODE", "candidates": "NAME", "customers": "NAME", "law.columns": "ROLE"}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field as a line of a table."""

    path: str
    unit: str
    domain: str
    default: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Section:
    """One model: the path it stands at, what it is, and its fields."""

    path: str
    summary: str
    rows: tuple[FieldRow, ...]


def sections(model: type[BaseModel], path: str = "") -> Iterator[Section]:
    """Yield a model and those inside it, in the order of the file."""
    hints = get_type_hints(model, include_extras=True)
    rows, inner = [], []
    for name, field in model.model_fields.items():
        under = f"{path}.{field.alias or name}".lstrip(".")
        unit, domain, found = _taken(hints[name], under)
        outer = _bounds(tuple(field.metadata), unit)
        domain = "; ".join(dict.fromkeys(filter(None, (outer, domain))))
        rows.append(FieldRow(under, unit, domain, _default(field, under), _meaning(field, under)))
        inner += found
    yield Section(path, (model.__doc__ or "").partition("\n")[0], tuple(rows))
    for found_model, found_path in inner:
        yield from sections(found_model, found_path)


def used_kinds(model: type[BaseModel]) -> dict[str, Kind]:
    """Return the kinds of the fields of a model and those inside it, by name and domain."""
    found: dict[str, Kind] = {}
    for hint in get_type_hints(model, include_extras=True).values():
        for part in _parts(hint):
            kind = _kind(part)
            if kind is not None:
                found.setdefault(f"{kind.name}, {domain_words(kind)}", kind)
            elif _is_model(part):
                found |= used_kinds(part)
    return found


def domain_words(kind: Kind) -> str:
    """Return the domain of a kind in the unit that a reader would write."""
    text = kind.plain_unit if kind.plain_unit is not None else kind.usual_unit
    unit = kind.unit(text)
    if unit is None:
        raise ValueError(f"{kind.name} does not take its own usual unit {text!r}")
    return kind.domain_words(text, unit)


def written_units(kind: Kind) -> str:
    """Return the units of a kind as they are written."""
    units = listed(unit for unit in kind.units if unit)
    if not units:
        return "a plain number"
    return units + (", or K, M, B, T of it" if kind.magnitudes else "")


def _taken(hint: Any, path: str) -> tuple[str, str, list[tuple[type[BaseModel], str]]]:
    """Return unit and domain of a field, and the models inside it with their paths."""
    plain = _without_none(hint)
    kind = _kind(plain)
    if kind is not None:
        return written_units(kind), domain_words(kind), []
    base, rules = _unwrapped(plain)
    origin = get_origin(base)
    if origin is Literal:
        return "one of", listed(str(choice) for choice in get_args(base)), []
    if origin is dict:
        inside = _models(get_args(base)[1], f"{path}.{_KEYS[path]}")
        words = NAME_WORDS if get_args(base)[0] == Name else "the code of a currency"
        return "by name", f"names: {words}", inside
    if origin is list:
        inside = _models(get_args(base)[0], f"{path}[]")
        return "list", _bounds(rules, "list"), inside
    models = _models(plain, path)
    if models:
        also = any(_unwrapped(part)[0] is str for part in _parts(plain))
        return ("a name, or fields" if also else "fields"), "", models
    unit = {int: "whole number", float: "number"}.get(base, "text")
    return unit, _bounds(rules, unit), []


def _models(hint: Any, path: str) -> list[tuple[type[BaseModel], str]]:
    return [(part, path) for part in _parts(hint) if _is_model(part)]


def _is_model(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def _parts(hint: Any) -> Iterator[Any]:
    """Yield what a type is made of: members of unions, what lists and mappings hold."""
    if _kind(hint) is not None:
        yield hint
        return
    base, _ = _unwrapped(hint)
    origin = get_origin(base)
    if origin in (Union, types.UnionType):
        for part in get_args(base):
            yield from _parts(part)
    elif origin in (dict, list):
        yield from _parts(get_args(base)[-1])
    else:
        yield base


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        left = [part for part in get_args(hint) if part is not types.NoneType]
        return left[0] if len(left) == 1 else Union[tuple(left)]  # noqa: UP007
    return hint


def _unwrapped(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) is Annotated:
        base, *rules = get_args(hint)
        return base, tuple(rules)
    return hint, ()


def _kind(hint: Any) -> Kind | None:
    base, rules = _unwrapped(hint)
    if base is not Quantity:
        return None
    return next(rule.kind for rule in rules if isinstance(rule, QuantityOf))


def _bounds(rules: tuple[Any, ...], unit: str) -> str:
    """Return the bounds that annotations of numbers, texts, lists and mappings state."""
    stated: dict[str, Any] = {}
    for rule in rules:
        for constraint in rule.metadata if isinstance(rule, FieldInfo) else [rule]:
            for name in ("ge", "gt", "le", "lt", "min_length", "max_length"):
                bound = getattr(constraint, name, None)
                stated |= {} if bound is None else {name: bound}
    least, most = stated.get("min_length"), stated.get("max_length")
    if least is None and most is None:
        words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
        return " and ".join(f"{words[name]} {_short(bound)}" for name, bound in stated.items())
    what = "characters" if unit == "text" else "entries"
    if least == most:
        return f"{least} {what}"
    return f"{least} to {most} {what}" if least is not None else f"at most {most} {what}"


def _short(bound: float) -> str:
    exact_power = bound >= 2**53 and (int(bound) + 1).bit_count() == 1
    return f"2^{int(bound).bit_length()} - 1" if exact_power else f"{bound:,}"


def _default(field: FieldInfo, path: str) -> str:
    if field.is_required():
        return "required"
    row = defaults().get(path) or defaults().get(path.replace(".NAME", ""))
    if row is not None:
        return f"{code(row.value)} (grade {row.grade})"
    if path in SUPPLIED:
        return SUPPLIED[path]
    value = field.get_default(call_default_factory=True)
    if value is None or value == "" or value == {} or value == []:
        return "none"
    return "as below" if isinstance(value, BaseModel) else code(str(value))


def _meaning(field: FieldInfo, path: str) -> str:
    said = field.description or MEANINGS.get(path, "")
    if not said:
        raise ValueError(f"{path} has no description in the model and no line in MEANINGS")
    return said
