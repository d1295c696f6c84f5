"""Fits of joiners to the quality that people met some periods before, beside a trend of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from nextdollar.errors import FitError, require
from nextdollar.units import FloatArray

FEWEST_ROWS = 16
CLEAR_RISE_CHANCE, CLEAR_WITHOUT_ONE = 0.05, 0.1
"""Joiners are said to follow quality where the chance that they do not is at most this, and at most the
second where any one launch is left out."""
_MOST_LAUNCHES = 12
_TREND_DEGREE = 3
_LEAST_OWN_SHARE = 1e-6
_LEAST_SPREAD_SHARE = 1e-4
_CORRELATIONS = np.linspace(0.0, 0.96, 17)
_STEPS = 60
_MOST_STEP, _MOST_LOG = 1.0, 30.0


@dataclass(frozen=True, slots=True)
class JoinersFit:
    """Plausibility of each lag and correlation, and the response given both.

    Parameters
    ----------
    log_weight, response, response_se : array (n_correlations, n_lags)
        Log of the plausibility up to a constant; rise of the log of joiners for a rise of quality from 0 to
        1, and its standard error.
    dof : int
        Degrees of freedom of the response.
    quality_share, over_trend : array (n_rows,)
        Quality met at the likeliest lag, and the log of joiners over their trend, for each period used.
    no_rise_without_one : float
        The largest chance that joiners do not rise with quality when they are left free to step at any one
        launch, so that what else came with it is not taken for quality; 1 where there is none. It is asked
        only where the chance is small with all of them.
    """

    log_weight: FloatArray
    response: FloatArray
    response_se: FloatArray
    dof: int
    quality_share: FloatArray
    over_trend: FloatArray
    no_rise_without_one: float

    @property
    def is_found(self) -> bool:
        """Whether joiners clearly rise with quality, and not only because of one launch."""
        return self.no_rise_chance <= CLEAR_RISE_CHANCE and self.no_rise_without_one <= CLEAR_WITHOUT_ONE

    @property
    def weight(self) -> FloatArray:
        """Plausibility of each lag and correlation, adding up to 1, (n_correlations, n_lags)."""
        return _shares(self.log_weight)

    @property
    def no_rise_chance(self) -> float:
        """Chance that joiners do not rise with quality, as far as the table tells."""
        return _chance_below(self.weight, self.response, self.response_se, self.dof)

    def draws(self, uniforms: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
        """Responses and lags in periods, (n_draws,) each; `uniforms` is (2, n_draws), between 0 and 1."""
        ok = (uniforms > 0) & (uniforms < 1)
        require(ok, "uniforms", "between 0 and 1", uniforms)
        by_lag = self.weight.T.ravel()
        upper = np.cumsum(by_lag)
        place = np.minimum(np.searchsorted(upper / upper[-1], uniforms[0]), upper.size - 1)
        response, spread = self.response.T.ravel()[place], self.response_se.T.ravel()[place]
        drawn: FloatArray = response + spread * stdtrit(self.dof, uniforms[1])
        return drawn, (place // self.weight.shape[0]).astype(np.int64)


def fit_joiners_by_quality(
    joined: FloatArray, quality_share: FloatArray, *, version: np.ndarray, most_lag_periods: int
) -> JoinersFit:
    """Fit of joiners to quality with a lag that is not known.

    Parameters
    ----------
    joined : array (n_rows,)
        Users who joined in each period, 0 or more, in the order of time.
    quality_share : array (n_rows,)
        Quality that people met in it, from 0 to 1.
    version : array (n_rows,) of int
        Number of the version, from 0: a launch is where it changes.
    most_lag_periods : int
        Lags from 0 to this one are equally plausible before the data speak; 0 or more.

    Returns
    -------
    JoinersFit

    Raises
    ------
    DomainError
        If a number lies outside its domain.
    FitError
        If there are fewer than sixteen periods after the longest lag, nobody joined, or quality moved no
        otherwise than a smooth trend does.

    Notes
    -----
    log mean = cubic in time + response x quality of `lag` periods before; the variance is a multiple of the
    mean, at least the mean, and neighbouring periods are correlated (Zeger 1988, "A regression model for
    time series of counts", Biometrika 75). The cubic takes what grows or fades smoothly, so that only the
    steps of quality at updates and its decay between them tell the response. For each lag the trend and
    the response are taken at their quasi-likelihood; for each lag and correlation from 0 to 0.96 the
    weighted regression there counts by its restricted likelihood (Patterson & Thompson 1971, Biometrika 58),
    and the response is a mixture of t variables, one for each. Of many launches the twelve that moved
    quality most are left out one by one.
    """
    require(joined >= 0, "joined", "0 or more", joined)
    require((quality_share >= 0) & (quality_share <= 1), "quality_share", "from 0 to 1", quality_share)
    require(most_lag_periods >= 0, "most_lag_periods", "0 or more", most_lag_periods)
    n_used = joined.size - most_lag_periods
    if n_used < FEWEST_ROWS:
        raise FitError(
            f"whether joiners follow quality needs {FEWEST_ROWS + most_lag_periods} periods, "
            f"there are {joined.size}"
        )
    counts = joined[most_lag_periods:]
    if counts.sum() <= 0:
        raise FitError("nobody joined, so whether joiners follow quality cannot be told")
    met = np.array([quality_share[most_lag_periods - lag :][:n_used] for lag in range(most_lag_periods + 1)])
    time = np.asarray(np.polynomial.legendre.legvander(np.linspace(-1, 1, n_used), _TREND_DEGREE), float)
    columns, unit_share = _columns(time, met)
    mean, change = _scored(columns, counts)
    log_weight, shift, spread, dof = _by_correlation(columns, mean, counts)
    lag = int(log_weight.max(axis=0).argmax())
    # Counts of nobody have no log: half a user stands in.
    log_trend = np.log(mean[lag]) - change[lag] * columns[lag, :, -1]
    over_trend = np.log(np.maximum(counts, 0.5)) - log_trend
    response = (change + shift) / unit_share
    found = JoinersFit(log_weight, response, spread / unit_share, dof, met[lag], over_trend, 1.0)
    if found.no_rise_chance > CLEAR_RISE_CHANCE:
        return found
    rows = _largest_launches(quality_share, version) - most_lag_periods
    chances = [_chance_without(columns, counts, row) for row in rows.tolist()]
    return replace(found, no_rise_without_one=max([found.no_rise_chance, *chances]) if chances else 1.0)


def _largest_launches(quality_share: FloatArray, version: np.ndarray) -> NDArray[np.int64]:
    """First rows of the versions that moved quality most: one that moved it little carries little."""
    first = np.flatnonzero(np.diff(version)) + 1
    jump = np.abs(quality_share[first] - quality_share[first - 1])
    return first[np.argsort(-jump, kind="stable")[:_MOST_LAUNCHES]]


def _chance_without(columns: FloatArray, counts: FloatArray, row: int) -> float:
    """Chance that joiners do not rise with quality where they are free to step at a launch.

    `row` is that of the launch at a lag of 0, and one later for each period of lag.
    """
    n_lags, n_rows, _ = columns.shape
    # A launch outside the rows of a lag frees the first or the last of them, which changes little.
    at = np.clip(row + np.arange(n_lags), 1, n_rows - 1)
    step = (np.arange(n_rows) >= at[:, None]).astype(np.float64)
    freed = np.concatenate([columns[:, :, :-1], step[:, :, None], columns[:, :, -1:]], axis=2)
    mean, change = _scored(freed, counts)
    log_weight, shift, spread, dof = _by_correlation(freed, mean, counts)
    return _chance_below(_shares(log_weight), change + shift, spread, dof)


def _shares(log_weight: FloatArray) -> FloatArray:
    share = np.exp(log_weight - log_weight.max())
    found: FloatArray = share / share.sum()
    return found


def _chance_below(weight: FloatArray, response: FloatArray, spread: FloatArray, dof: int) -> float:
    """Chance that a mixture of t variables lies below 0."""
    return float((weight * stdtr(dof, -response / spread)).sum())


def _columns(time: FloatArray, met_share: FloatArray) -> tuple[FloatArray, float]:
    """Regressors (n_lags, n_rows, n_columns), quality last and in units of its own spread, and that unit."""
    unit_share = float(met_share.std())
    if float(np.ptp(met_share)) < _LEAST_SPREAD_SHARE:
        raise FitError("quality did not move, so whether joiners follow it cannot be told")
    lead = (met_share - met_share.mean(axis=1, keepdims=True)) / unit_share
    along = np.linalg.lstsq(time, lead.T, rcond=None)[0]
    own = ((lead.T - time @ along) ** 2).mean(axis=0)
    if float(own.min()) < _LEAST_OWN_SHARE:
        raise FitError(
            "quality moved as smoothly as time alone, so what it does to joiners cannot be told from a trend"
        )
    trend = np.broadcast_to(time, (met_share.shape[0], *time.shape))
    return np.concatenate([trend, lead[:, :, None]], axis=2), unit_share


def _scored(columns: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean of each row (n_lags, n_rows) at its quasi-likelihood, and the coefficient of quality (n_lags,)."""
    first = np.linalg.lstsq(columns[0, :, :-1], np.log(counts + 0.5), rcond=None)[0]
    beta = np.zeros((columns.shape[0], columns.shape[2]))
    beta[:, :-1] = first
    for _ in range(_STEPS):
        mean = np.exp(np.clip(np.einsum("lnc,lc->ln", columns, beta), -_MOST_LOG, _MOST_LOG))
        information = (columns * mean[:, :, None]).swapaxes(1, 2) @ columns
        pull = np.einsum("lnc,ln->lc", columns, counts - mean)
        step = np.clip(_solved(information, pull), -_MOST_STEP, _MOST_STEP)
        beta = beta + step
        if float(np.abs(step).max()) < 1e-9:
            break
    mean = np.exp(np.clip(np.einsum("lnc,lc->ln", columns, beta), -_MOST_LOG, _MOST_LOG))
    return mean, beta[:, -1]


def _by_correlation(
    columns: FloatArray, mean: FloatArray, counts: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    """Log plausibility, shift of the response and its error (n_correlations, n_lags), degrees of freedom."""
    root = np.sqrt(mean)
    # The regression at the maximum: working values less the fit are the Pearson residuals.
    rows, residual = columns * root[:, :, None], (counts - mean) / root
    n_rows, dof = columns.shape[1], columns.shape[1] - columns.shape[2]
    found = []
    for correlation in _CORRELATIONS.tolist():
        across, rest = _whitened(rows, correlation), _whitened(residual, correlation)
        information = across.swapaxes(1, 2) @ across
        shift = _solved(information, np.einsum("lnc,ln->lc", across, rest))
        squares = ((rest - np.einsum("lnc,lc->ln", across, shift)) ** 2).sum(axis=1)
        # Counts that scatter less than chance lets them do so by chance.
        noise = np.maximum(squares / dof, 1.0)
        variance = noise * np.linalg.pinv(information, hermitian=True)[:, -1, -1]
        log_weight = -0.5 * (
            (n_rows - 1) * np.log1p(-(correlation**2))
            + np.linalg.slogdet(information)[1]
            + dof * np.log(noise)
            + squares / noise
        )
        found.append((log_weight, shift[:, -1], np.sqrt(np.maximum(variance, np.finfo(float).tiny))))
    log_weights, shifts, spreads = (np.array(part) for part in zip(*found, strict=True))
    return log_weights, shifts, spreads, dof


def _whitened(values: FloatArray, correlation: float) -> FloatArray:
    """Rows (n_lags, n_rows, ...) less what the row before tells, so that they are not correlated."""
    found = values.copy()
    found[:, 1:] = (values[:, 1:] - correlation * values[:, :-1]) / np.sqrt(1.0 - correlation**2)
    return found


def _solved(matrix: FloatArray, values: FloatArray) -> FloatArray:
    """Solve each symmetric system; the least solution where one has no inverse."""
    found: FloatArray = (np.linalg.pinv(matrix, hermitian=True) @ values[:, :, None])[:, :, 0]
    return found
