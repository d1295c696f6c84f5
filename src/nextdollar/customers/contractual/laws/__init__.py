"""How long customers with a contract stay: published laws, in the letters of their papers.

Each law is a frozen dataclass whose coefficients are numbers or draws, with `survival`, `retention` and
what follows from them. A period is the time between two chances to leave: a month, a quarter, a year.
"""

from nextdollar.customers.contractual.laws.beta_discrete_weibull import BetaDiscreteWeibull
from nextdollar.customers.contractual.laws.discrete_weibull import DiscreteWeibull
from nextdollar.customers.contractual.laws.geometric import Geometric
from nextdollar.customers.contractual.laws.shifted_beta_geometric import ShiftedBetaGeometric

RETENTION_LAWS = {
    "geometric": Geometric,
    "sbg": ShiftedBetaGeometric,
    "dw": DiscreteWeibull,
    "bdw": BetaDiscreteWeibull,
}

__all__ = ["RETENTION_LAWS", "BetaDiscreteWeibull", "DiscreteWeibull", "Geometric", "ShiftedBetaGeometric"]
