"""The fields of a scenario in words: examples to propose, and what people call the same thing."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from nextdollar.plan.reading.place import KeyPath

EXAMPLES = {
    "schema": "nextdollar.scenario/1",
    "title": "Where does a bigger model stop paying off?",
    "horizon": "36 months",
    "discount": "12 %/year",
    "risk": "{level: 95 %}",
    "level": "95 %",
    "accelerator": "H100-SXM",
    "hardware": "{accelerator: H100-SXM}",
    "mfu": "35 to 45 %",
    "serving_mfu": "15 to 45 %",
    "deadline": "60 days",
    "count": "1_000 customers",
    "price": "20 USD/month",
    "churn": "4 %/month",
    "gross_margin": "80 %",
    "growth": "0 %/month",
    "value_of_quality": "{elasticity: {ltv_per_loss: 5 to 15}}",
    "elasticity": "{ltv_per_loss: 5 to 15}",
    "ltv_per_loss": "5 to 15",
    "per_decade": "{gain: 16.1 %/decade, pass_through: 0.5}",
    "threshold": "{met_today: 40 %}",
    "share": "{held_today: 25 %}",
    "retention": "{gain: 16.1 %/decade, pass_through: 0.5}",
    "met_today": "40 %",
    "held_today": "25 %",
    "progress": "0.45 decades/year",
    "version_life": "9 months",
    "spearman": "0.3",
    "purchase": "31_000 USD/gpu",
    "life": "4 years",
    "residual": "10 %",
    "utilisation": "80 %",
    "electricity": "0.08 USD/kWh",
    "pue": "1.2",
    "params": "7 B",
    "tokens_per_param": "20",
    "form": "chinchilla",
    "customers": "{everyone: {count: 1_000 customers, price: 20 USD/month, churn: 4 %/month}}",
    "candidates": "{small: {params: 7 B, tokens_per_param: 20}, large: {params: 70 B, tokens_per_param: 20}}",
    "simulation": "{draws: 16384, seed: 7}",
    "draws": "16384",
    "seed": "7",
    "rate": "1.08 USD",
    "on": '"2026-01-31"',
}
MAIN_FIELD = {
    "risk": "level",
    "hardware": "accelerator",
    "simulation": "draws",
    "elasticity": "ltv_per_loss",
    "value_of_quality": "ltv_per_loss",
}
"""The field that a single value in place of a mapping most likely is."""

_OTHER_NAMES = {
    "parameters": "params", "n_params": "params", "size": "params", "model_size": "params",
    "training_tokens": "tokens", "data": "tokens", "tokens_per_month": "tokens", "usage": "tokens",
    "ratio": "tokens_per_param", "customers": "count", "users": "count", "number": "count", "seats": "count",
    "arpu": "price", "revenue": "price", "fee": "price", "rent": "price", "churn_rate": "churn",
    "attrition": "churn", "margin": "gross_margin", "cost_of_capital": "discount", "wacc": "discount",
    "discount_rate": "discount", "rate": "discount", "period": "horizon", "months": "horizon",
    "confidence": "level", "metric": "measure", "samples": "draws", "n_draws": "draws", "iterations": "draws",
    "gpu": "accelerator", "chip": "accelerator", "machine": "accelerator", "rho": "spearman",
    "correlation": "spearman", "pair": "between", "inputs": "between", "baseline": "today",
    "current": "today", "name": "title", "models": "candidates", "options": "candidates",
    "segments": "customers", "scaling_law": "law", "electricity_price": "electricity", "version": "schema",
}  # fmt: skip
_OTHER_WORDS = {
    "cvar": "expected shortfall", "es": "expected shortfall", "tail": "expected shortfall",
    "conditional value at risk": "expected shortfall", "var": "value at risk", "ltv": "lifetime value",
    "clv": "lifetime value", "margin": "monthly margin", "cash": "monthly margin", "power": "power in params",
    "power law": "power in params", "isoelastic": "constant", "proportional": "linear",
}  # fmt: skip
_CLOSE_ENOUGH = 0.6


def likely_field(name: str, known: Sequence[str]) -> str:
    """Return the field among `known` that a name most likely means; empty if none is likely."""
    plain = name.lower().replace("-", "_").replace(" ", "_")
    other = _OTHER_NAMES.get(plain, "")
    if other in known:
        return other
    lowered = {field.lower(): field for field in known}
    close = difflib.get_close_matches(plain, lowered, n=1, cutoff=_CLOSE_ENOUGH)
    if close:
        return lowered[close[0]]
    return next((field for field in known if len(field) > 3 and field.lower() in plain), "")


def likely_word(word: str, allowed: Sequence[str]) -> str:
    """Return the allowed word that another most likely means; empty if none is likely."""
    plain = word.lower().replace("_", " ").replace("-", " ").strip()
    other = _OTHER_WORDS.get(plain, "")
    if other in allowed:
        return other
    close = difflib.get_close_matches(plain, allowed, n=1, cutoff=_CLOSE_ENOUGH)
    return close[0] if close else ""


def fields_at(model: type[BaseModel], path: KeyPath, stated: object = None) -> list[str]:
    """Return the field names that the scenario knows at a path.

    Where one of several models may stand there, it is the one that shares most names with what is stated.
    """
    heres: list[Any] = [model]
    for step in path:
        heres = [found for here in heres for found in _steps_into(here, step)]
    named = [[field.alias or name for name, field in here.model_fields.items()] for here in heres]
    shared = [len(set(names) & stated.keys()) if isinstance(stated, dict) else 0 for names in named]
    most = max(shared, default=0)
    meant = [names for names, n_shared in zip(named, shared, strict=True) if n_shared == most]
    return list(dict.fromkeys(name for names in meant for name in names))


def home_of(name: str, model: type[BaseModel]) -> str:
    """Return where else in a scenario a field of this name stands, such as `customers.<name>`; or nothing."""
    return next((home for home, field in _fields_below(model, "") if field == name and home), "")


def _fields_below(model: Any, path: str) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        label = field.alias or name
        yield path, label
        inner = _model_in(field.annotation)
        if inner is not None:
            below = f"{path}.{label}" if path else label
            yield from _fields_below(inner, f"{below}.<name>" if _is_named(field.annotation) else below)


def _is_named(annotation: Any) -> bool:
    """Whether a field is a mapping from names that people give to things of one sort."""
    return getattr(annotation, "__origin__", None) is dict


def _steps_into(model: Any, step: int | str) -> list[Any]:
    """Return the models that a step may lead to: a law is one by its form, or one from runs."""
    for name, field in model.model_fields.items():
        if (field.alias or name) == step:
            return list(dict.fromkeys(_models_in(field.annotation)))
    # A mapping of named things (customers, candidates): the name leads to the things' model.
    return [model]


def _models_in(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)
    origin = getattr(annotation, "__origin__", None)
    if origin not in (None, annotation) and not isinstance(origin, str):
        yield from _models_in(origin)


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    origin = getattr(annotation, "__origin__", None)
    return _model_in(origin) if origin not in (None, annotation) and not isinstance(origin, str) else None
