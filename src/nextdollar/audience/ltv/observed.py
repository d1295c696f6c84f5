"""The observed curve in place of laws that miss it, as far as enough customers were watched."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from nextdollar.audience.retention.answer import SegmentRetention
from nextdollar.uncertainty import Design, uniforms
from nextdollar.units import FloatArray

LEAST_AT_RISK = 30
"""Customers who came to a renewal, below which the observed curve says little of it."""
_LEVEL = 0.9


def observed_then_laws(item: SegmentRetention, left: FloatArray, *, seed: int) -> tuple[FloatArray, int]:
    """Return survival that follows the observed curve first and the laws after it, and where it changes over.

    Parameters
    ----------
    item : SegmentRetention
        A segment with its observed curve and the range of it.
    left : array (n_periods + 1, n_draws)
        Survival under the laws, longer than the data.
    seed : int
        Of the draws of where the observed curve may lie.

    Notes
    -----
    A draw lies as high in the range of the observed share at every age: one normal score z on the scale
    log(-log S), on which the ranges were made. After the change S goes down at the rates of the laws.
    """
    seen = item.observed
    is_known = (seen.n_at_risk >= LEAST_AT_RISK) & (seen.survival_share > 0)
    n_known = int(seen.period[is_known].max()) if is_known.any() else 0
    if n_known == 0:
        return left, 0
    places = np.searchsorted(seen.period, np.arange(1.0, n_known + 1), side="right") - 1
    share = np.where(places >= 0, seen.survival_share[places], 1.0)
    low, high = seen.low_share[places], seen.high_share[places]
    design = Design.rounded(left.shape[-1], seed)
    scores = ndtri(uniforms([f"ltv/{item.segment}/observed"], design)[0][: left.shape[-1]])
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.log(-np.log(share))
        error = (np.log(-np.log(low)) - np.log(-np.log(high))) / (2 * ndtri((1 + _LEVEL) / 2))
        drawn = np.exp(-np.exp(middle[:, None] + error[:, None] * scores))
    is_sure = ~np.isfinite(drawn)
    drawn = np.where(is_sure, share[:, None], drawn)
    # The range may widen from one age to the next, but nobody comes back.
    observed = np.minimum.accumulate(np.concatenate([np.ones((1, drawn.shape[1])), drawn]), axis=0)
    before = np.where(left[n_known] > 0, left[n_known], 1.0)
    return np.concatenate([observed, observed[-1] * left[n_known + 1 :] / before]), n_known
