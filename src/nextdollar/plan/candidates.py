"""Every candidate of a scenario worked out for one set of inputs."""

from __future__ import annotations

from collections.abc import Sequence

from nextdollar.plan.economics import market, present_bases, uplift_share
from nextdollar.plan.levers import NO_LEVERS, Levers
from nextdollar.plan.named_input import Values
from nextdollar.plan.outcome import Outcome, outcome
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.technical import technical


def outcomes_of(
    scenario: Scenario, values: Values, n_draws: int, levers: Levers = NO_LEVERS, only: Sequence[str] = ()
) -> dict[str, Outcome]:
    """Return the outcome of every candidate (or only of some) for given inputs."""
    board = market(scenario, values, levers)
    today = technical(scenario, values, scenario.today, levers)
    found: dict[str, Outcome] = {}
    for name in only or scenario.candidates:
        option = today if name == scenario.today else technical(scenario, values, name, levers)
        found[name] = outcome(
            board,
            present_bases(board, option.launch_months),
            uplift_share(scenario, values, today, option, levers),
            today=today,
            candidate=option,
            n_draws=n_draws,
        )
    return found
