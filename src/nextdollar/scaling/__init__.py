"""How much better will it get? Scaling laws, the best split of a budget, and the knee."""

from nextdollar.scaling.allocate import Allocation, compute_optimal, fixed_ratio, params_for_budget
from nextdollar.scaling.constraints import Limits, limited_optimal
from nextdollar.scaling.inference_aware import best_within_total, least_total, lifetime_flop
from nextdollar.scaling.isoflop import isoflop_loss, isoflop_minimum
from nextdollar.scaling.knee import knee_budget_flop, marginal_loss_per_usd
from nextdollar.scaling.laws import (
    FLOP_PER_PARAM_TOKEN,
    LAWS,
    UNBOUNDED,
    Chinchilla,
    Coupled,
    DataConstrained,
    Domain,
    Frontier,
    Kaplan,
    Law,
    OverTraining,
    PowerLaw,
    RoutedMoe,
    SearchedFrontier,
    TokenAllocation,
    Variable,
    outside_domain,
)
from nextdollar.scaling.repeated_data import best_with_repeats
from nextdollar.scaling.wrong_allocation import budget_for_loss, dead_weight, tokens_for_loss

__all__ = [
    "FLOP_PER_PARAM_TOKEN",
    "LAWS",
    "UNBOUNDED",
    "Allocation",
    "Chinchilla",
    "Coupled",
    "DataConstrained",
    "Domain",
    "Frontier",
    "Kaplan",
    "Law",
    "Limits",
    "OverTraining",
    "PowerLaw",
    "RoutedMoe",
    "SearchedFrontier",
    "TokenAllocation",
    "Variable",
    "best_with_repeats",
    "best_within_total",
    "budget_for_loss",
    "compute_optimal",
    "dead_weight",
    "fixed_ratio",
    "isoflop_loss",
    "isoflop_minimum",
    "knee_budget_flop",
    "least_total",
    "lifetime_flop",
    "limited_optimal",
    "marginal_loss_per_usd",
    "outside_domain",
    "params_for_budget",
    "tokens_for_loss",
]
