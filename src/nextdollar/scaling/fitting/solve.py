"""The best coefficients of a form, from several starts, with the reasons not to trust them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.scaling.fitting.forms import Form
from nextdollar.scaling.fitting.minimise import Minimum, joined, minimise
from nextdollar.scaling.fitting.problem import Problem
from nextdollar.scaling.fitting.refusals import (
    AtBoundError,
    NotConvergedError,
    NotIdentifiedError,
    StartsDisagreeError,
)
from nextdollar.scaling.fitting.result import Fit, Objective
from nextdollar.scaling.fitting.surfaces.surface import Surface
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

CONTINUATION = (1e-2,)
"""Wider Huber delta that starts from afar pass through first."""
AGREEMENT = 1e-8
"""Objectives within this share of the least count as the same."""
LEAST_AGREEING = 3
_LOSSES_NATS = (1e-6, 1e6)
"""No loss per token lies outside, in whatever unit; beyond, squares of relative errors overflow."""
_LEAST_SLOPE = 1e-9
"""A coefficient whose slopes are below this share of the largest does nothing to the law."""
_LEAST_EIGENVALUE = 1e-12
"""Of the information matrix scaled to a unit diagonal: below it a direction is not determined."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is made least, and a floor in nats that is given rather than fitted."""

    kind: Objective = "huber-log"
    huber_delta: float = 1e-3
    pinned_E_nats: float | None = None


def criterion_of(fitted: Fit) -> Criterion:
    """What was made least in a fit."""
    return Criterion(fitted.objective_kind, fitted.huber_delta, fitted.pinned_E_nats)


@dataclass(frozen=True, slots=True)
class Solution:
    """The best of several starts: `theta` (p,), its problem and surface, and how many starts agree."""

    form: Form
    surface: Surface
    problem: Problem
    theta: FloatArray
    objective: float
    at_bound: NDArray[np.bool_]
    n_starts: int
    starts_agreeing: int

    @property
    def coefficients(self) -> dict[str, float]:
        """The fields of the law."""
        values = self.form.law_coefficients(self.surface, self.theta[None, :])
        return {name: float(value[0]) for name, value in values.items()}


def solve(runs: Runs, form: Form, criterion: Criterion) -> Solution:
    """Best coefficients of a form, refused where they cannot be trusted.

    Parameters
    ----------
    runs : Runs
        At least one more separate run than the form has coefficients.
    form : Form
        What is fitted.
    criterion : Criterion
        What is made least.

    Returns
    -------
    Solution
        The best of at least a dozen starts.

    Raises
    ------
    FitError
        If no start converges, fewer than three end within 1e-8 of the least sum, a coefficient other
        than the floor ends at an end of the search, or a direction is not determined.
    DomainError
        If a pinned floor is not below every loss, or the form has none.
    """
    surface = form.surface(runs, True)
    problem = problem_of(runs, form, surface, criterion)
    starts = form.starts(surface, runs.loss_nats, criterion.pinned_E_nats)
    tried = minimise(problem, starts, deltas=CONTINUATION)
    best = _best(tried)
    agreeing = _agreeing(tried, best)
    if agreeing < LEAST_AGREEING and np.isfinite(tried.objective[best]):
        # Starts between the best end and the others tell a poor start from a second minimum.
        closer = tried.theta[best] + 0.3 * (starts - tried.theta[best])
        tried = joined(tried, minimise(problem, closer, deltas=()))
        best = _best(tried)
        agreeing = _agreeing(tried, best)
    solution = Solution(
        form=form,
        surface=surface,
        problem=problem,
        theta=tried.theta[best],
        objective=float(tried.objective[best]),
        at_bound=tried.at_bound[best],
        n_starts=tried.objective.size,
        starts_agreeing=agreeing,
    )
    _refuse(solution, converged=bool(tried.converged[best]))
    return solution


def problem_of(runs: Runs, form: Form, surface: Surface, criterion: Criterion) -> Problem:
    """Return the sum over runs of a form, with its floor fixed where the criterion pins it."""
    fixed = None
    if criterion.pinned_E_nats is not None:
        require(form.has_floor, "pinned_E_nats", f"absent for {form.name}, which has no floor", criterion)
        least = float(runs.loss_nats.min())
        require(
            0 < criterion.pinned_E_nats < least,
            "pinned_E_nats",
            f"above 0 and below every loss ({least:.6g} nats)",
            criterion.pinned_E_nats,
        )
        fixed = np.arange(len(surface.names)) == 0
    require(criterion.huber_delta > 0, "huber_delta", "above 0", criterion.huber_delta)
    low, high = _LOSSES_NATS
    loss = runs.loss_nats
    require((loss >= low) & (loss <= high), "loss_nats", f"between {low:g} and {high:g}", loss)
    return Problem(
        surface,
        np.log(runs.loss_nats),
        kind=criterion.kind,
        huber_delta=criterion.huber_delta,
        fixed=fixed,
    )


def _best(tried: Minimum) -> int:
    """Return the item of the least sum, a converged one where its sum is the same."""
    same = tried.objective <= tried.objective.min() * (1 + AGREEMENT) + tried.rounding
    return (
        int(np.where(same & tried.converged, tried.objective, np.inf).argmin())
        if (same & tried.converged).any()
        else int(tried.objective.argmin())
    )


def _agreeing(tried: Minimum, best: int) -> int:
    """Return how many items ended at the least sum."""
    level = tried.objective[best] * (1 + AGREEMENT) + tried.rounding[best]
    return int((tried.objective <= level).sum())


def _refuse(solution: Solution, *, converged: bool) -> None:
    """Raise FitError where the minimum is none, not alone, at an end, or a valley."""
    form = solution.form
    stuck = solution.at_bound.copy()
    stuck[0] &= not form.has_floor
    if stuck.any():
        names = " and ".join(_names(solution)[stuck])
        raise AtBoundError(
            f"no trustworthy fit: {names} of {form.name} ended at an end of the search; "
            "the runs do not show what that term describes, so use a form without it"
        )
    free = undetermined(solution)
    if free:
        raise NotIdentifiedError(
            f"no trustworthy fit: the runs do not determine {' and '.join(free)} of {form.name}; "
            "add runs that differ more in params and tokens, or use a form without that term"
        )
    if not converged:
        raise NotConvergedError(
            f"no trustworthy fit: {form.name} did not converge from any of {solution.n_starts} starts "
            f"(least sum {solution.objective:.6g})"
        )
    if solution.starts_agreeing < LEAST_AGREEING:
        raise StartsDisagreeError(
            f"no trustworthy fit: only {solution.starts_agreeing} of {solution.n_starts} starts of "
            f"{form.name} end at the least sum; there may be a lower one"
        )


def undetermined(solution: Solution) -> tuple[str, ...]:
    """Names of the coefficients of a direction in which the sum does not change; none when it is sharp."""
    jacobian = solution.surface.at(solution.theta[None, :]).jacobian[0]
    metric = jacobian @ jacobian.T
    held = solution.at_bound if solution.problem.fixed is None else solution.at_bound | solution.problem.fixed
    kept = np.flatnonzero(~held)
    scale = np.sqrt(np.diagonal(metric)[kept])
    names = _names(solution)[kept]
    seen = scale > _LEAST_SLOPE * scale.max()
    if not seen.all():
        return tuple(names[~seen])
    values, vectors = np.linalg.eigh(metric[np.ix_(kept, kept)] / np.outer(scale, scale))
    if values[0] > _LEAST_EIGENVALUE:
        return ()
    return tuple(names[np.abs(vectors[:, 0]) > 0.1])


def _names(solution: Solution) -> NDArray[np.str_]:
    """Name each fitted coefficient after the one of the law that rises with it."""
    by_column = {column: name for name, column in solution.form.profiled.items()}
    return np.array([by_column.get(column, name) for column, name in enumerate(solution.surface.names)])
