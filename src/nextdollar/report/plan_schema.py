"""The shape of `nextdollar plan --json`, version 1.0: a minor version adds fields, a major one breaks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.figure_schema import Figure, Summary
from nextdollar.report.figure_schema import Shape as _Shape
from nextdollar.report.quality_schema import QualityShape


class InternalRate(Summary):
    """Internal rate per year of the draws that have exactly one."""

    multiple_share: float
    of_mean_cash: float | None
    status: Literal["unique", "multiple", "none", "degenerate"] = Field(
        description="of the expected cash flow"
    )


class File(_Shape):
    """A file that was read."""

    file: str
    sha256: str


class Frame(_Shape):
    """The scenario that was worked out."""

    file: str
    title: str
    purpose: str
    today: str
    horizon_months: int
    discount_per_year: float
    risk_measure: str
    risk_level: float
    risk_limit_usd: float | None
    booked_as: str
    files: list[File]


class CandidateShape(_Shape):
    """One candidate against keeping today's model."""

    name: str
    is_today: bool
    params: float | None
    tokens: float | None
    loss_nats: Figure
    training_cost_usd: Figure
    serving_cost_usd: Figure
    cost_is_whole: bool
    extra_cost_usd: Figure
    value_usd: Figure
    value_uplift_share: Figure
    ltv_gain_usd: Figure
    npv_usd: Figure
    irr_per_year: InternalRate | None
    roi: Figure
    benefit_cost_ratio: Figure
    marginal_roi: Figure
    marginal_return_usd_per_usd: float | None
    payback_cash_months: Figure
    payback_ltv_months: Figure
    value_at_risk_usd: float
    value_at_risk_usd_standard_error: float
    expected_shortfall_usd: float
    expected_shortfall_usd_standard_error: float
    loss_probability: float
    loss_probability_standard_error: float
    gpu_hours: Figure
    gpus_for_deadline: Figure
    mean_cash_usd: list[float]


class SegmentShape(_Shape):
    """What one segment is worth today."""

    name: str
    customers: Figure
    price_usd_per_month: Figure
    churn_per_month: Figure
    ltv_usd: Figure
    discounted_ltv_usd: Figure
    total_ltv_usd: Figure


class CustomersShape(_Shape):
    """Lifetime values by segment and together."""

    segments: list[SegmentShape]
    total_ltv_usd: Figure
    revenue_weighted_ltv_usd: Figure
    head_weighted_ltv_usd: Figure
    revenue_usd_per_month: Figure
    ltv_share_within_horizon: Figure


class StepShape(_Shape):
    """From one candidate to the next dearer one."""

    from_: str = Field(alias="from")
    to: str
    extra_value_usd: float
    extra_cost_usd: float
    npv_usd: float
    npv_standard_error_usd: float
    marginal_return_usd_per_usd: float | None
    pays_probability: float
    verdict: Literal["pays", "does not pay", "cannot say"]


class BreakEvenShape(_Shape):
    """Where one lever turns one step."""

    from_: str = Field(alias="from")
    to: str
    lever: Literal["elasticity", "churn", "price", "compute cost"]
    unit: str
    today: float
    break_even: float | None
    lever_amount: float | None
    checked_npv_usd: float | None


class DecisionShape(_Shape):
    """The last candidate worth funding and why."""

    last_worth_funding: str | None
    first_not_worth_funding: str | None
    over_the_limit: list[str]
    is_sure: bool
    best_probability: float
    verdict: str
    reasons: list[str]
    order: list[str]
    steps: list[StepShape]
    break_even: list[BreakEvenShape]


class Driver(_Shape):
    """An uncertain input and the share of variance it explains alone."""

    input: str
    share: float


class BestSize(_Shape):
    """Quantiles of the size at which the next dollar returns one dollar."""

    p5: float
    p50: float
    p95: float


class CurvePoint(_Shape):
    """One size on the frontier."""

    params: float
    loss_nats: float
    cost_usd: float
    value_usd: float
    npv_mean_usd: float
    npv_p5_usd: float
    npv_p95_usd: float


class FrontierShape(_Shape):
    """Present value along size."""

    tokens_per_param: float
    best_params: BestSize
    at_lower_end_share: float
    at_upper_end_share: float
    curve: list[CurvePoint]


class ChurnPointShape(_Shape):
    """Payback at shifted churn; null is never."""

    churn_shift_per_month: float
    payback_ltv_months: float | None
    payback_cash_months: float | None
    npv_usd: float


class InputShape(_Shape):
    """An input and how it was read."""

    name: str
    written: str
    unit: str
    reading: str
    is_uncertain: bool
    origin: Literal["stated", "default"]
    source: str
    grade: str
    note: str


class CorrelationShape(_Shape):
    """Two inputs that move together."""

    between: list[str]
    spearman: float


class SourceShape(_Shape):
    """A work that a formula or figure comes from."""

    work: str
    place: str
    link: str


class PlanShape(_Shape):
    """Everything that `nextdollar plan --json` prints."""

    schema_: Literal["nextdollar.plan/1.0"] = Field(alias="schema")
    scenario: Frame
    draws: int
    seed: int
    scrambles: int
    candidates: list[CandidateShape]
    customers: CustomersShape
    value_of_quality: QualityShape | None = None
    decision: DecisionShape
    drivers: list[Driver]
    frontier: FrontierShape | None
    churn_sensitivity: list[ChurnPointShape]
    inputs: list[InputShape]
    correlations: list[CorrelationShape]
    warnings: list[str]
    sources: list[SourceShape]
    versions: dict[str, str]
