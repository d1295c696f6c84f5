"""The shapes of what the other verbs print with `--json`, version 1.0 each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nextdollar.report.plan_schema import Driver, File, PlanShape


class _Shape(BaseModel):
    model_config = ConfigDict(populate_by_name=True)


class FixShape(_Shape):
    """A literal repair; a column of 0 adds `text` as a line of its own before `line`."""

    line: int
    column: int
    end_column: int
    text: str


class FaultShape(_Shape):
    """One thing that is wrong, and where."""

    code: str
    where: str
    rule: str
    value: str
    hint: str
    file: str
    line: int
    column: int
    end_column: int
    fix: FixShape | None


class ErrorShape(_Shape):
    """What any verb prints with `--json` when it refuses."""

    schema_: Literal["nextdollar.error/1.0"] = Field(alias="schema")
    code: str
    message: str
    faults: list[FaultShape]


class CheckedInput(_Shape):
    """An input, how it was read, and its quantiles in the unit used inside."""

    name: str
    written: str
    unit: str
    reading: str
    is_uncertain: bool
    p5: float
    p50: float
    p95: float
    inner_unit: str
    origin: Literal["stated", "default"]
    line: int
    file: str
    source: str
    grade: str
    note: str


class CheckShape(_Shape):
    """What `nextdollar check --json` prints."""

    schema_: Literal["nextdollar.check/1.0"] = Field(alias="schema")
    file: str
    title: str
    is_valid: bool
    candidates: list[str]
    today: str
    inputs: list[CheckedInput]
    correlation_repair: float
    files: list[File]


class ExplainedInput(_Shape):
    """An input as it was stated."""

    written: str
    unit: str
    reading: str
    p5: float
    p50: float
    p95: float
    inner_unit: str
    origin: Literal["stated", "default"]
    place: str
    source: str
    grade: str
    note: str


class ExplainShape(_Shape):
    """What `nextdollar explain --json` prints."""

    schema_: Literal["nextdollar.explain/1.0"] = Field(alias="schema")
    figure: str
    value: Any
    unit: str
    meaning: str
    formula: str
    input: ExplainedInput | None
    influence: list[Driver]
    sources: list[str]


class InputDifferenceShape(_Shape):
    """An input that the two scenarios state differently."""

    name: str
    first: str
    second: str


class CandidateDifferenceShape(_Shape):
    """What the differences do to a candidate that both scenarios have."""

    name: str
    first_npv_usd: float
    second_npv_usd: float
    change_usd: float
    change_standard_error_usd: float | None
    falls_probability: float | None


class CompareShape(_Shape):
    """What `nextdollar compare --json` prints."""

    schema_: Literal["nextdollar.compare/1.0"] = Field(alias="schema")
    first: PlanShape
    second: PlanShape
    is_paired: bool
    inputs: list[InputDifferenceShape]
    candidates: list[CandidateDifferenceShape]


class ArticleRow(_Shape):
    """One figure of the article beside ours; a value is null where the story has no such figure."""

    topic: str
    figure: str
    article: str
    mark: str
    here_article: Any
    here_article_text: str
    here_first_principles: Any
    here_first_principles_text: str
    why: str


class DemoShape(_Shape):
    """What `nextdollar demo --json` prints."""

    schema_: Literal["nextdollar.demo/1.0"] = Field(alias="schema")
    article: PlanShape
    first_principles: PlanShape
    churn_plus_one: PlanShape
    comparison: list[ArticleRow]
    files: list[str]


class Finding(_Shape):
    """One thing that doctor looked at."""

    kind: Literal["needed", "extra", "machine", "catalogue"]
    what: str
    state: Literal["ok", "missing", "stale", "note"]
    detail: str


class DoctorShape(_Shape):
    """What `nextdollar doctor --json` prints."""

    schema_: Literal["nextdollar.doctor/1.0"] = Field(alias="schema")
    is_well: bool
    findings: list[Finding]
