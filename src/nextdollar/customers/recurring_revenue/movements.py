"""MRR movements: what is new, grown, come back, shrunk and lost from each month to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.recurring_revenue.mrr_table import MrrTable, paid_before, require_mrr
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

    start + new + expansion + reactivation - contraction - churn = end, exactly. Customers are accounts
    that pay more than 0; `customers_start` + new + reactivated - lost = `customers_end`.
    """

    start_micro_usd: _Whole
    new_micro_usd: _Whole
    expansion_micro_usd: _Whole
    reactivation_micro_usd: _Whole
    contraction_micro_usd: _Whole
    churn_micro_usd: _Whole
    end_micro_usd: _Whole
    customers_start: _Whole
    customers_new: _Whole
    customers_reactivated: _Whole
    customers_lost: _Whole
    customers_end: _Whole


def movements(mrr_micro_usd: MrrTable) -> Movements:
    """MRR movements between following months.

    Parameters
    ----------
    mrr_micro_usd : array (n_accounts, n_months), whole
        What each account pays a month, in millionths of a USD, 0 or more; two months at least.

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
    """
    require_mrr(mrr_micro_usd, n_months=2)
    mrr = mrr_micro_usd.astype(np.int64, copy=False)
    before, now = mrr[:, :-1], mrr[:, 1:]
    known = paid_before(mrr)[:, 1:]
    rise, paid, pays = now - before, before > 0, now > 0
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
        end_micro_usd=now.sum(axis=0),
        customers_start=paid.sum(axis=0, dtype=np.int64),
        customers_new=new.sum(axis=0, dtype=np.int64),
        customers_reactivated=back.sum(axis=0, dtype=np.int64),
        customers_lost=lost.sum(axis=0, dtype=np.int64),
        customers_end=pays.sum(axis=0, dtype=np.int64),
    )
