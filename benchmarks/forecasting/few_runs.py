"""Forecasts from a handful of runs, chosen at random from the small ones of each study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from forecasting.scores import SEED, interval_score
from forecasting.studies import Split

from nextdollar.catalogue.study_fits import pooled_prior
from nextdollar.scaling.forecasting.forecast import predict
from nextdollar.scaling.forecasting.forecast_law import forecast_law

COUNTS = (2, 3, 5, 10)
N_TABLES = 6
N_DRAWS = 512


@dataclass(frozen=True)
class FewScore:
    """Means over studies, each weighing the same; errors and widths are percents of the loss."""

    n_runs: int
    n_studies: int
    error: float
    cover_50: float
    cover_90: float
    least_cover_90: float
    half_width: float
    interval_score: float


def few_runs(cuts: list[Split], n_runs: int) -> FewScore:
    """Forecast the larger runs of each study from tables of `n_runs` of its small ones."""
    generator = np.random.default_rng(SEED)
    by_study = [
        np.mean([_one(cut, n_runs, generator) for _ in range(N_TABLES)], axis=0)
        for cut in cuts
        if len(cut.small) >= n_runs
    ]
    table = np.array(by_study)
    error, cover_50, cover_90, half_width, score = table.mean(axis=0)
    return FewScore(
        n_runs, len(table), error, cover_50, cover_90, float(table[:, 2].min()), half_width, score
    )


def _one(cut: Split, n_runs: int, generator: np.random.Generator) -> tuple[float, ...]:
    """Error, coverage of 50 % and 90 %, half width and interval score of one small table."""
    chosen = generator.choice(len(cut.small), n_runs, replace=False)
    prior = pooled_prior(cut.study.group)
    law = forecast_law(cut.small.take(chosen), prior, n_draws=N_DRAWS, generator=generator)
    forecast = predict(law, cut.large.params, cut.large.tokens)
    truth = cut.large.loss_nats
    ends = np.log([forecast.p5, forecast.p95])
    return (
        100 * float(np.abs(np.log(truth / forecast.p50)).mean()),
        float(np.mean((truth >= forecast.p25) & (truth <= forecast.p75))),
        float(np.mean((truth >= forecast.p5) & (truth <= forecast.p95))),
        50 * float((ends[1] - ends[0]).mean()),
        100 * float(interval_score(np.log(truth), ends).mean()),
    )
