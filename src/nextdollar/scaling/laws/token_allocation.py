"""Training tokens as a power of the budget, as isoFLOP studies report them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, UNBOUNDED, Domain
from nextdollar.scaling.laws.law import require_budget
from nextdollar.sources import Source
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True)
class TokenAllocation:
    """D*(C) = A C**alpha, the tokens on which a budget of C FLOP is best spent.

    The parameters follow from the budget. Such a rule is read off the minima of isoFLOP curves: it
    says how to split a budget, not which loss the split reaches, so that it cannot price a
    departure from itself. A and alpha are one number or an array (n_draws,), alpha between 0 and 1.

    The digits matter: at 3.8e25 FLOP the two digits that Llama 3 prints (0.53, 0.29) give 10.5 T
    tokens, and its own conclusion is 16.55 T.
    """

    A: Floats
    alpha: Floats
    domain: Domain = field(default=UNBOUNDED, kw_only=True)

    source: ClassVar[Source] = Source(
        "Grattafiori et al. 2024, The Llama 3 Herd of Models",
        "section 3.2.1",
        "https://arxiv.org/abs/2407.21783",
    )

    def __post_init__(self) -> None:
        require(np.greater(self.A, 0), "A", "above 0", self.A)
        is_share = np.greater(self.alpha, 0) & np.less(self.alpha, 1)
        require(is_share, "alpha", "between 0 and 1", self.alpha)

    def optimal_tokens(self, budget_flop: Floats) -> Floats:
        """Training tokens at a budget in FLOP, above 0."""
        require_budget(budget_flop, 1.0)
        return self.A * budget_flop**self.alpha

    def optimal_params(
        self, budget_flop: Floats, flop_per_param_token: float = FLOP_PER_PARAM_TOKEN
    ) -> Floats:
        """Parameters that the budget trains on that many tokens: C / (k D*)."""
        require_budget(budget_flop, flop_per_param_token)
        return budget_flop / (flop_per_param_token * self.optimal_tokens(budget_flop))
