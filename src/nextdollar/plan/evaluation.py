"""The one result of looking ahead; every face reads it and computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nextdollar.plan.decision import Decision
from nextdollar.plan.frontier import Frontier
from nextdollar.plan.named_input import Input, Values
from nextdollar.plan.outcome import Outcome
from nextdollar.plan.quality_reading import QualityReading
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.technical import Technical
from nextdollar.sources import Source
from nextdollar.uncertainty import Design
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class SegmentValue:
    """What one segment is worth today; `discounted` uses the scenario's discount rate."""

    name: str
    customers: Floats
    price_usd_per_month: Floats
    churn_per_month: Floats
    ltv_usd: Floats
    discounted_ltv_usd: Floats
    total_ltv_usd: Floats


@dataclass(frozen=True, slots=True)
class CustomerValue:
    """Lifetime values by segment and together."""

    segments: tuple[SegmentValue, ...]
    total_ltv_usd: Floats
    revenue_weighted_ltv_usd: Floats
    head_weighted_ltv_usd: Floats
    revenue_usd_per_month: Floats
    share_within_horizon: Floats


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """One candidate: as stated, as derived at the median of its inputs, and over all draws."""

    name: str
    is_today: bool
    technical: Technical
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ChurnPoint:
    """Payback and present value of the recommended candidate when all churn rates move."""

    churn_shift_per_month: float
    payback_ltv_months: float
    payback_cash_months: float
    npv_usd: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A scenario worked out: candidates in the order of the file, and the decision they lead to."""

    scenario: Scenario
    file: str
    file_hashes: tuple[tuple[str, str], ...]
    inputs: Mapping[str, Input]
    design: Design
    values: Values
    candidates: tuple[CandidateResult, ...]
    customers: CustomerValue
    decision: Decision
    frontier: Frontier | None
    churn_curve: tuple[ChurnPoint, ...]
    drivers: Mapping[str, float]
    correlation_repair: float
    warnings: tuple[str, ...]
    sources: tuple[Source, ...]
    quality: QualityReading | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    def candidate(self, name: str) -> CandidateResult:
        """Return one candidate by name."""
        for result in self.candidates:
            if result.name == name:
                return result
        raise KeyError(name)

    def draws_of(self, name: str, figure: str) -> FloatArray | float:
        """Return the draws of one figure of one candidate."""
        value: FloatArray | float = getattr(self.candidate(name).outcome, figure)
        return value
