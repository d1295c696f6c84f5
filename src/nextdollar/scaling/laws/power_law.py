"""A power law in one quantity: parameters, tokens or training work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from nextdollar.errors import DomainError, require
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, UNBOUNDED, Domain
from nextdollar.scaling.laws.law import Frontier, require_budget, require_model
from nextdollar.sources import Source
from nextdollar.units import Floats

Variable: TypeAlias = Literal["params", "tokens", "flop"]
VARIABLES: tuple[Variable, ...] = ("params", "tokens", "flop")


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """L(x) = E + A / x**alpha, with x = N, D or 6 N D.

    `variable` says which: "params", "tokens" or "flop". E and L are in nats per token. Each
    coefficient is one number or an array (n_draws,).

    A law in one quantity holds the others at what they were in its runs: it cannot say how a
    budget should be split.
    """

    E: Floats
    A: Floats
    alpha: Floats
    variable: Variable
    domain: Domain = field(default=UNBOUNDED, kw_only=True)

    source: ClassVar[Source] = Source(
        "Henighan et al. 2020, Scaling Laws for Autoregressive Generative Modeling",
        "equation 1.1",
        "https://arxiv.org/abs/2010.14701",
    )

    def __post_init__(self) -> None:
        require(np.greater_equal(self.E, 0), "E", "at least 0", self.E)
        require(np.greater(self.A, 0), "A", "above 0", self.A)
        require(np.greater(self.alpha, 0), "alpha", "above 0", self.alpha)
        require(self.variable in VARIABLES, "variable", f"one of {', '.join(VARIABLES)}", self.variable)

    def loss(self, N: Floats, D: Floats) -> Floats:
        """Loss in nats per token; N and D above 0. The result has the shape of both."""
        require_model(N, D)
        return self._loss_of(self._x(N, D)) + np.zeros(np.broadcast(N, D).shape)

    def gradient(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Change of the loss per further parameter and per further token, neither above 0.

        dL/dx = -alpha A / x**(alpha + 1), times 6 D or 6 N where x is FLOP, and 0 for a quantity
        that the law does not hold.
        """
        require_model(N, D)
        per_x = -self.alpha * self.A / self._x(N, D) ** (self.alpha + 1)
        if self.variable == "params":
            return per_x, 0.0 * per_x
        if self.variable == "tokens":
            return 0.0 * per_x, per_x
        return FLOP_PER_PARAM_TOKEN * D * per_x, FLOP_PER_PARAM_TOKEN * N * per_x

    def optimal_params(
        self, budget_flop: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
    ) -> Floats:
        """Raise DomainError: a law in one quantity has no best split of a budget."""
        require_budget(budget_flop, flop_per_param_token)
        raise DomainError(f"law has no compute-optimal split: {self._why_no_optimum()}")

    def frontier(self, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN) -> Frontier:
        """Least loss at each budget: the law itself when it is one in FLOP, and no answer otherwise.

        Work is counted as 6 N D by the law and as k N D by the caller, so K = A (k / 6)**alpha.
        """
        require_budget(1.0, flop_per_param_token)
        if self.variable != "flop":
            raise DomainError(f"law has no compute-optimal frontier: {self._why_no_optimum()}")
        K = self.A * (flop_per_param_token / FLOP_PER_PARAM_TOKEN) ** self.alpha
        return Frontier(E=self.E, K=K, gamma=self.alpha)

    def _x(self, N: Floats, D: Floats) -> Floats:
        """Return the quantity that the law is in."""
        if self.variable == "params":
            return N
        if self.variable == "tokens":
            return D
        return FLOP_PER_PARAM_TOKEN * N * D

    def _loss_of(self, x: Floats) -> Floats:
        """Return E + A / x**alpha."""
        return self.E + self.A / x**self.alpha

    def _why_no_optimum(self) -> str:
        """Say in one clause what the law would do with a fixed budget."""
        if self.variable == "flop":
            return "in flop alone every split of a budget gives the same loss"
        other = "tokens" if self.variable == "params" else "params"
        return (
            f"in {self.variable} alone the least loss at a fixed budget has no {other} left; "
            "fix the tokens per parameter instead"
        )
