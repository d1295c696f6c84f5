"""How long customers with a contract stay: laws, what was observed, fits, and averages over the laws."""

from nextdollar.customers.contractual.fitting.law_fit import LawFit
from nextdollar.customers.contractual.kaplan_meier import KaplanMeier, kaplan_meier, kaplan_meier_of_table
from nextdollar.customers.contractual.laws import (
    RETENTION_LAWS,
    BetaDiscreteWeibull,
    DiscreteWeibull,
    Geometric,
    ShiftedBetaGeometric,
)
from nextdollar.customers.contractual.retention_draws import RetentionDraws
from nextdollar.customers.contractual.retention_fit import RetentionFit, fit_cohorts, fit_retention
from nextdollar.customers.contractual.risk_table import (
    RiskTable,
    merged,
    stacked,
    table_of_cohort,
    table_of_customers,
)

__all__ = [
    "RETENTION_LAWS",
    "BetaDiscreteWeibull",
    "DiscreteWeibull",
    "Geometric",
    "KaplanMeier",
    "LawFit",
    "RetentionDraws",
    "RetentionFit",
    "RiskTable",
    "ShiftedBetaGeometric",
    "fit_cohorts",
    "fit_retention",
    "kaplan_meier",
    "kaplan_meier_of_table",
    "merged",
    "stacked",
    "table_of_cohort",
    "table_of_customers",
]
