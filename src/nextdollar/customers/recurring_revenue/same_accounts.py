"""What the accounts of one month pay some months later: net and gross retention of the same accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.recurring_revenue.monthly_rates import ratio
from nextdollar.customers.recurring_revenue.mrr_table import MrrTable, months_in_a_row, require_mrr
from nextdollar.errors import require
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of each account after some months, (n_accounts, n_ends), in millionths of a USD.

    Column k compares month k with month k + n_months. "Without reactivation" takes an account that
    stopped in between for lost even where it pays again; gross caps each account at what it paid.
    """

    start_micro_usd: NDArray[np.int64]
    net_micro_usd: NDArray[np.int64]
    net_without_reactivation_micro_usd: NDArray[np.int64]
    gross_micro_usd: NDArray[np.int64]
    gross_without_reactivation_micro_usd: NDArray[np.int64]

    @property
    def nrr_with_reactivation_share(self) -> FloatArray:
        """Net retention by end, (n_ends,); not a number where nobody paid at the start."""
        return self._share(self.net_micro_usd)

    @property
    def nrr_without_reactivation_share(self) -> FloatArray:
        """Net retention of those who never stopped, (n_ends,)."""
        return self._share(self.net_without_reactivation_micro_usd)

    @property
    def grr_with_reactivation_share(self) -> FloatArray:
        """Gross retention, (n_ends,), from 0 to 1."""
        return self._share(self.gross_micro_usd)

    @property
    def grr_without_reactivation_share(self) -> FloatArray:
        """Gross retention of those who never stopped, (n_ends,), from 0 to 1."""
        return self._share(self.gross_without_reactivation_micro_usd)

    @property
    def logo_retention_share(self) -> FloatArray:
        """Share of the customers who never stopped, (n_ends,)."""
        stayed = (self.net_without_reactivation_micro_usd > 0).sum(axis=0)
        return ratio(stayed, (self.start_micro_usd > 0).sum(axis=0))

    def _share(self, kept_micro_usd: NDArray[np.int64]) -> FloatArray:
        return ratio(kept_micro_usd.sum(axis=0), self.start_micro_usd.sum(axis=0))


def kept_after(
    mrr_micro_usd: MrrTable, n_months: int, *, at_start_rates_micro_usd: MrrTable | None = None
) -> Kept:
    """What the accounts of each month pay `n_months` later.

    Parameters
    ----------
    mrr_micro_usd : array (n_accounts, n_table_months), whole
        What each account pays a month, in millionths of a USD, 0 or more.
    n_months : int
        From 1 to one less than the months of the table.
    at_start_rates_micro_usd : array (n_accounts, n_table_months), whole, optional
        The same at the exchange rates of `n_months` before, where rates differ by month: then what is kept
        is at constant currency. The first `n_months` are not looked at.

    Returns
    -------
    Kept
        With a column for each pair of months that the table holds, the earliest first.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    NRR = sum of what the accounts of the start pay at the end / sum of what they paid at the start. Who
    started in between does not count. This is no product of the monthly rates: those take in, month by
    month, accounts that were not there at the start.
    """
    require(n_months >= 1, "n_months", "1 or more", n_months)
    require_mrr(mrr_micro_usd, n_months=n_months + 1)
    mrr = mrr_micro_usd.astype(np.int64, copy=False)
    start, end = mrr[:, :-n_months], mrr[:, n_months:]
    if at_start_rates_micro_usd is not None:
        require_mrr(at_start_rates_micro_usd, n_months=n_months + 1)
        same = np.shape(at_start_rates_micro_usd) == mrr.shape
        require(
            same, "at_start_rates_micro_usd", "as many accounts and months", at_start_rates_micro_usd.shape
        )
        end = at_start_rates_micro_usd[:, n_months:].astype(np.int64, copy=False)
    net = np.where(start > 0, end, 0)
    never_stopped = months_in_a_row(mrr)[:, n_months:] > n_months
    stayed = np.where(never_stopped, end, 0)
    return Kept(
        start_micro_usd=start,
        net_micro_usd=net,
        net_without_reactivation_micro_usd=stayed,
        gross_micro_usd=np.minimum(net, start),
        gross_without_reactivation_micro_usd=np.minimum(stayed, start),
    )
