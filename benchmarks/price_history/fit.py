"""Constants of a price path from series of rents, under weak priors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, logsumexp

from nextdollar.compute.ownership.price_path import PricePathConstants
from nextdollar.units import DAYS_PER_YEAR, FloatArray
from price_history.series import Series

# Weak priors, (median, spread of the log): a distance from the level halves in a year, give or take a factor
# of two; prices move by a third a year, half of that with the market; quotes of one day differ by 3 %.
# Trends of series are held to differ by about 5 % a year. Left free they come out at 23 %, because over two
# years some providers fall at a pace of their own: it covers no quote more, and stretches to a factor of
# eight over five years.
_LOG_PRIORS = {
    "reversion": (0.7, 0.7),
    "own_variance": (0.045, 1.0),
    "market_variance": (0.045, 1.0),
    "trend_sd": (0.05, 0.3),
    "quote_sd": (0.03, 0.5),
}
_TREND_SD_OF_MARKET = 0.2
_JUMPS_PER_YEAR = (0.7, 0.5)
_JUMP_SHARE_LOGIT_SD = 1.5
_JUMP_MEAN_SD = 0.1
_FLAT = 10.0  # variance of the log of a level: any price at all
_LONGEST_STEP_YEARS = 1.3
_MOST_JUMPS = 8
_PATIENT = {"maxiter": 2000, "xatol": 1e-2, "fatol": 1e-3}


@dataclass(frozen=True, slots=True)
class Fit:
    """The constants, and the spread of quotes of one day that is no part of the path."""

    constants: PricePathConstants
    quote_sd_log: float
    market_share: float
    trend_error_log: float


@dataclass(frozen=True, slots=True)
class _Quotes:
    """All quotes in one row: `years` (n,) of the calendar, `log_usd` (n,), `series` (n,) their series."""

    years: FloatArray
    log_usd: FloatArray
    series: FloatArray


def fit(series: Sequence[Series]) -> Fit:
    """Constants that make the series most likely.

    A log of a price is a level of its series, that may be anything; the market, which moves all series
    at once; and what moves one alone: Gaussian processes that revert. Rents of many accelerators falling
    together are one event, not many: the error of the trend says so, and is put into its spread. Then
    jumps, from how the steps of up to 1.3 years are spread, with the variance held.
    """
    quotes = _quotes(series)
    start = np.log([median for median, _ in _LOG_PRIORS.values()])
    found = minimize(_cost, start, args=(quotes,), method="Nelder-Mead", options=_PATIENT).x
    reversion, own_variance, market_variance, trend_sd, quote_sd = np.exp(found)
    variance = float(own_variance + market_variance)
    trend_log, trend_error = _trend(np.exp(found), quotes)
    steps, years = _steps(series)
    arguments = (steps - trend_log * years, years, variance, float(quote_sd), float(reversion))
    start = np.array([0.0, math.log(_JUMPS_PER_YEAR[0]), 0.0])
    share_logit, rate_log, mean_log = minimize(
        _jump_cost, start, args=arguments, method="Nelder-Mead", options=_PATIENT
    ).x
    jump_share, rate = 1 / (1 + math.exp(-share_logit)), math.exp(rate_log)
    constants = PricePathConstants(
        reversion_per_year=float(reversion),
        volatility_log=math.sqrt(variance * (1 - jump_share)),
        trend_log_per_year=trend_log,
        trend_sd_log_per_year=math.hypot(trend_sd, trend_error),
        jumps_per_year=rate,
        jump_mean_log=float(mean_log),
        jump_sd_log=math.sqrt(variance * jump_share / rate - mean_log**2),
    )
    return Fit(constants, float(quote_sd), float(market_variance / variance), trend_error)


def _quotes(series: Sequence[Series]) -> _Quotes:
    epoch = min(one.first for one in series)
    starts = [(one.first - epoch).days / DAYS_PER_YEAR for one in series]
    years = np.concatenate([start + one.years for start, one in zip(starts, series, strict=True)])
    places = np.concatenate([np.full(len(one.years), place) for place, one in enumerate(series)])
    return _Quotes(years, np.concatenate([one.log_usd for one in series]), places.astype(float))


def _covariance(values: FloatArray, quotes: _Quotes) -> FloatArray:
    """Covariance of all quotes, but for the trend of the market."""
    reversion, own_variance, market_variance, trend_sd, quote_sd = values
    apart = np.abs(quotes.years[:, None] - quotes.years)
    same = quotes.series[:, None] == quotes.series
    kept = np.exp(-reversion * apart) / (2 * reversion)
    years = quotes.years - quotes.years.mean()
    alone = own_variance * kept + trend_sd**2 * np.outer(years, years) + _FLAT
    covariance: FloatArray = market_variance * kept + np.where(same, alone, 0.0)
    return covariance + quote_sd**2 * np.eye(len(years))


def _cost(log_values: FloatArray, quotes: _Quotes) -> float:
    """Minus the log of likelihood and priors."""
    priors = np.array([*_LOG_PRIORS.values()])
    cost = 0.5 * (((log_values - np.log(priors[:, 0])) / priors[:, 1]) ** 2).sum()
    years = quotes.years - quotes.years.mean()
    trend_covariance = _TREND_SD_OF_MARKET**2 * np.outer(years, years)
    factor = np.linalg.cholesky(_covariance(np.exp(log_values), quotes) + trend_covariance)
    scaled = np.linalg.solve(factor, quotes.log_usd)
    return float(cost + 0.5 * scaled @ scaled + np.log(np.diag(factor)).sum())


def _trend(values: FloatArray, quotes: _Quotes) -> tuple[float, float]:
    """Trend of the market and its standard error, given everything else."""
    years = quotes.years - quotes.years.mean()
    weights = np.linalg.solve(_covariance(values, quotes), years)
    precision = 1 / _TREND_SD_OF_MARKET**2 + weights @ years
    return float(weights @ quotes.log_usd / precision), float(1 / math.sqrt(precision))


def _steps(series: Sequence[Series]) -> tuple[FloatArray, FloatArray]:
    """Steps of the log from quote to quote, and their years."""
    steps = np.concatenate([np.diff(one.log_usd) for one in series])
    years = np.concatenate([np.diff(one.years) for one in series])
    short = years <= _LONGEST_STEP_YEARS
    return steps[short], years[short]


def _jump_cost(
    values: FloatArray,
    steps: FloatArray,
    years: FloatArray,
    variance: float,
    quote_sd: float,
    reversion: float,
) -> float:
    """Minus the log of likelihood and priors of the share of variance in jumps, their rate and mean.

    `steps` (n,) are without their trend.
    """
    share, rate, mean_log = 1 / (1 + math.exp(-values[0])), math.exp(values[1]), values[2]
    jump_variance = variance * share / rate - mean_log**2
    if jump_variance <= 0:
        return math.inf
    cost = 0.5 * (values[0] / _JUMP_SHARE_LOGIT_SD) ** 2 + 0.5 * (mean_log / _JUMP_MEAN_SD) ** 2
    cost += 0.5 * ((values[1] - math.log(_JUMPS_PER_YEAR[0])) / _JUMPS_PER_YEAR[1]) ** 2
    counts = np.arange(_MOST_JUMPS + 1.0)[:, None]
    fading = -np.expm1(-2 * reversion * years) / (2 * reversion)
    spread = variance * (1 - share) * fading + counts * jump_variance * fading / years + 2 * quote_sd**2
    off = steps - (counts - rate * years) * mean_log
    log_count = counts * np.log(rate * years) - rate * years - gammaln(counts + 1)
    terms = log_count - 0.5 * off**2 / spread - 0.5 * np.log(spread)
    return float(cost - logsumexp(terms, axis=0).sum())
