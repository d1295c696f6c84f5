"""A log of purchases as histories, up to the day that it covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.transactions.log import TransactionLog, day_of, iso
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.pay_as_you_go import Histories, summarised, whole_periods
from nextdollar.errors import Fault, OptionsError
from nextdollar.units import FloatArray

_LONG_DAYS, _LONG_SHARE = 60, 0.2


@dataclass(frozen=True, slots=True)
class History:
    """Customers of a log who were observed for any time.

    Parameters
    ----------
    customers : tuple of str
        Names, in the order of the rows of `histories`.
    histories : Histories
        One row a customer, in periods of `period_days`.
    repeat_spend_usd : array (n,), optional
        Mean spend on a day with a repeat purchase; None without spend, and in whole periods.
    end_days : float
        Last day of the observation.
    period_days : int
        Days in a period.
    bought_by_period, customers_by_period : tuple of int
        Customers who bought in each period from their first purchase, and those observed to its end.
    notes : tuple of str
        What was assumed and left out.
    """

    customers: tuple[str, ...]
    histories: Histories
    repeat_spend_usd: FloatArray | None
    end_days: float
    period_days: int
    bought_by_period: tuple[int, ...]
    customers_by_period: tuple[int, ...]
    notes: tuple[str, ...]


def history_of(
    log: TransactionLog, *, period_days: int, until: str | None = None, is_whole: bool = False
) -> History:
    """Histories of the customers of a log.

    `until` is the last day that it covers, by default that of the last purchase; `is_whole` counts whole
    periods, as BG/BB needs them. Customers who are not observed for any time are left out and counted.
    """
    end_days, notes = end_of(log, until)
    first = np.full(len(log.customers), np.inf)
    np.minimum.at(first, log.places, log.at_days)
    least_days = period_days if is_whole else 1
    is_seen = end_days - first >= least_days
    if not is_seen.any():
        rule = "the log must cover a time after a first purchase"
        hint = "a longer log, or --until with the last day that it covers"
        refuse([Fault("ND1724", "", rule, f"{log.first_day} to {iso(end_days)}", hint, log.file, 1)])
    n_late = int((~is_seen).sum())
    if n_late:
        words = "day" if least_days == 1 else f"{least_days} days"
        notes.append(
            f"customers who began within the last {words} say nothing yet and were left out: {n_late:,}"
        )
    kept = is_seen[log.places]
    places = (np.cumsum(is_seen) - 1)[log.places[kept]].astype(np.intp)
    at_days, days = log.at_days[kept], float(period_days)
    spend_usd = None if log.spend_usd is None else log.spend_usd[kept]
    found = summarised(places, at_days, end_days=end_days, period_days=days, spend_usd=spend_usd)
    histories, repeat_spend_usd = found.histories, found.repeat_spend_usd
    if is_whole:
        histories = whole_periods(places, at_days, end_days=end_days, period_days=days)
        if repeat_spend_usd is not None:
            notes.append("spend is not read: BG/BB counts periods with a purchase, not purchases")
        repeat_spend_usd = None
    names = tuple(name for name, seen in zip(log.customers, is_seen, strict=True) if seen)
    bought, observed = _by_period(places, at_days, end_days, period_days)
    return History(names, histories, repeat_spend_usd, end_days, period_days, bought, observed, tuple(notes))


def end_of(log: TransactionLog, until: str | None) -> tuple[float, list[str]]:
    """Last day that a log covers, as stated or as its last purchase says, and what was assumed."""
    last = float(log.at_days.max())
    if until is None:
        words = f"the log is taken to end on its last purchase, {iso(last)} (--until says otherwise)"
        return last, [words]
    found = day_of(until)
    if found is None or found < last:
        rule = f"must be a date such as 2026-01-31 and not before the last purchase, {iso(last)}"
        hint = "to forecast from an earlier day, leave later rows out of the file"
        raise OptionsError([Fault("ND1726", "--until", rule, until, hint)])
    silent = found - last
    if silent > max(_LONG_DAYS, _LONG_SHARE * (last - float(log.at_days.min()))):
        return float(found), [f"{silent:,.0f} days before {until} nobody bought: that silence counts"]
    return float(found), []


def _by_period(
    places: NDArray[np.intp], at_days: FloatArray, end_days: float, period_days: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Customers who bought in each complete period since their first purchase, and those observed."""
    n_customers = int(places.max()) + 1
    first = np.full(n_customers, np.inf)
    np.minimum.at(first, places, at_days)
    complete = np.floor((end_days - first) / period_days).astype(np.int64)
    n_all = int(complete.max())
    period = np.ceil((at_days - first[places]) / period_days).astype(np.int64)
    counted = (period >= 1) & (period <= complete[places])
    once = np.unique(places[counted] * (n_all + 1) + period[counted])
    bought = np.bincount(once % (n_all + 1), minlength=n_all + 1)[1:]
    ended = np.bincount(complete, minlength=n_all + 1)
    observed = n_customers - np.cumsum(ended)[:-1]
    return tuple(bought.tolist()), tuple(observed.tolist())
