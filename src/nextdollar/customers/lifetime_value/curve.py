"""What a customer is worth when the share that stays is a curve, and what he or she pays may change.

The curve is a table of survival: row t holds the share of a cohort that is left after t renewals. It may
come from any law or from counts. Where churn is constant, `ltv` has the closed forms.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

PaymentTiming: TypeAlias = Literal["start", "end"]
"""Start: in advance, so that all pay for period 1. End: in arrears, by those who are still there."""

# A survival table is made of exponentials: what rises by no more than this has not risen.
_ROUNDING = 1e-12


def present_payments(
    survival_share: FloatArray,
    *,
    discount_per_period: Floats = 0.0,
    pays_at: PaymentTiming = "start",
    value_multiple: Floats = 1.0,
) -> FloatArray:
    """Expected present payments of a new customer in each period, in units of one period's margin.

    Parameters
    ----------
    survival_share : array (n_periods + 1, ...)
        Share left after 0, 1, 2 ... renewals: from 0 to 1, never rising.
    discount_per_period : float or array (...)
        Discount rate per period as a fraction, above -1.
    pays_at : "start" or "end"
        When a period is paid for.
    value_multiple : float or array (n_periods, ...)
        Margin of each period over that of the first, 0 or more (`ValueDensity.multiple`).

    Returns
    -------
    array (n_periods, ...)
        Row t is the present value of the payment for period t + 1.

    Raises
    ------
    DomainError
        If a number lies outside its domain, or the table has fewer than two rows.

    Notes
    -----
    Start: g_t S(t) / (1 + d)**t; end: g_t S(t + 1) / (1 + d)**(t + 1), for t = 0, 1, ...
    """
    left = survival_table(survival_share)
    require(np.greater(discount_per_period, -1), "discount_per_period", "above -1", discount_per_period)
    require(np.greater_equal(value_multiple, 0), "value_multiple", "0 or more", value_multiple)
    require(pays_at in ("start", "end"), "pays_at", "start or end", pays_at)
    first = 0 if pays_at == "start" else 1
    n_periods = len(left) - 1
    shape = np.broadcast_shapes(left.shape[1:], np.shape(discount_per_period))
    periods = np.arange(first, first + n_periods, dtype=np.float64).reshape(n_periods, *[1] * len(shape))
    discounting = np.exp(-periods * np.log1p(discount_per_period))
    present: FloatArray = left[first : first + n_periods] * discounting * value_multiple
    return present


def lifetime_value(
    margin_usd_per_period: Floats,
    survival_share: FloatArray,
    *,
    discount_per_period: Floats = 0.0,
    pays_at: PaymentTiming = "start",
    value_multiple: Floats = 1.0,
) -> Floats:
    """Present value of what one customer pays within a table of survival, in USD.

    Parameters
    ----------
    margin_usd_per_period : float or array (...)
        Gross margin of one customer in the first period, in USD; any sign.
    survival_share : array (n_periods + 1, ...)
        Share left after 0, 1, 2 ... renewals.
    discount_per_period : float or array (...)
        Discount rate per period as a fraction, above -1.
    pays_at : "start" or "end"
        When a period is paid for.
    value_multiple : float or array (n_periods, ...)
        Margin of each period over that of the first.

    Returns
    -------
    float or array (...)
        Present value of `n_periods` payments in USD; `value_after_table` is the rest of the lifetime.

    Raises
    ------
    DomainError
        As `present_payments`.

    Notes
    -----
    LTV = m x sum over t of g_t S(t) / (1 + d)**t.
    """
    payments = present_payments(
        survival_share,
        discount_per_period=discount_per_period,
        pays_at=pays_at,
        value_multiple=value_multiple,
    )
    value_usd: Floats = margin_usd_per_period * payments.sum(axis=0)
    return value_usd


def value_after_table(
    margin_usd_per_period: Floats,
    survival_share: FloatArray,
    *,
    discount_per_period: Floats = 0.0,
    pays_at: PaymentTiming = "start",
    value_multiple: Floats = 1.0,
) -> Floats:
    """Present value of what one customer pays after the end of a table, in USD, at its last rate of staying.

    Parameters
    ----------
    margin_usd_per_period : float or array (...)
        Gross margin of one customer in the first period, in USD; any sign.
    survival_share : array (n_periods + 1, ...)
        Share left after 0, 1, 2 ... renewals; the last two rows give the rate that is kept.
    discount_per_period : float or array (...)
        Discount rate per period as a fraction, above -1.
    pays_at : "start" or "end"
        When a period is paid for.
    value_multiple : float or array (...)
        Margin after the table over that of the first period, held.

    Returns
    -------
    float or array (...)
        Present value in USD; infinite in size where nobody who is left ever leaves and nothing discounts.

    Raises
    ------
    DomainError
        As `present_payments`.

    Notes
    -----
    m g S(n) v**n / (1 - r v) with r = S(n) / S(n - 1) and v = 1 / (1 + d); at the end of a period, r v
    times that. Exact for constant churn. Where retention rises with age, as it does where customers
    differ, it is a lower bound: an upper one puts r = 1.
    """
    left = survival_table(survival_share)
    require(np.greater(discount_per_period, -1), "discount_per_period", "above -1", discount_per_period)
    require(np.greater_equal(value_multiple, 0), "value_multiple", "0 or more", value_multiple)
    n_periods = len(left) - 1
    discounting = np.exp(-n_periods * np.log1p(discount_per_period))
    before = np.where(left[-2] > 0, left[-2], 1.0)
    kept = left[-1] / before / np.add(1.0, discount_per_period)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(kept < 1, left[-1] * discounting / (1 - kept), np.inf)
    rest = np.where(left[-1] > 0, rest, 0.0)
    if pays_at == "end":
        rest = rest * kept
    scale = np.multiply(margin_usd_per_period, value_multiple)
    # Nothing times a lifetime without end is nothing.
    with np.errstate(invalid="ignore"):
        value_usd: Floats = np.where(scale == 0, 0.0, scale * rest)[()]
    return value_usd


def residual_survival(survival_share: FloatArray, period: int) -> FloatArray:
    """Share left after renewal `period` and later ones, of those who are customers just before it.

    Parameters
    ----------
    survival_share : array (n_periods + 1, ...)
        Share left after 0, 1, 2 ... renewals; above 0 just before the renewal.
    period : int
        The next renewal, from 1 to n_periods - 1.

    Returns
    -------
    array (n_periods - period + 1, ...)
        Row t is S(period + t) / S(period - 1): `lifetime_value` of it is the expected residual value of a
        customer who may still leave at that renewal (DERL).

    Raises
    ------
    DomainError
        If a number lies outside its domain, or nobody is left before the renewal.
    """
    left = survival_table(survival_share)
    require(1 <= period < len(left) - 1, "period", f"from 1 to {len(left) - 2}", period)
    before = left[period - 1]
    require(before > 0, "survival_share before the renewal", "above 0", before)
    conditional: FloatArray = left[period:] / before
    return conditional


def share_after_period(payments_multiple: FloatArray, rest_multiple: Floats, period: int) -> Floats:
    """Share of a lifetime value that is paid after the first `period` periods.

    Parameters
    ----------
    payments_multiple : array (n_periods, ...)
        What `present_payments` gives, in margins of the first period: 0 or more.
    rest_multiple : float or array (...)
        What comes after the table, in the same unit: `value_after_table` of a margin of 1.
    period : int
        Payments that are within the data or the horizon, from 0 to n_periods.

    Returns
    -------
    float or array (...)
        From 0 to 1; 1 where the rest has no end, 0 where nothing is ever paid.

    Raises
    ------
    DomainError
        If the period lies outside the table.
    """
    require(0 <= period <= len(payments_multiple), "period", f"from 0 to {len(payments_multiple)}", period)
    within = payments_multiple[:period].sum(axis=0)
    after = payments_multiple[period:].sum(axis=0) + rest_multiple
    whole = within + after
    with np.errstate(invalid="ignore"):
        share = np.where(whole > 0, after / np.where(whole > 0, whole, 1.0), 0.0)
    endless: Floats = np.where(np.isinf(whole), 1.0, share)[()]
    return endless


def survival_table(survival_share: FloatArray) -> FloatArray:
    """Return a table of survival as float64; DomainError unless it is one: 0 to 1, never rising, two rows."""
    left = np.asarray(survival_share, dtype=np.float64)
    rows = left.shape[0] if left.ndim else 0
    require(rows >= 2, "survival_share", "a table of two rows or more", left.shape)
    require((left >= 0) & (left <= 1 + _ROUNDING), "survival_share", "a fraction from 0 to 1", left)
    require(np.diff(left, axis=0) <= _ROUNDING, "survival_share", "never rising: nobody comes back", "a rise")
    return left
