"""The joint law in parameters and tokens of Kaplan et al. 2020."""

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
class Kaplan:
    """L(N, D) = [(N_c / N)**(alpha_N / alpha_D) + D_c / D]**alpha_D.

    N is the number of parameters *without embeddings*, D of training tokens, L the loss in nats
    per token, early-stopped. There is no floor: the loss goes to 0. Each coefficient is one number
    or an array (n_draws,).

    The paper prints two sets of constants that must not be mixed. Table 2 fits this equation to
    runs of finite N and D (alpha_D 0.103); equations 1.1 and 1.2 fit its two limits apart (alpha_D
    0.095). The constants depend on the tokeniser, the exponents much less.
    """

    N_c: Floats
    D_c: Floats
    alpha_N: Floats
    alpha_D: Floats
    domain: Domain = field(default=UNBOUNDED, kw_only=True)

    source: ClassVar[Source] = Source(
        "Kaplan et al. 2020, Scaling Laws for Neural Language Models",
        "equation 1.5",
        "https://arxiv.org/abs/2001.08361",
    )

    def __post_init__(self) -> None:
        for name in ("N_c", "D_c", "alpha_N", "alpha_D"):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))

    def loss(self, N: Floats, D: Floats) -> Floats:
        """Loss in nats per token; N (no embeddings) and D above 0, of any shapes that broadcast."""
        require_model(N, D)
        return self._bracket(N, D) ** self.alpha_D

    def gradient(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Change of the loss per further parameter and per further token (both negative).

        With f the bracket: dL/dN = -alpha_N f**(alpha_D - 1) (N_c / N)**(alpha_N / alpha_D) / N and
        dL/dD = -alpha_D f**(alpha_D - 1) D_c / D**2.
        """
        require_model(N, D)
        outer = self._bracket(N, D) ** (self.alpha_D - 1)
        per_param = -self.alpha_N * outer * (self.N_c / N) ** (self.alpha_N / self.alpha_D) / N
        per_token = -self.alpha_D * outer * self.D_c / D / D
        return per_param, per_token

    def optimal_params(
        self, budget_flop: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
    ) -> Floats:
        """Parameters of the least loss when flop_per_param_token * N * D = budget_flop.

        With r = alpha_N / alpha_D: N* = (r N_c**r C / (k D_c))**(1 / (1 + r)). The bracket is least
        where r (N_c / N)**r = D_c / D.

        This is the optimum of this equation, N* ~ C**0.58. The paper's own N ~ C**0.73 comes from
        another fit, of loss against steps at a finite batch, and cannot be had from this one.
        """
        require_budget(budget_flop, flop_per_param_token)
        r = self.alpha_N / self.alpha_D
        return self._scale(flop_per_param_token) * budget_flop ** (1 / (1 + r))

    def frontier(self, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN) -> Frontier:
        """Least loss at each budget: K / C**gamma.

        gamma = alpha_N alpha_D / (alpha_N + alpha_D) and K = [(1 + r) (N_c / s)**r]**alpha_D, where
        r = alpha_N / alpha_D and s = N* / C**(1 / (1 + r)).
        """
        require_budget(1.0, flop_per_param_token)
        r = self.alpha_N / self.alpha_D
        K = ((1 + r) * (self.N_c / self._scale(flop_per_param_token)) ** r) ** self.alpha_D
        return Frontier(E=0.0, K=K, gamma=self.alpha_N / (1 + r))

    def _bracket(self, N: Floats, D: Floats) -> Floats:
        """Return (N_c / N)**(alpha_N / alpha_D) + D_c / D."""
        return (self.N_c / N) ** (self.alpha_N / self.alpha_D) + self.D_c / D

    def _scale(self, flop_per_param_token: float) -> Floats:
        """Return N* / C**(1 / (1 + r))."""
        r = self.alpha_N / self.alpha_D
        return (r * self.N_c**r / (flop_per_param_token * self.D_c)) ** (1 / (1 + r))
