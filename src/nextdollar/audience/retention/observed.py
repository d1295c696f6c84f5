"""The observed curve of customers of whom some were old already when watching began."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.customers.contractual import KaplanMeier, RiskTable, kaplan_meier_of_table
from nextdollar.units import FloatArray

LEAST_AT_RISK = 10
"""Customers at a renewal, below which an observed curve neither begins nor is followed by forecasts."""


@dataclass(frozen=True, slots=True)
class ObservedCurve:
    """The share left without any law, and between which renewals it can be read.

    `curve` has a row for each renewal of the table. `first_period` is the renewal after which it begins:
    its shares are of customers who stay that long, 0 where it begins with everybody. `last_period` is
    where it ends. Outside, shares are nan; the counts are there throughout.
    """

    curve: KaplanMeier
    first_period: int
    last_period: int


def observed_curve(
    table: RiskTable, *, n_at_start: float = 0.0, n_left_at_start: float = 0.0
) -> ObservedCurve:
    """Share left after each renewal, of customers who stay until enough of them were watched.

    Parameters
    ----------
    table : RiskTable
        One row. Where customers entered late, those at risk can rise with age.
    n_at_start, n_left_at_start : float
        Customers watched from their start, and those of them who left before the first renewal: where the
        curve begins with everybody, they are in its shares and ranges.

    Notes
    -----
    S(t | L) = product over L < u <= t of 1 - left(u) / at risk(u), with L the `first_period`. From the
    start on, one early leaver of a handful would take the curve to 0 for good, whoever is watched later
    (Klein & Moeschberger 2003, Survival Analysis, example 4.3). It ends where nobody is watched or nobody
    is left although others are watched at a later age: what happened between is not known.
    """
    at_risk = table.n_at_risk
    first = _first_period(at_risk)
    last = _last_period(at_risk, table.n_left, first)
    n_risk, n_left = at_risk[first:last], table.n_left[first:last]
    n_before = int(first == 0 and n_left_at_start > 0)
    if n_before:
        # Age 0 as a renewal before the first: its losses are in every share, and its chance in every range.
        n_risk, n_left = np.append(n_at_start, n_risk), np.append(n_left_at_start, n_left)
    part = kaplan_meier_of_table(RiskTable(n_risk, n_left))
    shares = np.full((3, at_risk.size), np.nan)
    shares[:, first:last] = np.stack([part.survival_share, part.low_share, part.high_share])[:, n_before:]
    period = np.arange(1, at_risk.size + 1, dtype=np.float64)
    return ObservedCurve(KaplanMeier(period, at_risk, table.n_left, *shares), first, last)


def _first_period(at_risk: FloatArray) -> int:
    """Return the renewal before the stretch of renewals with enough at risk in which most were watched."""
    enough = min(float(LEAST_AT_RISK), float(at_risk.max()))
    is_enough = np.concatenate([[False], at_risk >= enough, [False]])
    # Edges of the stretches, in pairs: where one begins and where the next thing after it begins.
    starts, ends = np.flatnonzero(is_enough[1:] != is_enough[:-1]).reshape(-1, 2).T
    total = np.concatenate([[0.0], np.cumsum(at_risk)])
    return int(starts[np.argmax(total[ends] - total[starts])])


def _last_period(at_risk: FloatArray, n_left: FloatArray, first: int) -> int:
    """Return the last renewal of the curve that begins after `first`: the end of what follows on itself."""
    later = np.flatnonzero(at_risk > 0)[-1] + 1
    gaps = np.flatnonzero(at_risk[first:later] <= 0)
    # Whoever is left at nobody left is 0 from there on, which others who are watched later contradict.
    ends = np.flatnonzero((at_risk[first:later] > 0) & (n_left[first:later] >= at_risk[first:later])) + 1
    return int(min([later, *(first + gaps[:1]), *(first + ends[:1])]))
