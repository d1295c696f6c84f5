"""What every scaling law offers, and the compute-optimal frontier they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, Domain
from nextdollar.sources import Source
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class Frontier:
    """Least loss that a training budget of C FLOP can reach: L(C) = E + K / C**gamma.

    E is in nats per token, K in nats * FLOP**gamma, and gamma a pure number. Each is one number or
    an array (n_draws,).
    """

    E: Floats
    K: Floats
    gamma: Floats

    def loss(self, budget_flop: Floats) -> Floats:
        """Loss in nats per token at a budget in FLOP, above 0."""
        require(np.greater(budget_flop, 0), "budget_flop", "above 0", budget_flop)
        return self.E + self.K / budget_flop**self.gamma

    def slope(self, budget_flop: Floats) -> Floats:
        """Change of the loss per further FLOP (negative), at a budget in FLOP above 0."""
        require(np.greater(budget_flop, 0), "budget_flop", "above 0", budget_flop)
        return -self.gamma * self.K / budget_flop ** (1 + self.gamma)


@dataclass(frozen=True, slots=True)
class SearchedFrontier:
    """Least loss at each budget, for a law whose frontier is not a power of the budget.

    Each answer asks the law for its best split: `law` must have `optimal_params`.
    """

    law: Law
    flop_per_param_token: float = FLOP_PER_PARAM_TOKEN

    def loss(self, budget_flop: Floats) -> Floats:
        """Loss in nats per token at a budget in FLOP, above 0."""
        N, D = self._split(budget_flop)
        return self.law.loss(N, D)

    def slope(self, budget_flop: Floats) -> Floats:
        """Change of the loss per further FLOP (negative), at a budget in FLOP above 0.

        At the best split a little more of C is worth the same in parameters as in tokens, so
        dL/dC = (N dL/dN + D dL/dD) / (2 C), however the split itself moves.
        """
        N, D = self._split(budget_flop)
        per_param, per_token = self.law.gradient(N, D)
        return (N * per_param + D * per_token) / (2 * budget_flop)

    def _split(self, budget_flop: Floats) -> tuple[Floats, Floats]:
        """Return parameters and tokens of the least loss."""
        N = self.law.optimal_params(budget_flop, self.flop_per_param_token)
        return N, budget_flop / (self.flop_per_param_token * N)


class Law(Protocol):
    """Loss in nats per token of a model with N parameters that was trained on D tokens."""

    source: ClassVar[Source]

    @property
    def domain(self) -> Domain:
        """Range of the runs that the coefficients were fitted to."""
        ...

    def loss(self, N: Floats, D: Floats) -> Floats:
        """Loss in nats per token."""
        ...

    def gradient(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Change of the loss per further parameter and per further token, neither above 0."""
        ...

    def optimal_params(
        self, budget_flop: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
    ) -> Floats:
        """Parameters that reach the least loss at a training budget in FLOP."""
        ...

    def frontier(self, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN) -> Frontier | SearchedFrontier:
        """Least loss as a function of the training budget."""
        ...


def require_model(N: Floats, D: Floats) -> None:
    """Raise DomainError unless parameters and tokens are above 0."""
    require(np.greater(N, 0), "N", "above 0", N)
    require(np.greater(D, 0), "D", "above 0", D)


def require_budget(budget_flop: Floats, flop_per_param_token: float) -> None:
    """Raise DomainError unless a training budget and the work per parameter and token are above 0."""
    require(np.greater(budget_flop, 0), "budget_flop", "above 0", budget_flop)
    require(np.greater(flop_per_param_token, 0), "flop_per_param_token", "above 0", flop_per_param_token)
