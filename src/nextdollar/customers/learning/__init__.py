"""Users bring data, data brings quality, quality keeps users: curves, lags, and what the loop is worth."""

from nextdollar.customers.learning.fitting.churn_by_quality import fit_churn_by_quality
from nextdollar.customers.learning.fitting.joiners_by_quality import (
    CLEAR_RISE_CHANCE,
    JoinersFit,
    fit_joiners_by_quality,
)
from nextdollar.customers.learning.fitting.learning_curve import LearningFit, fit_learning_curve
from nextdollar.customers.learning.fitting.quality_decay import (
    QualityDecay,
    fit_quality_decay,
    launch_levels,
)
from nextdollar.customers.learning.fitting.retention_lag import RetentionLag, fit_retention_lag
from nextdollar.customers.learning.flywheel import Flywheel, Start, Turns, turn
from nextdollar.customers.learning.flywheel_gain import (
    STALL_GAIN,
    gain_by_joining,
    gain_by_staying,
    loop_gain,
    plateau_users,
    stall_examples,
    stall_period,
)
from nextdollar.customers.learning.flywheel_worth import (
    Terms,
    UpdateWorth,
    UserWorth,
    one_more_user,
    update_worth,
    worth_by_cadence,
)
from nextdollar.customers.learning.laws.churn_by_quality import ChurnByQuality
from nextdollar.customers.learning.laws.joiners_by_quality import JoinersByQuality
from nextdollar.customers.learning.laws.learning_curve import LearningCurve
from nextdollar.customers.learning.useful_life import useful_life_periods

__all__ = [
    "CLEAR_RISE_CHANCE",
    "STALL_GAIN",
    "ChurnByQuality",
    "Flywheel",
    "JoinersByQuality",
    "JoinersFit",
    "LearningCurve",
    "LearningFit",
    "QualityDecay",
    "RetentionLag",
    "Start",
    "Terms",
    "Turns",
    "UpdateWorth",
    "UserWorth",
    "fit_churn_by_quality",
    "fit_joiners_by_quality",
    "fit_learning_curve",
    "fit_quality_decay",
    "fit_retention_lag",
    "gain_by_joining",
    "gain_by_staying",
    "launch_levels",
    "loop_gain",
    "one_more_user",
    "plateau_users",
    "stall_examples",
    "stall_period",
    "turn",
    "update_worth",
    "useful_life_periods",
    "worth_by_cadence",
]
