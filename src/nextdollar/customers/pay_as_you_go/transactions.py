"""From purchases to histories: who bought when becomes how often, how lately, how long and for how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.pay_as_you_go.histories import Histories
from nextdollar.errors import require
from nextdollar.units import FloatArray

CustomerPlaces = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Summarised:
    """Customers in a few numbers, one row each in the order of their places.

    Parameters
    ----------
    histories : Histories
        Of one customer each.
    repeat_spend_usd : array (n,), optional
        Mean spend on a day with a repeat purchase, in USD; 0 where there is none. None where no spend was
        given.
    n_first_days : array (n,)
        Day of the first purchase, in the days that were given.
    """

    histories: Histories
    repeat_spend_usd: FloatArray | None
    n_first_days: FloatArray


def summarised(
    customer: CustomerPlaces,
    at_days: FloatArray,
    *,
    end_days: float,
    period_days: float,
    spend_usd: FloatArray | None = None,
) -> Summarised:
    """Histories of the customers in a log of purchases.

    Parameters
    ----------
    customer : array (n,) of int
        Place of the customer of each purchase, 0 to the number of customers less one, none left out.
    at_days : array (n,)
        Day of each purchase, whole, in any order. Purchases of one customer on one day are one.
    end_days : float
        Last day of the observation, after the first purchase of every customer.
    period_days : float
        Days in a period, above 0: 7 for weeks.
    spend_usd : array (n,), optional
        What was spent, in USD; the spend of a day is the sum.

    Raises
    ------
    DomainError
        If a day is not whole or not before the end where it must be.
    """
    require(len(customer) > 0, "purchases", "at least one", "none")
    require(np.floor(at_days) == at_days, "at_days", "whole days", at_days)
    require(at_days <= end_days, "at_days", f"at most end_days ({end_days:g})", at_days)
    require(period_days > 0, "period_days", "above 0", period_days)
    who, day, day_usd = _by_day(customer, at_days, spend_usd)
    starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    ends = np.r_[starts[1:], len(who)] - 1
    first, last = day[starts], day[ends]
    require(first < end_days, "first purchase", f"before end_days ({end_days:g})", first)
    repeats = (ends - starts).astype(np.float64)
    histories = Histories.of_customers(
        repeats, (last - first) / period_days, n_periods_observed=(end_days - first) / period_days
    )
    if day_usd is None:
        return Summarised(histories, None, first)
    later_usd = np.add.reduceat(day_usd, starts) - day_usd[starts]
    spend = np.divide(later_usd, repeats, out=np.zeros(repeats.shape), where=repeats > 0)
    return Summarised(histories, spend, first)


def whole_periods(
    customer: CustomerPlaces, at_days: FloatArray, *, end_days: float, period_days: float
) -> Histories:
    """Histories in whole periods from each customer's first purchase, for BG/BB; arguments as `summarised`.

    A period counts once however often a customer bought in it, and the last one only if it is complete.
    Customers without one complete period are left out.
    """
    who, day, _ = _by_day(customer, at_days, None)
    starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    first = np.repeat(day[starts], np.diff(np.r_[starts, len(who)]))
    # Days 1 to `period_days` after the first purchase are period 1; the day of the first one is period 0.
    period = np.ceil((day - first) / period_days)
    complete = np.floor((end_days - day[starts]) / period_days)
    is_counted = (period > 0) & (period <= np.repeat(complete, np.diff(np.r_[starts, len(who)])))
    is_new = np.r_[True, (who[1:] != who[:-1]) | (period[1:] != period[:-1])] & is_counted
    n_customers = len(starts)
    place = np.repeat(np.arange(n_customers), np.diff(np.r_[starts, len(who)]))
    repeats = np.bincount(place[is_new], minlength=n_customers).astype(np.float64)
    last = np.zeros(n_customers)
    np.maximum.at(last, place[is_counted], period[is_counted])
    kept = complete > 0
    return Histories.of_customers(repeats[kept], last[kept], n_periods_observed=complete[kept])


def _by_day(
    customer: CustomerPlaces, at_days: FloatArray, spend_usd: FloatArray | None
) -> tuple[CustomerPlaces, FloatArray, FloatArray | None]:
    """Customer, day and spend of each day with a purchase, by customer and then by day."""
    order = np.lexsort((at_days, customer))
    who, day = customer[order], at_days[order]
    starts = np.flatnonzero(np.r_[True, (who[1:] != who[:-1]) | (day[1:] != day[:-1])])
    day_usd = None if spend_usd is None else np.add.reduceat(spend_usd[order], starts)
    return who[starts], day[starts], day_usd
