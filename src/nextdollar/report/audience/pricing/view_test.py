"""A test of prices as plain data."""

from __future__ import annotations

import math
from typing import Any

from nextdollar.audience.pricing.price_test import SegmentElasticity, TestedPrice


def price_test_view(test: TestedPrice | None) -> dict[str, Any] | None:
    """Return a test of prices as plain data; None without one."""
    if test is None:
        return None
    return {
        "arms": [_arm(test, place) for place in range(len(test.rows.arms))],
        "form": test.fit.form,
        "today_usd": test.today_usd,
        "least_elasticity": test.least,
        "elasticity": _segment(SegmentElasticity("", *test.quantiles())),
        "likeliest_elasticity": test.fit.best_volume_per_price,
        "at_most_one_share": test.fit.probability_below(1.0),
        "misfit_share": _known(test.fit.misfit_share),
        "segments": [_segment(item) for item in test.by_segment],
        "segments_differ_share": _known(test.differs_share),
    }


def _arm(test: TestedPrice, place: int) -> dict[str, Any]:
    arm = test.rows.arms[place]
    seen = dict(zip(("p5", "p50", "p95"), test.bought_share[:, place].tolist(), strict=True))
    share = {"measured": arm.bought / arm.offered, **seen}
    return {
        "price_usd": arm.price_usd,
        "segment": arm.segment,
        "offered": arm.offered,
        "bought": arm.bought,
        "bought_share": share,
        "fitted_share": _known(float(test.fit.fitted_share[place])),
        "usd_per_offered": {name: arm.price_usd * value for name, value in share.items()},
    }


def _segment(item: SegmentElasticity) -> dict[str, Any]:
    return {"segment": item.name, "p5": item.p5, "p50": item.p50, "p95": item.p95}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
