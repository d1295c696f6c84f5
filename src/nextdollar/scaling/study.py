"""Which small training run is worth most before a large one is chosen.

A small run costs little and its loss tells which draws of the law to believe. Its worth is how much
better the choice between large runs becomes on average: the expected value of sample information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.study_decision import Decision
from nextdollar.scaling.study_information import sample_information_usd, spread_left
from nextdollar.units import FloatArray

_LEAST_DRAWS = 20.0
"""Draws that an outcome must speak for on average: with fewer, averages over them are noise."""
_WIDER = 1.25
_STEPS_PER_NOISE = 4.0
_NOISES_BEYOND = 5.0
_MOST_OUTCOMES = 400
_N_PROBES = 64
_N_GROUPS = 8
_LARGEST_LADDER = 5
_TELLABLE_SHARE = 0.01
"""Least that a further run must add, as a share of the worth so far: less is lost in sampling."""


@dataclass(frozen=True, slots=True)
class SmallRun:
    """A run that could be made next, and what it would show.

    `predicted_log` (n_draws,) is the logarithm of its loss by each draw of the law, `noise_log` the
    standard deviation of what else moves the logarithm of the loss: seed, data order, and the misfit
    that is this run's own.
    """

    params: float
    tokens: float
    cost_usd: float
    predicted_log: FloatArray
    noise_log: float

    def __post_init__(self) -> None:
        require(self.noise_log > 0, "noise_log", "above 0", self.noise_log)
        require(self.cost_usd >= 0, "cost_usd", "at least 0", self.cost_usd)


@dataclass(frozen=True, slots=True)
class RunWorth:
    """What runs are worth to a decision, in USD.

    `evsi_usd` is the expected value of what they show, `standard_error_usd` its sampling error.
    `spread_left_share` is the share of the standard deviation of the loss of the run that would be chosen
    now that is expected to remain. `noise_factor` is the factor on the noise that the draws asked for: above
    1 the run tells more than they can resolve, and its worth is understated.
    """

    runs: tuple[SmallRun, ...]
    cost_usd: float
    evsi_usd: float
    standard_error_usd: float
    spread_left_share: float
    noise_factor: float

    @property
    def net_usd(self) -> float:
        """Worth less cost."""
        return self.evsi_usd - self.cost_usd


def worth_of_run(decision: Decision, run: SmallRun) -> RunWorth:
    """Worth of one run before its loss is known.

    Parameters
    ----------
    decision : Decision
        The large runs to choose from, by draw.
    run : SmallRun
        The run, predicted on the same draws.

    Returns
    -------
    RunWorth
        At least 0 and at most perfect information; more noise never makes it worth more.

    Notes
    -----
    The loss has density (1/n) sum of normal(ln L_i, noise) over draws i. It is laid on an even grid
    of a quarter of the noise per step, and at each point all draws are weighed by their likelihood.
    The sampling error is a jackknife over eight groups of draws.
    """
    likelihood, widened = _likelihood_on_grid(run)
    return RunWorth(
        runs=(run,),
        cost_usd=run.cost_usd,
        evsi_usd=sample_information_usd(decision.value_usd, likelihood),
        standard_error_usd=_jackknife(decision.value_usd, likelihood),
        spread_left_share=spread_left(np.log(decision.loss_nats[decision.best]), likelihood),
        noise_factor=widened,
    )


def worth_of_runs(decision: Decision, runs: Sequence[SmallRun], *, scores: FloatArray) -> RunWorth:
    """Worth of several runs made together, before any of their losses is known.

    Parameters
    ----------
    decision : Decision
        The large runs to choose from, by draw.
    runs : sequence of SmallRun
        At least one.
    scores : array (n_runs or more, n_outcomes)
        Standard normal numbers; the same ones for all designs make them comparable.

    Returns
    -------
    RunWorth
        As of `worth_of_run`, up to the sampling of outcomes.

    Notes
    -----
    Outcomes are simulated from evenly spread draws; each stands for a share of the outcomes that is
    one over its predictive density, so that the table of likelihoods is one of an observation.
    """
    likelihood, widened = _likelihood_of_outcomes(runs, scores)
    return RunWorth(
        runs=tuple(runs),
        cost_usd=sum(run.cost_usd for run in runs),
        evsi_usd=sample_information_usd(decision.value_usd, likelihood),
        standard_error_usd=_jackknife(decision.value_usd, likelihood),
        spread_left_share=spread_left(np.log(decision.loss_nats[decision.best]), likelihood),
        noise_factor=widened,
    )


def ladder(
    decision: Decision,
    runs: Sequence[SmallRun],
    *,
    budget_usd: float = np.inf,
    n_outcomes: int = 192,
    generator: np.random.Generator,
) -> tuple[RunWorth, ...]:
    """Runs to make one after another, each the one that adds most beyond its cost.

    Parameters
    ----------
    decision : Decision
        The large runs to choose from.
    runs : sequence of SmallRun
        What could be made; the same may be made again.
    budget_usd : float
        What all of them together may cost.
    n_outcomes : int
        Simulated outcomes of each set of runs.
    generator : numpy.random.Generator
        Where their noise comes from.

    Returns
    -------
    tuple of RunWorth
        The worth of the first, of the first two, and so on; empty where no run is worth its cost. It
        ends before the run that adds less than it costs, and at five runs.
    """
    alone = [worth_of_run(decision, run) for run in runs if run.cost_usd <= budget_usd]
    first = max(alone, key=lambda worth: worth.net_usd, default=None)
    if first is None or first.net_usd <= 0:
        return ()
    scores = generator.standard_normal((_LARGEST_LADDER, n_outcomes))
    found = [first]
    while len(found) < _LARGEST_LADDER:
        following = _next_step(decision, found[-1], runs, budget_usd - found[-1].cost_usd, scores)
        if following is None:
            break
        found.append(following)
    return tuple(found)


def _next_step(
    decision: Decision, so_far: RunWorth, runs: Sequence[SmallRun], left_usd: float, scores: FloatArray
) -> RunWorth | None:
    """Return the runs so far with the one that adds most beyond its cost; None where none adds more.

    What one more run adds is the difference of two worths on the same simulated outcomes.
    """
    before = worth_of_runs(decision, so_far.runs, scores=scores).evsi_usd
    best, best_net = None, _TELLABLE_SHARE * so_far.evsi_usd
    for run in runs:
        if run.cost_usd <= left_usd:
            likelihood, _ = _likelihood_of_outcomes((*so_far.runs, run), scores)
            net = sample_information_usd(decision.value_usd, likelihood) - before - run.cost_usd
            if net > best_net:
                best, best_net = run, net
    if best is None:
        return None
    found = worth_of_runs(decision, (*so_far.runs, best), scores=scores)
    return replace(
        found,
        evsi_usd=so_far.evsi_usd + best_net + best.cost_usd,
        spread_left_share=min(found.spread_left_share, so_far.spread_left_share),
    )


def _likelihood_on_grid(run: SmallRun) -> tuple[FloatArray, float]:
    """Return likelihoods (n_outcomes, n_draws) of an even grid of losses, and the factor on the noise."""
    probes = run.predicted_log[:: max(run.predicted_log.size // _N_PROBES, 1)]
    widened = 1.0
    while _draws_behind(_normal(probes, run, widened)) < _LEAST_DRAWS:
        widened *= _WIDER
    noise_log = widened * run.noise_log
    low = float(run.predicted_log.min()) - _NOISES_BEYOND * noise_log
    high = float(run.predicted_log.max()) + _NOISES_BEYOND * noise_log
    n_outcomes = min(int(np.ceil((high - low) * _STEPS_PER_NOISE / noise_log)) + 1, _MOST_OUTCOMES)
    return _normal(np.linspace(low, high, n_outcomes), run, widened), widened


def _normal(outcome_log: FloatArray, run: SmallRun, widened: float) -> FloatArray:
    """Return the likelihood of losses by draw, up to a constant, (n_outcomes, n_draws)."""
    score = (outcome_log[:, None] - run.predicted_log) / (widened * run.noise_log)
    likelihood: FloatArray = np.exp(-(score**2) / 2)
    return likelihood


def _draws_behind(likelihood: FloatArray) -> float:
    """Return by how many draws an outcome is carried on average: (sum w)**2 / sum w**2, at most all."""
    total = likelihood.sum(axis=1)
    squares = (likelihood**2).sum(axis=1)
    held = total > 0
    if not held.any():
        return 0.0
    behind = float(np.mean(total[held] ** 2 / squares[held]))
    # With hardly more draws than are asked for, no width is wide enough: half of them must do.
    return behind if likelihood.shape[1] >= 2 * _LEAST_DRAWS else 2 * _LEAST_DRAWS


def _likelihood_of_outcomes(runs: Sequence[SmallRun], scores: FloatArray) -> tuple[FloatArray, float]:
    """Return likelihoods (n_outcomes, n_draws) of simulated outcomes of all runs, over their density."""
    n_draws = runs[0].predicted_log.size
    truth = np.linspace(0, n_draws - 1, scores.shape[1]).round().astype(np.int64)
    widened = 1.0
    while True:
        log_likelihood = np.zeros((truth.size, n_draws))
        for run, standard in zip(runs, scores, strict=False):
            noise_log = widened * run.noise_log
            outcome = run.predicted_log[truth] + noise_log * standard
            log_likelihood -= ((outcome[:, None] - run.predicted_log) / noise_log) ** 2 / 2
        likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
        if _draws_behind(likelihood) >= _LEAST_DRAWS:
            break
        widened *= _WIDER
    return likelihood / likelihood.sum(axis=1, keepdims=True), widened


def _jackknife(value_usd: FloatArray, likelihood: FloatArray) -> float:
    """Return the sampling error of the worth from leaving out each of eight groups of draws."""
    draw = np.arange(value_usd.shape[1])
    if draw.size < 2 * _N_GROUPS:
        return 0.0
    found = [
        sample_information_usd(
            value_usd[:, draw % _N_GROUPS != group], likelihood[:, draw % _N_GROUPS != group]
        )
        for group in range(_N_GROUPS)
    ]
    return float(np.std(found) * np.sqrt(_N_GROUPS - 1))
