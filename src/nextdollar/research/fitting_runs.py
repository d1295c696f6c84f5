"""A law from a table of runs: `nextdollar fit` as a function."""

from __future__ import annotations

import difflib
import math
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from nextdollar.errors import DomainError, Fault, FitError, InputError, RunsError
from nextdollar.research.curves import along_budgets, along_params, along_tokens, isoflop
from nextdollar.research.fitted import FittedRuns
from nextdollar.research.reading import RunTable, read_runs
from nextdollar.research.saved_fit import save_fit
from nextdollar.scaling import Law, compute_optimal
from nextdollar.scaling.fitting import Fit, Objective
from nextdollar.scaling.fitting import fit as fit_law
from nextdollar.scaling.fitting.choose import Choice, choose_form
from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.influence import Influence, influence
from nextdollar.scaling.fitting.profile import Profile, profile
from nextdollar.scaling.fitting.residuals import leftover
from nextdollar.scaling.fitting.sensitivity import Sensitivity, sensitivity
from nextdollar.scaling.fitting.solve import Criterion
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

N_DRAWS = 1000
"""Resamples behind standard errors and ranges where nothing else is asked for."""

_OBJECTIVES: tuple[Objective, ...] = ("huber-log", "squares-log", "squares")
_DECADES = (-1, 0, 1, 2)
_N_BUDGETS, _ROOM = 41, 10.0


def fit(
    runs: Path | str | RunTable,
    *,
    law: str = "auto",
    where: str | None = None,
    objective: str = "huber-log",
    pinned_E_nats: float | None = None,  # noqa: N803
    n_draws: int = N_DRAWS,
    seed: int = 0,
    save: Path | str | None = None,
) -> FittedRuns:
    """Return a scaling law fitted to training runs; the twin of `nextdollar fit`.

    Parameters
    ----------
    runs : path or RunTable
        Training runs: a file, or what `read_runs` returns.
    law : str
        A form (chinchilla, kaplan, over-training, coupled, power-flop, power-params, power-tokens,
        data-constrained, routed-moe), or "auto" for the one that best predicts larger runs held out.
    where : str, optional
        Which rows of the file are runs: "flops <= 1e21". Not with a RunTable, which has been chosen.
    objective : {"huber-log", "squares-log", "squares"}
        What is made least: Huber's loss of log residuals, their squares, or squares in nats.
    pinned_E_nats : float, optional
        Hold the floor E at this loss, above 0: a pinned asymptote. Needs a form that is named and
        has a floor.
    n_draws : int
        Resamples of whole runs behind the standard errors and ranges, above 1.
    seed : int
        Where the resamples start; the same seed gives the same numbers.
    save : path, optional
        Where to write the fit, for `named_law` and the `--law` of other verbs.

    Raises
    ------
    RunsError
        With every fault of the table, or of the names of law and objective.
    FitError
        If no fit can be trusted; the message says why.
    OutputError
        If `save` cannot be written.
    """
    _check_names(law, objective, pinned_E_nats)
    if isinstance(runs, RunTable) and where is not None:
        raise InputError("where goes with a file, not with a table that has been read; give it to read_runs")
    table = runs if isinstance(runs, RunTable) else read_runs(runs, where=where)
    started = time.process_time()
    choice = choose_form(table.runs, Criterion(_objective(objective))) if law == "auto" else None
    found = fit_law(
        table.runs,
        law if choice is None else choice.form,
        objective=_objective(objective),
        pinned_E_nats=pinned_E_nats,
        n_draws=n_draws,
        generator=np.random.default_rng([seed, 0]),
    )
    cpu_s = time.process_time() - started
    fitted = _with_diagnostics(table, found, choice, law_asked=law, n_draws=n_draws, seed=seed, cpu_s=cpu_s)
    if save is not None:
        save_fit(fitted, Path(save))
    return fitted


def _objective(name: str) -> Objective:
    return next(item for item in _OBJECTIVES if item == name)


def _check_names(law: str, objective: str, pinned_E_nats: float | None) -> None:  # noqa: N803
    faults = []
    for option, name, known in (("law", law, ("auto", *FORMS)), ("objective", objective, _OBJECTIVES)):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            faults.append(Fault("ND2008", f"--{option}", f"must be one of {', '.join(known)}", name, hint))
    if pinned_E_nats is not None and not 0 < pinned_E_nats < math.inf:
        faults.append(Fault("ND2008", "--pin-E", "must be a loss above 0", f"{pinned_E_nats:g}"))
    if pinned_E_nats is not None and (law == "auto" or (law in FORMS and "E" not in FORMS[law].coefficients)):
        with_floor = [name for name, form in FORMS.items() if "E" in form.coefficients]
        rule = f"must be one of {', '.join(with_floor)} where --pin-E is given"
        faults.append(Fault("ND2008", "--law", rule, law, "a pinned floor needs a form that has one"))
    if faults:
        raise RunsError(faults)


def _with_diagnostics(
    table: RunTable,
    found: Fit,
    choice: Choice | None,
    *,
    law_asked: str,
    n_draws: int,
    seed: int,
    cpu_s: float,
) -> FittedRuns:
    """Return a fit with all that says how far it can be trusted, and the curves of its pictures."""
    runs, draws = table.runs, found.law_draws
    budgets_flop = _budgets(found.law)
    telling = _influence(runs, found)
    has_split = bool(budgets_flop)
    frontier_flop = np.geomspace(float(runs.flop.min()), _ROOM * float(runs.flop.max()), _N_BUDGETS)
    return FittedRuns(
        table=table,
        law_asked=law_asked,
        choice=choice,
        fit=found,
        budgets_flop=budgets_flop,
        sensitivity=_sensitivity(runs, found, budgets_flop[-1] if has_split else float(runs.flop.max())),
        profiles=_profiles(runs, found),
        influence=telling,
        best_params_without=_best_without(found, telling, budgets_flop),
        leftover=leftover(runs, found),
        along_params=along_params(draws, runs),
        along_tokens=along_tokens(draws, runs),
        isoflop=isoflop(draws, runs),
        frontier=along_budgets(draws, frontier_flop, found.law) if has_split else None,
        n_draws=n_draws,
        seed=seed,
        cpu_seconds=cpu_s,
    )


def _budgets(law: Law) -> tuple[float, ...]:
    """Return round budgets, a tenth of the largest run to a hundred times it; none without a best split."""
    top = 10.0 ** math.floor(math.log10(law.domain.flop_high) + 0.5)
    budgets = tuple(top * 10.0**decades for decades in _DECADES)
    try:
        compute_optimal(law, budgets[0])
    except DomainError:
        return ()
    return budgets


def _sensitivity(runs: Runs, found: Fit, budget_flop: float) -> Sensitivity | None:
    try:
        return sensitivity(runs, found, budget_flop=budget_flop)
    except FitError:
        return None


def _profiles(runs: Runs, found: Fit) -> dict[str, Profile]:
    """Return the profiles of the coefficients that can be held while the others are fitted."""
    profiles = {}
    for name in FORMS[found.form].profiled:
        try:
            profiles[name] = profile(runs, found, name)
        except (FitError, DomainError):
            continue
    return profiles


def _influence(runs: Runs, found: Fit) -> Influence | None:
    try:
        return influence(runs, found)
    except FitError:
        return None


def _best_without(
    found: Fit, telling: Influence | None, budgets_flop: tuple[float, ...]
) -> FloatArray | None:
    """Return the best size at the last budget without each run; nan where the rest determines none."""
    if telling is None or not budgets_flop:
        return None
    coefficients = {name: values[telling.determined] for name, values in telling.coefficients.items()}
    without = np.full(telling.run.size, np.nan)
    law = replace(found.law, **coefficients)  # type: ignore[type-var]
    without[telling.determined] = compute_optimal(law, budgets_flop[-1]).params
    return without
