"""Which form predicts larger runs best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import FitError
from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.identify import refuse_thin_table
from nextdollar.scaling.fitting.refusals import NoHeldOutRunsError
from nextdollar.scaling.fitting.solve import Criterion, solve
from nextdollar.scaling.runs import Runs

CANDIDATES = ("over-training", "kaplan", "chinchilla", "coupled")
"""From simple to rich, by number of coefficients; a tie goes to the simpler."""
LAST_RESORTS = ("power-flop", "power-params", "power-tokens")
"""Tried where no law of both params and tokens can be fitted: alone they cannot split a budget."""
_CUTS_FLOP = (3.0, 10.0, 30.0)
"""Small runs are those below the largest divided by this, one trial each."""
_TIE = 0.05
"""A richer form must predict this share better."""
_LEAST_HELD_OUT = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen form, the mean absolute log error on held-out larger runs of each, and why in words.

    Forms that could not be fitted to the smaller runs have no error; `left_out` says why.
    """

    form: str
    errors: Mapping[str, float]
    left_out: Mapping[str, str]
    words: str


def choose_form(runs: Runs, criterion: Criterion) -> Choice:
    """Form that best predicts larger runs from smaller ones.

    Parameters
    ----------
    runs : Runs
        Runs that span more than a factor of 3 in training work.
    criterion : Criterion
        What is made least.

    Returns
    -------
    Choice
        The simplest form whose error is within 5 % of the least.

    Raises
    ------
    FitError
        If no cut leaves smaller runs that a form can be fitted to and at least two larger ones.

    Notes
    -----
    Each form is fitted to the runs below 1/3, 1/10 and 1/30 of the largest training work and judged
    on the runs above, by its mean absolute log error over the cuts at which every form that is
    compared could be fitted. A better fit to the same runs would only favour the richer form. A law
    in one quantity alone is tried last, since it cannot split a budget.
    """
    left_out: dict[str, str] = {}
    fitted = _errors(runs, CANDIDATES, criterion, left_out) or _errors(
        runs, LAST_RESORTS, criterion, left_out
    )
    if not fitted:
        raise NoHeldOutRunsError(
            "no trustworthy fit: the runs span too little training work to try forms on larger runs; "
            f"name one of {', '.join(FORMS)}"
        )
    # Forms are compared over the cuts that the widest-fitting form has; one that lacks a cut drops out.
    shared = max((frozenset(by_cut) for by_cut in fitted.values()), key=len)
    means = {
        name: float(np.mean([by_cut[cut] for cut in shared]))
        for name, by_cut in fitted.items()
        if shared <= by_cut.keys()
    }
    least = min(means.values())
    form = next(name for name, error in means.items() if error <= least * (1 + _TIE))
    others = ", ".join(f"{name} {100 * error:.2g} %" for name, error in means.items() if name != form)
    words = (
        f"{form} is chosen: mean error {100 * means[form]:.2g} % on larger runs held out"
        + (f", against {others}" if others else "")
        + ("; it is the simplest within 5 % of the best" if means[form] > least else "")
    )
    return Choice(form, means, left_out, words)


def _errors(
    runs: Runs, names: tuple[str, ...], criterion: Criterion, left_out: dict[str, str]
) -> dict[str, dict[float, float]]:
    """Return the error of each form by cut, and note in `left_out` why one has none."""
    errors: dict[str, dict[float, float]] = {}
    for name in names:
        for cut, small in _cuts(runs).items():
            try:
                errors.setdefault(name, {})[cut] = _error(runs, small, name, criterion)
            except FitError as error:
                left_out[name] = str(error)
    return {name: by_cut for name, by_cut in errors.items() if by_cut}


def _cuts(runs: Runs) -> dict[float, NDArray[np.bool_]]:
    """Return masks of the smaller runs, by the factor that the largest are above the cut."""
    masks = {cut: runs.flop <= runs.flop.max() / cut for cut in _CUTS_FLOP}
    return {cut: small for cut, small in masks.items() if (~small).sum() >= _LEAST_HELD_OUT and small.any()}


def _error(runs: Runs, small: NDArray[np.bool_], name: str, criterion: Criterion) -> float:
    """Return the mean absolute log error of a form on the larger runs."""
    fitted_to, held_out = runs.take(small), runs.take(~small)
    form = FORMS[name]
    if criterion.pinned_E_nats is not None and not form.has_floor:
        raise FitError(f"{name} has no floor to pin")
    refuse_thin_table(fitted_to, form, pinned=criterion.pinned_E_nats is not None)
    solution = solve(fitted_to, form, criterion)
    predicted = form.law(solution.coefficients, fitted_to).loss(held_out.params, held_out.tokens)
    return float(np.abs(np.log(held_out.loss_nats / predicted)).mean())
