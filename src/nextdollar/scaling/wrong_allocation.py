"""What a split away from the best one wastes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.laws.law import Frontier, Law, require_model
from nextdollar.scaling.rising_root import rising_root
from nextdollar.units import Floats

_USUAL_LOG_FLOP = 50.0
"""Where the search for a budget begins: about 5e21 FLOP."""
_USUAL_TOKENS_PER_PARAM = 20.0


@dataclass(frozen=True, slots=True)
class DeadWeight:
    """Work that a best split would not have needed: `needed_flop` reaches the same loss.

    `flop` is what was spent beyond it and `share` that as a share of what was spent; nan where no
    budget reaches the loss.
    """

    spent_flop: Floats
    needed_flop: Floats

    @property
    def flop(self) -> Floats:
        """Work that bought nothing, in FLOP."""
        return self.spent_flop - self.needed_flop

    @property
    def share(self) -> Floats:
        """Share of the work that bought nothing."""
        return 1 - self.needed_flop / self.spent_flop


def budget_for_loss(
    law: Law, loss_nats: Floats, *, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
) -> Floats:
    """Least training budget whose best split reaches a loss, in FLOP.

    Parameters
    ----------
    law : Law
        A law with a compute-optimal frontier; its coefficients may be draws.
    loss_nats : float or array (...)
        Loss in nats per token, above 0.
    flop_per_param_token : float
        Work per parameter and token.

    Returns
    -------
    float or array (...)
        FLOP; nan where the loss lies at or below the floor of the law.

    Raises
    ------
    DomainError
        If the loss is 0 or less, or if the law has no frontier.

    Notes
    -----
    C = (K / (L - E))**(1 / gamma) where the frontier is E + K / C**gamma, and a root in ln C where it
    is searched for.
    """
    require(np.greater(loss_nats, 0), "loss_nats", "above 0", loss_nats)
    frontier = law.frontier(flop_per_param_token)
    if isinstance(frontier, Frontier):
        above = np.where(np.greater(loss_nats, frontier.E), np.subtract(loss_nats, frontier.E), np.nan)
        return ((frontier.K / above) ** (1 / frontier.gamma))[()]
    return np.exp(rising_root(lambda x: loss_nats - frontier.loss(np.exp(x)), _USUAL_LOG_FLOP))


def dead_weight(
    law: Law, params: Floats, tokens: Floats, *, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
) -> DeadWeight:
    """Work that a model takes beyond the best split of the same loss.

    Parameters
    ----------
    law : Law
        A law with a compute-optimal frontier; its coefficients may be draws.
    params, tokens : float or array (...)
        Parameters N and training tokens D, above 0.
    flop_per_param_token : float
        Work per parameter and token.

    Returns
    -------
    DeadWeight
        Spent and needed FLOP, of the shape that the law's draws and the run broadcast to.

    Raises
    ------
    DomainError
        If either is 0 or less, or if the law has no frontier.

    Notes
    -----
    Spent k N D, needed (K / (L(N, D) - E))**(1 / gamma). It counts training alone: a model that is
    small for its tokens wastes training work to save serving work (see `least_total`).
    """
    require_model(params, tokens)
    spent_flop = flop_per_param_token * params * tokens
    needed_flop = budget_for_loss(law, law.loss(params, tokens), flop_per_param_token=flop_per_param_token)
    # The best split itself comes back a rounding error off.
    return DeadWeight(spent_flop, np.minimum(needed_flop, spent_flop))


def tokens_for_loss(law: Law, params: Floats, loss_nats: Floats) -> Floats:
    """Training tokens with which a number of parameters reach a loss.

    Parameters
    ----------
    law : Law
        A law whose loss falls with tokens; its coefficients may be draws.
    params : float or array (...)
        Parameters, above 0.
    loss_nats : float or array (...)
        Loss in nats per token, above 0.

    Returns
    -------
    float or array (...)
        Tokens; nan where no number of tokens is enough for so few parameters.

    Raises
    ------
    DomainError
        If an argument is 0 or less.

    Notes
    -----
    The root of L(N, D) = l in ln D.
    """
    require(np.greater(params, 0), "params", "above 0", params)
    require(np.greater(loss_nats, 0), "loss_nats", "above 0", loss_nats)
    start = np.log(_USUAL_TOKENS_PER_PARAM * params) + np.zeros(np.shape(loss_nats))
    return np.exp(rising_root(lambda x: loss_nats - law.loss(params, np.exp(x)), start))
