"""The fleet and the cost of tokens of one configuration, draw by draw."""

from __future__ import annotations

from nextdollar.compute.fleet.instances import HOURS_PER_MONTH, Fleet, fleet_for
from nextdollar.compute.fleet.search import open_point, stay_draws_s
from nextdollar.compute.fleet.token_cost import TokenCost, reading_share, token_cost
from nextdollar.sizing.fleet.answer import Configuration
from nextdollar.sizing.fleet.options import deployment_of
from nextdollar.sizing.fleet.question import FleetQuestion
from nextdollar.sizing.fleet.speed import speed_on
from nextdollar.units import SECONDS_PER_HOUR, FloatArray, Floats


def fleet_draws(
    question: FleetQuestion,
    found: Configuration,
    *,
    tpot_scores: FloatArray,
    ttft_scores: FloatArray,
) -> Fleet:
    """Fleet of a configuration, draw by draw.

    Parameters
    ----------
    question : FleetQuestion
        Model, load and policy.
    found : Configuration
        What serves it, such as `plan_fleet(question).chosen.configuration`.
    tpot_scores, ttft_scores : array (n_draws,)
        Standard normal scores of the errors of both times, made by the caller.

    Returns
    -------
    Fleet
        Arrays (n_hours, n_draws).
    """
    times = stay_draws_s(
        question.need,
        deployment_of(question.model.shape, found),
        n_concurrent=float(found.n_concurrent),
        speed=speed_on(question, found.accelerator.name),
        tpot_scores=tpot_scores,
        ttft_scores=ttft_scores,
    )
    return fleet_for(
        question.need.requests_per_s_by_hour,
        times[1] + (question.need.n_output_tokens - 1.0) * times[0],
        n_concurrent=float(found.n_concurrent),
        policy=question.policy,
    )


def token_cost_draws(
    question: FleetQuestion, found: Configuration, fleet: Fleet, *, usd_per_gpu_hour: Floats
) -> TokenCost:
    """Cost of a request and of a million tokens of a fleet, draw by draw.

    Parameters
    ----------
    question : FleetQuestion
        The question that the fleet answers; its load must be that of the fleet.
    found : Configuration
        What serves it.
    fleet : Fleet
        From `fleet_draws`.
    usd_per_gpu_hour : float or array (n_draws,)
        Price of an hour, at least 0.

    Returns
    -------
    TokenCost
        Arrays (n_draws,).
    """
    need = question.need
    speed = speed_on(question, found.accelerator.name)
    deployment = deployment_of(question.model.shape, found)
    point = open_point(need, deployment, n_concurrent=float(found.n_concurrent), speed=speed)
    return token_cost(
        fleet.instance_hours_per_month * float(found.n_gpus) * usd_per_gpu_hour,
        need.mean_requests_per_s * HOURS_PER_MONTH * SECONDS_PER_HOUR,
        n_prompt_tokens=need.n_prompt_tokens,
        n_output_tokens=need.n_output_tokens,
        reading_share=reading_share(point, need.n_output_tokens),
    )
