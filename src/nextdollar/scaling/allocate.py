"""How a training budget is split between parameters and tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Law, require_budget
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class Allocation:
    """A split of a training budget: parameters, tokens, and the loss in nats per token it reaches."""

    params: Floats
    tokens: Floats
    loss_nats: Floats

    @property
    def tokens_per_param(self) -> Floats:
        """Training tokens per parameter."""
        return self.tokens / self.params


def compute_optimal(
    law: Law, budget_flop: Floats, *, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
) -> Allocation:
    """Split of a training budget that reaches the least loss.

    Parameters
    ----------
    law : Law
        A law in parameters and tokens; its coefficients may be draws.
    budget_flop : float or array (...)
        Training work in FLOP, above 0.
    flop_per_param_token : float
        Work per parameter and token; 6 leaves out attention over long contexts.

    Returns
    -------
    Allocation
        Parameters, tokens and loss, of the shape that the law's draws and the budget broadcast to.

    Raises
    ------
    DomainError
        If the budget is 0 or less, or if the law is in one quantity only and so has no best split.

    Notes
    -----
    Minimises L(N, D) under k N D = C, in closed form (see `optimal_params` of the law). The optimum
    is flat: by the law of Hoffmann et al. a model half or twice the best size loses 0.6 % of the loss
    at 1e21 FLOP and 0.15 % at 4e25. It counts training only; a model that will serve many tokens
    should be smaller and trained for longer.
    """
    params = law.optimal_params(budget_flop, flop_per_param_token)
    tokens = budget_flop / (flop_per_param_token * params)
    return Allocation(params=params, tokens=tokens, loss_nats=law.loss(params, tokens))


def params_for_budget(
    budget_flop: Floats,
    tokens_per_param: Floats,
    *,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Floats:
    """Parameters that a budget trains at a given number of tokens per parameter.

    N = sqrt(C / (k r)), with k the FLOP per parameter and token and r the tokens per parameter;
    `budget_flop` (FLOP) and `tokens_per_param` must be above 0.
    """
    require_budget(budget_flop, flop_per_param_token)
    require(np.greater(tokens_per_param, 0), "tokens_per_param", "above 0", tokens_per_param)
    return np.sqrt(budget_flop / (flop_per_param_token * tokens_per_param))


def fixed_ratio(
    law: Law,
    budget_flop: Floats,
    *,
    tokens_per_param: Floats,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> Allocation:
    """Split of a training budget at a given number of tokens per parameter.

    Works for every law, also for one in a single quantity. Arguments and errors as in
    `compute_optimal` and `params_for_budget`.
    """
    params = params_for_budget(budget_flop, tokens_per_param, flop_per_param_token=flop_per_param_token)
    tokens = tokens_per_param * params
    return Allocation(params=params, tokens=tokens, loss_nats=law.loss(params, tokens))
