"""How much better will it get? Scaling laws, the best split of a budget, and the knee."""

from nextdollar.scaling.allocate import Allocation, compute_optimal, fixed_ratio, params_for_budget
from nextdollar.scaling.knee import knee_budget_flop, marginal_loss_per_usd
from nextdollar.scaling.laws import (
    FLOP_PER_PARAM_TOKEN,
    LAWS,
    UNBOUNDED,
    Chinchilla,
    Domain,
    Frontier,
    Kaplan,
    Law,
    PowerLaw,
    Variable,
    outside_domain,
)

__all__ = [
    "FLOP_PER_PARAM_TOKEN",
    "LAWS",
    "UNBOUNDED",
    "Allocation",
    "Chinchilla",
    "Domain",
    "Frontier",
    "Kaplan",
    "Law",
    "PowerLaw",
    "Variable",
    "compute_optimal",
    "fixed_ratio",
    "knee_budget_flop",
    "marginal_loss_per_usd",
    "outside_domain",
    "params_for_budget",
]
