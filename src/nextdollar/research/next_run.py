"""Which small run to make before a large one is chosen: `nextdollar study` as a function."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nextdollar.errors import FitError, require
from nextdollar.scaling import FLOP_PER_PARAM_TOKEN, Law
from nextdollar.scaling.forecasting.forecast_law import ForecastLaw
from nextdollar.scaling.study import RunWorth, SmallRun, ladder, worth_of_run
from nextdollar.scaling.study_decision import Decision
from nextdollar.scaling.study_information import perfect_information_usd
from nextdollar.units import FloatArray, Floats

USUAL_NOISE_LOG = 0.005
"""Scatter of the log loss between runs that differ in their seed alone, where no runs say otherwise."""
_N_LEVELS, _LEVELS_SPAN = 7, 1e3
_RATIO_STEPS = (1 / 4, 1 / 2, 1.0, 2.0, 4.0)
_SMALL_SHARE = 0.1
"""Share of the cheapest large run up to which a run counts as small, where no budget is given."""
_SURE = 2.0
_LIKELY = 0.01
_COMMON_SHARE = 0.5
"""Share of the variance of a small run's misfit that the large runs have in common with it.

Forecasts made again with the run then narrow about as much as is promised. Were all of it common, up to
three times as much would be promised; were none, up to twice too little.
"""
_LEAST_DRAWS = 64


@dataclass(frozen=True, slots=True)
class Study:
    """What small runs are worth to a decision.

    `ranked` holds every run that was weighed, the greatest worth less cost first; `steps` the runs to
    make one after another, each with the worth of all up to it. `perfect_usd` is what knowing the
    loss of every large run would be worth. `loss_now_nats` is (n_draws,), of the option to take now.
    """

    decision: Decision
    perfect_usd: float
    ranked: tuple[RunWorth, ...]
    steps: tuple[RunWorth, ...]
    noise_log: float
    loss_now_nats: FloatArray

    @property
    def next_run(self) -> RunWorth | None:
        """The run to make next; None where none is worth its cost.

        A worth that could be the luck of the draws does not count: worth less cost has to be more than
        twice its sampling error.
        """
        best = self.ranked[0] if self.ranked else None
        return best if best is not None and best.net_usd > _SURE * best.standard_error_usd else None


def study(
    law: Law,
    decision: Decision,
    *,
    usd_per_flop: Floats,
    budget_usd: float | None = None,
    noise_log: float | None = None,
    generator: np.random.Generator,
) -> Study:
    """Weigh small runs by what they would do for a choice between large ones.

    Parameters
    ----------
    law : Law
        A law with draws, best of all `forecast_law` of the runs made so far.
    decision : Decision
        What is to be chosen, on the same draws (`decision_between`, `decision_on_split`,
        `decision_on_budget`).
    usd_per_flop : float or array (n_draws,)
        Price of training work, above 0.
    budget_usd : float, optional
        What small runs may cost, each and all together. A tenth of the cheapest large run, each, if it
        is left out.
    noise_log : float, optional
        Scatter of the log loss from run to run. That of the forecast law if it is left out.
    generator : numpy.random.Generator
        Where simulated outcomes come from.

    Returns
    -------
    Study
        Runs ranked by worth less cost, and a ladder that stops where the next is not worth its cost.

    Raises
    ------
    FitError
        If the law has no draws: where nothing is uncertain, nothing can be learned.
    DomainError
        If a number leaves its domain.

    Notes
    -----
    Runs are weighed at seven budgets over three decades and at five ratios around the best one, none
    of them smaller than the smallest that the law has seen: below, what is off says nothing of above.
    """
    if decision.value_usd.shape[1] < _LEAST_DRAWS:
        raise FitError("the law has too few draws to learn from; name a table of runs, or a fit with draws")
    price = float(np.mean(usd_per_flop))
    noise = _noise(law, noise_log)
    largest_usd = budget_usd if budget_usd is not None else _small_usd(decision, price)
    runs = [
        _small_run(law, params, tokens, price=price, noise_log=noise)
        for params, tokens in _designs(law, largest_usd / price)
    ]
    worths = [worth_of_run(decision, run) for run in runs]
    found = Study(
        decision,
        perfect_information_usd(decision.value_usd),
        tuple(sorted(worths, key=lambda worth: -worth.net_usd)),
        (),
        noise,
        decision.loss_nats[decision.best],
    )
    if found.next_run is None:
        return found
    limit = np.inf if budget_usd is None else budget_usd
    return replace(found, steps=ladder(decision, runs, budget_usd=limit, generator=generator))


def _small_run(law: Law, params: float, tokens: float, *, price: float, noise_log: float) -> SmallRun:
    """Return a run with what each draw predicts for it.

    Of the misfit of a forecast law a part is common to the small run and the large ones, and so can be
    learned; the rest counts as noise.
    """
    cost_usd = price * FLOP_PER_PARAM_TOKEN * params * tokens
    if not isinstance(law, ForecastLaw):
        predicted = np.log(np.asarray(law.loss(params, tokens)))
        return SmallRun(params, tokens, cost_usd, predicted, noise_log)
    misfit_log = law.width.curvature * law.width.beyond(params, tokens) ** 2 * law.misfit
    predicted = np.log(np.asarray(law.law.loss(params, tokens))) + np.sqrt(_COMMON_SHARE) * misfit_log
    own_log = np.sqrt((1 - _COMMON_SHARE) * np.mean(misfit_log**2))
    return SmallRun(params, tokens, cost_usd, predicted, float(np.hypot(noise_log, own_log)))


def _noise(law: Law, noise_log: float | None) -> float:
    if noise_log is not None:
        require(noise_log > 0, "noise_log", "above 0", noise_log)
        return noise_log
    return law.width.noise_log if isinstance(law, ForecastLaw) else USUAL_NOISE_LOG


def _small_usd(decision: Decision, price: float) -> float:
    """Return the most that a small run may cost: a tenth of the cheapest large one that may be taken."""
    work = FLOP_PER_PARAM_TOKEN * decision.params * decision.tokens
    likely = (work > 0) & (decision.chances_best() >= _LIKELY)
    work = work[likely] if likely.any() else work[work > 0]
    return float(_SMALL_SHARE * work.min() * price)


def _designs(law: Law, most_flop: float) -> list[tuple[float, float]]:
    """Return parameters and tokens of the small runs to weigh."""
    found = []
    for flop in np.geomspace(most_flop / _LEVELS_SPAN, most_flop, _N_LEVELS):
        best = float(np.exp(np.median(np.log(np.asarray(law.optimal_params(float(flop)))))))
        for step in _RATIO_STEPS:
            params = best / np.sqrt(step)
            tokens = float(flop) / (FLOP_PER_PARAM_TOKEN * params)
            if params >= law.domain.params_low and tokens >= law.domain.tokens_low:
                found.append((params, tokens))
    return found
