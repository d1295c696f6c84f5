"""What a lever saves, draw by draw: speed, price and how far the lever reaches are all uncertain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nextdollar.compute.fleet.levers import payback_months
from nextdollar.compute.training.ladder import Range
from nextdollar.uncertainty import Normal
from nextdollar.units import SCORE_OF_P95, FloatArray

_LEVELS = (0.05, 0.5, 0.95)
_GOLDEN_SHARE = 0.6180339887498949


def reached_draws(by_effect: Sequence[FloatArray]) -> FloatArray:
    """Cost of a lever whose reach is uncertain, in USD per month.

    Parameters
    ----------
    by_effect : sequence of arrays (n_draws,)
        Cost where the lever reaches least, halfway and most (its 5 %, 50 % and 95 % quantiles), on the same
        draws; one array where nothing is assumed.

    Returns
    -------
    array (n_draws,)
        In each draw a value between the three, straight lines joining them over the standard score of the
        reach, which does not go beyond its ends. Scores follow the golden ratio, so that they are spread
        evenly and know nothing of the draws.
    """
    if len(by_effect) == 1:
        return by_effect[0]
    least, middle, most = by_effect
    places = np.mod((np.arange(least.size) + 0.5) * _GOLDEN_SHARE, 1.0)
    scores = np.clip(Normal(0.0, 1.0).ppf(places) / SCORE_OF_P95, -1.0, 1.0)
    found: FloatArray = middle + np.abs(scores) * (np.where(scores < 0, least, most) - middle)
    return found


def as_range(draws: FloatArray) -> Range:
    """Return the quantiles of draws."""
    low, middle, high = np.quantile(draws, _LEVELS)
    return Range(float(low), float(middle), float(high))


def saved_share(before_usd: FloatArray, after_usd: FloatArray) -> Range:
    """Range of the share of a cost that is saved; both (n_draws,) on the same draws, `before_usd` above 0."""
    return as_range(1.0 - after_usd / before_usd)


def paid_back(one_off_usd: Range | None, saving: Range | None) -> Range | None:
    """Range of the months until a one-off cost is saved; None where it is not known, endless where never.

    The best end pairs the lowest cost with the highest saving, the worst the other way round.
    """
    if one_off_usd is None or saving is None:
        return None
    pairs = (
        (one_off_usd.p5, saving.p95),
        (one_off_usd.p50, saving.p50),
        (one_off_usd.p95, saving.p5),
    )
    return Range(*(float(payback_months(max(float(cost), 0.0), float(each))) for cost, each in pairs))
