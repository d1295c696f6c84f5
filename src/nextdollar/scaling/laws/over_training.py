"""The law of Gadre et al. 2024, for models trained on more tokens than are compute-optimal."""

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
class OverTraining:
    """L(C, M) = E + (a M**eta + b M**-eta) / C**eta, with C = 6 N D and M = D / N.

    N is the number of parameters (embeddings included), D of training tokens, L the loss in nats
    per token. At every ratio M the loss above E falls with the same power of compute, so small runs
    at two ratios foretell large ones at any. Each coefficient is one number or an array (n_draws,).

    It is the form of Hoffmann et al. with both exponents 2 eta: the best ratio, (b / a)**(1 / (2 eta)),
    is the same at every budget. Trust it only where it lies between ratios that were trained.
    """

    E: Floats
    a: Floats
    b: Floats
    eta: Floats
    domain: Domain = field(default=UNBOUNDED, kw_only=True)

    source: ClassVar[Source] = Source(
        "Gadre et al. 2024, Language models scale reliably with over-training and on downstream tasks",
        "section 2, the law for over-trained models",
        "https://arxiv.org/abs/2403.08540",
    )

    def __post_init__(self) -> None:
        require(np.greater_equal(self.E, 0), "E", "at least 0", self.E)
        for name in ("a", "b", "eta"):
            require(np.greater(getattr(self, name), 0), name, "above 0", getattr(self, name))

    def loss(self, N: Floats, D: Floats) -> Floats:
        """Loss in nats per token; N and D above 0, of any shapes that broadcast.

        Written in N and D: E + (a / N**(2 eta) + b / D**(2 eta)) / 6**eta.
        """
        require_model(N, D)
        power = 2 * self.eta
        return self.E + (self.a / N**power + self.b / D**power) / FLOP_PER_PARAM_TOKEN**self.eta

    def gradient(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Change of the loss per further parameter and per further token (both negative).

        dL/dN = -2 eta a / (6**eta N**(2 eta + 1)), and the same in b and D.
        """
        require_model(N, D)
        power = 2 * self.eta
        scale = -power / FLOP_PER_PARAM_TOKEN**self.eta
        return scale * self.a / N ** (power + 1), scale * self.b / D ** (power + 1)

    def optimal_params(
        self, budget_flop: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
    ) -> Floats:
        """Parameters of the least loss when flop_per_param_token * N * D = budget_flop.

        N* = sqrt(C / (k M*)), with M* = (b / a)**(1 / (2 eta)) tokens per parameter at any budget.
        """
        require_budget(budget_flop, flop_per_param_token)
        tokens_per_param = (self.b / self.a) ** (1 / (2 * self.eta))
        return np.sqrt(budget_flop / (flop_per_param_token * tokens_per_param))

    def frontier(self, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN) -> Frontier:
        """Least loss at each budget: E + 2 sqrt(a b) (k / 6)**eta / C**eta."""
        require_budget(1.0, flop_per_param_token)
        work = (flop_per_param_token / FLOP_PER_PARAM_TOKEN) ** self.eta
        return Frontier(E=self.E, K=2 * np.sqrt(self.a * self.b) * work, gamma=self.eta)
