"""Monthly recurring revenue: how it moves, what is kept of it, and how sure a kept share is."""

from nextdollar.customers.recurring_revenue.concentration import Concentration, concentration
from nextdollar.customers.recurring_revenue.kept_by_age import KeptByAge, kept_by_age
from nextdollar.customers.recurring_revenue.kept_draws import kept_share_draws
from nextdollar.customers.recurring_revenue.logo_churn import logo_churn_share
from nextdollar.customers.recurring_revenue.monthly_rates import MonthlyRates, monthly_rates
from nextdollar.customers.recurring_revenue.movements import Movements, movements
from nextdollar.customers.recurring_revenue.same_accounts import Kept, kept_after
from nextdollar.customers.recurring_revenue.start_cohorts import StartCohorts, start_cohorts
from nextdollar.customers.recurring_revenue.subscriptions import mrr_of_subscriptions

__all__ = [
    "Concentration",
    "Kept",
    "KeptByAge",
    "MonthlyRates",
    "Movements",
    "StartCohorts",
    "concentration",
    "kept_after",
    "kept_by_age",
    "kept_share_draws",
    "logo_churn_share",
    "monthly_rates",
    "movements",
    "mrr_of_subscriptions",
    "start_cohorts",
]
