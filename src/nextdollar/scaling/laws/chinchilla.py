"""The parametric law of Hoffmann et al. 2022."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, UNBOUNDED, Domain
from nextdollar.scaling.laws.law import Frontier, require_budget, require_model
from nextdollar.sources import Source
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class Chinchilla:
    """L(N, D) = E + A / N**alpha + B / D**beta.

    N is the number of parameters, D of training tokens, L the loss in nats per
    token. E is the loss no model can beat. Each coefficient is one number (a point
    estimate) or an array (n_draws,) (an uncertain one); `loss` does not care.

    Rounded coefficients are not harmless: the three digits printed by Hoffmann et al. move the
    best tokens per parameter at 5.76e23 FLOP from 59 to 93.
    """

    E: Floats
    A: Floats
    alpha: Floats
    B: Floats
    beta: Floats
    domain: Domain = field(default=UNBOUNDED, kw_only=True)

    source: ClassVar[Source] = Source(
        "Hoffmann et al. 2022, Training Compute-Optimal Large Language Models",
        "section 3.3, equations 2 to 4",
        "https://arxiv.org/abs/2203.15556",
    )

    def __post_init__(self) -> None:
        require(np.greater_equal(self.E, 0), "E", "at least 0", self.E)
        for name in ("A", "alpha", "B", "beta"):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))

    def loss(self, N: Floats, D: Floats) -> Floats:
        """Loss in nats per token; N and D above 0, of any shapes that broadcast."""
        require_model(N, D)
        return self.E + self.A / N**self.alpha + self.B / D**self.beta

    def gradient(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Change of the loss per further parameter and per further token (both negative).

        dL/dN = -alpha A / N**(alpha + 1), dL/dD = -beta B / D**(beta + 1).
        """
        require_model(N, D)
        per_param = -self.alpha * self.A / N ** (self.alpha + 1)
        per_token = -self.beta * self.B / D ** (self.beta + 1)
        return per_param, per_token

    def optimal_params(
        self, budget_flop: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
    ) -> Floats:
        """Parameters of the least loss when flop_per_param_token * N * D = budget_flop.

        N* = G (C / k)**(beta / (alpha + beta)), with G = (alpha A / (beta B))**(1 / (alpha + beta)).
        """
        require_budget(budget_flop, flop_per_param_token)
        param_tokens = budget_flop / flop_per_param_token
        return self._balance() * param_tokens ** (self.beta / (self.alpha + self.beta))

    def frontier(self, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN) -> Frontier:
        """Least loss at each budget: E + K / C**gamma.

        gamma = alpha beta / (alpha + beta) and K = (A G**-alpha + B G**beta) k**gamma; with alpha
        and beta near 1/3 ten times the compute removes about a third of the loss above E.
        """
        require_budget(1.0, flop_per_param_token)
        G = self._balance()
        gamma = self.alpha * self.beta / (self.alpha + self.beta)
        K = (self.A * G**-self.alpha + self.B * G**self.beta) * flop_per_param_token**gamma
        return Frontier(E=self.E, K=K, gamma=gamma)

    def _balance(self) -> Floats:
        """Return G = N* / (C / k)**(beta / (alpha + beta))."""
        return (self.alpha * self.A / (self.beta * self.B)) ** (1 / (self.alpha + self.beta))
