"""The bad end of the outcomes: value at risk, expected shortfall, probability of a loss.

A loss is money lost: minus the NPV, or the shortfall against a plan. Losses come as draws on the
last axis. The conventions are those of the inverse empirical distribution; others exist and give
other numbers on small samples.
"""

from __future__ import annotations

import math

import numpy as np

from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

_EPS = float(np.finfo(np.float64).eps)


def value_at_risk(loss_usd: FloatArray, level: float) -> Floats:
    """Loss that a share `level` of the draws does not exceed.

    Parameters
    ----------
    loss_usd : array (..., n_draws)
        Losses in USD; a gain is negative.
    level : float
        Share of draws, above 0 and below 1; 0.95 is usual.

    Returns
    -------
    float or array (...)
        Loss in USD, always one of the draws.

    Raises
    ------
    DomainError
        If the level is not between 0 and 1, or a loss is not finite, or there is no draw.

    Notes
    -----
    VaR = L_(k), k = ceil(level n), losses sorted upward and counted from 1. Not additive: the VaR of
    a sum may exceed the sum of the VaRs.
    """
    losses, rank, _ = _checked(loss_usd, level)
    value: Floats = np.partition(losses, rank - 1, axis=-1)[..., rank - 1]
    return value


def expected_shortfall(loss_usd: FloatArray, level: float) -> Floats:
    """Mean loss in the worst share 1 - `level` of the draws.

    Parameters
    ----------
    loss_usd : array (..., n_draws)
        Losses in USD; a gain is negative.
    level : float
        Share of draws outside the tail, above 0 and below 1; 0.95 is usual.

    Returns
    -------
    float or array (...)
        Loss in USD, never below the value at risk.

    Raises
    ------
    DomainError
        If the level is not between 0 and 1, or a loss is not finite, or there is no draw.

    Notes
    -----
    ES = (sum over i > k of L_(i) + (k - level n) L_(k)) / ((1 - level) n) with k = ceil(level n): the
    draw at the edge counts with the fraction of it that lies in the tail (Acerbi & Tasche 2002).
    """
    losses, rank, below = _checked(loss_usd, level)
    tail_usd = _tail(losses, rank)
    edge_usd = tail_usd[..., 0]
    # Relative to the edge, so that a tail of equal losses gives exactly that loss.
    beyond_usd = (tail_usd - edge_usd[..., None]).sum(axis=-1)
    shortfall_usd: Floats = edge_usd + beyond_usd / (losses.shape[-1] - below)
    return shortfall_usd


def loss_probability(npv_usd: FloatArray) -> Floats:
    """Share of draws whose NPV is below zero; draws (..., n_draws) in USD, none of them nan."""
    npv_of_draws_usd = np.asarray(npv_usd, dtype=np.float64)
    require(npv_of_draws_usd.ndim >= 1 and npv_of_draws_usd.size, "npv_usd", "draws", npv_usd)
    require(~np.isnan(npv_of_draws_usd), "npv_usd", "a number in every draw", npv_of_draws_usd)
    share: Floats = np.mean(npv_of_draws_usd < 0, axis=-1)
    return share


def value_at_risk_interval(
    loss_usd: FloatArray, level: float, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Confidence interval of the value at risk of independent draws, whatever their distribution.

    Parameters
    ----------
    loss_usd : array (..., n_draws)
        Losses in USD, drawn independently (plain Monte Carlo).
    level : float
        Level of the value at risk, above 0 and below 1.
    confidence : float
        Least share of samples whose interval holds the true value, above 0 and below 1.

    Returns
    -------
    tuple of two (float or array (...))
        Lower and upper loss in USD; infinite on a side where the sample is too small to say.

    Raises
    ------
    DomainError
        If a level is not between 0 and 1, or a loss is not finite, or there is no draw.

    Notes
    -----
    The number of losses at or below the true quantile is binomial(n, level), so two order statistics
    bound it. Scrambled Sobol draws are not independent: use the spread between scrambles for them.
    """
    from scipy.special import bdtr, bdtrc

    losses, _, _ = _checked(loss_usd, level)
    _check_share("confidence", confidence)
    n_draws, miss = losses.shape[-1], (1 - confidence) / 2
    counts = np.arange(n_draws)
    low_rank = int(np.count_nonzero(bdtr(counts, n_draws, level) <= miss))
    high_rank = 1 + n_draws - int(np.count_nonzero(bdtrc(counts, n_draws, level) <= miss))
    ordered = np.sort(losses, axis=-1)
    unknown = np.full(losses.shape[:-1], np.inf)
    low_usd = ordered[..., low_rank - 1] if low_rank >= 1 else -unknown[()]
    high_usd = ordered[..., high_rank - 1] if high_rank <= n_draws else unknown[()]
    return low_usd, high_usd


def value_at_risk_standard_error(loss_usd: FloatArray, level: float) -> Floats:
    """Standard error of the value at risk of independent draws.

    Parameters
    ----------
    loss_usd : array (..., n_draws)
        Losses in USD, drawn independently (plain Monte Carlo).
    level : float
        Level of the value at risk, above 0 and below 1.

    Returns
    -------
    float or array (...)
        USD; nan where the sample has no draws one standard error beyond the quantile.

    Raises
    ------
    DomainError
        If the level is not between 0 and 1, or a loss is not finite, or there is no draw.

    Notes
    -----
    sqrt(level (1 - level) / n) / f(VaR), with the density f read off the draws as the slope between
    the order statistics one standard deviation of the binomial count to either side.
    """
    losses, _, below = _checked(loss_usd, level)
    n_draws = losses.shape[-1]
    spread = math.sqrt(n_draws * level * (1 - level))
    low_rank, high_rank = math.floor(below - spread), math.ceil(below + spread)
    if low_rank < 1 or high_rank > n_draws:
        return np.full(losses.shape[:-1], np.nan)[()]
    ordered = np.partition(losses, (low_rank - 1, high_rank - 1), axis=-1)
    width_usd = ordered[..., high_rank - 1] - ordered[..., low_rank - 1]
    error_usd: Floats = width_usd * spread / (high_rank - low_rank)
    return error_usd


def expected_shortfall_standard_error(loss_usd: FloatArray, level: float) -> Floats:
    """Standard error of the expected shortfall of independent draws.

    Parameters
    ----------
    loss_usd : array (..., n_draws)
        Losses in USD, drawn independently (plain Monte Carlo).
    level : float
        Level of the expected shortfall, above 0 and below 1.

    Returns
    -------
    float or array (...)
        USD; nan where fewer than two draws lie beyond the value at risk.

    Raises
    ------
    DomainError
        If the level is not between 0 and 1, or a loss is not finite, or there is no draw.

    Notes
    -----
    sqrt((Var(L | L > VaR) + level (ES - VaR)**2) / ((1 - level) n)). Scrambled Sobol draws are not
    independent: use the spread between scrambles for them.
    """
    losses, rank, below = _checked(loss_usd, level)
    tail_usd = _tail(losses, rank)
    if tail_usd.shape[-1] < 3:
        return np.full(losses.shape[:-1], np.nan)[()]
    variance = np.var(tail_usd[..., 1:], axis=-1, ddof=1)
    excess_usd = expected_shortfall(losses, level) - tail_usd[..., 0]
    error_usd: Floats = np.sqrt((variance + level * excess_usd**2) / (losses.shape[-1] - below))
    return error_usd


def _tail(losses: FloatArray, rank: int) -> FloatArray:
    """Losses of rank `rank` and above, ascending: sums then add in one order on every machine."""
    return np.sort(np.partition(losses, rank - 1, axis=-1)[..., rank - 1 :], axis=-1)


def _checked(loss_usd: FloatArray, level: float) -> tuple[FloatArray, int, float]:
    """Losses, the rank k = ceil(level n), and level n itself."""
    _check_share("level", level)
    losses = np.asarray(loss_usd, dtype=np.float64)
    require(losses.ndim >= 1 and losses.shape[-1] >= 1, "loss_usd", "at least one draw", losses.shape)
    require(np.isfinite(losses), "loss_usd", "finite in every draw", losses)
    below = level * losses.shape[-1]
    # 0.07 x 100 is 7.000000000000001 in float64, and means 7.
    nearest = round(below)
    if abs(below - nearest) <= 4 * _EPS * losses.shape[-1]:
        below = float(nearest)
    return losses, max(math.ceil(below), 1), below


def _check_share(name: str, share: float) -> None:
    require(0 < share < 1, name, "above 0 and below 1", share)
