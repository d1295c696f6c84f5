"""The best law for some runs, and how sure its coefficients are."""

from __future__ import annotations

import numpy as np

from nextdollar.errors import require
from nextdollar.scaling.fitting.bootstrap import Bootstrap, bootstrap
from nextdollar.scaling.fitting.choose import choose_form
from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.identify import refuse_thin_table
from nextdollar.scaling.fitting.result import Fit, Objective
from nextdollar.scaling.fitting.solve import Criterion, Solution, solve
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

_ENDS_95 = (2.5, 97.5)


def fit(
    runs: Runs,
    form: str = "chinchilla",
    *,
    objective: Objective = "huber-log",
    huber_delta: float = 1e-3,
    pinned_E_nats: float | None = None,
    n_draws: int = 1000,
    generator: np.random.Generator,
) -> Fit:
    """Fit a scaling law to training runs.

    Parameters
    ----------
    runs : Runs
        Runs whose losses can be compared.
    form : str
        A key of `FORMS`, or "auto" for the one that best predicts held-out larger runs.
    objective : {"huber-log", "squares-log", "squares"}
        What is least at the fit: Huber's loss of log residuals, their squares, or squares in nats.
    huber_delta : float
        Where Huber's loss turns linear, in log loss, above 0. At 1e-3 it is nearly the absolute value.
    pinned_E_nats : float, optional
        A floor in nats that is known, above 0 and below every loss; it is then not fitted.
    n_draws : int
        Resamples of whole runs behind the standard errors and intervals, above 1.
    generator : numpy.random.Generator
        Source of the resamples.

    Returns
    -------
    Fit
        The law at its best coefficients, with standard errors, 95 % intervals and draws.

    Raises
    ------
    FitError
        If no fit can be trusted; the message says why, and which coefficients cannot be known.
    DomainError
        If the form or the objective is unknown, or a number leaves its domain.

    Notes
    -----
    The intervals say how far the coefficients would move with other runs of the same kind. They do
    not say how far the law is from the truth: for that see `sensitivity`, and a forecast whose width
    grows with the distance from the runs.
    """
    criterion = Criterion(objective, huber_delta, pinned_E_nats)
    notes: tuple[str, ...] = ()
    if form == "auto":
        choice = choose_form(runs, criterion)
        form, notes = choice.form, (choice.words,)
    require(form in FORMS, "form", f"one of auto, {', '.join(FORMS)}", form)
    require(
        objective in ("huber-log", "squares-log", "squares"),
        "objective",
        "huber-log, squares-log or squares",
        objective,
    )
    refuse_thin_table(runs, FORMS[form], pinned=pinned_E_nats is not None)
    solution = solve(runs, FORMS[form], criterion)
    sampled = bootstrap(solution, runs, n_draws=n_draws, generator=generator)
    return _fit_of(solution, runs, criterion, sampled=sampled, notes=notes)


def _fit_of(
    solution: Solution, runs: Runs, criterion: Criterion, *, sampled: Bootstrap, notes: tuple[str, ...]
) -> Fit:
    """Return the fit with the spread of its draws."""
    values, draws_of = dict(solution.coefficients), dict(sampled.draws)
    if criterion.pinned_E_nats is not None:
        # Held as its logarithm; what comes back of that is off in the last digit.
        values["E"] = criterion.pinned_E_nats
        draws_of["E"] = np.full_like(draws_of["E"], criterion.pinned_E_nats)
    law = solution.form.law(values, runs)
    predicted = solution.surface.at(solution.theta[None, :]).value[0]
    ends = {name: np.percentile(draws, _ENDS_95) for name, draws in draws_of.items()}
    return Fit(
        form=solution.form.name,
        law=law,
        parameters=values,
        standard_errors={name: _spread(draws) for name, draws in draws_of.items()},
        interval_95={name: (float(low), float(high)) for name, (low, high) in ends.items()},
        draws=draws_of,
        objective=solution.objective,
        objective_kind=criterion.kind,
        huber_delta=criterion.huber_delta,
        n_runs=len(runs),
        n_clusters=runs.n_clusters,
        n_starts=solution.n_starts,
        starts_agreeing=solution.starts_agreeing,
        residuals_log=np.log(runs.loss_nats) - predicted,
        pinned_E_nats=criterion.pinned_E_nats,
        notes=(*notes, *_remarks(solution, sampled)),
    )


def _spread(draws: FloatArray) -> float:
    """Return the standard deviation of draws; exactly 0 where all are the same."""
    return float(draws.std(ddof=1)) if np.ptp(draws) > 0 else 0.0


def _remarks(solution: Solution, sampled: Bootstrap) -> tuple[str, ...]:
    """Say what a reader of the numbers should know."""
    remarks = []
    if solution.form.has_floor and solution.at_bound[0]:
        remarks.append("E is 0: the runs show no floor, so a loss far beyond them is a guess")
    if sampled.unresolved_share > 0.01:
        remarks.append(
            f"{100 * sampled.unresolved_share:.0f} % of the resamples lacked distinct sizes "
            "and were drawn again"
        )
    if sampled.failing_share > 0:
        remarks.append(
            f"{100 * sampled.failing_share:.2g} % of the resampled fits did not converge and are left out"
        )
    return tuple(remarks)
