"""Accounts by the month in which they first paid: how many are left, and what they pay, by age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.recurring_revenue.monthly_rates import ratio
from nextdollar.customers.recurring_revenue.mrr_table import MrrTable, months_in_a_row, require_mrr
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class StartCohorts:
    """Cohorts by first paying month, the earliest first; tables are (n_cohorts, n_months) by calendar month.

    `first_month` is the place of a cohort's month in the table, (n_cohorts,). `customers` pay in a
    month, `customers_never_stopped` have paid in every month since their first. `at_last_rates_micro_usd`
    is their MRR at the exchange rates of the month before: `mrr_micro_usd` itself where these do not move.
    """

    first_month: NDArray[np.int64]
    customers: NDArray[np.int64]
    customers_never_stopped: NDArray[np.int64]
    mrr_micro_usd: NDArray[np.int64]
    at_last_rates_micro_usd: NDArray[np.int64]

    def kept_mrr_shares(self) -> list[FloatArray]:
        """Return MRR of each cohort over that of its first month, at constant currency, from that month on.

        Where rates differ by month the steps from each to the next are chained, each at the rates of
        the earlier one; from where a cohort has paid nothing there is no step, and its MRR is taken as
        it is.
        """
        return [
            _kept(mrr[first:], again[first:])
            for mrr, again, first in zip(
                self.mrr_micro_usd, self.at_last_rates_micro_usd, self.first_month.tolist(), strict=True
            )
        ]


def _kept(mrr: NDArray[np.int64], again: NDArray[np.int64]) -> FloatArray:
    as_it_is = ratio(mrr, mrr[:1])
    if (mrr[1:] == again[1:]).all():
        return as_it_is
    chained = np.concatenate([np.ones(1), np.cumprod(ratio(again[1:], mrr[:-1]))])
    return np.where(np.isnan(chained), as_it_is, chained)


def start_cohorts(mrr_micro_usd: MrrTable, at_last_rates_micro_usd: MrrTable | None = None) -> StartCohorts:
    """Accounts by first paying month.

    Parameters
    ----------
    mrr_micro_usd : array (n_accounts, n_months), whole
        What each account pays a month, in millionths of a USD, 0 or more. Accounts that never pay
        are in no cohort.
    at_last_rates_micro_usd : array (n_accounts, n_months), whole, optional
        The same at the exchange rates of the month before, where rates differ by month.

    Returns
    -------
    StartCohorts

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    The cohort of the table's first month holds everybody who was there by then: how long they had been
    is not known.
    """
    require_mrr(mrr_micro_usd, n_months=1)
    pays_ever = (mrr_micro_usd > 0).any(axis=1)
    mrr = mrr_micro_usd[pays_ever].astype(np.int64, copy=False)
    again = mrr if at_last_rates_micro_usd is None else at_last_rates_micro_usd[pays_ever]
    first = np.argmax(mrr > 0, axis=1)
    order = np.argsort(first, kind="stable")
    months, starts = np.unique(first[order], return_index=True)
    mrr, first = mrr[order], first[order]
    since_first = np.arange(mrr.shape[1]) - first[:, None] + 1
    never_stopped = (mrr > 0) & (months_in_a_row(mrr) == since_first)

    def summed(table: NDArray[np.int64]) -> NDArray[np.int64]:
        if months.size == 0:
            return np.zeros((0, mrr.shape[1]), dtype=np.int64)
        return np.asarray(np.add.reduceat(table, starts, axis=0), dtype=np.int64)

    return StartCohorts(
        first_month=months.astype(np.int64),
        customers=summed((mrr > 0).astype(np.int64)),
        customers_never_stopped=summed(never_stopped.astype(np.int64)),
        mrr_micro_usd=summed(mrr),
        at_last_rates_micro_usd=summed(again[order].astype(np.int64, copy=False)),
    )
