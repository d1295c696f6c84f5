"""How long until the money is back."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def payback_period(cash_usd: FloatArray) -> Floats:
    """Periods until the cumulative cash first reaches zero from below.

    Parameters
    ----------
    cash_usd : array (n_periods, ...)
        Net cash of each period, in USD; row 0 is today.

    Returns
    -------
    float or array (...)
        Periods from today, a fraction inside a period by a straight line; 0 where row 0 is not
        negative; nan where it is never reached within the table.

    Raises
    ------
    DomainError
        If the cumulative cash is not finite, or the table has no row.

    Notes
    -----
    t = k - S_k / cash_k, with S_k the first cumulative sum that is not negative. Money that is back
    may be lost again later: see `payback_lost`.
    """
    return _first_crossing(cash_usd, None)


def discounted_payback_period(cash_usd: FloatArray, rate_per_period: Floats) -> Floats:
    """Periods until the cumulative present value first reaches zero from below.

    Parameters
    ----------
    cash_usd : array (n_periods, ...)
        Net cash of each period, in USD; row 0 is today.
    rate_per_period : float or array (...)
        Discount rate per period as a fraction, above -1.

    Returns
    -------
    float or array (...)
        Periods from today, a fraction inside a period by a straight line; 0 where row 0 is not
        negative; nan where it is never reached within the table.

    Raises
    ------
    DomainError
        If a rate is -1 or less, the cumulative cash is not finite, or the table has no row.

    Notes
    -----
    As `payback_period`, of the flows cash_k / (1 + rate)**k.
    """
    require(np.greater(rate_per_period, -1), "rate_per_period", "above -1", rate_per_period)
    return _first_crossing(cash_usd, rate_per_period)


def payback_lost(cash_usd: FloatArray) -> bool | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether the cumulative cash reaches zero and falls below it again later.

    `cash_usd` is an array (n_periods, ...) of net cash in USD; the answer is one truth value or an
    array (...) of them. Costs of winding down are the usual reason.
    """
    cash = _table(cash_usd)
    running_usd = np.zeros(cash.shape[1:])
    reached = np.zeros(cash.shape[1:], dtype=np.bool_)
    lost = np.zeros(cash.shape[1:], dtype=np.bool_)
    for flow_usd in cash:
        running_usd += flow_usd
        below = running_usd < 0
        lost |= reached & below
        reached |= ~below
    return lost if lost.ndim else bool(lost)


def amortised_payback_months(cost_usd: Floats, gain_usd: Floats, horizon_months: Floats) -> Floats:
    """Months until a gain that is spread evenly over the horizon has covered the cost.

    Parameters
    ----------
    cost_usd : float or array
        Cost to win back, in USD; 0 or less leaves nothing to win back.
    gain_usd : float or array
        Gain over the whole horizon, in USD.
    horizon_months : float or array
        Months over which the gain comes in, above 0.

    Returns
    -------
    float or array
        Months; nan where there is no gain, else 0 where there is no cost. May exceed the horizon:
        the cost is then not covered within it.

    Raises
    ------
    DomainError
        If a horizon is not above 0.

    Notes
    -----
    months = cost / (gain / horizon_months).
    """
    require(np.greater(horizon_months, 0), "horizon_months", "above 0", horizon_months)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        months = np.multiply(np.maximum(cost_usd, 0.0), horizon_months) / np.asarray(gain_usd)
    return np.where(np.greater(gain_usd, 0), months, np.nan)[()]


def _first_crossing(cash_usd: FloatArray, rate_per_period: Floats | None) -> Floats:
    cash = _table(cash_usd)
    shape = cash.shape[1:]
    if rate_per_period is not None:
        shape = np.broadcast_shapes(shape, np.shape(rate_per_period))
    factor = np.ones(shape)
    running_usd = np.zeros(factor.size)
    reached = np.zeros(factor.size, dtype=np.bool_)
    periods = np.full(factor.size, np.nan)
    for period, flow_usd in enumerate(cash):
        if rate_per_period is not None:
            flow_usd = flow_usd * factor
            factor /= np.add(1, rate_per_period)
        flow_usd = flow_usd.ravel()
        running_usd += flow_usd
        above = running_usd >= 0
        first_time = np.flatnonzero(above & ~reached)
        if first_time.size:
            reached |= above
            # The part of the period not needed is what is left over by what came in; today has no parts.
            unused = running_usd[first_time] / flow_usd[first_time] if period else 0.0
            periods[first_time] = period - unused
    require(np.isfinite(running_usd), "cash_usd", "finite", running_usd)
    return periods.reshape(shape)[()]


def _table(cash_usd: FloatArray) -> FloatArray:
    cash = np.asarray(cash_usd, dtype=np.float64)
    require(cash.ndim >= 1 and len(cash) >= 1, "cash_usd", "a table of at least one period", cash.shape)
    return cash
