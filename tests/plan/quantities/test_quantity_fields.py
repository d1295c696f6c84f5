"""Quantities as fields: what editors are told, and what they can check before nextdollar runs."""

from __future__ import annotations

import copy
from importlib.resources import files

import jsonschema
import pytest
from ruamel.yaml import YAML

from nextdollar.report.schemas import schema_of

NAMES = ["article", "first-principles", "frontier-lab", "from-runs", "saas-copilot", "support-bot"]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = schema_of("scenario")
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def scenario(name):
    return YAML(typ="safe").load((files("nextdollar.catalogue") / "scenarios" / f"{name}.yaml").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_that_ships_fits_the_schema(name, validator):
    assert not list(validator.iter_errors(scenario(name)))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("discount"),
        lambda data: data["customers"]["team"].update(chrun="4 %/month"),
        lambda data: data["customers"]["team"].update(churn=True),
        lambda data: data["customers"]["team"].update(churn=[2, 4]),
        lambda data: data["customers"]["team"]["churn"].__class__ and data.update(today=7),
        lambda data: data.update(schema="nextdollar.scenario/9"),
        lambda data: data["simulation"].update(draws=0),
        lambda data: data.update(candidates={"small": {}}),
        lambda data: data["risk"].update(measure="cvar"),
    ],
)
def test_a_scenario_that_is_wrong_does_not(change, validator):
    data = copy.deepcopy(scenario("saas-copilot"))
    change(data)
    assert list(validator.iter_errors(data))


def test_every_quantity_tells_editors_its_units_and_an_example(validator):
    churn = validator.schema["$defs"]["Segment"]["properties"]["churn"]
    assert "%/month" in str(churn) and "%/year" in str(churn)
    assert churn["examples"]
