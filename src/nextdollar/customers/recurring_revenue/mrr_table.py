"""What a table of monthly recurring revenue must be, and what follows from it account by account."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require

MrrTable: TypeAlias = NDArray[np.int64]
"""Millionths of a USD that each account pays a month, (n_accounts, n_months): whole, so sums are exact."""
Mask: TypeAlias = NDArray[np.bool_]

# A sum over accounts stays exact in 64 bits; 9 trillion USD a month is past any company.
MOST_MICRO_USD = 2**63 - 1


def require_mrr(mrr_micro_usd: MrrTable, *, n_months: int) -> None:
    """Raise DomainError unless the table is whole numbers of 0 or more, with `n_months` or more."""
    is_whole = np.issubdtype(mrr_micro_usd.dtype, np.integer)
    require(is_whole, "mrr_micro_usd", "whole numbers of millionths of a USD", mrr_micro_usd.dtype)
    require(mrr_micro_usd.ndim == 2, "mrr_micro_usd", "a table of accounts by months", mrr_micro_usd.shape)
    require(mrr_micro_usd.shape[1] >= n_months, "n_months", f"{n_months} or more", mrr_micro_usd.shape[1])
    require(mrr_micro_usd >= 0, "mrr_micro_usd", "0 or more", mrr_micro_usd)
    # In floating point, whose error of one part in 1e13 cannot hide a sum that is too large by half.
    largest = float(np.max(mrr_micro_usd.sum(axis=0, dtype=np.float64), initial=0.0))
    require(largest < MOST_MICRO_USD / 2, "mrr_micro_usd", "at most 4.6e12 USD a month in all", largest / 1e6)


def paid_before(mrr_micro_usd: MrrTable) -> Mask:
    """Whether an account has paid in an earlier month of the table, (n_accounts, n_months)."""
    ever = np.maximum.accumulate(mrr_micro_usd > 0, axis=1)
    before = np.zeros_like(ever)
    before[:, 1:] = ever[:, :-1]
    return before


def months_in_a_row(mrr_micro_usd: MrrTable) -> NDArray[np.int64]:
    """Months without a gap for which an account has paid, this one included; 0 where it does not pay."""
    months = np.arange(1, mrr_micro_usd.shape[1] + 1)
    last_gap = np.maximum.accumulate(np.where(mrr_micro_usd > 0, 0, months), axis=1)
    return np.asarray(months - last_gap, dtype=np.int64)
