"""The law of Clark et al. 2022, for models that route each token to one of many experts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, NoReturn

import numpy as np

from nextdollar.errors import DomainError, require
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, UNBOUNDED, Domain
from nextdollar.scaling.laws.law import Frontier, require_budget, require_model
from nextdollar.sources import Source
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class RoutedMoe:
    """log10 L = a log10 N + b log10 S + c log10 N log10 S + d, with S the saturated experts.

    N is the number of parameters that one token meets (the size of the dense model that routing
    starts from), `experts` the number E of experts in each routed layer, 1 for a dense model.
    S grows with E from E_start, and no further than E_max:
    1 / S = 1 / (E - 1 + 1 / (1 / E_start - 1 / E_max)) + 1 / E_max. L is in nats per token. Each
    coefficient is one number or an array (n_draws,).

    All its runs had the same number of training tokens: the law has no tokens in it, says nothing
    of shorter or longer training, and cannot split a budget. With c above 0 experts help large
    models less, and past `largest_params_helped` the law has them do harm, which no run has shown.
    """

    a: Floats
    b: Floats
    c: Floats
    d: Floats
    E_start: Floats
    E_max: Floats
    experts: Floats = 1.0
    domain: Domain = field(default=UNBOUNDED, kw_only=True)

    source: ClassVar[Source] = Source(
        "Clark et al. 2022, Unified Scaling Laws for Routed Language Models",
        "equation 1 and table 3",
        "https://arxiv.org/abs/2202.01169",
    )

    def __post_init__(self) -> None:
        require(np.greater_equal(self.experts, 1), "experts", "at least 1", self.experts)
        require(np.greater(self.E_start, 0), "E_start", "above 0", self.E_start)
        require(np.greater(self.E_max, self.E_start), "E_max", "above E_start", self.E_max)
        slope = self._slope()
        require(np.less(slope, 0), "a + c log10 S", "below 0 (or more parameters would harm)", slope)

    def saturated_experts(self) -> Floats:
        """Experts that count, S: E_start for a dense model, at most E_max."""
        start = 1 / (1 / self.E_start - 1 / self.E_max)
        return 1 / (1 / (self.experts - 1 + start) + 1 / self.E_max)

    def loss(self, N: Floats, D: Floats) -> Floats:
        """Loss in nats per token; N and D above 0. D does nothing but give the result its shape."""
        require_model(N, D)
        log_loss = self._slope() * np.log10(N) + self.b * np.log10(self.saturated_experts()) + self.d
        return 10.0**log_loss + np.zeros(np.broadcast(N, D).shape)

    def gradient(self, N: Floats, D: Floats) -> tuple[Floats, Floats]:
        """Change of the loss per further parameter (negative) and per further token (0).

        dL/dN = (a + c log10 S) L / N.
        """
        per_param = self._slope() * self.loss(N, D) / N
        return per_param, 0.0 * per_param

    def equal_dense_params(self, N: Floats) -> Floats:
        """Parameters of the dense model that reaches the same loss; N above 0.

        N' = N**((a + c log10 S) / s) (S / E_start)**(b / s), with s = a + c log10 E_start the slope of
        dense models: equation 11 of the work, its effective parameter count.
        """
        require(np.greater(N, 0), "N", "above 0", N)
        dense = self.a + self.c * np.log10(self.E_start)
        gain = (self.saturated_experts() / self.E_start) ** (self.b / dense)
        equal: Floats = N ** (self._slope() / dense) * gain
        return equal

    def largest_params_helped(self) -> Floats:
        """Parameters beyond which more experts no longer lower the loss: 10**(-b / c), or infinity."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ends: Floats = np.where(np.greater(self.c, 0), 10.0 ** (-self.b / np.abs(self.c)), np.inf)[()]
        return ends

    def optimal_params(
        self, budget_flop: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
    ) -> Floats:
        """Raise DomainError: a law without tokens has no best split of a budget."""
        require_budget(budget_flop, flop_per_param_token)
        self._no_split("split")

    def frontier(self, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN) -> Frontier:
        """Raise DomainError: a law without tokens has no frontier."""
        require_budget(1.0, flop_per_param_token)
        self._no_split("frontier")

    def _slope(self) -> Floats:
        """Return d log L / d log N = a + c log10 S."""
        return self.a + self.c * np.log10(self.saturated_experts())

    def _no_split(self, what: str) -> NoReturn:
        """Say why a budget cannot be split."""
        raise DomainError(
            f"law has no compute-optimal {what}: all its runs had one number of tokens, so it cannot "
            "weigh tokens against parameters; fix the tokens per parameter instead"
        )
