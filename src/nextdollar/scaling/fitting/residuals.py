"""What a fit leaves unexplained: trends and outliers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.scaling.fitting.result import Fit
from nextdollar.scaling.runs import Runs

_NORMAL_PER_MAD = 1.4826
"""Standard deviations of a normal per median absolute deviation."""
OUTLIER_SPREADS = 5.0


@dataclass(frozen=True, slots=True)
class Trend:
    """Change of the log residual per decade of params, tokens or flop, and its standard error."""

    quantity: str
    log_change_per_decade: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Leftover:
    """Residuals summed up.

    `spread_log` is the median absolute deviation, scaled to a standard deviation; `trends` one per
    quantity that varies; `outliers` the rows beyond five spreads, the worst first.
    """

    median_log: float
    spread_log: float
    trends: tuple[Trend, ...]
    outliers: NDArray[np.intp]


def leftover(runs: Runs, fitted: Fit) -> Leftover:
    """Trends and outliers in the residuals of a fit.

    Parameters
    ----------
    runs : Runs
        The runs of the fit.
    fitted : Fit
        The fit.

    Returns
    -------
    Leftover
        What a law of this form does not explain.

    Notes
    -----
    A trend of several standard errors says that the form is wrong in that direction, and that its
    error grows beyond the runs. The standard errors allow for unequal noise and for checkpoints of
    one run that stray together (summed by run before squaring).
    """
    residual = fitted.residuals_log
    median = float(np.median(residual))
    spread = _NORMAL_PER_MAD * float(np.median(np.abs(residual - median)))
    away = np.abs(residual - median)
    order = np.argsort(-away, kind="stable")
    outliers = order[away[order] > OUTLIER_SPREADS * spread]
    trends = [_trend(runs, fitted, quantity) for quantity in ("params", "tokens", "flop")]
    return Leftover(median, spread, tuple(trend for trend in trends if trend is not None), outliers)


def _trend(runs: Runs, fitted: Fit, quantity: str) -> Trend | None:
    """Return the slope of the residuals in one quantity; None where it does not vary."""
    x = np.log10(getattr(runs, quantity))
    x = x - x.mean()
    total = float((x**2).sum())
    if total <= 1e-9:
        return None
    residual = fitted.residuals_log - fitted.residuals_log.mean()
    slope = float((x * residual).sum()) / total
    _, cluster = np.unique(runs.run, return_inverse=True)
    scores = np.bincount(cluster, weights=x * (residual - slope * x))
    return Trend(quantity, slope, float(np.sqrt((scores**2).sum())) / total)
