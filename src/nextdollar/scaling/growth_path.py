"""One way to grow: the model that each training budget would buy, and its loss in every draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.allocate import params_for_budget
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Law
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class GrowthPath:
    """Models in order of budget.

    `budget_flop`, `params` and `tokens` are (n_budgets,), `loss_nats` (n_budgets, n_draws) in nats per
    token, with one draw for a law without draws.
    """

    budget_flop: FloatArray
    params: FloatArray
    tokens: FloatArray
    loss_nats: FloatArray


def growth_path(
    law: Law,
    budget_flop: FloatArray,
    *,
    tokens_per_param: float | None = None,
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN,
) -> GrowthPath:
    """Models that a law would have us train at each of several budgets.

    Parameters
    ----------
    law : Law
        A scaling law; its coefficients may be draws.
    budget_flop : array (n_budgets,)
        Training work in FLOP, above 0 and rising.
    tokens_per_param : float, optional
        Ratio at which the model grows. None takes the median over draws of the compute-optimal size.
    flop_per_param_token : float
        Work per parameter and token.

    Returns
    -------
    GrowthPath
        The same model for all draws at each budget, since one model will be trained whatever the truth.

    Raises
    ------
    DomainError
        If budgets are not above 0 and rising, or the law has no best split and no ratio is given.
    """
    require(np.diff(budget_flop, prepend=0.0) > 0, "budget_flop", "above 0 and rising", budget_flop)
    column = budget_flop[:, None]
    if tokens_per_param is None:
        best = np.asarray(law.optimal_params(column, flop_per_param_token))
        params = np.exp(np.median(np.log(best), axis=-1))
    else:
        params = np.asarray(
            params_for_budget(budget_flop, tokens_per_param, flop_per_param_token=flop_per_param_token)
        )
    tokens = budget_flop / (flop_per_param_token * params)
    loss = np.asarray(law.loss(params[:, None], tokens[:, None]))
    return GrowthPath(budget_flop, params, tokens, loss)
