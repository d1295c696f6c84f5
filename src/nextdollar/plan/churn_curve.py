"""How payback stretches when customers leave faster: all churn rates shifted together."""

from __future__ import annotations

import numpy as np

from nextdollar.plan.candidates import outcomes_of
from nextdollar.plan.evaluation import ChurnPoint
from nextdollar.plan.levers import Levers
from nextdollar.plan.named_input import Values
from nextdollar.plan.scenario import Scenario
from nextdollar.units import FloatArray, Floats

SHIFTS_PER_MONTH = (-0.005, -0.0025, 0.0, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02)
_DRAWS = 16_384


def churn_curve(scenario: Scenario, values: Values, name: str) -> tuple[ChurnPoint, ...]:
    """Return median paybacks and mean present value of one candidate at shifted churn.

    Shifts that would take a segment's churn out of (0, 1) are left out.
    """
    few = {key: value if np.ndim(value) == 0 else np.asarray(value)[:_DRAWS] for key, value in values.items()}
    n_draws = max((np.size(value) for value in few.values()), default=1)
    churns = [few[f"customers.{segment}.churn"] for segment in scenario.customers]
    points = []
    for shift in SHIFTS_PER_MONTH:
        if any(float(np.min(c)) + shift <= 0 or float(np.max(c)) + shift >= 1 for c in churns):
            continue
        found = outcomes_of(scenario, few, n_draws, Levers(churn_shift_per_month=shift), only=(name,))[name]
        points.append(
            ChurnPoint(
                shift,
                _median(found.payback_ltv_months),
                _median(found.payback_cash_months),
                float(np.mean(found.npv_usd)),
            )
        )
    return tuple(points)


def _median(periods: Floats) -> float:
    """Return the median where never (nan) counts as later than any month; inf where most never pay back."""
    late: FloatArray = np.where(np.isnan(periods), np.inf, periods)
    return float(np.quantile(late, 0.5, method="inverted_cdf"))
