"""Accounts by the month in which they first paid: how many are left, and what they pay, by age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.recurring_revenue.mrr_table import MrrTable, months_in_a_row, require_mrr


@dataclass(frozen=True, slots=True)
class StartCohorts:
    """Cohorts by first paying month, the earliest first; tables are (n_cohorts, n_months) by calendar month.

    `first_month` is the place of a cohort's month in the table, (n_cohorts,). `customers` pay in a
    month, `customers_never_stopped` have paid in every month since their first.
    """

    first_month: NDArray[np.int64]
    customers: NDArray[np.int64]
    customers_never_stopped: NDArray[np.int64]
    mrr_micro_usd: NDArray[np.int64]


def start_cohorts(mrr_micro_usd: MrrTable) -> StartCohorts:
    """Accounts by first paying month.

    Parameters
    ----------
    mrr_micro_usd : array (n_accounts, n_months), whole
        What each account pays a month, in millionths of a USD, 0 or more. Accounts that never pay
        are in no cohort.

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
    mrr = mrr_micro_usd[(mrr_micro_usd > 0).any(axis=1)].astype(np.int64, copy=False)
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
    )
