"""How many monthly payments win back what a customer cost, when some leave before they have paid it."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


def payback_periods(cac_usd: Floats, expected_usd: FloatArray) -> Floats:
    """Payments until what a customer is expected to have paid covers what he or she cost.

    Parameters
    ----------
    cac_usd : float or array (...)
        Cost to acquire one customer, in USD, 0 or more.
    expected_usd : array (n_periods, ...)
        Expected margin of each period for one customer won, in USD: margin x survival
        (`present_payments`), discounted or not.

    Returns
    -------
    float or array (...)
        Number of payments, a fraction inside a period by a straight line; 0 where nothing was spent; nan
        where it is not reached within the table.

    Raises
    ------
    DomainError
        If a number lies outside its domain, or the table has no row.

    Notes
    -----
    n - 1 + (CAC - C_(n-1)) / (m S(n-1)) with n the first payment at which C_n = sum of m S(k) reaches CAC.
    Without churn it is CAC / m. With constant churn c it is ln(1 - CAC c / m) / ln(1 - c) where that is a
    whole number, and never where CAC exceeds m / c: the customer is not worth what he or she cost.
    """
    expected = np.asarray(expected_usd, dtype=np.float64)
    require(expected.ndim >= 1 and len(expected) >= 1, "expected_usd", "one period or more", expected.shape)
    require(np.isfinite(cac_usd) & np.greater_equal(cac_usd, 0), "cac_usd", "finite and 0 or more", cac_usd)
    require(np.isfinite(expected), "expected_usd", "finite", expected)
    shape = np.broadcast_shapes(np.shape(cac_usd), expected.shape[1:])
    missing_usd = np.array(np.broadcast_to(np.asarray(cac_usd, dtype=np.float64), shape))
    is_waiting = missing_usd > 0
    periods = np.where(is_waiting, np.nan, 0.0)
    for n_before, payment_usd in enumerate(expected):
        if not is_waiting.any():
            break
        is_back = is_waiting & (payment_usd >= missing_usd)
        # Where it is not back, nothing is divided: a payment may be 0.
        part = np.divide(missing_usd, payment_usd, out=np.zeros(shape), where=is_back)
        periods = np.where(is_back, n_before + part, periods)
        missing_usd = missing_usd - payment_usd
        is_waiting &= ~is_back
    found: Floats = periods[()]
    return found


def simple_payback_months(cac_usd: Floats, margin_usd_per_month: Floats) -> Floats:
    """Months until a customer who never leaves has paid what he or she cost.

    Parameters
    ----------
    cac_usd : float or array (...)
        Cost to acquire one customer, in USD, 0 or more.
    margin_usd_per_month : float or array (...)
        Gross margin of one customer a month, in USD; any sign.

    Returns
    -------
    float or array (...)
        CAC / margin: the usual figure, too short wherever customers leave (`payback_periods`); nan where
        there is no margin to pay it back.

    Raises
    ------
    DomainError
        If a cost lies outside its domain.
    """
    require(np.isfinite(cac_usd) & np.greater_equal(cac_usd, 0), "cac_usd", "finite and 0 or more", cac_usd)
    has_margin = np.greater(margin_usd_per_month, 0)
    margin = np.where(has_margin, margin_usd_per_month, 1.0)
    months: Floats = np.where(has_margin, np.divide(cac_usd, margin), np.nan)[()]
    return months
