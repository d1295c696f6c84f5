"""Where the decision turns: the elasticity, churn, price and compute cost at which a step breaks even.

Each lever is moved with everything else as it is, on the same draws, until the step's expected
present value is zero. The root is then checked by running the scenario at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from nextdollar.finance import break_even as root
from nextdollar.plan.decision import BreakEven, Step
from nextdollar.plan.economics import (
    PresentBases,
    market,
    present_bases,
    present_value_and_cost,
    uplift_share,
)
from nextdollar.plan.levers import LEVER_NAMES, NO_LEVERS, LeverName, Levers, pushed
from nextdollar.plan.named_input import Values
from nextdollar.plan.quality_fields import AGEING_FORMS
from nextdollar.plan.quality_value import strength_unit
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.technical import Technical, technical
from nextdollar.units import Floats

_FACTORS = (1e-3, 1e3)
_MOST_CHURN_SHIFT = 0.25
_AGEING_DRAWS = 2_048


@dataclass(frozen=True, slots=True)
class StepValue:
    """Expected present value of each candidate against today's model, with some levers pushed."""

    scenario: Scenario
    values: Values
    # All steps search the same grid of each lever, so each point of it is worked out once.
    _known: dict[Levers, Mapping[str, float]] = field(default_factory=dict, compare=False)
    _bases: dict[tuple[float, bytes], PresentBases] = field(default_factory=dict, compare=False)
    _uplifts: dict[str, Floats] = field(default_factory=dict, compare=False)

    def npv_usd(self, levers: Levers) -> Mapping[str, float]:
        """Return the expected present value of every candidate, in USD."""
        if levers not in self._known:
            self._known[levers] = self._worked_out(levers)
        return self._known[levers]

    def _worked_out(self, levers: Levers) -> Mapping[str, float]:
        today = technical(self.scenario, self.values, self.scenario.today, levers)
        found: dict[str, float] = {}
        for name in self.scenario.candidates:
            if name == self.scenario.today:
                found[name] = 0.0
                continue
            option = technical(self.scenario, self.values, name, levers)
            bases = self._bases_at(levers.churn_shift_per_month, option.launch_months)
            priced = bases.priced(levers.price_factor)
            uplift = self._uplift_at(name, levers, today, option)
            value, cost = present_value_and_cost(priced, uplift, today, option)
            found[name] = float(np.mean(value - cost))
        return found

    def _bases_at(self, churn_shift_per_month: float, launch_months: Floats) -> PresentBases:
        """Return what only churn and launch change, worked out once for each pair."""
        key = (churn_shift_per_month, np.asarray(launch_months).tobytes())
        if key not in self._bases:
            board = market(self.scenario, self.values, Levers(churn_shift_per_month=churn_shift_per_month))
            self._bases[key] = present_bases(board, launch_months)
        return self._bases[key]

    def _uplift_at(self, name: str, levers: Levers, today: Technical, option: Technical) -> Floats:
        """Return what a candidate gains; prices and the cost of compute mostly leave it as it is."""
        retention = self.scenario.value_of_quality.retention
        # More use by each customer has to be served, at a cost that is no share of the price.
        is_served = retention is not None and retention.expansion is not None and levers != NO_LEVERS
        if levers.elasticity_factor != 1 or levers.churn_shift_per_month != 0 or is_served:
            return uplift_share(self.scenario, self.values, today, option, levers)
        if name not in self._uplifts:
            self._uplifts[name] = uplift_share(self.scenario, self.values, today, option, levers)
        return self._uplifts[name]

    def step_npv_usd(self, lower: str, upper: str, levers: Levers) -> float:
        """Return the expected present value of going from one candidate to another, in USD."""
        worth = self.npv_usd(levers)
        return worth[upper] - worth[lower]


def checked_step_npv_usd(worth: StepValue, lower: str, upper: str, levers: Levers) -> float:
    """Return a step's expected present value from the scenario run anew with the levers, in USD.

    Unlike the search, which reuses what a lever does not touch, this takes no short cut.
    """
    scenario, values = worth.scenario, worth.values
    board = market(scenario, values, levers)
    today = technical(scenario, values, scenario.today, levers)
    sides = []
    for name in (lower, upper):
        if name == scenario.today:
            sides.append(0.0)
            continue
        option = technical(scenario, values, name, levers)
        bases = present_bases(board, option.launch_months)
        uplift = uplift_share(scenario, values, today, option, levers)
        value, cost = present_value_and_cost(bases, uplift, today, option)
        sides.append(float(np.mean(value - cost)))
    return sides[1] - sides[0]


def break_evens(scenario: Scenario, values: Values, steps: tuple[Step, ...]) -> Iterator[BreakEven]:
    """Yield the break-even of every lever for every step, steps in order of cost."""
    worth = StepValue(scenario, _searched(scenario, values))
    for step in steps:
        for lever in LEVER_NAMES:
            yield _break_even(worth, step, lever)


def _searched(scenario: Scenario, values: Values) -> Values:
    """Return the draws of the search: fewer where each has a gain for every month."""
    stated = scenario.value_of_quality
    if stated.form not in AGEING_FORMS and stated.version_life is None:
        return values
    return {
        name: value if np.ndim(value) == 0 else np.asarray(value)[:_AGEING_DRAWS]
        for name, value in values.items()
    }


def _break_even(worth: StepValue, step: Step, lever: LeverName) -> BreakEven:
    low, high = lever_range(worth, lever)

    def step_npv_usd(position: float) -> float:
        return worth.step_npv_usd(step.lower, step.upper, pushed(lever, amount(position)))

    def amount(position: float) -> float:
        return position if lever == "churn" else float(np.exp(position))

    found = root(step_npv_usd, low, high)
    unit, scale = lever_unit(worth, lever)
    if found is None:
        return BreakEven(
            step.lower, step.upper, lever, unit, scale(1.0 if lever != "churn" else 0.0), None, None, None
        )
    push = amount(found)
    return BreakEven(
        step.lower,
        step.upper,
        lever,
        unit,
        scale(0.0 if lever == "churn" else 1.0),
        scale(push),
        push,
        checked_step_npv_usd(worth, step.lower, step.upper, pushed(lever, push)),
    )


def lever_range(worth: StepValue, lever: LeverName) -> tuple[float, float]:
    """Return the range searched: logarithms of factors, or shifts that keep all churns inside (0, 1)."""
    if lever != "churn":
        return float(np.log(_FACTORS[0])), float(np.log(_FACTORS[1]))
    churns = [worth.values[f"customers.{name}.churn"] for name in worth.scenario.customers]
    least = min(float(np.min(churn)) for churn in churns)
    most = max(float(np.max(churn)) for churn in churns)
    return -0.999 * least, min(_MOST_CHURN_SHIFT, 0.999 * (1 - most))


def lever_unit(worth: StepValue, lever: LeverName) -> tuple[str, Callable[[float], float]]:
    """Return how a lever is shown: its unit, and the shown value for an amount."""
    if lever == "elasticity":
        return strength_unit(worth.scenario.value_of_quality, worth.values)
    if lever == "churn":
        return "percentage points/month on every segment", lambda shift: 100 * shift
    name = "prices" if lever == "price" else "training and serving cost"
    return f"times the {name} of the scenario", lambda factor: factor
