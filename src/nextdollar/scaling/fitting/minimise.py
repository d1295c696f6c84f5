"""A damped Newton minimiser that follows many fits at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.scaling.fitting.problem import LocalModel, Problem, local_model
from nextdollar.scaling.fitting.symmetric import solve_positive
from nextdollar.units import FloatArray

_NUMBERS_PER_BLOCK = 16_384
"""Points times items that are worked on together: what they need fits the second-level cache."""
_CALM = 10.0
"""A predicted fall below this many times what rounding does to the sum can hardly be measured: from
there on steps polish, and sums that differ by rounding count as equal, since the gradient still leads."""
_SETTLED = 1e-18
"""A predicted fall below this share ends the polishing, as does the number of its steps."""
_POLISHING_STEPS = 40
_CERTIFICATE = 1e-16
"""Largest squared cosine between residuals and tangent plane at a minimum."""
_ROUNDING_SHARE = 0.1
"""Of the sum of squared rounding: a part of the residuals in the tangent plane below it is noise."""
_SMALL_STEP, _LEAST_STEP = 1e-5, 1e-8
"""Largest next step at a minimum: this share of the coefficient, or this much beside 0."""
_LEAST_DAMPING, _LARGEST_DAMPING = 1e-9, 1e12
_FIRST_DAMPING = 1e-2
_DIAGONAL = 0.1
"""Share of the damping that is diagonal: it holds directions of which the metric knows nothing."""
_RIDGE = 1e-12
_HANDOVER = 1e-3
"""Predicted fall, as a share of the sum, below which Huber's delta is narrowed."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where each item of a batch ended.

    `theta` (n_batch, p); `objective` (n_batch,); `converged`: the certificate holds; `at_bound`
    (n_batch, p): coefficients that ended at an end of the search; `cosine` (n_batch,): between the
    weighted residuals and the tangent plane, 0 at a minimum; `rounding` (n_batch,): the objective of
    residuals that are rounding alone; `iterations` (n_batch,).
    """

    theta: FloatArray
    objective: FloatArray
    converged: NDArray[np.bool_]
    at_bound: NDArray[np.bool_]
    cosine: FloatArray
    rounding: FloatArray
    iterations: NDArray[np.int64]


def minimise(
    problem: Problem,
    start: FloatArray,
    *,
    deltas: Sequence[float] = (),
    max_iterations: int = 300,
) -> Minimum:
    """Follow every start of a batch down to a minimum.

    Parameters
    ----------
    problem : Problem
        The sum; what it holds per batch item must have as many rows as `start`.
    start : array (n_batch, p)
        Where each item starts; moved inside the ends of the search.
    deltas : sequence of float
        Wider values of Huber's delta to pass through first, falling; they smooth the sum, which at
        small delta is nearly one of absolute values.
    max_iterations : int
        Steps per item, tried ones included.

    Returns
    -------
    Minimum
        Item i of each array belongs to start i and does not depend on the other items.

    Raises
    ------
    DomainError
        If a start or a log loss is not finite, or a weight is below 0.

    Notes
    -----
    The step solves (H + lambda M) s = -g with H the full second derivatives, and M those of
    re-weighted least squares, which also replace H where it is not positive definite. M makes the
    damping, the stopping rule and the certificate free of scale: nothing depends on the units of the
    sum or of a coefficient. `converged` says that the squared cosine between residuals and tangent
    plane is at most 1e-16 (or that the residuals are rounding) and the next step is small, in the
    coefficients not held by a bound.
    """
    require(np.isfinite(start), "start", "finite", start)
    require(np.isfinite(problem.log_loss), "log_loss", "finite", problem.log_loss)
    if problem.weights is not None:
        require(
            np.isfinite(problem.weights) & (problem.weights >= 0),
            "weights",
            "finite and at least 0",
            problem.weights,
        )
    descent = _Descent(problem, start, deltas)
    block = max(8, _NUMBERS_PER_BLOCK // problem.log_loss.shape[-1])
    # What overflows is refused as a step where it is judged, and as a solution where it is solved.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        while (active := np.flatnonzero(~descent.finished)[:block]).size:
            descent.advance(active, max_iterations)
        return descent.result()


def joined(first: Minimum, second: Minimum) -> Minimum:
    """Return two batches as one."""
    return Minimum(
        **{name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in Minimum.__slots__}
    )


class _Descent:
    """Where every item stands; `advance` takes one step of some of them."""

    def __init__(self, problem: Problem, start: FloatArray, deltas: Sequence[float]) -> None:
        size, p = start.shape
        self.problem = problem
        final = np.broadcast_to(np.asarray(problem.huber_delta, dtype=float), (size,))
        wider = deltas if problem.kind == "huber-log" else ()
        self.deltas = np.stack([*(np.maximum(final, delta) for delta in wider), final])
        self.stage = np.zeros(size, dtype=np.int64)
        self.fixed = np.broadcast_to(False if problem.fixed is None else problem.fixed, (size, p))
        inside = np.clip(start, problem.surface.lower, problem.surface.upper)
        self.trial = np.where(self.fixed, start, inside)
        self.theta = self.trial.copy()
        self.damping = np.full(size, _FIRST_DAMPING)
        self.predicted = np.full(size, np.inf)
        self.polishing = np.zeros(size, dtype=np.int64)
        self.iterations = np.zeros(size, dtype=np.int64)
        self.finished = np.zeros(size, dtype=np.bool_)
        self.local = LocalModel(
            value=np.full(size, np.inf),
            gradient=np.zeros((size, p)),
            hessian=np.zeros((size, p, p)),
            metric=np.zeros((size, p, p)),
            rounding=np.zeros(size),
        )

    def advance(self, active: NDArray[np.intp], max_iterations: int) -> None:
        """Try the step of each active item, keep it where the sum falls, and plan the next."""
        delta = self.deltas[self.stage[active], active]
        tried = local_model(self.problem, self.trial[active], items=active, delta=delta)
        self._judge(active, tried)
        self.iterations[active] += 1
        self._plan(active)
        self.finished[active] |= self.iterations[active] >= max_iterations
        self.finished[active] |= self.damping[active] > _LARGEST_DAMPING

    def _judge(self, active: NDArray[np.intp], tried: LocalModel) -> None:
        """Keep the steps that lower the sum, and trust the next ones more or less."""
        before = self.local.value[active]
        slack = np.where(self.polishing[active] > 0, resolution(before, tried.rounding), 0.0)
        first = np.isinf(before)
        gain = (before - tried.value) / self.predicted[active]
        kept = np.isfinite(tried.value) & (first | (tried.value <= before + slack))
        taken = active[kept]
        self.theta[taken] = self.trial[taken]
        for name in LocalModel.__slots__:
            getattr(self.local, name)[taken] = getattr(tried, name)[kept]
        damping = self.damping[active]
        gain = np.where(self.polishing[active] > 0, 1.0, gain)
        trusted = damping * np.where(gain > 0.75, 0.3, np.where(gain < 0.25, 2.0, 1.0))
        damping = np.where(first, damping, np.where(kept, trusted, np.maximum(damping, 1e-6) * 5.0))
        self.damping[active] = np.maximum(damping, _LEAST_DAMPING)

    def _plan(self, active: NDArray[np.intp]) -> None:
        """Set the next trial, end what is done, and narrow Huber's delta where it is time."""
        theta, surface = self.theta[active], self.problem.surface
        held = self._held(active)
        gradient, hessian, metric = self._free_model(active, held)
        damping = self.damping[active, None, None]
        diagonal = np.einsum("bii->bi", metric)
        diagonal = np.where(diagonal > 0, diagonal, 1.0)
        damped = damping * metric
        np.einsum("bii->bi", damped)[...] += (_DIAGONAL * damping[:, 0] + _RIDGE) * diagonal
        step, sound = solve_positive(hessian + damped, -gradient)
        if not sound.all():
            again, sound_again = solve_positive(metric + damped, -gradient)
            step = np.where(sound[:, None], step, again)
            self.damping[active[~sound & ~sound_again]] = np.inf
        used = np.where(sound[:, None, None], hessian, metric)
        passing = (theta + step < surface.lower) | (theta + step > surface.upper)
        if passing.any():
            stop = np.where(passing, np.clip(theta + step, surface.lower, surface.upper) - theta, 0.0)
            rows = passing.any(axis=1)
            step[rows] = _around(passing[rows], stop[rows], (used + damped)[rows], gradient[rows])
            step = np.clip(theta + step, surface.lower, surface.upper) - theta
        step[held] = 0.0
        self.trial[active] = theta + step
        fall = -(gradient * step).sum(axis=1)
        self.predicted[active] = np.maximum(fall - 0.5 * np.einsum("bi,bij,bj->b", step, used, step), 0.0)
        self._close(active, np.maximum(fall, 0.0))

    def _close(self, active: NDArray[np.intp], fall: FloatArray) -> None:
        """Count polishing steps, pass to the next delta, and finish."""
        value, rounding = self.local.value[active], self.local.rounding[active]
        scale = value + rounding
        last = self.stage[active] == len(self.deltas) - 1
        handover = ~last & (fall <= _HANDOVER * scale)
        passing = active[handover]
        self.stage[passing] += 1
        self.local.value[passing] = np.inf
        self.trial[passing] = self.theta[passing]
        calm = last & (fall <= _CALM * resolution(value, rounding)) & (self.damping[active] <= 1.0)
        settled = (fall <= _SETTLED * value + _ROUNDING_SHARE * rounding) & (self.polishing[active] > 0)
        self.finished[active[calm & (settled | (self.polishing[active] >= _POLISHING_STEPS))]] = True
        self.polishing[active] = np.where(calm, self.polishing[active] + 1, 0)

    def _held(self, active: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Coefficients that are fixed, or at an end of the search with a sum that falls beyond it."""
        theta, gradient, surface = self.theta[active], self.local.gradient[active], self.problem.surface
        outward = ((theta <= surface.lower) & (gradient > 0)) | ((theta >= surface.upper) & (gradient < 0))
        return self.fixed[active] | outward

    def _free_model(
        self, active: NDArray[np.intp], held: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Gradient, Hessian and metric with held coefficients cut out (unit rows)."""
        if not held.any():
            return self.local.gradient[active], self.local.hessian[active], self.local.metric[active]
        gradient = np.where(held, 0.0, self.local.gradient[active])
        apart = held[:, :, None] | held[:, None, :]
        unit = held[:, :, None] * np.eye(held.shape[1])
        hessian = np.where(apart, unit, self.local.hessian[active])
        metric = np.where(apart, unit, self.local.metric[active])
        return gradient, hessian, metric

    def result(self) -> Minimum:
        """Judge every end by its certificate."""
        everything = np.arange(self.theta.shape[0])
        held = self._held(everything)
        gradient, _, metric = self._free_model(everything, held)
        newton, sound = solve_positive(metric, gradient)
        sound &= np.isfinite(self.local.value)
        in_plane = np.where(sound, (gradient * newton).sum(axis=1), np.inf)
        scale = np.where(sound, 2 * self.local.value, 1.0)
        level = _CERTIFICATE * scale + _ROUNDING_SHARE * self.local.rounding
        # A sum that flattens out for ever has a small gradient too, but its next step is not small.
        at_rest = (np.abs(newton) <= _SMALL_STEP * np.abs(self.theta) + _LEAST_STEP).all(axis=1)
        return Minimum(
            theta=self.theta,
            objective=self.local.value,
            converged=(in_plane <= level) & at_rest,
            at_bound=held & ~self.fixed,
            cosine=np.sqrt(in_plane / np.where(scale > 0, scale, 1.0)),
            rounding=self.local.rounding,
            iterations=self.iterations,
        )


def _around(
    ends: NDArray[np.bool_], stop: FloatArray, matrices: FloatArray, gradient: FloatArray
) -> FloatArray:
    """Return the steps in which coefficients that would pass an end stop there, and the rest allow for it."""
    right = np.where(ends, 0.0, -gradient - (matrices @ stop[:, :, None])[:, :, 0])
    apart = ends[:, :, None] | ends[:, None, :]
    cut = np.where(apart, ends[:, :, None] * np.eye(ends.shape[1]), matrices)
    rest, _ = solve_positive(cut, right)
    return stop + np.where(ends, 0.0, rest)


def resolution(value: FloatArray, rounding: FloatArray) -> FloatArray:
    """How far rounding of the residuals can move their sum (Cauchy-Schwarz)."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(value), np.sqrt(2 * value) * np.sqrt(rounding) + rounding, 0.0)
