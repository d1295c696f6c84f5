"""The loss of models not yet trained, from runs: `nextdollar forecast` as a function."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.catalogue.study_fits import study_sources
from nextdollar.errors import InputError
from nextdollar.research.curves import Curve, along_budgets
from nextdollar.research.foreign_runs import forecast_of_runs
from nextdollar.research.quality import MetricForecast, forecast_metric
from nextdollar.research.reading import RunTable, Targets, read_runs, read_targets
from nextdollar.scaling import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.forecasting.forecast import Forecast, predict
from nextdollar.scaling.forecasting.forecast_law import ForecastLaw
from nextdollar.sources import Source

N_DRAWS = 1024
"""Draws of a forecast where nothing else is asked for."""

_N_BUDGETS = 49
_ROOM = 1.5


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts of targets from a table of runs.

    `law` holds the draws, `forecast` what they say of the targets, `metric` the same for a column of
    scores (None where none was asked for). `curve` is the loss at the best split of budgets from the
    smallest run to the largest target.
    """

    table: RunTable
    targets: Targets
    law: ForecastLaw
    forecast: Forecast
    metric: MetricForecast | None
    curve: Curve
    n_draws: int
    seed: int
    cpu_seconds: float

    @property
    def sources(self) -> tuple[Source, ...]:
        """The formula, and the studies that say what to expect of a law."""
        return (self.law.source, *study_sources().values())


def forecast(
    runs: Path | str | RunTable,
    at: Path | str | Targets | Sequence[tuple[float, float]],
    *,
    where: str | None = None,
    metric: str | None = None,
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> Forecasts:
    """Return the loss of models not yet trained, with intervals; the twin of `nextdollar forecast`.

    Parameters
    ----------
    runs : path or RunTable
        Training runs: a file, or what `read_runs` returns.
    at : path, Targets or sequence of (params, tokens)
        The models to forecast: a file, or counts above 0.
    where : str, optional
        Which rows of the file are runs: "flops <= 1e21". Not with a RunTable, which has been chosen.
    metric : str, optional
        A column of scores to forecast as well, or several with commas between them for their mean.
    n_draws : int
        Draws behind the intervals, at least 1.
    seed : int
        Where the draws start; the same seed gives the same numbers.

    Raises
    ------
    RunsError
        With every fault of the runs or the targets.
    FitError
        If there are fewer than two separate runs, or the metric cannot be fitted.

    Notes
    -----
    Where laws that fit the runs equally well part too far, `forecast.cannot_say` is true and the
    numbers of that target should not be used.
    """
    if isinstance(runs, RunTable) and where is not None:
        raise InputError("where goes with a file, not with a table that has been read; give it to read_runs")
    started = time.process_time()
    table = runs if isinstance(runs, RunTable) else read_runs(runs, where=where)
    targets = targets_of(at)
    # Children, so that what is drawn for the metric does not move what is drawn for the loss.
    of_loss, of_metric = (np.random.default_rng([seed, i]) for i in range(2))
    law = forecast_of_runs(table.runs, n_draws=n_draws, generator=of_loss)
    found = predict(law, targets.params, targets.tokens)
    scores = None
    if metric is not None:
        scores = forecast_metric(table, law, metric, targets.params, targets.tokens, generator=of_metric)
    top_flop = max(table.runs.flop.max(), FLOP_PER_PARAM_TOKEN * float((found.params * found.tokens).max()))
    budgets_flop = np.geomspace(float(table.runs.flop.min()), float(top_flop) * _ROOM, _N_BUDGETS)
    return Forecasts(
        table=table,
        targets=targets,
        law=law,
        forecast=found,
        metric=scores,
        curve=along_budgets(law, budgets_flop, law.width.central),
        n_draws=n_draws,
        seed=seed,
        cpu_seconds=time.process_time() - started,
    )


def targets_of(at: Path | str | Targets | Sequence[tuple[float, float]]) -> Targets:
    """Return targets from a file, or from pairs of parameters and tokens.

    Raises
    ------
    RunsError
        With every fault of the file.
    InputError
        If there is no pair.
    """
    if isinstance(at, Targets):
        return at
    if isinstance(at, Path | str):
        return read_targets(at)
    if not at:
        raise InputError("at must name at least one model, got none")
    params, tokens = (np.array(values, dtype=float) for values in zip(*at, strict=True))
    return Targets(params, tokens, tuple(f"{N:.3g} params, {D:.3g} tokens" for N, D in at))
