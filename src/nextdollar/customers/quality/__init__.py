"""What better quality is worth to customers, form by form, in decades of effective compute.

`QUALITY_FORMS` names the forms; a new one is a file of its own and one line here.
"""

from nextdollar.customers.quality.before_after import ChurnCount, ChurnEffect, churn_effect
from nextdollar.customers.quality.churn_slope import (
    LEAST_LEFT_SHARE,
    churn_slope_of,
    churn_slope_of_fall,
    voluntary_left_share,
)
from nextdollar.customers.quality.decades import (
    decades_of_compute,
    lead_months,
    lost_to_frontier,
    with_progress,
)
from nextdollar.customers.quality.decay import earning_share_by_month
from nextdollar.customers.quality.frontier_share import FrontierShare
from nextdollar.customers.quality.parts import PARTS, PartGains, Parts, churn_after, churn_factor
from nextdollar.customers.quality.per_decade import PerDecade, log_per_decade
from nextdollar.customers.quality.spend_rule import (
    best_training_flop,
    largest_elasticity,
    most_spend_share,
    spend_for_equal_decades_usd,
)
from nextdollar.customers.quality.threshold import Threshold, met_value_share
from nextdollar.customers.quality.threshold_fit import ThresholdFit, fit_threshold

QUALITY_FORMS = {
    "per_decade": PerDecade,
    "threshold": Threshold,
    "share": FrontierShare,
}

__all__ = [
    "LEAST_LEFT_SHARE",
    "PARTS",
    "QUALITY_FORMS",
    "ChurnCount",
    "ChurnEffect",
    "FrontierShare",
    "PartGains",
    "Parts",
    "PerDecade",
    "Threshold",
    "ThresholdFit",
    "best_training_flop",
    "churn_after",
    "churn_effect",
    "churn_factor",
    "churn_slope_of",
    "churn_slope_of_fall",
    "decades_of_compute",
    "earning_share_by_month",
    "fit_threshold",
    "largest_elasticity",
    "lead_months",
    "log_per_decade",
    "lost_to_frontier",
    "met_value_share",
    "most_spend_share",
    "spend_for_equal_decades_usd",
    "voluntary_left_share",
    "with_progress",
]
