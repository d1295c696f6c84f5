"""Scaling laws, one a file. Each has loss, gradient, optimal_params, frontier, domain and source."""

from nextdollar.scaling.laws.chinchilla import Chinchilla
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN, UNBOUNDED, Domain, outside_domain
from nextdollar.scaling.laws.kaplan import Kaplan
from nextdollar.scaling.laws.law import Frontier, Law
from nextdollar.scaling.laws.power_law import PowerLaw, Variable

LAWS: dict[str, type[Kaplan] | type[Chinchilla] | type[PowerLaw]] = {
    "kaplan": Kaplan,
    "chinchilla": Chinchilla,
    "power": PowerLaw,
}

__all__ = [
    "FLOP_PER_PARAM_TOKEN",
    "LAWS",
    "UNBOUNDED",
    "Chinchilla",
    "Domain",
    "Frontier",
    "Kaplan",
    "Law",
    "PowerLaw",
    "Variable",
    "outside_domain",
]
