"""The share of customers that is left by age, without any law: the product limit of Kaplan and Meier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from nextdollar.customers.contractual.risk_table import RiskTable
from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import FloatArray

KAPLAN_MEIER_SOURCE = Source(
    "Kaplan & Meier 1958, Nonparametric Estimation from Incomplete Observations",
    "section 2; intervals: log(-log) with Greenwood's variance",
    "https://doi.org/10.1080/01621459.1958.10501452",
)
# Up to this many ages for each row are counted in a table; more are sorted.
_AGES_PER_ROW = 4


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """Share left by age, with the counts behind it; every array is (n_ages,) or (..., n_periods).

    `period` holds the ages at which anybody left or was last seen, ascending. `low_share` and `high_share`
    hold the true share with the asked confidence, age by age; they are nan where nobody has left yet or
    nobody is left, since there the spread is not known.
    """

    period: FloatArray
    n_at_risk: FloatArray
    n_left: FloatArray
    survival_share: FloatArray
    low_share: FloatArray
    high_share: FloatArray


def kaplan_meier(
    ages: ArrayLike, has_left: ArrayLike, *, ages_before: ArrayLike | None = None, level: float = 0.9
) -> KaplanMeier:
    """Share of customers left at each age.

    Parameters
    ----------
    ages : array (n_customers,)
        Age at which each customer left or was last seen, finite and 0 or more, in any unit.
    has_left : array of bool (n_customers,)
        Whether he left then. Who was last seen at an age counts as at risk there.
    ages_before : array (n_customers,), optional
        Age from which he was watched (left truncation); at risk only beyond it.
    level : float
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    KaplanMeier
        At each different age.

    Raises
    ------
    DomainError
        If there is nobody, a length differs, or a number lies outside its domain.

    Notes
    -----
    S(t) = product over ages u <= t of 1 - left(u) / at risk(u). Whole ages are counted in one pass;
    others are sorted first.
    """
    end = np.asarray(ages)
    left = np.asarray(has_left, dtype=np.bool_)
    require(end.ndim == 1 and end.size > 0, "ages", "a row of one customer or more", end.shape)
    require(end.shape == left.shape, "has_left", f"of the shape {end.shape}", left.shape)
    # nan is neither smallest nor largest nor ordered: both comparisons fail on it.
    if not (end.min() >= 0 and end.max() < np.inf):
        require(np.isfinite(end) & (end >= 0), "ages", "finite and 0 or more", end)
    found, n_ended, n_left = _counted(end, left)
    n_at_risk = np.cumsum(n_ended[::-1])[::-1].astype(np.float64)
    if ages_before is not None:
        start = np.asarray(ages_before, dtype=np.float64)
        require(start.shape == end.shape, "ages_before", f"of the shape {end.shape}", start.shape)
        ok = np.isfinite(start) & (start >= 0) & ((start < end) | (end == 0))
        require(ok, "ages_before", "0 or more and below the age at the end", start)
        # Whoever is first watched at an age is not yet at risk at that age.
        n_at_risk -= start.size - np.searchsorted(np.sort(start), found, side="left")
        # An end at age 0 is watched there although nothing lies before it.
        n_at_risk[found == 0] += np.count_nonzero(start == 0)
    seen = n_ended > 0
    return _product_limit(
        found[seen], n_at_risk=n_at_risk[seen], n_left=n_left[seen].astype(np.float64), level=level
    )


def kaplan_meier_of_table(table: RiskTable, *, level: float = 0.9) -> KaplanMeier:
    """Share left after each renewal of a risk table (..., n_periods); other fields as in `kaplan_meier`."""
    period = np.arange(1, table.n_periods + 1, dtype=np.float64)
    return _product_limit(period, n_at_risk=table.n_at_risk, n_left=table.n_left, level=level)


def _counted(
    end: NDArray[np.generic], left: NDArray[np.bool_]
) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
    """Return ages in order, and how many were last seen and how many left at each."""
    most = float(end.max())
    if most <= _AGES_PER_ROW * end.size + 1024:
        whole = end if np.issubdtype(end.dtype, np.integer) else end.astype(np.int64)
        if whole is end or np.array_equal(whole, end):
            # One pass over two counts: those still there in the even places, those who left in the odd.
            both = np.bincount(2 * whole + left, minlength=2 * int(most) + 2).reshape(-1, 2)
            return np.arange(int(most) + 1, dtype=np.float64), both.sum(axis=1), both[:, 1]
    ordered, leavers = np.sort(end), np.sort(end[left])
    found, n_ended = np.unique(ordered, return_counts=True)
    n_left = np.diff(np.searchsorted(leavers, found, side="right"), prepend=0)
    return found.astype(np.float64), n_ended, n_left


def _product_limit(
    period: FloatArray, *, n_at_risk: FloatArray, n_left: FloatArray, level: float
) -> KaplanMeier:
    """Return the share left, with intervals that are symmetric in log(-log S)."""
    require(0 < level < 1, "level", "between 0 and 1", level)
    watched = np.maximum(n_at_risk, np.finfo(np.float64).tiny)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.exp(np.cumsum(np.log1p(-n_left / watched), axis=-1))
        greenwood = np.cumsum(n_left / (watched * (n_at_risk - n_left)), axis=-1)
        log_share = np.log(share)
        reach = float(ndtri((1 + level) / 2)) * np.sqrt(greenwood) / -log_share
        low, high = (np.exp(log_share * np.exp(sign * reach)) for sign in (1.0, -1.0))
    is_known = (share < 1) & (share > 0)
    return KaplanMeier(
        period, n_at_risk, n_left, share, np.where(is_known, low, np.nan), np.where(is_known, high, np.nan)
    )
