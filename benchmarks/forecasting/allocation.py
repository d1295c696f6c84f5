"""What the split that a forecast advises would have cost, where a study trained a whole isoFLOP curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from forecasting.peers import peer_laws
from forecasting.studies import Split

from nextdollar.catalogue.study_fits import pooled_prior
from nextdollar.errors import FitError
from nextdollar.scaling import Law
from nextdollar.scaling.forecasting.anchored import coupled_of
from nextdollar.scaling.forecasting.posterior import most_likely
from nextdollar.scaling.isoflop import isoflop_minimum

SAME_BUDGET = 1.05
NEAR_THE_LEAST = 1.03
LEAST_RUNS = 5


@dataclass(frozen=True)
class Regret:
    """Advice for the largest budget of a study; `wasted` by way of fitting are percents of that budget."""

    name: str
    budget_flop: float
    best_params: float
    advised_params: dict[str, float]
    wasted: dict[str, float]


def regret(cut: Split) -> Regret | None:
    """Compare advice with the parabola through the losses at the largest budget; None where there is none.

    Wasted is the share of the budget that could have been saved: the same loss, reached along the
    frontier of the law fitted to all runs.
    """
    runs = cut.study.runs
    top = runs.take(runs.flop >= runs.flop.max() / SAME_BUDGET)
    top = top.take(top.loss_nats <= NEAR_THE_LEAST * top.loss_nats.min())
    if len(top) < LEAST_RUNS:
        return None
    try:
        curve = isoflop_minimum(top.params, top.loss_nats)
    except FitError:
        return None
    prior = pooled_prior(cut.study.group)
    laws: dict[str, Law] = {"ours": coupled_of(most_likely(cut.small, prior).theta), **peer_laws(cut.small)}
    budget_flop = float(np.median(6 * top.params * top.tokens))
    advised = {name: float(law.optimal_params(budget_flop)) for name, law in laws.items()}
    frontier = coupled_of(most_likely(runs, prior).theta).frontier()
    elasticity = float(frontier.slope(budget_flop)) * budget_flop
    wasted = {}
    for name, params in advised.items():
        lost_nats = 0.5 * curve.curvature_nats * np.log(params / curve.params) ** 2
        wasted[name] = float(-100 * np.expm1(lost_nats / elasticity))
    return Regret(cut.study.name, budget_flop, curve.params, advised, wasted)
