"""What the fit would be without each run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.scaling.fitting.bootstrap import refits
from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.result import Fit
from nextdollar.scaling.fitting.solve import criterion_of, solve
from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray


@dataclass(frozen=True, slots=True)
class Influence:
    """Coefficients without each run, the most telling run first.

    `run` (n_clusters,) names the run left out, as in `Runs.run`; `coefficients` by name are those of
    the rest, each (n_clusters,); `shift` (n_clusters,) is the largest move of a coefficient, in its
    standard errors; `determined` (n_clusters,) is False where the rest does not determine the law.
    """

    run: NDArray[np.int64]
    coefficients: Mapping[str, FloatArray]
    shift: FloatArray
    determined: NDArray[np.bool_]


def influence(runs: Runs, fitted: Fit) -> Influence:
    """Fit again without each separate run.

    Parameters
    ----------
    runs : Runs
        The runs of the fit.
    fitted : Fit
        The fit, with standard errors.

    Returns
    -------
    Influence
        One entry per separate run, ordered by how far the coefficients move.

    Raises
    ------
    FitError
        If the fit to all runs cannot be repeated.

    Notes
    -----
    Shown instead of dropping runs in silence. A run that moves a coefficient by more than its standard
    error deserves a look at how it was trained; it is no proof of a mistake.
    """
    solution = solve(runs, FORMS[fitted.form], criterion_of(fitted))
    separate, cluster = np.unique(runs.run, return_inverse=True)
    weights = (cluster[None, :] != np.arange(separate.size)[:, None]).astype(float)
    coefficients, converged = refits(solution, weights)
    moves = [
        np.abs(values - fitted.parameters[name]) / fitted.standard_errors[name]
        for name, values in coefficients.items()
        if fitted.standard_errors[name] > 0
    ]
    shift = np.max(moves, axis=0)
    order = np.argsort(-shift, kind="stable")
    return Influence(
        run=separate[order],
        coefficients={name: values[order] for name, values in coefficients.items()},
        shift=shift[order],
        determined=converged[order],
    )
