"""A metric fitted to the losses of runs, and how far that fit can be trusted beyond them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import FitError, require
from nextdollar.scaling.downstream.metric_curve import SATURATION, Bounds, MetricCurve, MetricForm
from nextdollar.scaling.downstream.metric_search import best_curves
from nextdollar.units import FloatArray

LEAST_RUNS = 5
"""A curve of four coefficients and its noise cannot be told apart on fewer."""
_N_COEFFICIENTS = {"exponential": 3, "sigmoid": 4}
_HELD_OUT_SHARES = (0.2, 0.4)
"""Shares of the runs, those of the lowest losses, that are predicted from the others."""
_LEAST_SQUARE = 1e-30
_LEAST_WIDENING_OF_SLOPE = 0.1
"""Least growth of the misfit beyond the runs, as a share of the slope of the metric at the last of them."""


@dataclass(frozen=True, slots=True)
class MetricFit:
    """A metric as a function of the loss, with draws.

    `draws` holds coefficients (n_draws,) of resampled whole runs, of each form by its share.
    `residual` is the scatter of a run about the curve, in the metric's unit; `widening_per_nat` is by how
    much the misfit grows per nat below `least_loss_nats`, the lowest loss of the runs. `held_out_error`
    is the root mean square error of each form on the better runs when it saw only the worse ones.
    """

    draws: MetricCurve
    form_shares: dict[MetricForm, float]
    residual: float
    widening_per_nat: float
    least_loss_nats: float
    n_runs: int
    rises: bool
    held_out_error: dict[MetricForm, float]

    def expected(self, loss_nats: FloatArray, misfit: FloatArray) -> FloatArray:
        """Metric that a loss leads to on average, without the scatter of single runs.

        Parameters
        ----------
        loss_nats : array (..., n_draws)
            Losses by draw, in nats per token.
        misfit : array (n_draws,)
            Standard score by draw of how far the curve is off beyond the runs.

        Returns
        -------
        array (..., n_draws)
            Metric within its bounds. A draw's misfit never makes a lower loss worse than the curve at
            the last run, since it only stretches or shrinks what is gained from there on.
        """
        curve = np.asarray(self.draws.metric(loss_nats))
        beyond = np.maximum(self.least_loss_nats - loss_nats, 0.0)
        moved = curve + misfit * self.widening_per_nat * beyond
        edge = np.asarray(self.draws.metric(self.least_loss_nats))
        held = np.maximum(moved, edge) if self.rises else np.minimum(moved, edge)
        return np.asarray(self.draws.bounds.clip(np.where(beyond > 0, held, curve)))

    def of_runs(
        self, loss_nats: FloatArray, misfit: FloatArray, *, generator: np.random.Generator
    ) -> FloatArray:
        """Metric that a single run at a loss will show: `expected` with its scatter; array (..., n_draws)."""
        scatter = self.residual * generator.standard_normal(np.shape(loss_nats))
        return np.asarray(self.draws.bounds.clip(self.expected(loss_nats, misfit) + scatter))


def fit_metric(
    loss_nats: FloatArray,
    metric: FloatArray,
    *,
    run: NDArray[np.int64] | None = None,
    bounds: Bounds = Bounds(),  # noqa: B008 - frozen
    n_draws: int = 1024,
    generator: np.random.Generator,
) -> MetricFit:
    """Fit a metric to the losses of runs.

    Parameters
    ----------
    loss_nats, metric : array (n_runs,)
        Loss in nats per token, and metric in any unit, of each run.
    run : integer array (n_runs,), optional
        Rows of the same number are checkpoints of one run, resampled together. None: all separate.
    bounds : Bounds
        What the metric cannot leave.
    n_draws : int
        Number of resamples.
    generator : numpy.random.Generator
        Where the resamples come from.

    Returns
    -------
    MetricFit
        Draws of both forms, each by how well it predicts better runs from worse ones.

    Raises
    ------
    FitError
        With fewer than five runs, or where the metric does not move with the loss.
    DomainError
        If a loss is not above 0 or a metric is not finite.

    Notes
    -----
    Direction is that of the rank correlation. Each form is fitted to the worst 80 and 60 % of the
    runs and asked for the others; its share of the draws is in inverse proportion to the mean square of
    those errors, and how they grow with the distance gives `widening_per_nat`.
    """
    clusters, n_clusters = _clusters(loss_nats, metric, run)
    rises = _direction(loss_nats, metric) > 0
    errors = {form: _held_out(form, loss_nats, metric, bounds, rises) for form in SATURATION}
    shares = _shares({form: found.mean_square for form, found in errors.items()})
    counts = _resampled(clusters, n_clusters, n_draws, generator)
    parts, residuals, widenings, first = [], [], [], 0
    for form, share in shares.items():
        last = n_draws if form == list(shares)[-1] else first + round(share * n_draws)
        best, residual = _best(form, loss_nats, metric, bounds, rises)
        residuals.append(residual)
        widenings.append(_widening(errors[form], residual, best, loss_nats))
        if last > first:
            parts.append(
                best_curves(
                    form,
                    loss_nats,
                    metric,
                    weights=counts[first:last],
                    bounds=bounds,
                    rises=rises,
                    noise=residual,
                )
            )
        first = last
    return MetricFit(
        draws=_joined(parts, generator),
        form_shares=shares,
        residual=_average(residuals, shares),
        widening_per_nat=_average(widenings, shares),
        least_loss_nats=float(loss_nats.min()),
        n_runs=n_clusters,
        rises=rises,
        held_out_error={name: float(np.sqrt(found.mean_square)) for name, found in errors.items()},
    )


def _clusters(
    loss_nats: FloatArray, metric: FloatArray, run: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], int]:
    """Return the number of each row's run from 0 up, and how many runs there are; refuse too few."""
    require(np.isfinite(loss_nats) & (loss_nats > 0), "loss_nats", "finite and above 0", loss_nats)
    require(np.isfinite(metric), "metric", "finite", metric)
    found = np.unique(np.arange(loss_nats.size) if run is None else run, return_inverse=True)[1]
    n_clusters = int(found.max()) + 1 if found.size else 0
    if n_clusters < LEAST_RUNS:
        raise FitError(
            f"a metric needs at least {LEAST_RUNS} separate runs with both loss and metric, got {n_clusters}"
        )
    return found, n_clusters


def _shares(mean_square: dict[MetricForm, float]) -> dict[MetricForm, float]:
    """Return the share of the draws of each form: in inverse proportion to its held-out mean square."""
    total = sum(1 / max(value, _LEAST_SQUARE) for value in mean_square.values())
    return {form: 1 / max(value, _LEAST_SQUARE) / total for form, value in mean_square.items()}


def _average(values: list[float], shares: dict[MetricForm, float]) -> float:
    """Return the root of the mean square over forms."""
    return float(np.sqrt(sum(share * value**2 for share, value in zip(shares.values(), values, strict=True))))


def _joined(parts: list[MetricCurve], generator: np.random.Generator) -> MetricCurve:
    """Return draws of several forms as one, shuffled so that any part of them holds all."""
    order = generator.permutation(sum(np.size(part.start) for part in parts))

    def column(name: str) -> FloatArray:
        return np.concatenate([np.asarray(getattr(part, name)) for part in parts])[order]

    return MetricCurve(
        saturation=column("saturation"),
        start=column("start"),
        span=column("span"),
        rate_per_nat=column("rate_per_nat"),
        middle_nats=column("middle_nats"),
        bounds=parts[0].bounds,
    )


def _direction(loss_nats: FloatArray, metric: FloatArray) -> float:
    """Return 1 where the metric is higher at lower losses, -1 where it is lower; by ranks."""
    ranks = [np.argsort(np.argsort(values)).astype(float) for values in (-loss_nats, metric)]
    if np.ptp(loss_nats) == 0 or np.ptp(metric) == 0:
        raise FitError("the metric or the loss is the same in all runs: nothing can be told about the other")
    return 1.0 if np.corrcoef(ranks)[0, 1] >= 0 else -1.0


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """Errors on runs that were held out, and how far below the others their loss lay."""

    error: FloatArray
    beyond_nats: FloatArray

    @property
    def mean_square(self) -> float:
        return float(np.mean(self.error**2)) if self.error.size else 0.0


def _held_out(
    form: MetricForm, loss_nats: FloatArray, metric: FloatArray, bounds: Bounds, rises: bool
) -> _HeldOut:
    """Predict the better runs from the worse ones, at several cuts."""
    order = np.argsort(-loss_nats, kind="stable")
    errors, beyond = [np.empty(0)], [np.empty(0)]
    for share in _HELD_OUT_SHARES:
        n_seen = round((1 - share) * order.size)
        seen, asked = order[:n_seen], order[n_seen:]
        if n_seen < _N_COEFFICIENTS[form] or np.ptp(loss_nats[seen]) == 0:
            continue
        curve, _ = _best(form, loss_nats[seen], metric[seen], bounds, rises)
        errors.append(metric[asked] - np.asarray(curve.metric(loss_nats[asked])))
        beyond.append(loss_nats[seen].min() - loss_nats[asked])
    return _HeldOut(np.concatenate(errors), np.concatenate(beyond))


def _best(
    form: MetricForm, loss_nats: FloatArray, metric: FloatArray, bounds: Bounds, rises: bool
) -> tuple[MetricCurve, float]:
    """Return the best curve, a batch of one, and the scatter of runs about it.

    The scatter about the curve of the runs alone says how much the usual rates weigh.
    """
    weights = np.ones((1, loss_nats.size))
    noise = 0.0
    for _ in range(2):
        curve = best_curves(form, loss_nats, metric, weights=weights, bounds=bounds, rises=rises, noise=noise)
        left = metric - np.asarray(curve.metric(loss_nats))
        noise = float(np.sqrt(np.sum(left**2) / max(loss_nats.size - _N_COEFFICIENTS[form], 1)))
    return curve, noise


def _widening(found: _HeldOut, residual: float, best: MetricCurve, loss_nats: FloatArray) -> float:
    """Return the growth of the misfit per nat beyond the runs.

    Held-out errors have variance residual**2 + (widening * distance)**2; moments over all of them.
    """
    low, step = float(loss_nats.min()), 1e-3 * float(np.ptp(loss_nats))
    ends = np.asarray(best.metric(np.array([low, low + step])))
    least = _LEAST_WIDENING_OF_SLOPE * abs(float(ends[0] - ends[1])) / step
    scale = float(np.sum(found.beyond_nats**2))
    if scale == 0:
        return least
    return max(least, float(np.sqrt(max(np.sum(found.error**2 - residual**2), 0.0) / scale)))


def _resampled(
    clusters: NDArray[np.int64], n_clusters: int, n_draws: int, generator: np.random.Generator
) -> FloatArray:
    """Return how often each row is drawn when whole runs are, (n_draws, n_runs)."""
    counts = generator.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=n_draws)
    poor = np.count_nonzero(counts, axis=1) < min(3, n_clusters)
    counts[poor] = 1
    return counts[:, clusters].astype(np.float64)
