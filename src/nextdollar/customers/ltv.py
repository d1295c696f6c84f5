"""What a customer is worth over the time that he or she stays, at a constant churn.

A customer pays at the start of each month and the payment of month 1 counts. Where payment falls
at the end of a month, multiply by the share that stays, 1 - churn.
With an uncertain churn use its draws: the mean of margin / churn is larger than margin / mean churn.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nextdollar.customers.retention import require_churn
from nextdollar.customers.segments import Segment
from nextdollar.errors import require
from nextdollar.units import Floats


def simple_ltv(margin_usd_per_month: Floats, churn_per_month: Floats) -> Floats:
    """Lifetime value of one customer without discounting, in USD.

    Parameters
    ----------
    margin_usd_per_month : float or array (...)
        Gross margin of one customer a month, in USD; any sign.
    churn_per_month : float or array (...)
        Share that leaves each month, above 0 and at most 1.

    Returns
    -------
    float or array (...)
        Lifetime value in USD.

    Raises
    ------
    DomainError
        If churn is 0 (the lifetime is infinite) or no fraction.

    Notes
    -----
    LTV = margin / churn = sum over t >= 0 of margin (1 - churn)**t.
    """
    rule = "above 0: without churn a lifetime is infinite and needs a horizon (ltv_within_horizon)"
    require(np.not_equal(churn_per_month, 0), "churn_per_month", rule, churn_per_month)
    require_churn(churn_per_month)
    return margin_usd_per_month / churn_per_month


def discounted_ltv(
    margin_usd_per_month: Floats, churn_per_month: Floats, *, discount_per_month: Floats
) -> Floats:
    """Present lifetime value of one customer, in USD.

    Parameters
    ----------
    margin_usd_per_month : float or array (...)
        Gross margin of one customer a month, in USD; any sign.
    churn_per_month : float or array (...)
        Share that leaves each month, from 0 to 1. It may be 0 where there is a discount.
    discount_per_month : float or array (...)
        Discount rate per month as a fraction, above -1: (1 + yearly)**(1/12) - 1, not yearly / 12.

    Returns
    -------
    float or array (...)
        Present value in USD.

    Raises
    ------
    DomainError
        If a number lies outside its domain, or churn and discount together are not above 0.

    Notes
    -----
    LTV = m (1 + d) / (1 + d - r) with r = 1 - churn, computed as m (1 + d) / (churn + d), which keeps
    its digits when both rates are tiny. Relative rounding error at most 1e-15 for rates of 0 or more.
    """
    lost_share = _lost_share_per_month(churn_per_month, discount_per_month)
    rule = "above 0: with neither churn nor discount a lifetime is infinite and needs a horizon"
    require(np.greater(lost_share, 0), "churn_per_month + discount_per_month", rule, lost_share)
    return margin_usd_per_month / lost_share


def ltv_within_horizon(
    margin_usd_per_month: Floats,
    churn_per_month: Floats,
    *,
    n_months: int,
    discount_per_month: Floats = 0.0,
) -> Floats:
    """Present value of what one customer pays in the first `n_months` months, in USD.

    Parameters
    ----------
    margin_usd_per_month : float or array (...)
        Gross margin of one customer a month, in USD; any sign.
    churn_per_month : float or array (...)
        Share that leaves each month, from 0 to 1; 0 is allowed, since the sum ends.
    n_months : int
        Payments that count, at least 1.
    discount_per_month : float or array (...)
        Discount rate per month as a fraction, above -1.

    Returns
    -------
    float or array (...)
        Present value in USD.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    LTV_n = m (1 - q**n) / (1 - q) with q = (1 - churn) / (1 + d), and m n where q = 1. 1 - q is taken
    as x = (churn + d) / (1 + d) and q**n as exp(n log1p(-x)): relative rounding error at most 2e-15
    for rates of 0 or more, however small.
    """
    require(n_months >= 1, "n_months", "1 or more", n_months)
    lost_share = np.asarray(_lost_share_per_month(churn_per_month, discount_per_month))
    rate_or_one = np.where(lost_share == 0, 1.0, lost_share)
    payments = np.where(lost_share == 0, n_months, _spent_share(lost_share, n_months) / rate_or_one)
    value_usd: Floats = margin_usd_per_month * payments[()]
    return value_usd


def share_within_horizon(
    churn_per_month: Floats, n_months: int, *, discount_per_month: Floats = 0.0
) -> Floats:
    """Share of a lifetime value that falls in the first `n_months` months.

    Parameters
    ----------
    churn_per_month : float or array (...)
        Share that leaves each month, from 0 to 1.
    n_months : int
        Months of the horizon, at least 1.
    discount_per_month : float or array (...)
        Discount rate per month as a fraction, above -1.

    Returns
    -------
    float or array (...)
        Share from 0 to 1; 0 where neither churn nor discount ends the lifetime.

    Raises
    ------
    DomainError
        If a number lies outside its domain, or the lifetime value grows without end (a negative
        discount beyond churn).

    Notes
    -----
    1 - q**n with q = (1 - churn) / (1 + d).
    """
    require(n_months >= 1, "n_months", "1 or more", n_months)
    lost_share = _lost_share_per_month(churn_per_month, discount_per_month)
    require(np.greater_equal(lost_share, 0), "churn_per_month + discount_per_month", "0 or more", lost_share)
    return _spent_share(lost_share, n_months)


def total_ltv(segments: Sequence[Segment]) -> Floats:
    """Sum over all customers of today of their simple lifetime value, in USD."""
    _require_some(segments)
    return sum((segment.customers * _ltv_of(segment) for segment in segments), start=0.0)


def revenue_weighted_ltv(segments: Sequence[Segment]) -> Floats:
    """Simple lifetime value in USD of the customer behind the average dollar of today's revenue.

    The weights are spend, customers x price, so a few large contracts decide; `head_weighted_ltv`
    weighs every customer alike. Raises DomainError where nobody pays.
    """
    _require_some(segments)
    revenue_usd_per_month = sum((segment.revenue_usd_per_month for segment in segments), start=0.0)
    require(
        np.greater(revenue_usd_per_month, 0), "revenue of the segments", "above 0 USD", revenue_usd_per_month
    )
    weighted_usd = sum((segment.revenue_usd_per_month * _ltv_of(segment) for segment in segments), start=0.0)
    return weighted_usd / revenue_usd_per_month


def head_weighted_ltv(segments: Sequence[Segment]) -> Floats:
    """Mean simple lifetime value of one customer in USD, every customer weighing the same.

    Raises DomainError where there are no customers.
    """
    total_usd = total_ltv(segments)
    customers = sum((segment.customers for segment in segments), start=0.0)
    require(np.greater(customers, 0), "customers of the segments", "above 0", customers)
    return total_usd / customers


def _ltv_of(segment: Segment) -> Floats:
    return simple_ltv(segment.margin_usd_per_month, segment.churn_per_month)


def _require_some(segments: Sequence[Segment]) -> None:
    require(len(segments) > 0, "segments", "at least one segment", "none")


def _lost_share_per_month(churn_per_month: Floats, discount_per_month: Floats) -> Floats:
    """Share of the present value of a payment that one more month takes: (churn + d) / (1 + d)."""
    require_churn(churn_per_month)
    require(np.greater(discount_per_month, -1), "discount_per_month", "above -1", discount_per_month)
    return (churn_per_month + discount_per_month) / (1 + discount_per_month)


def _spent_share(lost_share_per_month: Floats, n_months: int) -> Floats:
    # A churn of 1 has log1p(-1) = -inf, whose exponential is the right 0.
    with np.errstate(divide="ignore"):
        spent: Floats = -np.expm1(n_months * np.log1p(np.negative(lost_share_per_month)))
    return spent
