"""Whether runs can tell the coefficients of a form at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nextdollar.scaling.fitting.forms import Form
from nextdollar.scaling.fitting.refusals import EqualLossesError, NotIdentifiedError, TooFewRunsError
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

_SAME = 0.01
"""Values within 1 % are the same size: a law cannot be read off their difference."""

_WORDS = {"tokens_per_param": "tokens per parameter", "passes": "passes over the data"}


def refuse_thin_table(runs: Runs, form: Form, *, pinned: bool) -> None:
    """Raise FitError where runs cannot determine a form, saying which coefficients and why.

    `pinned` says that the floor is given. Needed: a separate run more than there are coefficients,
    losses that differ, and enough distinct sizes for each term.
    """
    n_free = len(form.coefficients) - pinned
    if runs.n_clusters <= n_free:
        raise TooFewRunsError(
            f"no trustworthy fit: {runs.n_clusters} separate runs for the {n_free} coefficients of "
            f"{form.name}; it needs {n_free + 1} or more"
        )
    if np.ptp(runs.loss_nats) <= 1e-12 * runs.loss_nats.max():
        raise EqualLossesError(
            f"no trustworthy fit: all {len(runs)} losses are {runs.loss_nats[0]:.6g} nats: there is no slope"
        )
    faults = []
    for need in form.needs:
        groups = distinct(runs, need.quantity)
        found = int(groups.max()) + 1
        wanted = need.distinct - (pinned and "E" in need.coefficients)
        if found < wanted:
            unknown = [name for name in need.coefficients if not (pinned and name == "E")]
            faults.append(
                f"{' and '.join(unknown)} cannot be told: the runs have {_count(found, need.quantity)}, "
                f"and it takes {wanted}"
            )
    if faults:
        raise NotIdentifiedError(f"no trustworthy fit of {form.name}: {'; '.join(faults)}")


def distinct(runs: Runs, quantity: str) -> NDArray[np.intp]:
    """Number of the distinct value, from 0 in rising order, that each run has of a quantity (n_runs,).

    Values within 1 % of the least of their group are one, so that dense sizes are not all the same.
    """
    values, which = np.unique(np.log(_quantity(runs, quantity)), return_inverse=True)
    groups = np.zeros(values.size, dtype=np.intp)
    first = 0
    while first < values.size:
        beyond = int(np.searchsorted(values, values[first] + _SAME, side="right"))
        groups[beyond:] += 1
        first = beyond
    return groups[which]


def resolvable(runs: Runs, form: Form, weights: FloatArray, *, pinned: bool) -> NDArray[np.bool_]:
    """Whether each resample (n_draws, n_runs) of runs still has the distinct sizes that a form needs."""
    sound = np.ones(weights.shape[0], dtype=np.bool_)
    for need in form.needs:
        groups = distinct(runs, need.quantity)
        present = np.zeros((weights.shape[0], int(groups.max()) + 1))
        np.add.at(present.T, groups, weights.T)
        sound &= (present > 0).sum(axis=1) >= need.distinct - (pinned and "E" in need.coefficients)
    return sound


def _quantity(runs: Runs, quantity: str) -> FloatArray:
    """Return a quantity of each run."""
    if quantity == "tokens_per_param":
        return runs.tokens / runs.params
    if quantity == "experts":
        return np.ones_like(runs.params) if runs.experts is None else runs.experts
    if quantity == "passes":
        unique = runs.tokens if runs.unique_tokens is None else runs.unique_tokens
        return np.maximum(runs.tokens / unique, 1.0)
    values: FloatArray = getattr(runs, quantity)
    return values


def _count(found: int, quantity: str) -> str:
    """Say how many distinct values there are."""
    words = _WORDS.get(quantity, quantity)
    return f"one value of {words}" if found == 1 else f"{found} distinct {words}"
