"""Draws in a few numbers: mean, P5, P50 and P95, and what sampling adds to the uncertainty.

Quantiles are those of the inverse empirical CDF, the lowest draw that a share of the draws does not exceed:
always a draw, never a blend of two, and the same rule as value at risk.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

_P5, _P50, _P95 = 0.05, 0.5, 0.95
# 0.95 * 20 is a little above 19 in floats; it means the 19th draw.
_RANK_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean and quantiles of draws; `standard_error` is the sampling error of the mean, nan where unknown."""

    mean: float
    p5: float
    p50: float
    p95: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class ReachedSummary:
    """Summary of draws of which some never arrive.

    "Never" sorts last: a quantile that falls among such draws is infinite, and where there are any, the mean
    and its error are nan. `mean_when_reached` leaves them out and says so in its name.
    """

    mean: float
    p5: float
    p50: float
    p95: float
    standard_error: float
    never_share: float
    mean_when_reached: float


def quantiles(draws: FloatArray, shares: Sequence[float]) -> FloatArray:
    """Quantiles by the inverse empirical CDF.

    Parameters
    ----------
    draws : array (..., n_draws)
        Without nan; infinities sort as numbers do.
    shares : sequence of float
        Each above 0 and at most 1.

    Returns
    -------
    array (len(shares), ...)
        For each share p, draw number ceil(p n_draws), sorted upward and counted from 1.
    """
    n_draws = np.shape(draws)[-1]
    wanted = np.asarray(shares, dtype=np.float64)
    require((wanted > 0) & (wanted <= 1), "shares", "above 0 and at most 1", wanted)
    ranks = np.ceil(wanted * n_draws - _RANK_ROUNDING).astype(np.int64) - 1
    places = np.clip(ranks, 0, n_draws - 1)
    ordered = np.partition(draws, np.unique(places), axis=-1)
    return np.moveaxis(ordered[..., places], -1, 0)


def summarise(draws: Floats, n_scrambles: int) -> Summary:
    """Summary of a certain number, or of draws (n_draws,) without nan.

    Raises
    ------
    DomainError
        If a draw is nan ("no answer": see `summarise_reached`), or the draws do not fall into `n_scrambles`
        equal parts.
    """
    values = np.asarray(draws, dtype=np.float64)
    require(~np.isnan(values), "draws", "numbers, with an answer in each", values)
    if values.ndim == 0:
        value = float(values)
        return Summary(value, value, value, value, 0.0)
    p5, p50, p95 = (float(point) for point in quantiles(values, (_P5, _P50, _P95)))
    return Summary(mean(values), p5, p50, p95, replicate_error(mean, values, n_scrambles))


def summarise_reached(draws: Floats, n_scrambles: int) -> ReachedSummary:
    """Summary of draws of which some may be nan: never reached, or without an answer."""
    values = np.asarray(draws, dtype=np.float64)
    missing = np.isnan(values)
    never_share = float(np.mean(missing))
    if never_share == 0:
        whole = summarise(draws, n_scrambles)
        return ReachedSummary(
            whole.mean, whole.p5, whole.p50, whole.p95, whole.standard_error, 0.0, whole.mean
        )
    ordered = np.atleast_1d(np.where(missing, np.inf, values))
    p5, p50, p95 = (float(point) for point in quantiles(ordered, (_P5, _P50, _P95)))
    reached = math.nan if never_share == 1 else mean(values[~missing])
    return ReachedSummary(math.nan, p5, p50, p95, math.nan, never_share, reached)


def mean(draws: FloatArray) -> float:
    """Mean of draws, by pairwise summation."""
    return float(np.mean(draws))


def replicate_error(statistic: Callable[[FloatArray], float], draws: FloatArray, n_scrambles: int) -> float:
    """Sampling error of a statistic, from the spread of its values over the parts of the design.

    Parameters
    ----------
    statistic : callable
        From draws to a number.
    draws : array (..., n_draws)
        Part after part, as `draw` deals them; the statistic is given `(..., n_draws / n_scrambles)`.
    n_scrambles : int
        Parts; with one part the error is unknown: nan.

    Notes
    -----
    Standard deviation of the parts' values over sqrt(n_scrambles). Formulas for independent draws, such as
    sd / sqrt(n), do not hold for balanced ones. Where the parts are linked, E[error^2] for a mean is
    (V_part - V_all) / (n_scrambles - 1): the true V_all if balance gains nothing between a part and the
    whole, more if it gains.
    """
    n_draws = np.shape(draws)[-1]
    require(n_scrambles >= 1, "n_scrambles", "1 or more", n_scrambles)
    require(n_draws % n_scrambles == 0, "draws", f"in {n_scrambles} equal parts", n_draws)
    if n_scrambles == 1:
        return math.nan
    parts = np.split(np.asarray(draws), n_scrambles, axis=-1)
    values = np.array([statistic(part) for part in parts])
    return float(np.std(values, ddof=1) / math.sqrt(n_scrambles))


def confidence_interval(
    estimate: float, standard_error: float, *, n_scrambles: int, level: float = 0.95
) -> tuple[float, float]:
    """Interval for sampling error: estimate +- t standard errors, t of Student with n_scrambles - 1.

    With four parts t is 3.18 at 95 %, not 1.96: four values tell little of their own spread.
    """
    require(n_scrambles >= 2, "n_scrambles", "2 or more", n_scrambles)
    require(0 < level < 1, "level", "between 0 and 1", level)
    reach = float(stdtrit(n_scrambles - 1, (1 + level) / 2)) * standard_error
    return estimate - reach, estimate + reach
