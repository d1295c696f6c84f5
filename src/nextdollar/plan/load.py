"""From a scenario file to a checked `Scenario`, or to every fault with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nextdollar.errors import Fault, ScenarioError
from nextdollar.plan.checks import reference_faults, scenario_faults
from nextdollar.plan.faults import faults_from_validation, in_order
from nextdollar.plan.quantities.kinds import MONEY
from nextdollar.plan.quantities.quantity import read_quantity
from nextdollar.plan.quantities.refusal import QuantityError
from nextdollar.plan.reading.document import Document, apply_settings, parse_document, read_document
from nextdollar.plan.runs_law import RunsLawError, with_fitted_law
from nextdollar.plan.scenario import Scenario


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A checked scenario with the document it was read from."""

    scenario: Scenario
    document: Document


def load_scenario(path: Path | str, settings: Sequence[str] = ()) -> LoadedScenario:
    """Read a scenario file, with `PATH=VALUE` settings on top.

    Raises
    ------
    ScenarioError
        With every fault that was found: file, line, column, rule, value and hint.
    """
    return _checked(apply_settings(read_document(Path(path)), settings))


def parse_scenario(text: str, file: str = "scenario", settings: Sequence[str] = ()) -> LoadedScenario:
    """Read a scenario from a text; like `load_scenario`."""
    return _checked(apply_settings(parse_document(text, file), settings))


def _checked(document: Document) -> LoadedScenario:
    context = {"exchange": _exchange_rates(document.data)}
    faults: list[Fault] = list(reference_faults(document))
    try:
        scenario = Scenario.model_validate(document.data, context=context)
    except ValidationError as error:
        faults += faults_from_validation(error, document, Scenario)
        raise ScenarioError(in_order(faults)) from None
    try:
        scenario, document = with_fitted_law(scenario, document)
    except RunsLawError as error:
        faults += error.faults
    faults += scenario_faults(scenario, document) if not faults else []
    if faults:
        raise ScenarioError(in_order(faults))
    return LoadedScenario(scenario, document)


def _exchange_rates(data: Mapping[str, Any]) -> dict[str, float]:
    """Return the USD that one unit of each stated currency buys; malformed rates are left to validation."""
    rates: dict[str, float] = {}
    stated = data.get("exchange")
    for code, value in stated.items() if isinstance(stated, dict) else ():
        raw = value.get("rate") if isinstance(value, dict) else value
        try:
            rate = read_quantity(raw, MONEY).typical()
        except QuantityError:
            continue
        if rate > 0:
            rates[str(code)] = rate
    return rates
