"""How many customers are still paying, month by month, when churn is constant.

Months count from 1 and a customer pays at the start of a month: everybody pays in month 1, those
who stayed once pay in month 2. This is the timing in which a lifetime is worth margin / churn.
"""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def customers_by_month(
    customers: Floats,
    churn_per_month: Floats,
    *,
    growth_per_month: Floats | None = None,
    n_months: int,
) -> FloatArray:
    """Customers who pay at the start of each month.

    Parameters
    ----------
    customers : float or array (...)
        Customers who pay in month 1, not negative.
    churn_per_month : float or array (...)
        Share that leaves each month, from 0 to 1. It shapes the result only where no growth is given.
    growth_per_month : float or array (...), optional
        Net growth of the total, above -1: new customers have already replaced those who leave. None
        follows today's cohort alone, which only shrinks.
    n_months : int
        Months to follow, at least 1.

    Returns
    -------
    array (n_months, ...)
        Row k - 1 holds the customers who pay in month k; row 0 is `customers`.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    Month k: customers (1 - churn)**(k - 1), or customers (1 + growth)**(k - 1) where growth is given.
    The relative rounding error is at most about k x 2.2e-16.
    """
    require(np.greater_equal(customers, 0), "customers", "0 or more", customers)
    require(n_months >= 1, "n_months", "1 or more", n_months)
    require_churn(churn_per_month)
    kept_per_month = np.subtract(1.0, churn_per_month)
    if growth_per_month is not None:
        require(np.greater(growth_per_month, -1), "growth_per_month", "above -1", growth_per_month)
        kept_per_month = np.add(1.0, growth_per_month)
    shape = np.broadcast_shapes(np.shape(customers), np.shape(churn_per_month), np.shape(kept_per_month))
    months_stayed = np.arange(n_months, dtype=float).reshape(n_months, *[1] * len(shape))
    by_month = customers * np.power(kept_per_month, months_stayed)
    return np.array(np.broadcast_to(by_month, (n_months, *shape)))


def survival(churn_per_month: Floats, month: Floats) -> Floats:
    """Share of a cohort that is left after `month` monthly chances to leave.

    Parameters
    ----------
    churn_per_month : float or array (...)
        Share that leaves each month, from 0 to 1.
    month : float or array (...)
        Months passed, 0 or more.

    Returns
    -------
    float or array (...)
        Share left, from 0 to 1; 1 at month 0.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    S(t) = (1 - churn)**t.
    """
    require_churn(churn_per_month)
    require(np.greater_equal(month, 0), "month", "0 or more", month)
    left: Floats = np.power(np.subtract(1.0, churn_per_month), month)
    return left


def shift_churn(churn_per_month: Floats, extra_per_month: Floats) -> Floats:
    """Churn after `extra_per_month` more, both fractions per month; one percentage point is 0.01.

    Raises DomainError where the sum is not above 0 and at most 1: a churn of 0 has no finite lifetime
    and one above 1 no meaning, and a silent cut would hide that the question was impossible.
    """
    require_churn(churn_per_month)
    shifted = churn_per_month + extra_per_month
    ok = np.greater(shifted, 0) & np.less_equal(shifted, 1)
    require(ok, "churn_per_month + extra_per_month", "above 0 and at most 1", shifted)
    return shifted


def require_churn(churn_per_month: Floats, name: str = "churn_per_month") -> None:
    """Raise DomainError, calling it `name`, unless every churn is a fraction from 0 to 1."""
    ok = np.greater_equal(churn_per_month, 0) & np.less_equal(churn_per_month, 1)
    require(ok, name, "a fraction from 0 to 1 (3.5 % is 0.035)", churn_per_month)
