"""Which candidate is the last worth funding, and why.

Candidates are put in order of what they cost. Walking up, each step buys extra value for extra cost;
the last candidate worth funding is the one with the highest expected present value, today's model
included at zero. Steps use the same draws for both ends, so their error is that of the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from nextdollar.finance import expected_shortfall, marginal_return, value_at_risk
from nextdollar.plan.levers import LeverName
from nextdollar.plan.outcome import Outcome
from nextdollar.uncertainty import replicate_error
from nextdollar.units import FloatArray, Floats

_SURE_AT_ERRORS = 3.0
# A difference of sums this much smaller than the sums is rounding, whatever the draws say.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Step:
    """From one candidate to the next dearer one: expected extra value and cost, and how sure it pays."""

    lower: str
    upper: str
    extra_value_usd: float
    extra_cost_usd: float
    npv_usd: float
    npv_standard_error_usd: float
    marginal_return: float
    pays_probability: float

    @property
    def verdict(self) -> Literal["pays", "does not pay", "cannot say"]:
        """Whether the step raises expected present value, beyond the sampling error."""
        rounding_usd = _ROUNDING * (abs(self.extra_value_usd) + abs(self.extra_cost_usd))
        if abs(self.npv_usd) <= max(_SURE_AT_ERRORS * self.npv_standard_error_usd, rounding_usd):
            return "cannot say"
        return "pays" if self.npv_usd > 0 else "does not pay"


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where one lever turns one step: the lever's value today, at break-even, and the check at it.

    `break_even` is None where no value in the range searched turns the step. `checked_npv_usd` is the
    step's expected present value when the scenario is run with the lever at break-even.
    """

    lower: str
    upper: str
    lever: LeverName
    unit: str
    today: float
    break_even: float | None
    lever_amount: float | None
    checked_npv_usd: float | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The last candidate worth funding, the first that is not, and the reasons."""

    order: tuple[str, ...]
    steps: tuple[Step, ...]
    last_worth_funding: str | None
    first_not_worth_funding: str | None
    over_the_limit: tuple[str, ...]
    is_sure: bool
    best_probability: float
    verdict: str
    reasons: tuple[str, ...]
    break_even: tuple[BreakEven, ...] = ()


def cost_order(outcomes: Mapping[str, Outcome], today: str) -> tuple[str, ...]:
    """Return today's model, then the candidates by expected extra cost; ties keep the file's order."""
    others = [name for name in outcomes if name != today]
    return (today, *sorted(others, key=lambda name: float(np.mean(outcomes[name].extra_cost_usd))))


def steps(
    outcomes: Mapping[str, Outcome], order: Sequence[str], n_draws: int, n_scrambles: int
) -> tuple[Step, ...]:
    """Return the steps between neighbours in order of cost."""
    found = []
    for lower, upper in pairwise(order):
        below, above = outcomes[lower], outcomes[upper]
        difference = full(above.npv_usd, n_draws) - full(below.npv_usd, n_draws)
        extra_value = float(np.mean(above.value_usd) - np.mean(below.value_usd))
        extra_cost = float(np.mean(above.extra_cost_usd) - np.mean(below.extra_cost_usd))
        found.append(
            Step(
                lower,
                upper,
                extra_value,
                extra_cost,
                float(np.mean(difference)),
                replicate_error(_mean, difference, n_scrambles),
                float(marginal_return(extra_value, extra_cost)),
                float(np.mean(difference > 0)),
            )
        )
    return tuple(found)


def _mean(draws: FloatArray) -> float:
    return float(np.mean(draws))


def full(value: Floats, n_draws: int) -> FloatArray:
    """Return a figure as draws, a certain one repeated."""
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (n_draws,))


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome of walking up the candidates, before it is put into words."""

    order: tuple[str, ...]
    steps: tuple[Step, ...]
    best: str
    first_not: str | None
    over_the_limit: tuple[str, ...]
    is_sure: bool
    best_probability: float


def choose(
    outcomes: Mapping[str, Outcome],
    today: str,
    *,
    n_draws: int,
    n_scrambles: int,
    risk_measure: str,
    risk_level: float,
    risk_limit_usd: float | None,
) -> Choice:
    """Return the candidate of highest expected present value within the risk limit.

    The limit is held against the value at risk or expected shortfall of loss (minus present value).
    """
    order = cost_order(outcomes, today)
    measure = expected_shortfall if risk_measure == "expected shortfall" else value_at_risk
    over: list[str] = []
    if risk_limit_usd is not None:
        for name in order[1:]:
            loss_usd = -full(outcomes[name].npv_usd, n_draws)
            if float(measure(loss_usd, risk_level)) > risk_limit_usd:
                over.append(name)
    fundable = [name for name in order if name not in over]
    means = {name: float(np.mean(outcomes[name].npv_usd)) for name in fundable}
    best = max(fundable, key=lambda name: means[name])
    later = order[order.index(best) + 1 :]
    table = np.stack([full(outcomes[name].npv_usd, n_draws) for name in fundable])
    wins = float(np.mean(table.argmax(axis=0) == fundable.index(best)))
    return Choice(
        order,
        steps(outcomes, order, n_draws, n_scrambles),
        best,
        later[0] if later else None,
        tuple(over),
        _is_sure(outcomes, fundable, best, n_draws, n_scrambles),
        wins,
    )


def _is_sure(
    outcomes: Mapping[str, Outcome], names: Sequence[str], best: str, n_draws: int, n_scrambles: int
) -> bool:
    """Whether the best candidate leads every other by more than the sampling error."""
    for name in names:
        if name == best:
            continue
        lead = full(outcomes[best].npv_usd, n_draws) - full(outcomes[name].npv_usd, n_draws)
        turnover_usd = sum(
            abs(_mean(full(outcomes[side].value_usd, n_draws)))
            + abs(_mean(full(outcomes[side].extra_cost_usd, n_draws)))
            for side in (best, name)
        )
        error_usd = replicate_error(_mean, lead, n_scrambles)
        if _mean(lead) <= max(_SURE_AT_ERRORS * error_usd, _ROUNDING * turnover_usd):
            return False
    return True
