"""Whether a scenario says what quality is worth in one way, and whether its law can count it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping

import numpy as np

from nextdollar.errors import DomainError, Fault
from nextdollar.plan.derivation import wants_law
from nextdollar.plan.faults import fault_at
from nextdollar.plan.field_words import EXAMPLES
from nextdollar.plan.inputs import inputs_of, typical_values
from nextdollar.plan.named_input import Input, Values
from nextdollar.plan.quality_fields import AGEING_FORMS, FORMS, ValueOfQuality
from nextdollar.plan.quality_parts import worth_log_per_decade
from nextdollar.plan.quality_parts_checks import retention_faults, retention_size_faults
from nextdollar.plan.quality_value import decades_gained, per_decade
from nextdollar.plan.reading.document import Document, KeyPath
from nextdollar.plan.repairs import insertion, left_out, rewritten
from nextdollar.plan.scenario import LawFromRuns, LawParameters, Scenario
from nextdollar.plan.technical import law_of, technical
from nextdollar.scaling import budget_for_loss
from nextdollar.uncertainty.distributions import LEAST_UNIFORM, MOST_UNIFORM

_PATH: KeyPath = ("value_of_quality",)
_MOST_GAIN = 1e4
_MOST_CORNERS = 10
_ONE_QUANTITY = ("power in params", "power in tokens")


def quality_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield forms that are stated twice or not at all, or that the rest of the scenario rules out."""
    value = scenario.value_of_quality
    stated = value.stated_forms
    if not stated:
        line = f"elasticity: {EXAMPLES['elasticity']}"
        yield fault_at(
            document, _PATH, code="ND1178", rule=f"must state one of {', '.join(FORMS)}",
            hint=f"for example `{line}`", fix=insertion(document, _PATH, line), on_key=True,
        )  # fmt: skip
        return
    for form in stated[1:]:
        yield fault_at(
            document, (*_PATH, form), code="ND1178", rule=f"cannot stand beside `{stated[0]}`", on_key=True,
            hint="state one form; run the scenario with each to compare them",
            fix=left_out(document, (*_PATH, form)),
        )  # fmt: skip
    yield from _misplaced_faults(value, document)
    if value.retention is not None:
        yield from retention_faults(value.retention, document)
    if stated != ("elasticity",):
        yield from _law_faults(scenario, document)


def _misplaced_faults(value: ValueOfQuality, document: Document) -> Iterator[Fault]:
    """Yield fields that say nothing beside the form that is stated, or say it twice."""
    stated = value.stated_forms
    ageing = next((form for form in stated if form in AGEING_FORMS), "")
    if ageing and value.version_life is not None:
        path = (*_PATH, "version_life")
        yield fault_at(
            document, path, code="ND1184", on_key=True, fix=left_out(document, path),
            rule=f"cannot stand beside `{ageing}`, in which models age already",
            hint="both together would count their ageing twice",
        )  # fmt: skip
    if value.progress is not None and stated == ("elasticity",):
        path = (*_PATH, "progress")
        yield fault_at(
            document, path, code="ND1190", on_key=True, fix=left_out(document, path),
            rule="cannot stand beside `elasticity`, which counts loss and not decades of compute",
            hint="state the loss that a later run would reach, or take a form in decades",
        )  # fmt: skip
    if value.retention is not None and value.booked_as == "lifetime value":
        path = (*_PATH, "booked_as")
        yield fault_at(
            document, path, code="ND1185", rule="must be `monthly margin` beside `retention`",
            hint="it follows customers month by month: those who stay are counted when they pay",
            fix=rewritten(document, path, "monthly margin"),
        )  # fmt: skip


def _law_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield a law that says nothing of decades of compute: none, or one in size or data alone."""
    law, form = scenario.law, scenario.value_of_quality.stated_forms[0]
    path: KeyPath = (*_PATH, form)
    if law is None and not any(wants_law(item) for item in scenario.candidates.values()):
        line = "law: hoffmann-2022"
        yield fault_at(
            document, path, code="ND1179", rule="needs a `law`: quality is counted in decades of compute",
            hint=f"for example `{line}`, which then reads the losses that are given", on_key=True,
            fix=insertion(document, (), line),
        )  # fmt: skip
    elif isinstance(law, LawParameters) and law.form in _ONE_QUANTITY:
        yield fault_at(
            document, path, code="ND1179", on_key=True,
            rule=f"needs a law with a best split of compute, and `{law.form}` has none",
            hint="take a law in size and data, such as hoffmann-2022, or state `elasticity`",
        )  # fmt: skip
    elif isinstance(law, str):
        try:
            found = law_of(scenario, {})
            if found is not None:
                found.frontier()
        except DomainError as error:
            yield fault_at(document, path, code="ND1179", rule=f"cannot be used: {error}", on_key=True)


def quality_size_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield given losses that no compute reaches, and gains beyond all measure."""
    if scenario.value_of_quality.form == "elasticity":
        return
    stated = inputs_of(scenario)
    typical = typical_values(stated)
    retention = scenario.value_of_quality.retention
    faults = [] if retention is None else [*retention_size_faults(retention, stated, typical, document)]
    yield from faults
    found = bool(faults)
    for name, candidate in scenario.candidates.items():
        if wants_law(candidate):
            continue
        path = ("candidates", name, "given", "loss")
        lowest_nats = stated[".".join(path)].quantity.inner_quantile(LEAST_UNIFORM)
        if not _is_reached(scenario, typical, lowest_nats):
            found = True
            yield fault_at(
                document, path, code="ND1186",
                rule="must lie above the loss that no compute beats by the law, in every draw",
                hint=f"it can be as low as {lowest_nats:.4g} nats; cut it with `min` or take another law",
            )  # fmt: skip
    if not found:
        faults = [*_decade_faults(scenario, stated, document)]
        yield from faults
        if not faults:
            yield from _gain_faults(scenario, typical, document)


def _is_reached(scenario: Scenario, typical: Values, loss_nats: float) -> bool:
    """Whether some compute reaches a loss, whichever coefficients of the law are drawn."""
    law = scenario.law
    if isinstance(law, LawParameters):
        return law.E is None or loss_nats > law.E.inner_quantile(1 - LEAST_UNIFORM)
    if isinstance(law, LawFromRuns):
        return law.fitted is None or loss_nats > float(np.max(law.fitted.law.E))
    found = law_of(scenario, typical)
    return found is not None and bool(np.isfinite(budget_for_loss(found, loss_nats)))


def _decade_faults(scenario: Scenario, stated: Mapping[str, Input], document: Document) -> Iterator[Fault]:
    """Yield candidates whose decades of compute leave the range of numbers for some draw of law and size."""
    typical = typical_values(stated)
    for name in scenario.candidates:
        if name == scenario.today:
            continue
        # What a loss and its compute follow from is monotone in each, so extremes lie in the corners.
        parts = ("law.", f"candidates.{name}.", f"candidates.{scenario.today}.")
        names = [key for key, item in stated.items() if item.quantity.is_uncertain and key.startswith(parts)]
        quantities = [stated[key].quantity for key in names[:_MOST_CORNERS]]
        ends = [[q.inner_quantile(LEAST_UNIFORM), q.inner_quantile(MOST_UNIFORM)] for q in quantities]
        corners = np.array(list(itertools.product(*ends))).T
        values = {**typical, **dict(zip(names, corners, strict=False))}
        try:
            with np.errstate(all="ignore"):
                models = (technical(scenario, values, model) for model in (scenario.today, name))
                decades = decades_gained(scenario, values, *models)
            is_finite = bool(np.isfinite(decades).all())
        except DomainError:
            is_finite = False
        if not is_finite:
            yield fault_at(
                document, ("candidates", name), code="ND1179", on_key=True,
                rule="must have a loss that a countable amount of compute reaches, in every draw of the law",
                hint="check the exponents of the law, or state `elasticity`, which needs no compute",
            )  # fmt: skip


def _gain_faults(scenario: Scenario, typical: Values, document: Document) -> Iterator[Fault]:
    """Yield a gain per decade at which some candidate multiplies what customers are worth beyond reason."""
    value = scenario.value_of_quality
    if value.per_decade is not None:
        worth_log = float(per_decade(typical, value.form).revenue_log_per_decade)
    elif value.retention is not None:
        worth_log = float(worth_log_per_decade(value.retention, typical))
    else:
        return
    today = technical(scenario, typical, scenario.today)
    gained = max(
        float(decades_gained(scenario, typical, today, technical(scenario, typical, name)))
        for name in scenario.candidates
    )
    factor_log = worth_log * gained
    if factor_log > math.log(_MOST_GAIN):
        yield fault_at(
            document, (*_PATH, value.form), code="ND1173", on_key=True,
            rule="must not multiply the value of customers beyond all measure",
            hint=f"the best candidate would be worth 1e{factor_log / math.log(10):.0f} times today's model",
        )  # fmt: skip
