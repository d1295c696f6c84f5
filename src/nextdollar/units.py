"""Number types and named conversion factors; the one place where units change.

Inside, money is `_usd`, business time `_months`, machine time `_s`, work `_flop`, loss `_nats`,
and rates and shares are fractions. Factors are named so that no formula holds a bare literal.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
Floats: TypeAlias = float | FloatArray
"""A certain number (float) or an uncertain one (float64 array whose last axis is the draw)."""

MONTHS_PER_YEAR = 12
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / MONTHS_PER_YEAR
HOURS_PER_DAY = 24
SECONDS_PER_HOUR = 3600
MS_PER_S = 1000.0
HOURS_PER_YEAR = DAYS_PER_YEAR * HOURS_PER_DAY
TOKENS_PER_MTOK = 1e6
FLOP_PER_TFLOP = 1e12
BYTES_PER_GIB = 2.0**30
WATTS_PER_KW = 1000.0
PERCENT = 0.01
SCORE_OF_P95 = 1.6448536269514722
"""Standard score below which 95 % of a normal quantity lies."""


def per_month_from_per_year(rate_per_year: Floats) -> Floats:
    """Monthly rate that compounds to a yearly one: (1 + r)**(1/12) - 1.

    Both are fractions above -1. Computed as expm1(log1p(r) / 12), which keeps its digits at tiny rates.
    """
    monthly: Floats = np.expm1(np.log1p(rate_per_year) / MONTHS_PER_YEAR)
    return monthly


def per_year_from_per_month(rate_per_month: Floats) -> Floats:
    """Yearly rate that a monthly one compounds to: (1 + r)**12 - 1, both fractions above -1."""
    yearly: Floats = np.expm1(np.log1p(rate_per_month) * MONTHS_PER_YEAR)
    return yearly


def leaving_per_month_from_per_year(share_per_year: Floats) -> Floats:
    """Monthly share that leaves when a yearly share leaves: 1 - (1 - c)**(1/12), c in [0, 1].

    A constant monthly churn of this size leaves exactly `1 - c` of a cohort after twelve months.
    """
    with np.errstate(divide="ignore"):
        leaving: Floats = -np.expm1(np.log1p(np.negative(share_per_year)) / MONTHS_PER_YEAR)
    return leaving
