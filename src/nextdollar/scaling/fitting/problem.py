"""The sum that a fit makes least, and its slope and curvature at many coefficient vectors at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.scaling.fitting.result import Objective
from nextdollar.scaling.fitting.surfaces.surface import Jet, Surface
from nextdollar.units import FloatArray

_ROUNDING = 4 * np.finfo(float).eps


@dataclass(frozen=True, slots=True)
class QuadraticPrior:
    """0.5 (theta - mean)^T precision (theta - mean), added to the sum.

    `mean` is (p,) or (n_batch, p), `precision` (p, p) or (n_batch, p, p), symmetric and not negative.
    """

    mean: FloatArray
    precision: FloatArray


@dataclass(frozen=True, slots=True)
class Problem:
    """What is made least: sum_i w_i rho(log_loss_i - surface_i) plus a prior.

    `log_loss` is (n_points,) or (n_batch, n_points); so are `weights`, at least 0, where None means 1:
    counts of a resample, 0 for a run left out, 1 / sigma**2 for a likelihood. `kind` is huber-log (rho
    quadratic up to `huber_delta`, linear beyond; delta a number or (n_batch,)), squares-log (r**2 / 2)
    or squares (half the squared difference of exp(log_loss) and exp(surface)). `fixed` (p,) or
    (n_batch, p) marks coefficients that keep their start.
    """

    surface: Surface
    log_loss: FloatArray
    weights: FloatArray | None = None
    kind: Objective = "huber-log"
    huber_delta: float | FloatArray = 1e-3
    prior: QuadraticPrior | None = None
    fixed: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class LocalModel:
    """The sum near one point per item: value (n,), gradient (n, p), hessian and metric (n, p, p).

    `hessian` may be indefinite. `metric` never is: it is what re-weighted least squares would use.
    `rounding` (n,) is what the value would be if every residual were rounding alone.
    """

    value: FloatArray
    gradient: FloatArray
    hessian: FloatArray
    metric: FloatArray
    rounding: FloatArray


def local_model(
    problem: Problem, theta: FloatArray, *, items: NDArray[np.intp], delta: FloatArray
) -> LocalModel:
    """Value, slope and curvature of the sum at coefficients (n, p) of the given batch items.

    `delta` (n,) is where Huber's loss turns linear. Values that are not finite come back as infinity.
    """
    jet = problem.surface.at(theta)
    target = _rows(problem.log_loss, items)
    if problem.kind == "squares":
        target, predicted = np.exp(target), np.exp(jet.value)
    else:
        predicted = jet.value
    residual = target - predicted
    weights = _rows(np.ones(1) if problem.weights is None else problem.weights, items)
    loss, pull, bend = _rho(residual, delta[:, None] if problem.kind == "huber-log" else None)
    value = (weights * loss).sum(axis=1)
    slopes = weights * pull * residual
    gradient, hessian, metric = _assemble(
        jet, slopes, weights * bend, weights * pull, predicted if problem.kind == "squares" else None
    )
    rounding = ((_ROUNDING * (np.abs(target) + np.abs(predicted))) ** 2 * weights).sum(axis=1)
    sound = np.isfinite(value) & np.isfinite(metric.sum(axis=(1, 2)) + hessian.sum(axis=(1, 2)))
    value = np.where(sound, value, np.inf)
    model = LocalModel(value, gradient, hessian, metric, rounding)
    return model if problem.prior is None else _with_prior(model, problem.prior, theta, items)


def _rows(values: FloatArray, items: NDArray[np.intp]) -> FloatArray:
    """Return the rows of the items; one row alone serves them all."""
    return values[items] if values.ndim == 2 else values[None, :]


def _rho(
    residual: FloatArray, delta: FloatArray | None
) -> tuple[FloatArray, FloatArray | float, FloatArray | float]:
    """Return rho(r), rho'(r) / r and rho''(r) of Huber's loss; of r**2 / 2 where delta is None."""
    if delta is None:
        return 0.5 * residual**2, 1.0, 1.0
    size = np.abs(residual)
    near = np.minimum(size, delta)
    inside = size <= delta
    pull = np.where(inside, 1.0, delta / size)
    return near * (size - 0.5 * near), pull, inside.astype(float)


def _assemble(
    jet: Jet, slopes: FloatArray, bend: FloatArray, pull: FloatArray, predicted: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return gradient, Hessian and metric of the sum.

    `predicted` is the loss in nats where the residuals are in nats: then the slopes of the surface,
    which is in logs, are scaled by it.
    """
    J = jet.jacobian
    if predicted is not None:
        slopes, bend, pull = slopes * predicted, bend * predicted**2, pull * predicted**2
        bend = bend - slopes
    gradient = -np.matmul(J, slopes[:, :, None])[:, :, 0]
    transposed = J.transpose(0, 2, 1)
    metric = (J * pull[:, None, :]) @ transposed
    curvature = jet.curvature(slopes)
    if curvature is None:
        return gradient, (J * bend[:, None, :]) @ transposed, metric
    hessian = (J * (bend - curvature.rank_one)[:, None, :]) @ transposed - curvature.matrix
    return gradient, hessian, metric


def _with_prior(
    model: LocalModel, prior: QuadraticPrior, theta: FloatArray, items: NDArray[np.intp]
) -> LocalModel:
    """Return the sum with the prior added."""
    mean = prior.mean[items] if prior.mean.ndim == 2 else prior.mean
    precision = prior.precision[items] if prior.precision.ndim == 3 else prior.precision[None]
    away = theta - mean
    force = (precision * away[:, None, :]).sum(axis=2)
    return LocalModel(
        model.value + 0.5 * (away * force).sum(axis=1),
        model.gradient + force,
        model.hessian + precision,
        model.metric + precision,
        model.rounding,
    )
