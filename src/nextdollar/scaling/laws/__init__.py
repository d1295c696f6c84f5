"""Scaling laws, one a file. Each has loss, gradient, optimal_params, frontier, domain and source."""

from nextdollar.scaling.laws.chinchilla import Chinchilla
from nextdollar.scaling.laws.coupled import Coupled
from nextdollar.scaling.laws.data_constrained import DataConstrained
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, UNBOUNDED, Domain, outside_domain
from nextdollar.scaling.laws.kaplan import Kaplan
from nextdollar.scaling.laws.law import Frontier, Law, SearchedFrontier
from nextdollar.scaling.laws.over_training import OverTraining
from nextdollar.scaling.laws.power_law import PowerLaw, Variable
from nextdollar.scaling.laws.routed_moe import RoutedMoe
from nextdollar.scaling.laws.token_allocation import TokenAllocation

LAWS: dict[str, type[Law]] = {
    "kaplan": Kaplan,
    "chinchilla": Chinchilla,
    "coupled": Coupled,
    "power": PowerLaw,
    "data-constrained": DataConstrained,
    "over-training": OverTraining,
    "routed-moe": RoutedMoe,
}

__all__ = [
    "FLOP_PER_PARAM_TOKEN",
    "LAWS",
    "UNBOUNDED",
    "Chinchilla",
    "Coupled",
    "DataConstrained",
    "Domain",
    "Frontier",
    "Kaplan",
    "Law",
    "OverTraining",
    "PowerLaw",
    "RoutedMoe",
    "SearchedFrontier",
    "TokenAllocation",
    "Variable",
    "outside_domain",
]
