"""Present values: what money of later periods is worth today."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def npv(cash_usd: FloatArray, rate_per_period: Floats) -> Floats:
    """Net present value of a table of cash flows.

    Parameters
    ----------
    cash_usd : array (n_periods, ...)
        Net cash of each period, in USD. Row 0 falls today and is not discounted.
    rate_per_period : float or array (...)
        Discount rate per period as a fraction, above -1.

    Returns
    -------
    float or array (...)
        Present value in USD.

    Raises
    ------
    DomainError
        If a rate is -1 or less, or the table has no row.

    Notes
    -----
    NPV = sum over t of cash_t / (1 + rate)**t, summed from the last period back (Horner), so no
    table of discount factors is held. A spreadsheet's NPV() also discounts row 0: divide by
    (1 + rate) to match it. The rounding error is at most n_periods x 2.2e-16 x the sum of the
    present sizes |cash_t| / (1 + rate)**t; `npv_condition` says how much of the result that is.
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    growth = _growth(rate_per_period)
    require(cash.ndim >= 1 and len(cash) >= 1, "cash_usd", "a table of at least one period", cash.shape)
    present_usd = np.zeros(np.broadcast_shapes(cash.shape[1:], growth.shape))
    present_usd += cash[-1]
    for period_cash_usd in cash[-2::-1]:
        present_usd /= growth
        present_usd += period_cash_usd
    return present_usd[()]


def npv_condition(cash_usd: FloatArray, rate_per_period: Floats) -> Floats:
    """How many times larger the discounted flows are than the NPV that they leave.

    Parameters
    ----------
    cash_usd : array (n_periods, ...)
        Net cash of each period, in USD; row 0 is today.
    rate_per_period : float or array (...)
        Discount rate per period as a fraction, above -1.

    Returns
    -------
    float or array (...)
        Sum of |present values| / |NPV|, a pure number of at least 1; infinite where the NPV is 0,
        and 1 where every flow is 0.

    Notes
    -----
    A relative error e in the flows may become e x this in the NPV. Above 1e6 the NPV is a small
    difference of large sums, and should be printed with this number beside it.
    """
    gross_usd = npv(np.abs(cash_usd), rate_per_period)
    net_usd = np.abs(npv(cash_usd, rate_per_period))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.equal(gross_usd, 0), 1.0, np.divide(gross_usd, net_usd))[()]


def annuity_factor(rate_per_period: Floats, n_periods: Floats) -> Floats:
    """Present value of 1 USD at the end of each of `n_periods` periods.

    Parameters
    ----------
    rate_per_period : float or array
        Discount rate per period as a fraction, above -1.
    n_periods : float or array
        Number of periods, 0 or more.

    Returns
    -------
    float or array
        USD today for each USD per period.

    Raises
    ------
    DomainError
        If a rate is -1 or less, or a number of periods is negative.

    Notes
    -----
    a = (1 - (1 + r)**-n) / r, and n when r = 0. Written with expm1 and log1p: the form above loses
    9e-5 of its value at r = 1e-12 and 11 % at r = 1e-15.
    """
    rate = _checked(rate_per_period)
    require(np.greater_equal(n_periods, 0), "n_periods", "0 or more", n_periods)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = -np.expm1(-np.asarray(n_periods) * np.log1p(rate)) / rate
    return np.where(rate == 0, n_periods, factor)[()]


def discount_factor(rate_per_period: Floats, period: Floats) -> Floats:
    """Worth today of 1 USD paid at a time counted in periods.

    Parameters
    ----------
    rate_per_period : float or array
        Discount rate per period as a fraction, above -1.
    period : float or array
        Time of the payment in periods from today; need not be whole.

    Returns
    -------
    float or array
        (1 + rate)**-period, a pure number.

    Raises
    ------
    DomainError
        If a rate is -1 or less.
    """
    return np.asarray(np.exp(-np.asarray(period) * np.log1p(_checked(rate_per_period))))[()]


def _growth(rate_per_period: Floats) -> FloatArray:
    return np.asarray(1 + _checked(rate_per_period))


def _checked(rate_per_period: Floats) -> FloatArray:
    rate = np.asarray(rate_per_period, dtype=np.float64)
    require(rate > -1, "rate_per_period", "above -1", rate if rate.ndim else float(rate))
    return rate
