"""A law in which too few parameters and too few tokens make each other worse, or hide each other."""

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
class Coupled:
    """L(N, D) = E + ((A / N**alpha)**(1/k) + (B / D**beta)**(1/k))**k.

    N is the number of parameters, D of training tokens, L the loss in nats per token; each
    coefficient is one number or an array (n_draws,). Where k is 1 this is the law of Hoffmann et
    al., where E is 0 and k is beta it is the law of Kaplan et al.; between them k says how the two
    shortages join: below 1 the larger one hides the smaller, and as k goes to 0 only the larger counts.

    The exponents along the frontier do not depend on k: N* ~ C**(beta / (alpha + beta)).
    """

    E: Floats
    A: Floats
    alpha: Floats
    B: Floats
    beta: Floats
    k: Floats
    domain: Domain = field(default=UNBOUNDED, kw_only=True)

    source: ClassVar[Source] = Source(
        "Kaplan et al. 2020, Scaling Laws for Neural Language Models",
        "equation 1.5 with a free outer exponent, and the floor of Hoffmann et al. 2022",
        "https://arxiv.org/abs/2001.08361",
    )

    def __post_init__(self) -> None:
        require(np.greater_equal(self.E, 0), "E", "at least 0", self.E)
        for name in ("A", "alpha", "B", "beta", "k"):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))

    def loss(self, N: Floats, D: Floats) -> Floats:
        """Loss in nats per token; N and D above 0, of any shapes that broadcast."""
        require_model(N, D)
        return self.E + self._joined(self.A / N**self.alpha, self.B / D**self.beta)

    def gradient(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Change of the loss per further parameter and per further token, neither above 0.

        With u = A / N**alpha, v = B / D**beta and S = L - E: dL/dN = -alpha S (u / S)**(1/k) / N and
        dL/dD = -beta S (v / S)**(1/k) / D.
        """
        require_model(N, D)
        u, v = self.A / N**self.alpha, self.B / D**self.beta
        S = self._joined(u, v)
        per_param = -self.alpha * S * (u / S) ** (1 / self.k) / N
        per_token = -self.beta * S * (v / S) ** (1 / self.k) / D
        return per_param, per_token

    def optimal_params(
        self, budget_flop: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
    ) -> Floats:
        """Parameters of the least loss when flop_per_param_token * N * D = budget_flop.

        With c the work per parameter and token: N* = G (C / c)**(beta / (alpha + beta)), with
        G = ((alpha / beta)**k A / B)**(1 / (alpha + beta)).
        """
        require_budget(budget_flop, flop_per_param_token)
        param_tokens = budget_flop / flop_per_param_token
        return self._balance() * param_tokens ** (self.beta / (self.alpha + self.beta))

    def frontier(self, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN) -> Frontier:
        """Least loss at each budget: E + K / C**gamma.

        gamma = alpha beta / (alpha + beta), and K is the joined shortage at C = c times c**gamma,
        where N* = G and D* = 1 / G.
        """
        require_budget(1.0, flop_per_param_token)
        G = self._balance()
        gamma = self.alpha * self.beta / (self.alpha + self.beta)
        joined = self._joined(self.A * G**-self.alpha, self.B * G**self.beta)
        return Frontier(E=self.E, K=joined * flop_per_param_token**gamma, gamma=gamma)

    def _joined(self, u: Floats, v: Floats) -> Floats:
        """Return (u**(1/k) + v**(1/k))**k; the larger is taken out so that small k cannot overflow."""
        larger = np.maximum(u, v)
        return larger * (1 + (np.minimum(u, v) / larger) ** (1 / self.k)) ** self.k

    def _balance(self) -> Floats:
        """Return G = N* / (C / c)**(beta / (alpha + beta))."""
        return ((self.alpha / self.beta) ** self.k * self.A / self.B) ** (1 / (self.alpha + self.beta))
