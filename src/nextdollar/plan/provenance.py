"""What a reader should know about an evaluation: warnings, sources and versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version

import numpy as np

from nextdollar.catalogue.load import accelerator, fitted_law
from nextdollar.plan.named_input import Input, Values
from nextdollar.plan.outcome import Outcome
from nextdollar.plan.runs_law_warnings import runs_law_warnings
from nextdollar.plan.scenario import LawFromRuns, Scenario
from nextdollar.plan.technical import technical
from nextdollar.plan.words import count, percent
from nextdollar.scaling import LAWS, Domain, outside_domain
from nextdollar.sources import Source
from nextdollar.uncertainty import Correlations, Design

_FEW_TAIL_DRAWS = 50
_MOST_TOLD = 1e6
"""A rise of value above this many times says only that the elasticity is read far outside its place."""
_LARGE_LOSS_CHANGE = 0.05
_FORM_CLASS = {"chinchilla": "chinchilla", "kaplan": "kaplan"}


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {name: version(name) for name in ("nextdollar", "numpy", "scipy")}


def sources_of(scenario: Scenario, inputs: Mapping[str, Input], typical: Values) -> tuple[Source, ...]:
    """Return the sources of every formula and figure that the evaluation used, without repeats."""
    found: dict[str, Source] = {}
    for source in _sources(scenario, inputs):
        found.setdefault(str(source), source)
    return tuple(found.values())


def law_sources(scenario: Scenario) -> Iterator[Source]:
    """Yield where the loss law of a scenario comes from: its coefficients, and its form."""
    law = scenario.law
    if isinstance(law, str):
        row = fitted_law(law)
        yield row.source
        yield type(row.law).source
    elif isinstance(law, LawFromRuns):
        from nextdollar.catalogue.study_fits import study_sources

        table = law.fitted.table
        yield Source(f"{table.file}, {law.fitted.n_used} runs", f"sha256 {table.sha256}")
        yield law.fitted.law.source
        yield from study_sources().values()
    elif law is not None:
        yield LAWS[_FORM_CLASS.get(law.form, "power")].source
        if law.source:
            yield Source(law.source)


def _sources(scenario: Scenario, inputs: Mapping[str, Input]) -> Iterator[Source]:
    yield from law_sources(scenario)
    if scenario.hardware is not None:
        yield accelerator(scenario.hardware.accelerator).source
    for item in inputs.values():
        if item.source:
            yield Source(item.source)


def warnings_of(
    scenario: Scenario,
    inputs: Mapping[str, Input],
    typical: Values,
    correlations: Correlations | None,
    *,
    outcomes: Mapping[str, Outcome],
    focus: str,
    design: Design,
) -> tuple[str, ...]:
    """Return sentences on what to hold against the result."""
    return tuple(
        [
            *_domain_warnings(scenario, typical),
            *runs_law_warnings(scenario, typical),
            *_value_warnings(scenario, typical, outcomes, focus),
            *_draw_warnings(scenario, design, correlations),
            *_default_warnings(inputs),
        ]
    )


def _domain_warnings(scenario: Scenario, typical: Values) -> Iterator[str]:
    if not isinstance(scenario.law, str):
        return
    row = fitted_law(scenario.law)
    beyond = []
    for name, candidate in scenario.candidates.items():
        option = technical(scenario, typical, name)
        stated = candidate.given is not None and candidate.given.loss is not None
        if stated or option.params is None or option.tokens is None:
            continue
        if bool(np.any(outside_domain(row.domain, option.params, option.tokens))):
            beyond.append(name)
    if beyond:
        yield (
            f"{', '.join(beyond)}: outside the runs that {scenario.law} was fitted to "
            f"({_domain_words(row.domain)}); the loss is an extrapolation and its error is not in the bands"
        )


def _domain_words(domain: Domain) -> str:
    """Return the range of a fit: "44 M to 16.2 B parameters, 5 B to 500 B tokens"."""
    parts = []
    for low, high, unit in (
        (domain.params_low, domain.params_high, "parameters"),
        (domain.tokens_low, domain.tokens_high, "tokens"),
    ):
        if low > 0 or np.isfinite(high):
            parts.append(f"{count(low)} to {count(high)} {unit}")
    if not parts:
        parts.append(f"{domain.flop_low:.3g} to {domain.flop_high:.3g} FLOP")
    return ", ".join(parts)


def _value_warnings(
    scenario: Scenario, typical: Values, outcomes: Mapping[str, Outcome], focus: str
) -> Iterator[str]:
    today = float(np.mean(outcomes[scenario.today].loss_nats))
    fall = 1 - float(np.mean(outcomes[focus].loss_nats)) / today
    elasticity = scenario.value_of_quality.elasticity
    if elasticity is not None and abs(fall) > _LARGE_LOSS_CHANGE:
        e = float(typical["value_of_quality.elasticity.ltv_per_loss"])
        # (1 - fall)**-e - 1, which can leave the range of floats.
        with np.errstate(over="ignore", divide="ignore"):
            constant = float(np.expm1(-e * np.log1p(-fall)))
        grown = f"+{percent(constant)}" if constant < _MOST_TOLD else "beyond counting"
        yield (
            f"the loss of {focus} is {percent(fall)} below today's: an elasticity is a local figure, and "
            f"its two readings part here (linear +{percent(e * fall)} of value, "
            f"constant {grown}; this scenario uses {elasticity.form})"
        )
    replaced = [name for name, segment in scenario.customers.items() if segment.growth is not None]
    is_flat = scenario.value_of_quality.retention is None
    if is_flat and scenario.value_of_quality.booked_as == "monthly margin" and replaced:
        yield (
            f"growth is stated for {', '.join(replaced)}: new customers replace those who leave, so churn "
            "there moves lifetime values but no cash"
        )
    if scenario.value_of_quality.booked_as == "lifetime value":
        yield (
            "value is booked as the rise of lifetime value spread over the horizon; much of it may arrive "
            "later than the horizon, so compare the cash payback"
        )


def _draw_warnings(scenario: Scenario, design: Design, correlations: Correlations | None) -> Iterator[str]:
    tail = design.n_draws * (1 - scenario.risk.level.typical())
    if tail < _FEW_TAIL_DRAWS:
        yield f"only {tail:.0f} draws lie in the tail of the risk measure; use --draws for more"
    if correlations is not None and correlations.repair_distance > 0:
        yield (
            "the stated correlations contradict each other; the nearest possible ones were used, "
            f"at most {correlations.repair_distance:.3f} away"
        )


def _default_warnings(inputs: Mapping[str, Input]) -> Iterator[str]:
    assumed = [item for item in inputs.values() if item.origin == "default"]
    of_quality = [item for item in assumed if item.name.startswith("value_of_quality.")]
    weak = [item for item in assumed if item.grade == "D" and item not in of_quality]
    for item in of_quality:
        yield f"assumed: {item.name} = {item.quantity.text}, grade {item.grade}: {item.source}"
    if weak:
        listed = ", ".join(f"{item.name} = {item.quantity.text}" for item in weak)
        yield f"not stated, so assumed: {listed}"
