"""What is left of customers and of their revenue by months since they first paid, all cohorts together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.contractual.kaplan_meier import kaplan_meier_of_table
from nextdollar.customers.contractual.risk_table import RiskTable
from nextdollar.customers.recurring_revenue.monthly_rates import ratio
from nextdollar.customers.recurring_revenue.start_cohorts import StartCohorts
from nextdollar.errors import require
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class KeptByAge:
    """Shares of age 0 that are left at each age from 1 on, every array (n_ages,).

    `customers_share` never stopped, between `low_share` and `high_share` with 90 %, which are not a
    number where none has left yet; `mrr_share` is what all pay, those who came back included.
    """

    n_cohorts: NDArray[np.int64]
    n_at_risk: NDArray[np.int64]
    customers_share: FloatArray
    low_share: FloatArray
    high_share: FloatArray
    mrr_share: FloatArray


def kept_by_age(cohorts: StartCohorts, is_start_known: NDArray[np.bool_]) -> KeptByAge:
    """What is left at each age that some cohort has reached.

    Parameters
    ----------
    cohorts : StartCohorts
    is_start_known : array (n_cohorts,)
        Whether the age of a cohort is known; others are left out.

    Returns
    -------
    KeptByAge
        Empty where no cohort has reached the age of one month.

    Raises
    ------
    DomainError
        If there is not one flag for each cohort.

    Notes
    -----
    Cohorts reach different ages, so shares are chained: from each age to the next only the cohorts that
    have reached it count. For customers that is the product limit of Kaplan and Meier; for MRR
    the product of (MRR at age a) / (MRR at age a - 1) over the cohorts that have both, at the exchange
    rates of the earlier month, not a number from where these pay nothing.
    """
    require(is_start_known.shape == cohorts.first_month.shape, "is_start_known", "one for each cohort", "")
    known = np.flatnonzero(is_start_known)
    n_ages = cohorts.customers.shape[1] - int(
        np.min(cohorts.first_month[known], initial=cohorts.customers.shape[1])
    )
    if n_ages < 2:
        nothing, no_counts = np.zeros(0), np.zeros(0, dtype=np.int64)
        return KeptByAge(no_counts, no_counts, nothing, nothing, nothing, nothing)
    counts = np.zeros((5, n_ages - 1), dtype=np.int64)
    for place in known:
        first = cohorts.first_month[place]
        stayed, mrr = cohorts.customers_never_stopped[place, first:], cohorts.mrr_micro_usd[place, first:]
        again = cohorts.at_last_rates_micro_usd[place, first:]
        reached = slice(0, stayed.size - 1)
        counts[:, reached] += (np.ones_like(stayed[1:]), stayed[:-1], stayed[1:], mrr[:-1], again[1:])
    n_cohorts, n_at_risk, n_stayed, mrr_before, mrr_after = counts
    at_risk = n_at_risk.astype(np.float64)
    left = kaplan_meier_of_table(RiskTable(at_risk, at_risk - n_stayed))
    return KeptByAge(
        n_cohorts=n_cohorts,
        n_at_risk=n_at_risk,
        customers_share=left.survival_share,
        low_share=left.low_share,
        high_share=left.high_share,
        mrr_share=np.cumprod(ratio(mrr_after, mrr_before), dtype=np.float64),
    )
