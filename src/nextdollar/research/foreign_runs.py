"""The law that runs are forecast by, and the runs it knows nothing of: repeats, mixtures of experts."""

from __future__ import annotations

import numpy as np

from nextdollar.catalogue.study_fits import pooled_prior
from nextdollar.errors import FitError
from nextdollar.scaling.forecasting.forecast_law import ForecastLaw, forecast_law
from nextdollar.scaling.runs import Runs

_REPEATED = 1.5
"""Passes over the data from which on repetition is counted; below it, its effect is lost in the noise."""


def forecast_of_runs(runs: Runs, *, n_draws: int, generator: np.random.Generator) -> ForecastLaw:
    """Return the law that runs are forecast by: those it holds for, and the prior of all studies.

    Raises
    ------
    FitError
        If fewer than two separate runs are left.
    """
    return forecast_law(forecast_runs(runs), pooled_prior(), n_draws=n_draws, generator=generator)


def forecast_runs(runs: Runs) -> Runs:
    """Return the runs that the law of a forecast holds for: each token seen about once, one kind of model.

    Mixtures enter where all runs have the same number of experts: their law is one in active parameters.

    Raises
    ------
    FitError
        If none is left.
    """
    kept = np.ones(len(runs), dtype=np.bool_)
    if runs.unique_tokens is not None:
        kept &= ~(runs.tokens > _REPEATED * runs.unique_tokens)
    if routed_runs(runs) and runs.experts is not None:
        kept &= ~(runs.experts > 1)
    if not kept.any():
        raise FitError(
            "every run repeats its data, or is a mixture with another number of experts than the next: "
            "a forecast knows of neither; choose runs with --where"
        )
    return runs.take(kept)


def repeated_runs(runs: Runs) -> int:
    """Number of runs that saw their data several times."""
    if runs.unique_tokens is None:
        return 0
    return int(np.count_nonzero(runs.tokens > _REPEATED * runs.unique_tokens))


def routed_runs(runs: Runs) -> int:
    """Number of runs that are mixtures of experts, where not all have as many."""
    if runs.experts is None or np.ptp(runs.experts) == 0:
        return 0
    return int(np.count_nonzero(runs.experts > 1))
