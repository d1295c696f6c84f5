from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from nextdollar.catalogue.figures import figure_meanings, meaning_of
from nextdollar.plan import evaluate, load_scenario
from nextdollar.report.explain_text import value_at
from nextdollar.report.plan_schema import PlanShape
from nextdollar.report.schemas import SCHEMAS, VERSIONS, schema_of, shipped_schema
from nextdollar.report.view import plan_view

SCENARIOS = Path(__file__).resolve().parents[2] / "src" / "nextdollar" / "catalogue" / "scenarios"
NAMES = ["article", "first-principles", "frontier-lab", "from-runs", "saas-copilot", "support-bot"]


@pytest.fixture(scope="module", params=NAMES)
def view(request) -> dict[str, Any]:
    return plan_view(evaluate(load_scenario(SCENARIOS / f"{request.param}.yaml"), n_draws=1024))


def test_a_plan_is_plain_json_without_nan(view):
    assert json.loads(json.dumps(view, allow_nan=False)) == view


def test_a_plan_has_the_shape_of_its_schema(view):
    Draft202012Validator(schema_of("plan")).validate(view)


def test_a_plan_has_no_field_that_the_schema_does_not_name(view):
    assert unnamed(PlanShape.model_validate(view), view) == []


def unnamed(model: Any, data: Any, path: str = "") -> list[str]:
    """Return the fields of data that the model, parsed from it, does not hold."""
    if isinstance(model, BaseModel):
        known = {field.alias or name: name for name, field in type(model).model_fields.items()}
        found = [f"{path}.{key}" for key in data if key not in known]
        for key in data:
            if key in known:
                found += unnamed(getattr(model, known[key]), data[key], f"{path}.{key}")
        return found
    if isinstance(model, list):
        return [item for a, b in zip(model, data, strict=True) for item in unnamed(a, b, f"{path}[]")]
    return []


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_shipped_schema_is_the_one_that_the_model_gives(name):
    # Published versions: what ships must not drift from what is printed (scripts/ship_schemas.py writes it).
    assert shipped_schema(name) == json.loads(json.dumps(schema_of(name)))
    Draft202012Validator.check_schema(schema_of(name))
    assert schema_of(name)["$id"] == VERSIONS[name]


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            name = item["name"] if isinstance(item, dict) and "name" in item else str(index)
            yield from leaves(item, (*path, name))
    else:
        yield path


def test_every_figure_of_a_plan_has_a_meaning(view):
    unknown = [".".join(path) for path in leaves(view) if path[0] != "inputs" and meaning_of(path) is None]
    assert unknown == []


def test_every_figure_is_found_at_its_path(view):
    for path in leaves(view):
        if path[0] != "inputs":
            value_at(view, path)


def test_every_meaning_belongs_to_a_figure():
    used = set()
    for name in NAMES:
        found = plan_view(evaluate(load_scenario(SCENARIOS / f"{name}.yaml"), n_draws=128))
        used |= {meaning_of(path) for path in leaves(found)}
    limit = ["risk={measure: expected shortfall, level: 95 %, limit: 1 MUSD}"]
    found = plan_view(evaluate(load_scenario(SCENARIOS / "frontier-lab.yaml", limit), n_draws=128))
    used |= {meaning_of(path) for path in leaves(found)}
    counts = "{left: 40, customer_months: 999}"
    counted = f"gained: 0.6 decades, before: {counts}, after: {counts}"
    parts = [f"value_of_quality={{retention: {{measured: {{{counted}}}, price: 1 %/decade}}}}"]
    found = plan_view(evaluate(load_scenario(SCENARIOS / "frontier-lab.yaml", parts), n_draws=128))
    used |= {meaning_of(path) for path in leaves(found)}
    assert {item.pattern for item in figure_meanings()} - {item.pattern for item in used if item} == set()


def test_money_figures_say_usd_and_shares_lie_between_zero_and_one(view):
    for path in leaves(view):
        value = value_at(view, path)
        if isinstance(value, float) and path[-1].endswith(("_share", "_probability")):
            assert 0 <= value <= 1, path
