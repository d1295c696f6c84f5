"""Least squares of any smooth function, by the same minimiser as the laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.fitting.minimise import Minimum, joined, minimise, resolution
from nextdollar.scaling.fitting.problem import Problem
from nextdollar.scaling.fitting.solve import AGREEMENT
from nextdollar.scaling.fitting.surfaces.function import FunctionSurface
from nextdollar.units import FloatArray

_DECADES, _JITTER_DECADES = 2.5, 0.25
"""How far restarts move the coefficients: each by itself, or all together and each a little."""
_LEAST_EFFECT = 1e-10
"""Change of the function per relative change of a coefficient, over its size: below it is rounding."""
_RESTARTS_IF_CONVERGED = 8
_RESTART_ITERATIONS = 200
_MAX_ITERATIONS = 1000
_POLISHED, _WORTH_FOLLOWING = 8, 1.01


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """The best coefficients (p,), and whether they are to be trusted.

    `converged` says that the certificate of `minimise` holds and that, where the given start failed, at
    least two restarts ended in the same place. `n_starts` were followed, `starts_agreeing` of them ended
    within 1e-8 relative of the least sum.
    """

    coefficients: FloatArray
    sum_of_squares: float
    converged: bool
    n_starts: int
    starts_agreeing: int


def least_squares(
    function: Callable[..., Any],
    observed: FloatArray,
    *,
    start: FloatArray,
    n_restarts: int = 48,
    generator: np.random.Generator,
) -> LeastSquares:
    """Coefficients that make the sum of squared differences least.

    Parameters
    ----------
    function : callable
        `function(*b)` with complex columns b_k (n_batch, 1) returns (n_batch, n_points). It must be
        analytic, since its slopes are taken by complex steps.
    observed : array (n_points,)
        What the function should give.
    start : array (p,)
        First guess; restarts keep its signs and move its coefficients by up to 2.5 decades.
    n_restarts : int
        Further starts, 8 or more, in case the first fails. Eight are always tried, since there may be a
        lower sum than the one that the start leads to.
    generator : numpy.random.Generator
        Source of the restarts.

    Returns
    -------
    LeastSquares
        The best end. Where `converged` is False the coefficients are no answer.

    Raises
    ------
    DomainError
        If the start or an observation is not finite.
    """
    require(np.isfinite(start), "start", "finite", start)
    least = _RESTARTS_IF_CONVERGED
    require(n_restarts >= least, "n_restarts", f"{least} or more", n_restarts)
    p = start.size
    names = tuple(f"b{k}" for k in range(1, p + 1))
    surface = FunctionSurface(function, names, np.full(p, -np.inf), np.full(p, np.inf))
    problem = Problem(surface, observed, kind="squares-log")
    given = minimise(problem, start[None, :], max_iterations=_MAX_ITERATIONS)
    n_tried = _RESTARTS_IF_CONVERGED if given.converged[0] else n_restarts
    ends = joined(given, _restarted(problem, given, start * _factors(n_tried, p, generator)))
    theta, objective, converged = ends.theta, ends.objective, ends.converged
    spread = resolution(objective, ends.rounding)
    best = int(np.where(converged, objective, np.inf).argmin())
    blur = AGREEMENT * objective[best] + spread[best]
    # Terms of one kind can change places: of equal ends that of the given start is taken, or else the
    # one most like it.
    equal = np.flatnonzero(converged & (objective <= objective[best] + blur))
    if equal.size:
        best = 0 if equal[0] == 0 else int(equal[_unlikeness(theta[equal], start).argmin()])
    agreeing = int((objective <= objective[best] + blur).sum())
    lower_elsewhere = bool((objective < objective[best] - blur).any())
    return LeastSquares(
        coefficients=theta[best],
        sum_of_squares=2 * float(objective[best]),
        converged=bool(converged[best])
        and (bool(converged[0]) or agreeing > 1)
        and not lower_elsewhere
        and _all_seen(surface, theta[best]),
        n_starts=1 + n_tried,
        starts_agreeing=agreeing,
    )


def _restarted(problem: Problem, given: Minimum, moved: FloatArray) -> Minimum:
    """Follow restarts (n, p) roughly, without second derivatives, and the best few of them to the end."""
    rough = replace(problem, surface=replace(problem.surface, curved=False))  # type: ignore[type-var]
    ends = minimise(rough, moved, max_iterations=_RESTART_ITERATIONS)
    near = np.argsort(ends.objective, kind="stable")[:_POLISHED]
    if given.converged[0]:
        # Ends above the one in hand would only spend time on being followed down.
        near = near[ends.objective[near] <= given.objective[0] * _WORTH_FOLLOWING]
    return minimise(problem, ends.theta[near], max_iterations=_MAX_ITERATIONS)


def _factors(n_restarts: int, p: int, generator: np.random.Generator) -> FloatArray:
    """Return factors (n_restarts, p) by which restarts differ from the given start."""
    apart = generator.uniform(-_DECADES, _DECADES, (n_restarts, p))
    together = generator.uniform(-_DECADES, _DECADES, (n_restarts, 1))
    jitter = generator.uniform(-_JITTER_DECADES, _JITTER_DECADES, (n_restarts, p))
    even = (np.arange(n_restarts) % 2 == 0)[:, None]
    factors: FloatArray = 10.0 ** np.where(even, apart, together + jitter)
    return factors


def _all_seen(surface: FunctionSurface, theta: FloatArray) -> bool:
    """Whether each coefficient that is not 0 does something to the function."""
    jet = surface.at(theta[None, :])
    effects = np.abs(jet.jacobian[0] * theta[:, None]).max(axis=1)
    return bool(((effects > _LEAST_EFFECT * np.abs(jet.value).max()) | (theta == 0)).all())


def _unlikeness(theta: FloatArray, start: FloatArray) -> FloatArray:
    """Decades between ends (n, p) and the start, and many more for each sign that changed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        decades = np.nan_to_num(np.abs(np.log10(np.abs(theta / start))), nan=0.0, posinf=0.0)
    unlike: FloatArray = (decades + 1e3 * (np.sign(theta) != np.sign(start))).sum(axis=1)
    return unlike
