"""Internal rates of return: how many there are, and what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.finance.positive_roots import LANES_PER_BLOCK, positive_roots, roots_of_few_changes, signs
from nextdollar.units import FloatArray, Floats

NONE: Final = 0
UNIQUE: Final = 1
MULTIPLE: Final = 2
DEGENERATE: Final = 3

STATUS_WORDS: Final[Mapping[int, str]] = MappingProxyType(
    {NONE: "none", UNIQUE: "unique", MULTIPLE: "multiple", DEGENERATE: "none"}
)
"""The word for each status. All-zero flows (DEGENERATE) have no rate worth naming: "none"."""


_SAFE_EXPONENT: Final = 200
"""Sizes between 2**-200 and 2**200 are left as they are."""


@dataclass(frozen=True, slots=True)
class InternalRates:
    """Internal rate of return of each draw, or why there is none to give.

    `rate_per_period` (...) is a fraction per period, nan unless unique. `status` (...) is NONE (no
    rate above -1 makes the NPV zero), UNIQUE, MULTIPLE (several do, a double one included) or
    DEGENERATE (every flow is zero, so every rate does).
    """

    rate_per_period: FloatArray
    status: NDArray[np.int8]


def irr(cash_usd: FloatArray) -> InternalRates:
    """Internal rate of return of every draw at once, with its status.

    Parameters
    ----------
    cash_usd : array (n_periods, ...)
        Net cash of each period, in USD; row 0 is today.

    Returns
    -------
    InternalRates
        Rates per period and statuses, each (...).

    Raises
    ------
    DomainError
        If a flow is not finite, or the table has no row.

    Notes
    -----
    The rate solves sum over t of cash_t v**t = 0 with v = 1 / (1 + rate) > 0. One change of sign in
    the flows means one rate (Descartes); with more, all of them are found and counted, since any
    single one would mislead. The mean of the draws' rates is not the rate of the mean flows.
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    require(cash.ndim >= 1 and len(cash) >= 1, "cash_usd", "a table of at least one period", cash.shape)
    columns = cash.reshape(len(cash), -1)
    rate = np.full(columns.shape[1], np.nan)
    status = np.full(columns.shape[1], NONE, dtype=np.int8)
    n_changes = np.zeros(columns.shape[1], dtype=np.int64)
    for first in range(0, columns.shape[1], LANES_PER_BLOCK):
        block = slice(first, first + LANES_PER_BLOCK)
        scaled, largest = _scaled(_rows_together(columns[:, block]))
        n_changes[block], n_roots, root = roots_of_few_changes(scaled)
        status[block] = np.where(largest == 0, DEGENERATE, np.minimum(n_roots, MULTIPLE))
        rate[block] = _rate(root)
    # Few draws change sign more than twice: they wait here, so that they too are solved side by side.
    for changes in np.unique(n_changes[n_changes > 2]):
        lanes = np.flatnonzero(n_changes == changes)
        for first in range(0, lanes.size, LANES_PER_BLOCK):
            some = lanes[first : first + LANES_PER_BLOCK]
            scaled, _ = _scaled(np.take(columns, some, axis=1))
            roots = positive_roots(scaled, int(changes))
            found = np.count_nonzero(~np.isnan(roots), axis=0)
            status[some] = np.minimum(found, MULTIPLE)
            rate[some] = np.where(found == 1, _rate(roots[0]), np.nan)
    return InternalRates(rate.reshape(cash.shape[1:]), status.reshape(cash.shape[1:]))


def irr_roots(cash_usd: FloatArray) -> FloatArray:
    """Every real internal rate of return of one series of flows.

    Parameters
    ----------
    cash_usd : array (n_periods,)
        Net cash of each period, in USD; row 0 is today.

    Returns
    -------
    array (n_roots,)
        All rates above -1 in ascending order, as fractions per period; a double one stands twice.
        Empty when there is none, or when every flow is zero.

    Raises
    ------
    DomainError
        If a flow is not finite, or the input is not one series of at least one period.

    Notes
    -----
    Two rates that lie closer than about the square root of the machine epsilon cannot be told
    apart in float64; they come out as a double rate between them.
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    require(cash.ndim == 1 and cash.size >= 1, "cash_usd", "one series of at least one period", cash.shape)
    scaled, _ = _scaled(cash[:, None])
    n_changes = int(signs(scaled).changes[0])
    if n_changes == 0:
        return np.empty(0)
    roots = positive_roots(scaled, n_changes)[:, 0]
    return _rate(roots[~np.isnan(roots)][::-1])


def mirr(
    cash_usd: FloatArray, finance_rate_per_period: Floats, *, reinvest_rate_per_period: Floats
) -> Floats:
    """Modified internal rate of return: outlays financed at one rate, receipts reinvested at another.

    Parameters
    ----------
    cash_usd : array (n_periods, ...)
        Net cash of each period, in USD; row 0 is today.
    finance_rate_per_period : float or array (...)
        Rate at which outlays are discounted to today, a fraction above -1.
    reinvest_rate_per_period : float or array (...)
        Rate at which receipts grow to the last period, a fraction above -1.

    Returns
    -------
    float or array (...)
        Rate per period as a fraction; nan where there is no outlay or no receipt.

    Raises
    ------
    DomainError
        If a rate is -1 or less, or there are fewer than two periods.

    Notes
    -----
    (receipts at the end / outlays today)**(1 / (n_periods - 1)) - 1. Unlike the internal rate it
    always has one value, and is safe to rank by.
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    require(cash.ndim >= 1 and len(cash) >= 2, "cash_usd", "a table of at least two periods", cash.shape)
    for name, rate in (
        ("finance_rate_per_period", finance_rate_per_period),
        ("reinvest_rate_per_period", reinvest_rate_per_period),
    ):
        require(np.greater(rate, -1), name, "above -1", rate)
    outlay_usd = np.zeros(np.broadcast_shapes(cash.shape[1:], np.shape(finance_rate_per_period)))
    receipts_usd = np.zeros(np.broadcast_shapes(cash.shape[1:], np.shape(reinvest_rate_per_period)))
    for received_usd, paid_usd in zip(np.maximum(cash, 0), np.minimum(cash, 0)[::-1], strict=True):
        receipts_usd = receipts_usd * np.add(1, reinvest_rate_per_period) + received_usd
        outlay_usd = outlay_usd / np.add(1, finance_rate_per_period) - paid_usd
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = (receipts_usd / outlay_usd) ** (1 / (len(cash) - 1))
    return np.where((receipts_usd > 0) & (outlay_usd > 0), growth - 1, np.nan)[()]


def _rows_together(columns: FloatArray) -> FloatArray:
    """Columns laid out row by row, in which the search runs twice as fast as column by column."""
    return columns if columns.strides[-1] == columns.itemsize else np.ascontiguousarray(columns)


def _scaled(columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Columns of a size that cannot overflow, and the largest size of each as it was.

    Divides by a power of two, and only where needed: that leaves every digit as it is, so the unit
    of money cannot change the answer.
    """
    largest = np.maximum(columns.max(axis=0), -columns.min(axis=0))
    require(np.isfinite(largest), "cash_usd", "finite", largest)
    _, exponent = np.frexp(largest)
    if np.abs(exponent).max(initial=0) <= _SAFE_EXPONENT:
        return columns, largest
    return columns * np.ldexp(1.0, -np.clip(exponent, -1000, 1000)), largest


def _rate(discount_factor: FloatArray) -> FloatArray:
    return 1 / discount_factor - 1
