"""How much of the revenue hangs on few accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray

_TOP = 10


@dataclass(frozen=True, slots=True)
class Concentration:
    """Shares of the revenue that the largest and the ten largest accounts pay.

    `count` is how many accounts of equal size would be as concentrated: 1 / sum of squared shares.
    """

    largest_share: float
    top_ten_share: float
    count: float


def concentration(revenue_usd: FloatArray) -> Concentration:
    """Concentration of revenue over accounts.

    Parameters
    ----------
    revenue_usd : array (n_accounts,)
        What each account pays, 0 or more, in USD or any other unit; not all 0.

    Returns
    -------
    Concentration

    Raises
    ------
    DomainError
        If a number is below 0 or all are 0.

    Notes
    -----
    The count is the inverse of the Herfindahl-Hirschman index (Hirschman 1964, "The Paternity of an
    Index"). It is at most the number of accounts that pay, and equals it where all pay the same.
    """
    require(np.greater_equal(revenue_usd, 0), "revenue_usd", "0 or more", revenue_usd)
    total_usd = float(np.sum(revenue_usd))
    require(total_usd > 0, "revenue_usd", "above 0 in sum", total_usd)
    largest_usd = np.sort(np.asarray(revenue_usd, dtype=np.float64))[::-1]
    top_ten_share = 1.0 if largest_usd.size <= _TOP else float(largest_usd[:_TOP].sum() / total_usd)
    count = float(1 / np.square(largest_usd / total_usd).sum())
    return Concentration(float(largest_usd[0]) / total_usd, top_ten_share, count)
