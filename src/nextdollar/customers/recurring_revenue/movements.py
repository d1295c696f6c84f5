"""MRR movements: what is new, grown, come back, shrunk and lost from each month to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.recurring_revenue.mrr_table import MrrTable, paid_before, require_mrr
from nextdollar.errors import require
from nextdollar.sources import Source

_Whole = NDArray[np.int64]

SOURCE = Source(
    "ChartMogul, MRR movements",
    "new, expansion, reactivation, contraction, churn",
    "https://help.chartmogul.com",
)


@dataclass(frozen=True, slots=True)
class Movements:
    """Movements into each month but the first; every array is (n_months - 1,), money in millionths of a USD.

    start + new + expansion + reactivation - contraction - churn + currency = end, exactly; `currency` is
    what exchange rates alone have moved, of either sign. Customers are accounts
    that pay more than 0; `customers_start` + new + reactivated - lost = `customers_end`.
    """

    start_micro_usd: _Whole
    new_micro_usd: _Whole
    expansion_micro_usd: _Whole
    reactivation_micro_usd: _Whole
    contraction_micro_usd: _Whole
    churn_micro_usd: _Whole
    currency_micro_usd: _Whole
    end_micro_usd: _Whole
    customers_start: _Whole
    customers_new: _Whole
    customers_reactivated: _Whole
    customers_lost: _Whole
    customers_end: _Whole


def movements(mrr_micro_usd: MrrTable, at_last_rates_micro_usd: MrrTable | None = None) -> Movements:
    """MRR movements between following months.

    Parameters
    ----------
    mrr_micro_usd : array (n_accounts, n_months), whole
        What each account pays a month, in millionths of a USD, 0 or more; two months at least.
    at_last_rates_micro_usd : array (n_accounts, n_months), whole, optional
        The same at the exchange rates of the month before, where rates differ by month; the first month
        is not looked at.

    Returns
    -------
    Movements

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    Account by account: from 0 to more is new where it has never paid before and reactivation where it
    has; more or less of what was above 0 is expansion or contraction; to 0 is churn of all it paid. An
    account that had paid only before the first month of the table counts as new when it comes back.
    Where rates differ by month all of these are at the rates of the month before, and what is left to
    the end at the month's own rates is `currency`.
    """
    require_mrr(mrr_micro_usd, n_months=2)
    mrr = mrr_micro_usd.astype(np.int64, copy=False)
    before, now = mrr[:, :-1], mrr[:, 1:]
    end = now.sum(axis=0)
    if at_last_rates_micro_usd is not None:
        require_mrr(at_last_rates_micro_usd, n_months=2)
        same = np.shape(at_last_rates_micro_usd) == mrr.shape
        require(same, "at_last_rates_micro_usd", "as many accounts and months", at_last_rates_micro_usd.shape)
        # An amount may round to nothing at one rate and not at the other: who pays is read off one.
        now = np.where(now > 0, at_last_rates_micro_usd[:, 1:].astype(np.int64, copy=False), 0)
    known = paid_before(mrr)[:, 1:]
    rise, paid, pays = now - before, before > 0, mrr[:, 1:] > 0
    starts = pays & ~paid
    new, back = starts & ~known, starts & known
    lost = paid & ~pays
    return Movements(
        start_micro_usd=before.sum(axis=0),
        new_micro_usd=now.sum(axis=0, where=new),
        expansion_micro_usd=rise.sum(axis=0, where=paid & (rise > 0)),
        reactivation_micro_usd=now.sum(axis=0, where=back),
        contraction_micro_usd=-rise.sum(axis=0, where=pays & (rise < 0)),
        churn_micro_usd=before.sum(axis=0, where=lost),
        currency_micro_usd=end - now.sum(axis=0),
        end_micro_usd=end,
        customers_start=paid.sum(axis=0, dtype=np.int64),
        customers_new=new.sum(axis=0, dtype=np.int64),
        customers_reactivated=back.sum(axis=0, dtype=np.int64),
        customers_lost=lost.sum(axis=0, dtype=np.int64),
        customers_end=pays.sum(axis=0, dtype=np.int64),
    )
