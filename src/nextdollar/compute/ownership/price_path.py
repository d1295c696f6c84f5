"""What renting a GPU may cost later: the log of the price reverts to a level and jumps, as draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nextdollar.errors import require
from nextdollar.sources import Source
from nextdollar.units import MONTHS_PER_YEAR, FloatArray, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePathConstants:
    """How a price of machine time moves; each a number.

    Parameters
    ----------
    reversion_per_year : float
        Rate at which a distance from the level closes, at least 0; 0 is a random walk. The half-life is
        ln 2 over it.
    volatility_log : float
        Standard deviation of the log of the price over one year without reversion and jumps, at least 0.
    trend_log_per_year, trend_sd_log_per_year : float
        Mean and standard deviation (at least 0) of the drift of the log of the level. It is drawn once a
        path, and either sign can come: no path falls for being a path.
    jumps_per_year : float
        Mean number of jumps, at least 0.
    jump_mean_log, jump_sd_log : float
        Mean and standard deviation (at least 0) of the log of a jump. The mean is taken out of the drift
        between jumps, so that the trend is the trend of the path, jumps and all.
    """

    reversion_per_year: float
    volatility_log: float
    trend_log_per_year: float
    trend_sd_log_per_year: float
    jumps_per_year: float
    jump_mean_log: float
    jump_sd_log: float

    sources: ClassVar[tuple[Source, ...]] = (
        Source(
            "Schwartz 1997, The stochastic behavior of commodity prices",
            "model 1, the log of the price reverts to its mean",
            "https://doi.org/10.1111/j.1540-6261.1997.tb02721.x",
        ),
        Source(
            "Merton 1976, Option pricing when underlying stock returns are discontinuous",
            "section 2, normal jumps in the log at the times of a Poisson process",
            "https://doi.org/10.1016/0304-405X(76)90022-2",
        ),
    )

    def __post_init__(self) -> None:
        for name in ("trend_log_per_year", "jump_mean_log"):
            require(np.isfinite(getattr(self, name)), name, "finite", getattr(self, name))
        spreads = ("reversion_per_year", "volatility_log", "trend_sd_log_per_year", "jumps_per_year")
        for name in (*spreads, "jump_sd_log"):
            value = getattr(self, name)
            require(np.isfinite(value) and value >= 0, name, "finite and at least 0", value)

    @property
    def jump_square_log(self) -> float:
        """Mean square of the log of a jump."""
        return self.jump_mean_log**2 + self.jump_sd_log**2


def price_path_usd(
    start_usd: Floats,
    months: FloatArray,
    *,
    constants: PricePathConstants,
    normal_scores: FloatArray,
    jump_uniforms: FloatArray,
    jump_scores: FloatArray,
    trend_scores: Floats = 0.0,
    level_usd: Floats | None = None,
) -> FloatArray:
    """Draws of a price at later months, in the unit of the start.

    Parameters
    ----------
    start_usd : float or array (n_draws,)
        Price today, above 0: USD per GPU-hour, or any other price.
    months : array (n_months,)
        Months from today, at least 0, rising: `np.arange(36.0)` gives today and 35 months to come.
    constants : PricePathConstants
        How the price moves; `nextdollar.catalogue.price_path` has fitted ones.
    normal_scores, jump_uniforms, jump_scores : array (n_months, n_draws)
        Standard normals for the wandering, uniforms in [0, 1) for the number of jumps since the month
        before, standard normals for their size.
    trend_scores : float or array (n_draws,)
        Standard normals for the trend of each path; 0 is the mean trend on every path.
    level_usd : float or array (n_draws,), optional
        What the price reverts to, before the trend, above 0; None is the start: today is no outlier.

    Returns
    -------
    array (n_months, n_draws)
        Price at each month; a month 0 is the start itself.

    Raises
    ------
    DomainError
        If a price is not above 0, a month is below 0 or not after the one before, or a uniform is outside.

    Notes
    -----
    y = ln(price) - ln(level) - trend t is an Ornstein-Uhlenbeck process with Merton's jumps. Over a step
    of dt years, with k its reversion, c = 1 - exp(-k dt) and n Poisson jumps of mean m and spread s,
    y' = y exp(-k dt) + sigma sqrt((1 - exp(-2 k dt)) / (2 k)) z + jumps - jumps_per_year m c / k,
    exact in the wandering for a step of any length. A jump fades from its moment on, which is uniform
    within the step: the sum of n has mean n m c / (k dt) and the exact variance beside it, and is drawn
    as a normal. So mean and variance of the log do not depend on how the months are cut.
    """
    require(np.greater(start_usd, 0), "start_usd", "above 0", start_usd)
    level = start_usd if level_usd is None else level_usd
    require(np.greater(level, 0), "level_usd", "above 0", level)
    steps_years = _steps_years(months)
    inside = (jump_uniforms >= 0) & (jump_uniforms < 1)
    require(inside, "jump_uniforms", "at least 0 and below 1", jump_uniforms)
    trend_log = constants.trend_log_per_year + constants.trend_sd_log_per_year * trend_scores
    distance_log = np.log(start_usd) - np.log(level)
    prices_usd = np.empty(np.broadcast_shapes(normal_scores.shape, (len(steps_years), 1)))
    for row, step_years in enumerate(steps_years):
        jumps_log = _jumps_log(jump_uniforms[row], jump_scores[row], constants, step_years=step_years)
        wander_sd_log = constants.volatility_log * np.sqrt(_fading_years(constants, step_years, power=2))
        kept = np.exp(-constants.reversion_per_year * step_years)
        distance_log = distance_log * kept + wander_sd_log * normal_scores[row] + jumps_log
        drift_log = trend_log * (months[row] / MONTHS_PER_YEAR)
        prices_usd[row] = level * np.exp(drift_log + distance_log)
    return prices_usd


def price_log_spread(months: Floats, constants: PricePathConstants) -> Floats:
    """Standard deviation of the log of the price at months from today (at least 0), trend and jumps and all.

    sqrt((sigma**2 + jumps E[jump**2]) (1 - exp(-2 k t)) / (2 k) + (trend_sd t)**2), in the shape of `months`.
    """
    require(np.greater_equal(months, 0), "months", "at least 0", months)
    years = np.divide(months, MONTHS_PER_YEAR)
    per_year = constants.volatility_log**2 + constants.jumps_per_year * constants.jump_square_log
    variance = per_year * _fading_years(constants, years, power=2)
    spread: Floats = np.sqrt(variance + (constants.trend_sd_log_per_year * years) ** 2)
    return spread


def price_median_usd(
    start_usd: Floats, months: Floats, constants: PricePathConstants, *, level_usd: Floats | None = None
) -> Floats:
    """Price in the middle of the paths (the exponential of the mean log) at months from today, at least 0.

    level * exp(trend t) * (start / level)**exp(-k t), in the unit of the start; arguments as in
    `price_path_usd`, any shapes that broadcast.
    """
    require(np.greater_equal(months, 0), "months", "at least 0", months)
    require(np.greater(start_usd, 0), "start_usd", "above 0", start_usd)
    level = start_usd if level_usd is None else level_usd
    require(np.greater(level, 0), "level_usd", "above 0", level)
    years = np.divide(months, MONTHS_PER_YEAR)
    kept = np.exp(-constants.reversion_per_year * years)
    middle: Floats = (
        level * np.exp(constants.trend_log_per_year * years) * np.divide(start_usd, level) ** kept
    )
    return middle


def _steps_years(months: FloatArray) -> FloatArray:
    """Years from each month's predecessor, from today for the first."""
    require(np.ndim(months) == 1, "months", "an array (n_months,)", np.shape(months))
    require(np.greater_equal(months, 0), "months", "at least 0", months)
    require(np.diff(months) > 0, "months", "rising", months)
    steps: FloatArray = np.diff(months, prepend=0.0) / MONTHS_PER_YEAR
    return steps


def _jumps_log(
    uniforms: FloatArray, scores: FloatArray, constants: PricePathConstants, *, step_years: float
) -> FloatArray:
    """Sum of the jumps of a step as they have faded by its end, less its mean."""
    mean_count = constants.jumps_per_year * step_years
    if mean_count == 0:
        return np.zeros_like(uniforms)
    count = np.searchsorted(_poisson_cumulative(mean_count), uniforms, side="right")
    left = _fading_years(constants, step_years, power=1) / step_years
    left_square = _fading_years(constants, step_years, power=2) / step_years
    # The mean square of what is left is above the square of its mean but for rounding.
    scatter = max(left_square - left**2, 0.0)
    variance = constants.jump_sd_log**2 * left_square + constants.jump_mean_log**2 * scatter
    mean_log = (count - mean_count) * (constants.jump_mean_log * left)
    jumps_log: FloatArray = mean_log + np.sqrt(count * variance) * scores
    return jumps_log


def _poisson_cumulative(mean_count: float) -> FloatArray:
    """Chance of at most 0, 1, 2 ... jumps, far enough that the rest is beyond a double's last digit."""
    most = int(mean_count + 12 * np.sqrt(mean_count) + 24)
    steps_log = np.log(mean_count) - np.log(np.arange(1, most + 1))
    log_chances = np.concatenate(([0.0], np.cumsum(steps_log))) - mean_count
    cumulative: FloatArray = np.cumsum(np.exp(log_chances))
    return cumulative


def _fading_years(constants: PricePathConstants, years: Floats, *, power: int) -> Floats:
    """Integral of exp(-power k t) over the years: the years themselves where nothing reverts."""
    rate = power * constants.reversion_per_year
    if rate == 0:
        return years
    faded: Floats = -np.expm1(np.multiply(-rate, years)) / rate
    return faded
