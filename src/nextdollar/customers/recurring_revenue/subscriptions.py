"""Monthly recurring revenue by account, from subscriptions that begin and end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.recurring_revenue.mrr_table import MrrTable
from nextdollar.errors import require

_Whole = NDArray[np.int64]


def mrr_of_subscriptions(
    account: _Whole,
    micro_usd_per_month: _Whole,
    *,
    first_month: _Whole,
    end_month: _Whole,
    n_accounts: int,
    n_months: int,
) -> MrrTable:
    """Table of what each account pays a month, all of its subscriptions together.

    Parameters
    ----------
    account : array (n_subscriptions,), whole
        Whose it is, from 0 to `n_accounts` - 1.
    micro_usd_per_month : array (n_subscriptions,), whole
        Millionths of a USD a month, 0 or more.
    first_month, end_month : array (n_subscriptions,), whole
        It is paid from `first_month`, 0 or more, to the month before `end_month`; months past the
        table are left out.
    n_accounts, n_months : int
        Size of the table, 0 or more.

    Returns
    -------
    array (n_accounts, n_months), whole

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    A change of plan is an end and a beginning in the same month: account by account it is expansion
    or contraction, not churn and new.
    """
    inside = (account >= 0) & (account < n_accounts)
    require(inside, "account", f"from 0 to {n_accounts - 1}", account)
    require(micro_usd_per_month >= 0, "micro_usd_per_month", "0 or more", micro_usd_per_month)
    require(first_month >= 0, "first_month", "0 or more", first_month)
    require(end_month >= first_month, "end_month", "first_month or later", end_month)
    steps = np.zeros((n_accounts, n_months + 1), dtype=np.int64)
    np.add.at(steps, (account, np.minimum(first_month, n_months)), micro_usd_per_month)
    np.subtract.at(steps, (account, np.minimum(end_month, n_months)), micro_usd_per_month)
    return np.asarray(np.cumsum(steps, axis=1)[:, :-1], dtype=np.int64)
