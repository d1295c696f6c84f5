"""The observed curve in place of laws that miss it, as far as enough customers were watched."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from nextdollar.audience.retention.observed import LEAST_AT_RISK
from nextdollar.customers.contractual import KaplanMeier
from nextdollar.units import FloatArray

LEVEL = 0.9
"""Confidence of the ranges of observed curves."""
# Jeffreys' prior: half of one who left and half of one who stayed.
_HALF = 0.5


def drawn_share(n_left: float, n_at_risk: float, scores: FloatArray) -> FloatArray:
    """Draws of the share that stays, where `n_left` of `n_at_risk` left: uniforms (n_draws,) in and out."""
    found: FloatArray = betaincinv(n_at_risk - n_left + _HALF, n_left + _HALF, scores)
    return found


def observed_then_laws(
    seen: KaplanMeier, left: FloatArray, *, scores: FloatArray, first_period: int = 0
) -> tuple[FloatArray, int]:
    """Return survival that follows the observed curve first and the laws after it, and where it changes over.

    Parameters
    ----------
    seen : KaplanMeier
        The observed curve, at the periods 1, 2, 3 ...
    left : array (n_periods + 1, n_draws)
        Survival under the laws from `first_period` on, longer than the data.
    scores : array (n_draws,)
        Normal scores: how high in its range the observed curve lies.
    first_period : int
        Age at which both begin.

    Notes
    -----
    A draw lies as high in the range of the observed share at every age, on the scale log(-log S), on which
    the ranges were made. After the change S goes down at the rates of the laws. Where all of many left at one
    renewal, the share that stays there has Jeffreys' range, which is narrow and not 0.
    """
    part = slice(first_period, None)
    share, low, high, at_risk = (
        row[part] for row in (seen.survival_share, seen.low_share, seen.high_share, seen.n_at_risk)
    )
    known = np.flatnonzero((at_risk >= LEAST_AT_RISK) & (share > 0))
    if known.size == 0:
        return left, 0
    n_known = int(known[-1]) + 1
    share, low, high = share[:n_known], low[:n_known], high[:n_known]
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.log(-np.log(share))
        error = (np.log(-np.log(low)) - np.log(-np.log(high))) / (2 * ndtri((1 + LEVEL) / 2))
        drawn = np.exp(-np.exp(middle[:, None] + error[:, None] * scores))
    drawn = np.where(np.isfinite(drawn), drawn, share[:, None])
    if (
        n_known < at_risk.size
        and seen.survival_share[part][n_known] == 0
        and at_risk[n_known] >= LEAST_AT_RISK
    ):
        stay = drawn_share(at_risk[n_known], at_risk[n_known], ndtr(scores))
        drawn, n_known = np.concatenate([drawn, drawn[-1:] * stay]), n_known + 1
    # The range may widen from one age to the next, but nobody comes back.
    observed = np.minimum.accumulate(np.concatenate([np.ones((1, drawn.shape[1])), drawn]), axis=0)
    before = np.where(left[n_known] > 0, left[n_known], 1.0)
    return np.concatenate([observed, observed[-1] * left[n_known + 1 :] / before]), first_period + n_known
