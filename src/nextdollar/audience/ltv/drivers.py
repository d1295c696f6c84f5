"""Which of what is not known decides the range of a lifetime value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nextdollar.audience.ltv.question import ConstantChurn, LtvSegment, LtvSetting
from nextdollar.finance import first_order_shares
from nextdollar.units import FloatArray, Floats


def drivers_of(segment: LtvSegment, setting: LtvSetting, value_usd: Floats) -> dict[str, float]:
    """Return the share of the variance of a value that each uncertain input decides, largest first.

    Empty where fewer than two inputs are uncertain. Shares are of the first order: they add up to 1 where
    inputs act one by one.
    """
    value = np.asarray(value_usd, dtype=np.float64)
    inputs = {
        name: draws
        for name, draws in _inputs(segment, setting)
        if draws.size == value.size and np.ptp(draws) > 0
    }
    if len(inputs) < 2 or not np.ptp(value) > 0:
        return {}
    shares = first_order_shares(inputs, value)
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _inputs(segment: LtvSegment, setting: LtvSetting) -> Iterator[tuple[str, FloatArray]]:
    """Yield what a value rests on, by name."""
    stays = segment.stays
    if isinstance(stays, ConstantChurn):
        yield "churn", np.asarray(stays.churn_per_month)
    else:
        n_periods = max(setting.horizon_months // stays.n_months_per_period, 1)
        # A curve has many coordinates: the periods paid for within the horizon stand for it.
        yield "retention", stays.survival_share[: n_periods + 1].sum(axis=0)
    yield "price", np.asarray(segment.price_usd_per_month)
    yield "gross margin", np.asarray(segment.gross_margin_share)
    yield "discount", np.asarray(setting.discount_per_month)
    if segment.density is not None:
        yield "growth of value", np.asarray(segment.density.growth_per_month)
        yield "cap of growth", np.asarray(segment.density.cap_multiple)
        yield "decay of value", np.asarray(segment.density.decay_per_month)
