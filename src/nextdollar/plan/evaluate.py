"""Joins the pillars: a scenario becomes an evaluation, draw by draw.

Draws are worked out in blocks that stay in cache. A block depends on nothing but the scenario, the
seed and its place, so the result is the same for any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.catalogue.override import carried
from nextdollar.finance import first_order_shares
from nextdollar.plan.break_even import break_evens
from nextdollar.plan.candidates import outcomes_of
from nextdollar.plan.churn_curve import churn_curve
from nextdollar.plan.customer_value import customer_value
from nextdollar.plan.decision import Decision, choose
from nextdollar.plan.economics import market
from nextdollar.plan.evaluation import CandidateResult, Evaluation
from nextdollar.plan.frontier import frontier
from nextdollar.plan.inputs import (
    can_move,
    correlations_of,
    dealing_order,
    draw_values,
    inputs_of,
    typical_values,
    uncertain_inputs,
)
from nextdollar.plan.levers import NO_LEVERS, Levers
from nextdollar.plan.load import LoadedScenario
from nextdollar.plan.named_input import Input, Values
from nextdollar.plan.outcome import Outcome, joined
from nextdollar.plan.provenance import sources_of, versions, warnings_of
from nextdollar.plan.quality_reading import quality_reading, quality_sentences
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.technical import technical
from nextdollar.plan.verdict import decision_in_words
from nextdollar.uncertainty import Correlations, Design

BLOCK_DRAWS = 8_192
DETAIL_DRAWS = 16_384
FRONTIER_DRAWS = 4_096
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class _Job:
    """What a worker needs to work out any block."""

    scenario: Scenario
    inputs: Mapping[str, Input]
    design: Design
    correlations: Correlations | None
    levers: Levers


# A figure too large for a float is infinite, and said to be none; it is no reason to warn on every line.
@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def evaluate(
    loaded: LoadedScenario,
    *,
    n_draws: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    backend: str = "loky",
    progress: Progress | None = None,
    beside: Evaluation | None = None,
) -> Evaluation:
    """Return the evaluation of a checked scenario.

    Parameters
    ----------
    loaded : LoadedScenario
        From `load_scenario` or `parse_scenario`.
    n_draws, seed : int, optional
        Instead of the scenario's; draws are rounded up so that each scramble has a power of two.
    workers : int
        Processes that work on blocks; the result does not depend on it.
    backend : str
        joblib backend: "loky" or "threading" on one machine, or one that has been registered for a cluster.
    progress : callable, optional
        Called with the share done and what is being done.
    beside : Evaluation, optional
        Another evaluation to be compared with: inputs of the same name get the same draws.
    """
    scenario = loaded.scenario
    inputs = inputs_of(scenario)
    correlations = correlations_of(scenario)
    if beside is None:
        design = Design.rounded(
            scenario.simulation.draws if n_draws is None else n_draws,
            scenario.simulation.seed if seed is None else seed,
            balanced=dealing_order(inputs),
        )
    else:
        design = beside.design.balancing(dealing_order(inputs))
    say = progress or _silent
    outcomes = _outcomes(_Job(scenario, inputs, design, correlations, NO_LEVERS), workers, backend, say)
    detail = draw_values(inputs, design, correlations, stop=min(design.n_draws, DETAIL_DRAWS))
    say(0.7, "break-even values")
    decision = _decide(scenario, outcomes, detail, design)
    say(0.9, "frontier and churn")
    return _evaluation(
        loaded, inputs, design, correlations, outcomes=outcomes, detail=detail, decision=decision
    )


def _silent(share: float, what: str) -> None:
    """Say nothing."""


def _outcomes(job: _Job, workers: int, backend: str, say: Progress) -> dict[str, Outcome]:
    borders = range(0, job.design.n_draws, BLOCK_DRAWS)
    if workers == 1:
        parts = []
        for index, start in enumerate(borders):
            parts.append(_block(job, start))
            say(0.7 * (index + 1) / len(borders), "draws")
    else:
        import joblib

        with joblib.parallel_config(backend=backend, n_jobs=workers):
            parts = joblib.Parallel()(joblib.delayed(carried(_block))(job, start) for start in borders)
    # Blocks let go of a candidate as it is joined, so that the draws are held about once.
    return {name: joined([part.pop(name) for part in parts]) for name in job.scenario.candidates}


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def _block(job: _Job, start: int) -> dict[str, Outcome]:
    """Return the outcomes of every candidate for one block of draws."""
    stop = min(start + BLOCK_DRAWS, job.design.n_draws)
    values = draw_values(job.inputs, job.design, job.correlations, start=start, stop=stop)
    return outcomes_of(job.scenario, values, stop - start, job.levers)


def _decide(scenario: Scenario, outcomes: Mapping[str, Outcome], detail: Values, design: Design) -> Decision:
    limit = scenario.risk.limit
    choice = choose(
        outcomes,
        scenario.today,
        n_draws=design.n_draws,
        n_scrambles=design.n_scrambles,
        risk_measure=scenario.risk.measure,
        risk_level=scenario.risk.level.typical(),
        risk_limit_usd=None if limit is None else limit.typical(),
    )
    return decision_in_words(choice, scenario.today, tuple(break_evens(scenario, detail, choice.steps)))


def _evaluation(
    loaded: LoadedScenario,
    inputs: Mapping[str, Input],
    design: Design,
    correlations: Correlations | None,
    *,
    outcomes: Mapping[str, Outcome],
    detail: Values,
    decision: Decision,
) -> Evaluation:
    scenario = loaded.scenario
    typical = typical_values(inputs)
    focus = decision.last_worth_funding or decision.order[min(1, len(decision.order) - 1)]
    few = draw_values(inputs, design, correlations, stop=min(design.n_draws, FRONTIER_DRAWS))
    n_few = min(design.n_draws, FRONTIER_DRAWS)
    technicals = {name: technical(scenario, few, name) for name in scenario.candidates}
    drivers = _drivers(inputs, detail, outcomes[focus], focus, scenario.today)
    quality = quality_reading(scenario, few, focus)
    return Evaluation(
        scenario=scenario,
        file=loaded.document.file,
        file_hashes=loaded.document.files,
        inputs=inputs,
        design=design,
        values=detail,
        candidates=tuple(
            CandidateResult(name, name == scenario.today, technical(scenario, typical, name), outcomes[name])
            for name in scenario.candidates
        ),
        customers=customer_value(market(scenario, detail)),
        decision=decision,
        frontier=frontier(scenario, few, market(scenario, few), technicals, n_few),
        churn_curve=churn_curve(scenario, detail, focus),
        drivers=drivers,
        correlation_repair=0.0 if correlations is None else correlations.repair_distance,
        warnings=(
            *warnings_of(
                scenario, inputs, typical, correlations, outcomes=outcomes, focus=focus, design=design
            ),
            *quality_sentences(quality, inputs, drivers),
        ),
        sources=sources_of(scenario, inputs, typical),
        quality=quality,
        versions=versions(),
    )


def _drivers(
    inputs: Mapping[str, Input], detail: Values, focus: Outcome, name: str, today: str
) -> dict[str, float]:
    """Return the share of the variance of present value that each uncertain input explains alone."""
    path = ("candidates", name, "npv_usd")
    draws = {key: np.asarray(detail[key]) for key in uncertain_inputs(inputs) if can_move(key, path, today)}
    n_detail = next((item.size for item in draws.values()), 0)
    if not n_detail or np.ndim(focus.npv_usd) == 0:
        return {}
    shares = first_order_shares(draws, np.asarray(focus.npv_usd)[:n_detail])
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
