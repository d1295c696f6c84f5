"""JSON Schemas by name: of scenario files, and of what each verb prints with `--json`."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from pydantic import BaseModel

from nextdollar.plan.scenario import Scenario
from nextdollar.report.audience.schemas import AUDIENCE_SHAPES
from nextdollar.report.other_schemas import (
    CheckShape,
    CompareShape,
    DemoShape,
    DoctorShape,
    ErrorShape,
    ExplainShape,
)
from nextdollar.report.plan_schema import PlanShape
from nextdollar.report.research.schemas import RESEARCH_SHAPES
from nextdollar.report.sizing.schemas import SIZING_SHAPES
from nextdollar.research.saved_fit_shape import SAVED_FIT_SCHEMA, SavedFitShape
from nextdollar.sizing.calibration.saved_shape import CALIBRATION_SCHEMA, CalibrationShape

SCHEMAS: dict[str, type[BaseModel]] = {
    "scenario": Scenario,
    "plan": PlanShape,
    "compare": CompareShape,
    "demo": DemoShape,
    "check": CheckShape,
    "explain": ExplainShape,
    **RESEARCH_SHAPES,
    **SIZING_SHAPES,
    **AUDIENCE_SHAPES,
    "saved-fit": SavedFitShape,
    "calibration": CalibrationShape,
    "doctor": DoctorShape,
    "error": ErrorShape,
}
VERSIONS = {
    "scenario": "nextdollar.scenario/1",
    "plan": "nextdollar.plan/1.0",
    "compare": "nextdollar.compare/1.0",
    "demo": "nextdollar.demo/1.0",
    "check": "nextdollar.check/1.0",
    "explain": "nextdollar.explain/1.0",
    **{name: f"nextdollar.{name}/1.0" for name in (*RESEARCH_SHAPES, *SIZING_SHAPES, *AUDIENCE_SHAPES)},
    "saved-fit": SAVED_FIT_SCHEMA,
    "calibration": CALIBRATION_SCHEMA,
    "doctor": "nextdollar.doctor/1.0",
    "error": "nextdollar.error/1.0",
}


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a shape, derived from its model."""
    mode = "validation" if name == "scenario" else "serialization"
    found = SCHEMAS[name].model_json_schema(by_alias=True, mode=mode)  # type: ignore[arg-type]
    if name == "scenario":
        # Read before validation, so it is no field of the model.
        found["properties"]["extends"] = {
            "description": "scenario files that this one builds on; what stands here wins",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": VERSIONS[name], **found}


def shipped_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema that ships with the package under its version."""
    file = f"{VERSIONS[name].replace('nextdollar.', '').replace('/', '-')}.json"
    text = (files("nextdollar.report") / "json_schemas" / file).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
