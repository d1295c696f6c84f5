"""A benchmark metric through the loss: fitted to the runs of a table, and forecast for any model."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.errors import Fault, FitError, RunsError
from nextdollar.research.reading import RunTable
from nextdollar.scaling import Law
from nextdollar.scaling.downstream.fit_metric import LEAST_RUNS, MetricFit, fit_metric
from nextdollar.scaling.downstream.metric_curve import Bounds
from nextdollar.scaling.growth_path import GrowthPath
from nextdollar.units import FloatArray

N_DRAWS = 1024
_FOLLOWS = 0.8
"""Least rank correlation with the loss: below it, intervals of a metric cover far less than they say."""
_SHARES = {"p5": 0.05, "p10": 0.10, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p90": 0.90, "p95": 0.95}
_NO_COLUMN = "ND1222"


@dataclass(frozen=True, slots=True)
class Quality:
    """A metric fitted to the losses of the runs of a table.

    `metric` is the name as asked for and `columns` what it is the mean of. `follows_loss` is the size
    of its rank correlation with the loss, `values` and `loss_nats` (n_runs,) are what was fitted.
    """

    metric: str
    columns: tuple[str, ...]
    fit: MetricFit
    follows_loss: float
    values: FloatArray
    loss_nats: FloatArray
    n_left_out: int

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why no forecast of the metric can be trusted; empty where one can."""
        if self.follows_loss >= _FOLLOWS:
            return ()
        return (
            f"{self.metric} hardly follows the loss in these runs (rank correlation {self.follows_loss:.2f}, "
            f"{_FOLLOWS} is the least)",
        )


@dataclass(frozen=True, slots=True)
class MetricForecast:
    """A metric of models; all arrays but `draws` are (n_targets,).

    Quantiles are those of a single run: they hold the law, the metric's curve, its misfit beyond the
    runs and the scatter of runs. `draws` is (n_targets, n_draws). `cannot_say` is True where `reasons`
    says why. `rising` is whether more is better.
    """

    metric: str
    mean: FloatArray
    quantiles: Mapping[str, FloatArray]
    cannot_say: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    reasons: tuple[str, ...]
    quality: Quality
    draws: FloatArray

    @property
    def rising(self) -> bool:
        """Whether more is better."""
        return self.quality.fit.rises


def quality_of(
    table: RunTable, metric: str, *, n_draws: int = N_DRAWS, generator: np.random.Generator
) -> Quality:
    """Fit a metric of a table to the losses of its runs.

    Parameters
    ----------
    table : RunTable
        Runs with measures beside the loss.
    metric : str
        A column of measures, or several with commas between them: then their mean.
    n_draws : int
        Number of resamples of whole runs.
    generator : numpy.random.Generator
        Where the resamples come from.

    Raises
    ------
    RunsError
        Naming every column that is not there.
    FitError
        With fewer than five runs that have all of it, or where it is the same in all.
    """
    columns = tuple(name.strip() for name in metric.split(",") if name.strip())
    known = table.runs.metrics
    faults = [_no_column(name, table) for name in columns if name not in known]
    if faults or not columns:
        raise RunsError(faults or [_no_column(metric, table)])
    values = np.mean([known[name] for name in columns], axis=0)
    has = np.isfinite(values)
    if int(has.sum()) < LEAST_RUNS:
        raise FitError(
            f"{metric} is measured in {int(has.sum())} of {has.size} runs; at least {LEAST_RUNS} are needed"
        )
    values, loss = values[has], table.runs.loss_nats[has]
    follows = _rank_correlation(values, loss)
    fit = fit_metric(
        loss,
        values,
        run=table.runs.run[has],
        bounds=_bounds(values, rises=follows <= 0),
        n_draws=n_draws,
        generator=generator,
    )
    return Quality(", ".join(columns), columns, fit, abs(follows), values, loss, int((~has).sum()))


def forecast_metric(
    table: RunTable,
    law: Law,
    metric: str,
    params: FloatArray,
    tokens: FloatArray,
    *,
    generator: np.random.Generator,
) -> MetricForecast:
    """Forecast a metric of models from runs that have it.

    Parameters
    ----------
    table : RunTable
        Runs with the metric.
    law : Law
        The law of their loss, its coefficients draws (`forecast_law`).
    metric : str
        As of `quality_of`.
    params, tokens : array (n_targets,)
        The models, counts above 0.
    generator : numpy.random.Generator
        Where resamples and scatter come from.

    Returns
    -------
    MetricForecast
        Mean and quantiles p5, p10, p25, p50, p75, p90, p95 for each model.

    Raises
    ------
    RunsError, FitError
        As of `quality_of`.
    """
    loss = np.asarray(law.loss(params[:, None], tokens[:, None]))
    n_draws = loss.shape[1] if loss.shape[1] > 1 else N_DRAWS
    quality = quality_of(table, metric, n_draws=n_draws, generator=generator)
    loss = np.broadcast_to(loss, (params.size, n_draws))
    draws = quality.fit.of_runs(loss, generator.standard_normal(n_draws), generator=generator)
    found = np.quantile(draws, tuple(_SHARES.values()), axis=1)
    return MetricForecast(
        metric=quality.metric,
        mean=draws.mean(axis=1),
        quantiles=dict(zip(_SHARES, found, strict=True)),
        cannot_say=np.full(params.size, bool(quality.doubts)),
        reasons=quality.doubts,
        quality=quality,
        draws=draws,
    )


def expected_metric(quality: Quality, path: GrowthPath, *, generator: np.random.Generator) -> FloatArray:
    """Metric that the models of a path lead to on average, array (n_budgets, n_draws).

    The law's draws and the metric's are paired; a law without draws meets all of the metric's.
    """
    n_draws = np.size(quality.fit.draws.start)
    loss = np.broadcast_to(path.loss_nats, (path.budget_flop.size, n_draws))
    return quality.fit.expected(loss, generator.standard_normal(n_draws))


def _rank_correlation(values: FloatArray, loss_nats: FloatArray) -> float:
    if np.ptp(values) == 0 or np.ptp(loss_nats) == 0:
        raise FitError("the metric or the loss is the same in all runs: nothing can be told about the other")
    ranks = [np.argsort(np.argsort(item)).astype(float) for item in (values, loss_nats)]
    return float(np.corrcoef(ranks)[0, 1])


def _bounds(values: FloatArray, *, rises: bool) -> Bounds:
    """Return what a metric cannot leave, by its values: a share, a percentage, or an amount.

    A falling measure above 1 may be a perplexity, so it has no ceiling.
    """
    low, high = float(values.min()), float(values.max())
    if low < 0:
        return Bounds()
    if high <= 1:
        return Bounds(0.0, 1.0)
    return Bounds(0.0, 100.0) if rises and high <= 100 else Bounds(0.0)


def _no_column(name: str, table: RunTable) -> Fault:
    known = list(table.runs.metrics)
    close = difflib.get_close_matches(name, known, n=3)
    if not known:
        hint = "the table has no column of measures beside the loss"
    elif close:
        hint = f"did you mean {' or '.join(close)}?"
    else:
        hint = f"measures of this table: {', '.join(known[:12])}{', ...' if len(known) > 12 else ''}"
    return Fault(_NO_COLUMN, "metric", "is no measure of this table", name, hint, table.file)
