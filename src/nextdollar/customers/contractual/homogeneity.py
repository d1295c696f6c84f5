"""Whether cohorts stay alike: the log-rank test, by which adding them up can be held against chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from nextdollar.customers.contractual.risk_table import RiskTable
from nextdollar.errors import require
from nextdollar.units import FloatArray

# Cohorts beyond which their covariances are left out: the statistic is then a little too low.
_MOST_COVARIANCES = 300


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """What the log-rank test says of cohorts.

    `misfit`, the statistic, is chi-square of `n_freedom` degrees where cohorts differ by chance alone, which
    gives as much or more in a share `chance_share` of cases; 1 where nothing can be compared. `n_left`
    (n_cohorts,) left, and `n_expected` of each would have left at the rates of all together.
    """

    misfit: float
    n_freedom: int
    chance_share: float
    n_left: FloatArray
    n_expected: FloatArray


def log_rank(table: RiskTable) -> Homogeneity:
    """Test whether cohorts leave at the same rates at the same ages.

    Parameters
    ----------
    table : RiskTable
        (n_cohorts, n_periods), see `stacked`; customers, not shares. Ages at which one cohort alone was
        watched say nothing and count for nothing.

    Returns
    -------
    Homogeneity

    Raises
    ------
    DomainError
        If the table is not of rows of cohorts.

    Notes
    -----
    With n(k) of n at risk and d leaving at an age, E(k) = d n(k) / n, and the covariance of d(j) and d(k)
    is d (n - d) / (n - 1) n(j) / n ((j = k) - n(k) / n); both summed over ages, (d - E)' V^-1 (d - E)
    (Mantel 1966, Cancer Chemotherapy Reports 50:163; Kleinbaum & Klein 2012, Survival Analysis, chapter 2).
    Beyond 300 cohorts it is the sum of (d - E)^2 / E, which lies below (Peto & Pike 1973, Biometrics 29:579).
    """
    require(np.ndim(table.n_at_risk) == 2, "table", "(n_cohorts, n_periods)", np.shape(table.n_at_risk))
    at_risk, n_left = table.n_at_risk, table.n_left.sum(axis=0)
    n = at_risk.sum(axis=0)
    is_told = n > 1
    share = np.divide(at_risk, n, out=np.zeros_like(at_risk), where=is_told)
    expected = share @ n_left
    left = np.where(is_told, table.n_left, 0.0).sum(axis=-1)
    gap = left - expected
    if at_risk.shape[0] > _MOST_COVARIANCES:
        has = expected > 0
        found, n_freedom = float((gap[has] ** 2 / expected[has]).sum()), int(np.count_nonzero(has)) - 1
    else:
        weight = np.divide(n_left * (n - n_left), n - 1, out=np.zeros_like(n), where=is_told)
        covariance = np.diag(share @ weight) - (share * weight) @ share.T
        n_freedom = int(np.linalg.matrix_rank(covariance, hermitian=True))
        found = float(gap @ np.linalg.pinv(covariance, hermitian=True) @ gap)
    chance_share = float(chdtrc(n_freedom, found)) if n_freedom > 0 else 1.0
    return Homogeneity(found, max(n_freedom, 0), chance_share, left, expected)
