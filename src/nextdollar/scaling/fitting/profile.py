"""How the best sum rises when one coefficient is held away from its best value."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import require
from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.likelihood import deviance
from nextdollar.scaling.fitting.minimise import minimise
from nextdollar.scaling.fitting.refusals import StartsDisagreeError
from nextdollar.scaling.fitting.result import Fit
from nextdollar.scaling.fitting.solve import AGREEMENT, Criterion, criterion_of, problem_of, solve
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

_CHI_SQUARED_95 = 3.841458820694124
"""95th percentile of chi squared with one degree of freedom."""
_STEPS = np.array([0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0, 40.0])
_ROUNDS, _POINTS = 3, 8


@dataclass(frozen=True, slots=True)
class Profile:
    """The rise of the deviance along one coefficient.

    `values` (n,) of the coefficient rise, `rise` (n,) is the deviance above the best. `interval_95`
    is where it stays below 3.84; an end that is `open` is the end of the search: the runs do not bound
    the coefficient there.
    """

    coefficient: str
    values: FloatArray
    rise: FloatArray
    interval_95: tuple[float, float]
    open_low: bool
    open_high: bool


def profile(runs: Runs, fitted: Fit, coefficient: str) -> Profile:
    """Profile of the deviance in one coefficient, the others at their best.

    Parameters
    ----------
    runs : Runs
        The runs of the fit.
    fitted : Fit
        The fit.
    coefficient : str
        One of the law's coefficients that can be held.

    Returns
    -------
    Profile
        Values and rises, and the 95 % limits.

    Raises
    ------
    DomainError
        If the form has no such coefficient, or it was pinned.
    FitError
        If a held fit beats the free one, which then was not the best.

    Notes
    -----
    Unlike standard errors, the limits need not lie evenly around the best value. The deviance counts
    separate runs: checkpoints of one run do not add to it.
    """
    form, criterion = FORMS[fitted.form], criterion_of(fitted)
    known = [name for name in form.profiled if not (name == "E" and fitted.pinned_E_nats is not None)]
    require(coefficient in known, "coefficient", f"one of {', '.join(known)}", coefficient)
    along = _Along.of(runs, fitted, criterion, form.profiled[coefficient])
    best = along.theta[along.column]
    offsets = np.concatenate([-_STEPS[::-1], [0.0], _STEPS]) * along.standard_error
    tried = along.at(best + offsets)
    for _ in range(_ROUNDS):
        tried = tried.with_more(along.at(tried.between()))
    low, high = tried.crossings()
    ends = along.coefficient_at(np.array([low, high, *tried.values]), coefficient)
    return Profile(
        coefficient=coefficient,
        values=ends[2:],
        rise=tried.rise,
        interval_95=(float(ends[0]), float(ends[1])),
        open_low=not (tried.rise[tried.values < best] > _CHI_SQUARED_95).any(),
        open_high=not (tried.rise[tried.values > best] > _CHI_SQUARED_95).any(),
    )


@dataclass(frozen=True, slots=True)
class _Tried:
    """Values of a column in rising order, and their rises."""

    values: FloatArray
    rise: FloatArray
    best: float

    def with_more(self, other: _Tried) -> _Tried:
        """Return both, in order."""
        values = np.concatenate([self.values, other.values])
        order = np.argsort(values, kind="stable")
        return _Tried(values[order], np.concatenate([self.rise, other.rise])[order], self.best)

    def between(self) -> FloatArray:
        """Return points inside the two brackets of the limits."""
        brackets = [ends for ends in (self._bracket(-1), self._bracket(1)) if ends is not None]
        inside = [np.linspace(self.values[a], self.values[b], _POINTS + 2)[1:-1] for a, b in brackets]
        return np.concatenate(inside) if inside else np.empty(0)

    def crossings(self) -> tuple[float, float]:
        """Return the limits, by straight lines inside their brackets; the outermost value where open."""
        ends = []
        for side in (-1, 1):
            bracket = self._bracket(side)
            if bracket is None:
                ends.append(float(self.values[0] if side < 0 else self.values[-1]))
                continue
            a, b = bracket
            share = (_CHI_SQUARED_95 - self.rise[a]) / (self.rise[b] - self.rise[a])
            ends.append(float(self.values[a] + share * (self.values[b] - self.values[a])))
        return ends[0], ends[1]

    def _bracket(self, side: int) -> tuple[int, int] | None:
        """Return the last value below the limit and the first above it, going out from the best."""
        outward = np.flatnonzero(side * (self.values - self.best) >= 0)[::side]
        above = np.flatnonzero(self.rise[outward] > _CHI_SQUARED_95)
        if not above.size or above[0] == 0:
            return None
        return int(outward[above[0] - 1]), int(outward[above[0]])


@dataclass(frozen=True, slots=True)
class _Along:
    """A fit on the surface that is not centred, and the direction in which one column is moved."""

    runs: Runs
    criterion: Criterion
    fitted: Fit
    theta: FloatArray
    column: int
    direction: FloatArray
    standard_error: float

    @classmethod
    def of(cls, runs: Runs, fitted: Fit, criterion: Criterion, column: int) -> _Along:
        """Return the way that the other coefficients go when one column moves, to first order."""
        form = FORMS[fitted.form]
        solution = solve(runs, form, criterion)
        theta = form.uncentred(solution.surface, solution.theta[None, :])[0]
        jacobian = form.surface(runs, False).at(theta[None, :]).jacobian[0]
        scale = np.sqrt((jacobian**2).sum(axis=1))
        scaled = jacobian / scale[:, None]
        spread = np.linalg.pinv(scaled @ scaled.T) / np.outer(scale, scale)
        sigma = float(np.std(fitted.residuals_log))
        direction = spread[:, column] / spread[column, column]
        if criterion.pinned_E_nats is not None:
            direction[0] = 0.0
        return cls(
            runs, criterion, fitted, theta, column, direction, sigma * float(np.sqrt(spread[column, column]))
        )

    def at(self, values: FloatArray) -> _Tried:
        """Return the rises with the column held at values, of those fits that converged."""
        form = FORMS[self.fitted.form]
        surface = form.surface(self.runs, False)
        values = np.unique(np.clip(values, surface.lower[self.column], surface.upper[self.column]))
        problem = problem_of(self.runs, form, surface, self.criterion)
        start = self.theta + np.outer(values - self.theta[self.column], self.direction)
        held: NDArray[np.bool_] = np.arange(self.theta.size) == self.column
        fixed = held if problem.fixed is None else held | problem.fixed
        found = minimise(replace(problem, fixed=fixed), start)
        if found.objective.size and found.objective.min() < self.fitted.objective * (1 - AGREEMENT):
            raise StartsDisagreeError(
                f"no trustworthy fit: holding {form.coefficients[self.column]} of {form.name} finds "
                "a lower sum than the fit did"
            )
        sums = np.concatenate([[self.fitted.objective], found.objective[found.converged]])
        n_separate = self.runs.n_clusters
        levels = deviance(
            np.maximum(sums, np.finfo(float).tiny) * n_separate / len(self.runs),
            n_runs=n_separate,
            kind=self.criterion.kind,
            huber_delta=self.criterion.huber_delta,
        )
        return _Tried(values[found.converged], levels[1:] - levels[0], float(self.theta[self.column]))

    def coefficient_at(self, values: FloatArray, coefficient: str) -> FloatArray:
        """Return the law's coefficient at values of its column."""
        form = FORMS[self.fitted.form]
        theta = np.tile(self.theta, (values.size, 1))
        theta[:, self.column] = values
        return form.law_coefficients(form.surface(self.runs, False), theta)[coefficient]
