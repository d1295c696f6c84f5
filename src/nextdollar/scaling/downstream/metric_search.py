"""Least squares of many weightings at once for a metric that is linear in two of its coefficients.

For given rate and middle the best start and span follow from five sums, so what is left to search
is one number (exponential) or two (sigmoid): a grid over them all, then finer grids around the best.
No start has to be guessed and no other minimum is missed that the grid can see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.scaling.downstream.metric_curve import SATURATION, Bounds, MetricCurve, MetricForm, rise
from nextdollar.units import FloatArray

_RATES_PER_SPAN = (0.3, 30.0)
"""Rates that are tried: rate times the spread of the losses."""
USUAL_RATES: dict[MetricForm, tuple[float, float]] = {"exponential": (1.3, 0.7), "sigmoid": (3.1, 0.7)}
"""Median rate per nat and standard deviation of its logarithm.

The medians are those of the benchmarks of Gadre et al. 2024 that follow the loss closely, 46 fits over
three corpora; their logarithms scatter by 0.5, widened here for other loss units and benchmarks.
"""
_N_RATES, _N_MIDDLES = 41, 41
_ZOOM = np.linspace(-1.0, 1.0, 5)
_N_ZOOMS = 9
_SPANS_BELOW, _SPANS_ABOVE = 1.5, 0.5
"""How far beyond the losses a sigmoid may have its middle, in spreads of the losses."""
_CHUNK = 128


@dataclass(frozen=True, slots=True)
class _Data:
    loss_nats: FloatArray
    metric: FloatArray
    bounds: Bounds
    sign: float
    noise: float


def best_curves(
    form: MetricForm,
    loss_nats: FloatArray,
    metric: FloatArray,
    *,
    weights: FloatArray,
    bounds: Bounds,
    rises: bool,
    noise: float = 0.0,
) -> MetricCurve:
    """Curves of least weighted squares, one for each row of weights.

    Parameters
    ----------
    form : "exponential" or "sigmoid"
        What is fitted, see `MetricCurve`.
    loss_nats, metric : array (n_runs,)
        Loss and metric of each run.
    weights : array (n_draws, n_runs)
        Weight of each run, at least 0; a bootstrap's counts, or one row of ones.
    bounds : Bounds
        What floor and ceiling cannot leave.
    rises : bool
        Whether the metric is higher at lower losses.
    noise : float
        Scatter of a run about the curve, in the metric's unit. Above 0 it weighs what is known of
        rates in general (`USUAL_RATES`) against the runs; 0 asks the runs alone.

    Returns
    -------
    MetricCurve
        Coefficients (n_draws,).
    """
    data = _Data(loss_nats, metric, bounds, 1.0 if rises else -1.0, noise)
    spread = float(loss_nats.max() - loss_nats.min())
    log_rates = np.log(np.geomspace(*_RATES_PER_SPAN, _N_RATES) / spread)
    low = float(loss_nats.min())
    if form == "sigmoid":
        ends = low - _SPANS_BELOW * spread, low + (1 + _SPANS_ABOVE) * spread
        middles = np.linspace(*ends, _N_MIDDLES)
    else:
        middles = np.array([low])
    steps = log_rates[1] - log_rates[0], middles[1] - middles[0] if middles.size > 1 else 0.0
    grid = tuple(axis.ravel() for axis in np.meshgrid(log_rates, middles, indexing="ij"))
    parts = [
        _searched(form, data, weights[first : first + _CHUNK], grid, steps)
        for first in range(0, len(weights), _CHUNK)
    ]
    start, span, log_rate, middle = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return MetricCurve(np.full_like(start, SATURATION[form]), start, span, np.exp(log_rate), middle, bounds)


def _searched(
    form: MetricForm,
    data: _Data,
    weights: FloatArray,
    grid: tuple[FloatArray, ...],
    steps: tuple[float, float],
) -> tuple[FloatArray, ...]:
    """Return start, span, log rate and middle of the best curves, arrays (n_draws,)."""
    every = np.arange(len(weights))
    basis = rise(SATURATION[form], data.loss_nats, np.exp(grid[0])[:, None], grid[1][:, None])
    _, _, squares = _linear(data, weights, np.asarray(basis))
    best = np.argmin(squares + _penalty(form, grid[0], data.noise), axis=1)
    log_rate, middle = grid[0][best], grid[1][best]
    offsets = np.meshgrid(_ZOOM, _ZOOM if steps[1] else np.zeros(1), indexing="ij")
    start = span = log_rate
    for level in range(_N_ZOOMS):
        size = 0.5**level
        log_rates = log_rate[:, None] + size * steps[0] * offsets[0].ravel()
        middles = middle[:, None] + size * steps[1] * offsets[1].ravel()
        local = np.asarray(
            rise(SATURATION[form], data.loss_nats, np.exp(log_rates)[..., None], middles[..., None])
        )
        starts, spans, squares = _linear(data, weights, local)
        best = np.argmin(squares + _penalty(form, log_rates, data.noise), axis=1)
        log_rate, middle = log_rates[every, best], middles[every, best]
        start, span = starts[every, best], spans[every, best]
    return start, span, log_rate, middle


def _penalty(form: MetricForm, log_rates: FloatArray, noise: float) -> FloatArray:
    """Squares that a rate far from the usual ones costs: those of a run that is off by its distance."""
    rate, log_sd = USUAL_RATES[form]
    return np.asarray((noise * (log_rates - np.log(rate)) / log_sd) ** 2)


def _linear(data: _Data, weights: FloatArray, basis: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Best start, span and sum of squares, arrays (n_draws, n_grid), within the bounds.

    `basis` is (n_grid, n_runs), or (n_draws, n_grid, n_runs) where each draw has a grid of its own.
    """
    columns = basis.swapaxes(-1, -2)
    rows = weights[:, None, :]

    def weighted(values: FloatArray) -> FloatArray:
        return (rows @ values)[:, 0] if values.ndim == 3 else weights @ values

    metric = data.metric[:, None]
    s_1 = weights.sum(axis=1, keepdims=True)
    s_m, s_mm = weights @ metric, weights @ metric**2
    s_b, s_bb, s_bm = weighted(columns), weighted(columns**2), weighted(columns * metric)
    with np.errstate(divide="ignore", invalid="ignore"):
        free = (s_bm - s_b * s_m / s_1) / (s_bb - s_b**2 / s_1)
        choices = [((s_m - free * s_b) / s_1, free)]
        floor, ceiling = (data.bounds.low, data.bounds.high)[:: int(data.sign)]
        if np.isfinite(floor):
            choices.append((np.full_like(free, floor), (s_bm - floor * s_b) / s_bb))
        if np.isfinite(ceiling):
            # start = ceiling - span: metric - ceiling = span (b - 1).
            left = s_bb - 2 * s_b + s_1
            held = (s_bm - ceiling * s_b - s_m + ceiling * s_1) / left
            choices.append((ceiling - held, held))
        if np.isfinite(floor) and np.isfinite(ceiling):
            choices.append((np.full_like(free, floor), np.full_like(free, ceiling - floor)))
    return _least(data, choices, (s_1, s_b, s_bb, s_m, s_bm, s_mm))


def _least(
    data: _Data, choices: list[tuple[FloatArray, FloatArray]], sums: tuple[FloatArray, ...]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the choice of least squares among those within the bounds."""
    s_1, s_b, s_bb, s_m, s_bm, s_mm = sums
    slack = 1e-9 * (1 + float(np.abs(data.metric).max()))
    found_start, found_span = choices[0]
    found = np.full_like(found_span, np.inf)
    for start, span in choices:
        # What is not finite is not taken: a grid point at which two columns are the same.
        with np.errstate(invalid="ignore", over="ignore"):
            crossed = start * span * s_b - start * s_m - span * s_bm
            squares = s_mm + start**2 * s_1 + span**2 * s_bb + 2 * crossed
            top = start + span
        allowed = (
            (span * data.sign > 0)
            & (start >= data.bounds.low - slack) & (start <= data.bounds.high + slack)
            & (top >= data.bounds.low - slack) & (top <= data.bounds.high + slack)
        )  # fmt: skip
        better = allowed & np.isfinite(squares) & (squares < found)
        found_start = np.where(better, start, found_start)
        found_span = np.where(better, span, found_span)
        found = np.where(better, squares, found)
    return found_start, found_span, found
