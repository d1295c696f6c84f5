"""One lifetime value for many segments: by heads, by revenue, and how much hangs on the largest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def head_weighted_value(values_usd: Sequence[Floats], customers: Sequence[Floats]) -> Floats:
    """Mean lifetime value of one customer in USD, every customer weighing the same.

    Parameters
    ----------
    values_usd : sequence of float or array (n_draws,)
        Lifetime value of one customer of each segment, in USD.
    customers : sequence of float or array (n_draws,)
        Customers of each segment, 0 or more, not all 0.

    Returns
    -------
    float or array (n_draws,)
        USD per customer.

    Raises
    ------
    DomainError
        If there is nobody, or the lists are not of one length.
    """
    return _weighted(values_usd, customers, "customers")


def revenue_weighted_value(values_usd: Sequence[Floats], revenue_usd: Sequence[Floats]) -> Floats:
    """Lifetime value in USD of the customer behind the average dollar of revenue.

    Parameters
    ----------
    values_usd : sequence of float or array (n_draws,)
        Lifetime value of one customer of each segment, in USD.
    revenue_usd : sequence of float or array (n_draws,)
        Revenue of each whole segment over one and the same period, in USD; 0 or more, not all 0.

    Returns
    -------
    float or array (n_draws,)
        USD per customer. A few large contracts decide it: show `head_weighted_value` beside it.

    Raises
    ------
    DomainError
        If nobody pays, or the lists are not of one length.
    """
    return _weighted(values_usd, revenue_usd, "revenue_usd")


def revenue_shares(revenue_usd: Sequence[Floats]) -> FloatArray:
    """Share of each segment in revenue.

    Parameters
    ----------
    revenue_usd : sequence of float or array (n_draws,)
        Revenue of each whole segment over one and the same period, in USD; 0 or more, not all 0.

    Returns
    -------
    array (n_segments, ...)
        Shares that add up to 1. The sum of their squares is the Herfindahl-Hirschman index, and one over
        it the number of equal segments that would be as concentrated.

    Raises
    ------
    DomainError
        If nobody pays.
    """
    amounts = _checked(revenue_usd, "revenue_usd")
    shares: FloatArray = amounts / amounts.sum(axis=0)
    return shares


def _weighted(values_usd: Sequence[Floats], weights: Sequence[Floats], name: str) -> Floats:
    require(len(values_usd) == len(weights), name, f"as many as the values ({len(values_usd)})", len(weights))
    shares = _checked(weights, name)
    products = [np.multiply(share, value) for share, value in zip(shares, values_usd, strict=True)]
    weighted: Floats = sum(products, start=np.zeros(())) / shares.sum(axis=0)
    return weighted


def _checked(amounts: Sequence[Floats], name: str) -> FloatArray:
    require(len(amounts) > 0, name, "of one segment or more", "none")
    table = np.stack(np.broadcast_arrays(*(np.asarray(amount, dtype=np.float64) for amount in amounts)))
    require(np.isfinite(table) & (table >= 0), name, "finite and 0 or more", table)
    require(table.sum(axis=0) > 0, f"the sum of {name}", "above 0", "0")
    return table
