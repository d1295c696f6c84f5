"""Who earns money and who loses it: groups by use, and customers who cost more than they pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class Shares:
    """What each customer's margin says.

    Attributes
    ----------
    mean_usd, p5_usd, p95_usd : array (n_customers,)
        Margin a month.
    loss_share : array (n_customers,)
        Share of the draws in which serving costs more than the bill.
    n_losing : array (n_draws,)
        Customers who cost more than they pay.
    lost_usd : array (n_draws,)
        What they cost more, 0 or more.
    """

    mean_usd: FloatArray
    p5_usd: FloatArray
    p95_usd: FloatArray
    loss_share: FloatArray
    n_losing: FloatArray
    lost_usd: FloatArray


def usage_groups(quantity: FloatArray, n_groups: int = 10) -> NDArray[np.int64]:
    """Group of each customer by rank, 0 for the lowest; groups differ by one customer at most.

    Parameters
    ----------
    quantity : array (n_customers,)
        Customers of the same value are ranked in their order.
    n_groups : int
        At least 1; no more groups are made than there are customers.

    Raises
    ------
    DomainError
        If there are no customers or no groups.
    """
    n_customers = len(quantity)
    require(n_customers > 0, "quantity", "at least one customer", "none")
    require(n_groups >= 1, "n_groups", "1 or more", n_groups)
    rank = np.empty(n_customers, dtype=np.int64)
    rank[np.argsort(quantity, kind="stable")] = np.arange(n_customers)
    return rank * min(n_groups, n_customers) // n_customers


def summed(quantity: FloatArray, group: NDArray[np.int64], n_groups: int) -> FloatArray:
    """Sum of a quantity (n, ...) over each group (n_groups, ...)."""
    sums = np.zeros((n_groups, *quantity.shape[1:]))
    np.add.at(sums, group, quantity)
    return sums


def loss_makers(margin_usd: FloatArray) -> Shares:
    """What each customer's margin says.

    Parameters
    ----------
    margin_usd : array (n_customers, n_draws)
        Margin of each customer in each draw, a month.

    Returns
    -------
    Shares
        A margin of exactly 0 is no loss.
    """
    n_draws = margin_usd.shape[1]
    ranks = [max(int(np.ceil(share * n_draws - 1e-9)) - 1, 0) for share in (0.05, 0.95)]
    ordered = np.partition(margin_usd, ranks, axis=1)
    is_loss = margin_usd < 0
    return Shares(
        mean_usd=margin_usd.mean(axis=1),
        p5_usd=ordered[:, ranks[0]],
        p95_usd=ordered[:, ranks[1]],
        loss_share=is_loss.mean(axis=1),
        n_losing=is_loss.sum(axis=0).astype(np.float64),
        lost_usd=-np.where(is_loss, margin_usd, 0.0).sum(axis=0),
    )
