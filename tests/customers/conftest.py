"""The two segments of the case study, which several files look at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nextdollar.customers import Segment, shift_churn


@pytest.fixture
def case_study() -> Callable[[float], list[Segment]]:
    """Return a function from extra churn per month to the case study's segments."""

    # 1.4 M users: 91 % pay 20 USD a month and 9 % pay 120 000 USD a year; churn 4 % and 0.75 % a month.
    def segments(extra_churn_per_month: float) -> list[Segment]:
        return [
            Segment(
                "pro",
                1_274_000.0,
                price_usd_per_month=20.0,
                churn_per_month=shift_churn(0.04, extra_churn_per_month),
            ),
            Segment(
                "enterprise",
                126_000.0,
                price_usd_per_month=10_000.0,
                churn_per_month=shift_churn(0.0075, extra_churn_per_month),
            ),
        ]

    return segments
