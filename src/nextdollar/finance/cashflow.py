"""Cash tables: what funding an option changes, month by month."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def monthly_incremental_cash(
    upfront_usd: Floats,
    value_usd_per_month: FloatArray,
    serving_usd_per_month: FloatArray,
    today_serving_usd_per_month: FloatArray,
) -> FloatArray:
    """Net cash of funding an option instead of keeping what runs today.

    Parameters
    ----------
    upfront_usd : float or array (...)
        One-off cost today, in USD.
    value_usd_per_month : array (n_months, ...)
        Extra value in USD in each month, over what today's offer would bring.
    serving_usd_per_month : array (n_months, ...)
        Cost of serving with the option, in USD in each month.
    today_serving_usd_per_month : array (n_months, ...)
        Cost of serving that would be paid without it, in USD in each month.

    Returns
    -------
    array (n_months + 1, ...)
        USD: row 0 is today, row k falls at the end of month k.

    Raises
    ------
    DomainError
        If the tables do not have the same number of months.

    Notes
    -----
    row 0 = -upfront; row k = value_k - serving_k + today's serving_k. Only differences count: money
    spent either way cancels, and money already spent has no row. A table (n_months,) stands for
    every draw.
    """
    tables = [
        np.asarray(table, dtype=np.float64)
        for table in (value_usd_per_month, serving_usd_per_month, today_serving_usd_per_month)
    ]
    months = [len(table) if table.ndim else 0 for table in tables]
    require(
        min(months) == max(months) >= 1,
        "the tables of value and serving",
        "of the same number of months",
        " and ".join(map(str, months)),
    )
    draws = np.broadcast_shapes(np.shape(upfront_usd), *(table.shape[1:] for table in tables))
    value_usd, serving_usd, today_usd = (_months_lead(table, len(draws)) for table in tables)
    cash_usd = np.empty((months[0] + 1, *draws))
    cash_usd[0] = np.negative(upfront_usd)
    cash_usd[1:] = value_usd - serving_usd + today_usd
    return cash_usd


def _months_lead(table: FloatArray, n_other_axes: int) -> FloatArray:
    """Add axes after the months, so that months meet months and not draws."""
    missing = n_other_axes + 1 - table.ndim
    return table.reshape(table.shape[:1] + (1,) * missing + table.shape[1:])


def share_live(n_months: int, launch_months: Floats) -> FloatArray:
    """Share of each month in which an option that launches after `launch_months` is live.

    Parameters
    ----------
    n_months : int
        Months in the table, at least 1.
    launch_months : float or array (...)
        Months from today to the launch; 0 or less is live from the start.

    Returns
    -------
    array (n_months, ...)
        Fractions. Month k, the row k - 1, ends at time k: 0 before the launch, 1 after it, and the
        rest of the month in which it falls.

    Raises
    ------
    DomainError
        If there is no month, or a launch is nan.

    Notes
    -----
    share of month k = clip(k - launch, 0, 1).
    """
    require(n_months >= 1, "n_months", "at least 1", n_months)
    launch = np.asarray(launch_months, dtype=np.float64)
    require(~np.isnan(launch), "launch_months", "a number", launch)
    month_end = np.arange(1.0, n_months + 1).reshape((n_months,) + (1,) * launch.ndim)
    return np.clip(month_end - launch, 0.0, 1.0)
