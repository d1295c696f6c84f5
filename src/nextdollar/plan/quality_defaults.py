"""What is assumed of the worth of quality where a scenario is silent: evidence, each with its grade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nextdollar.catalogue.quality_priors import QualityPrior, quality_prior
from nextdollar.plan.named_input import Input
from nextdollar.plan.quality_fields import ValueOfQuality
from nextdollar.plan.quality_measured import is_sound, measured_input
from nextdollar.plan.quantities.kind import Kind
from nextdollar.plan.quantities.quantity import Quantity, read_quantity
from nextdollar.plan.quantities.quantity_fields import QuantityOf
from nextdollar.plan.scenario import Candidate, Scenario

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

IN_PLACE_OF_CHURN = ("gain", "pass_through")
"""Fields of `retention` that stand for the fall of churn where it is neither stated nor measured."""


def quality_defaults(scenario: Scenario) -> Iterator[Input]:
    """Yield the inputs of the stated form that are not numbers of the file: priors, and what was measured."""
    value = scenario.value_of_quality
    for form in value.stated_forms:
        stated = getattr(value, form)
        # Churn that is stated or measured says what a gain and its pass-through would have to be guessed for.
        is_churn_known = form == "retention" and stated.states_churn
        for field, row in PRIORS.get(form, {}).items():
            if getattr(stated, field) is None and not (is_churn_known and field in IN_PLACE_OF_CHURN):
                yield _input(f"value_of_quality.{form}.{field}", row, _kind_of(type(stated), field))
        if form == "retention" and stated.measured is not None and is_sound(stated.measured):
            yield measured_input(stated.measured)
    if (
        value.progress is None
        and value.elasticity is None
        and any(map(_begins_later, scenario.candidates.values()))
    ):
        yield _input(
            "value_of_quality.progress", "algorithmic_progress", _kind_of(ValueOfQuality, "progress")
        )


def _begins_later(candidate: Candidate) -> bool:
    """Whether the loss of a candidate is derived for a run whose launch is stated."""
    return candidate.launch is not None and (candidate.given is None or candidate.given.loss is None)


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
