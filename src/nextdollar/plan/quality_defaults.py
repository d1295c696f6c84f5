"""What is assumed of the worth of quality where a scenario is silent: evidence, each with its grade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nextdollar.catalogue.quality_priors import QualityPrior, quality_prior
from nextdollar.plan.named_input import Input
from nextdollar.plan.quality_fields import ValueOfQuality
from nextdollar.plan.quantities.kind import Kind
from nextdollar.plan.quantities.quantity import Quantity, read_quantity
from nextdollar.plan.quantities.quantity_fields import QuantityOf

PRIORS = {
    "per_decade": {"gain": "value_per_decade", "pass_through": "quality_pass_through"},
    "threshold": {"width": "threshold_width"},
    "share": {"slope": "share_slope", "frontier": "frontier_progress", "copied_after": "catch_up_lag"},
    "retention": {
        "gain": "value_per_decade",
        "pass_through": "quality_pass_through",
        "frontier": "frontier_progress",
        "involuntary": "involuntary_churn_share",
    },
}
"""The row of `quality_priors.csv` for each field that may be left out, by form."""


def quality_defaults(value: ValueOfQuality) -> Iterator[Input]:
    """Yield the inputs of the stated form that the catalogue supplies."""
    for form in value.stated_forms:
        stated = getattr(value, form)
        for field, row in PRIORS.get(form, {}).items():
            if getattr(stated, field) is None:
                yield _input(f"value_of_quality.{form}.{field}", row, _kind_of(type(stated), field))


def _kind_of(model: type[ValueOfQuality], field: str) -> Kind:
    """Return the kind of quantity that a field of a form takes."""
    inner = model.model_fields[field]
    marks = [mark for part in getattr(inner.annotation, "__args__", ()) for mark in _marks(part)]
    return next(mark.kind for mark in (*inner.metadata, *marks) if isinstance(mark, QuantityOf))


def _marks(part: object) -> tuple[object, ...]:
    return tuple(getattr(part, "__metadata__", ()))


def _input(name: str, row: str, kind: Kind) -> Input:
    prior = quality_prior(row)
    note = f"{prior.words}; {prior.note}" if prior.note else prior.words
    return Input(name, _quantity(prior, kind), "default", str(prior.source), prior.grade, note)


def prior_words(prior: QualityPrior) -> str:
    """Return a prior as it is written in answers and pages."""
    unit = f" {prior.unit}" if prior.unit else ""
    if prior.shape == "triangular":
        return f"triangular({prior.low:g}, {prior.middle:g}, {prior.high:g}){unit}"
    limit = "" if prior.most is None else f", at most {prior.most:g}"
    return f"{prior.low:g} to {prior.high:g}{unit}, median {prior.middle:g}{limit}"


def _quantity(prior: QualityPrior, kind: Kind) -> Quantity:
    """Return a prior as a quantity: a triangle, or the distribution through its three points."""
    if prior.shape == "triangular":
        return read_quantity(prior_words(prior), kind)
    points = {"5 %": prior.low, "50 %": prior.middle, "95 %": prior.high}
    limit = {} if prior.most is None else {"max": prior.most}
    quantity = read_quantity({"quantiles": points, "unit": prior.unit, **limit}, kind)
    return replace(quantity, text=prior_words(prior))
