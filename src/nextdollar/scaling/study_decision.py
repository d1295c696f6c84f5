"""The choice that a scaling study serves: which large run, which split, or how large a budget."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.growth_path import growth_path
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Law
from nextdollar.scaling.study_information import best_option
from nextdollar.units import FloatArray, Floats

_SPLITS = np.geomspace(1 / 8, 8, 33)
"""Sizes that are weighed for one budget, around the median best one."""
_BUDGET_STEPS = np.geomspace(1 / 30, 30, 49)


@dataclass(frozen=True, slots=True)
class Decision:
    """Options and what each is worth in each draw.

    `value_usd` is (n_options, n_draws), worth less cost, up to a constant that all options share.
    `params`, `tokens` (n_options,) and `loss_nats` (n_options, n_draws) describe the large runs; an
    option that trains nothing has 0 of both and today's loss.
    """

    params: FloatArray
    tokens: FloatArray
    loss_nats: FloatArray
    value_usd: FloatArray

    @property
    def best(self) -> int:
        """The option to take if nothing more is learned."""
        return best_option(self.value_usd)

    def chances_best(self) -> FloatArray:
        """Share of draws in which each option is the best, (n_options,)."""
        counts = np.bincount(np.argmax(self.value_usd, axis=0), minlength=len(self.value_usd))
        return np.asarray(counts / self.value_usd.shape[1])


def decision_between(
    law: Law,
    params: FloatArray,
    tokens: FloatArray,
    *,
    value_usd_per_nat: Floats,
    usd_per_flop: Floats,
    today_nats: float | None = None,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Decision:
    """Choose one of several large runs, or none.

    Parameters
    ----------
    law : Law
        A law with coefficients (n_draws,).
    params, tokens : array (n_options,)
        The large runs.
    value_usd_per_nat : float or array (n_draws,)
        What one nat per token less is worth in USD over the life of the model, at least 0.
    usd_per_flop : float or array (n_draws,)
        Price of training work, above 0.
    today_nats : float, optional
        Loss of the model that runs today. Where it is given, training nothing is an option too.
    flop_per_param_token : float
        Work per parameter and token.

    Returns
    -------
    Decision
        Options in the order given, training nothing last.

    Raises
    ------
    DomainError
        If a number leaves its domain.

    Notes
    -----
    value = -V L(N, D) - c k N D: worth is linear in the loss, so only differences between options count.
    """
    require(np.greater_equal(value_usd_per_nat, 0), "value_usd_per_nat", "at least 0", value_usd_per_nat)
    require(np.greater(usd_per_flop, 0), "usd_per_flop", "above 0", usd_per_flop)
    N, D = params[:, None], tokens[:, None]
    loss = np.atleast_2d(np.asarray(law.loss(N, D)))
    cost = flop_per_param_token * N * D * usd_per_flop
    if today_nats is not None:
        require(today_nats > 0, "today_nats", "above 0", today_nats)
        loss = np.concatenate([loss, np.full((1, loss.shape[1]), today_nats)])
        cost = np.concatenate([cost, np.zeros((1, cost.shape[1]))])
        params, tokens = np.append(params, 0.0), np.append(tokens, 0.0)
    return Decision(params, tokens, loss, -value_usd_per_nat * loss - cost)


def decision_on_split(
    law: Law,
    budget_flop: float,
    *,
    value_usd_per_nat: Floats,
    usd_per_flop: Floats,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Decision:
    """Choose the size of the model that a fixed budget trains.

    33 sizes from an eighth to eight times the median best one; other arguments and errors as of
    `decision_between`. The cost is the same for all, so what is at stake is a wrong split.
    """
    median = np.exp(np.median(np.log(np.asarray(law.optimal_params(budget_flop, flop_per_param_token)))))
    params = median * _SPLITS
    return decision_between(
        law,
        params,
        budget_flop / (flop_per_param_token * params),
        value_usd_per_nat=value_usd_per_nat,
        usd_per_flop=usd_per_flop,
        flop_per_param_token=flop_per_param_token,
    )


def decision_on_budget(
    law: Law,
    knee_flop: float,
    *,
    value_usd_per_nat: Floats,
    usd_per_flop: Floats,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Decision:
    """Choose how much to spend.

    49 budgets from a 30th to 30 times one that is near the best (`knee_flop`, in FLOP), each with the
    median best split; other arguments and errors as of `decision_between`.
    """
    path = growth_path(law, knee_flop * _BUDGET_STEPS, flop_per_param_token=flop_per_param_token)
    return decision_between(
        law,
        path.params,
        path.tokens,
        value_usd_per_nat=value_usd_per_nat,
        usd_per_flop=usd_per_flop,
        flop_per_param_token=flop_per_param_token,
    )
