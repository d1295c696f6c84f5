"""Forecasts as one object of plain data: what `nextdollar forecast --json` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nextdollar.plan.words import percent, significant
from nextdollar.report.research.envelope import enveloped
from nextdollar.report.research.fit_view import curve_view
from nextdollar.report.research.runs_view import points_view, table_view
from nextdollar.report.research.words import model_words
from nextdollar.research.curves import SHARES
from nextdollar.research.forecasts import Forecasts
from nextdollar.research.foreign_runs import repeated_runs, routed_runs
from nextdollar.scaling import FLOP_PER_PARAM_TOKEN
from nextdollar.scaling.forecasting.forecast import MOST_DISAGREEMENT_SHARE

FORECAST_SCHEMA = "nextdollar.forecast/1.0"
_FEW_RUNS = 8
_FAR_DECADES = 2.0


def forecast_view(found: Forecasts) -> dict[str, Any]:
    """Return forecasts as plain data."""
    targets = found.targets
    files = [(found.table.file, found.table.sha256)]
    if targets.file:
        files.append((targets.file, targets.sha256))
    answer = {
        "rows": [_row(found, i) for i in range(len(found.forecast))],
        "metric": None if found.metric is None else found.metric.metric,
        "metric_doubts": [] if found.metric is None else list(found.metric.reasons),
        "what_happened": _what_happened(found),
        "n_runs": len(found.table.runs),
        "n_clusters": found.table.runs.n_clusters,
        "cpu_seconds": found.cpu_seconds,
        **table_view(found.table),
        "most_disagreement_share": MOST_DISAGREEMENT_SHARE,
        "points": points_view(found.table, None),
        "curve": curve_view(found.curve),
    }
    return enveloped(
        FORECAST_SCHEMA,
        answer,
        files=files,
        draws=found.n_draws,
        seed=found.seed,
        warnings=_warnings(found),
        sources=found.sources,
    )


def _row(found: Forecasts, i: int) -> dict[str, Any]:
    """Return one target: what is forecast, whether it can be, and what happened where that is known."""
    forecast, targets = found.forecast, found.targets
    params, tokens = float(forecast.params[i]), float(forecast.tokens[i])
    observed = None if targets.loss_nats is None else float(targets.loss_nats[i])
    row = {
        "name": _name(targets.names[i], params, tokens),
        "params": params,
        "tokens": tokens,
        "flop": FLOP_PER_PARAM_TOKEN * params * tokens,
        "loss": {
            "mean": float(forecast.mean[i]),
            **{name: float(getattr(forecast, name)[i]) for name in SHARES},
        },
        "cannot_say": bool(forecast.cannot_say[i]),
        "distance": float(forecast.distance[i]),
        "law_disagreement_share": float(forecast.law_disagreement_share[i]),
        "observed_loss": observed if observed is not None and np.isfinite(observed) else None,
        "metric": None,
        "metric_cannot_say": None,
        "observed_metric": None,
    }
    if found.metric is not None:
        row["metric"] = {
            "mean": float(found.metric.mean[i]),
            **{name: float(found.metric.quantiles[name][i]) for name in SHARES},
        }
        row["metric_cannot_say"] = bool(found.metric.cannot_say[i]) or row["cannot_say"]
        row["observed_metric"] = _observed_metric(found, i)
    return row


def _observed_metric(found: Forecasts, i: int) -> float | None:
    """Return what the table of targets says of the metric, the mean where it is of several columns."""
    columns = () if found.metric is None else found.metric.quality.columns
    measures = found.targets.metrics
    if not columns or any(name not in measures for name in columns):
        return None
    value = float(np.mean([measures[name][i] for name in columns]))
    return value if np.isfinite(value) else None


def _name(given: str, params: float, tokens: float) -> str:
    """Return the name of a target: what its table calls it, or its size and data."""
    is_of_the_table = given != f"{params:.3g} params, {tokens:.3g} tokens"
    return given if is_of_the_table else model_words(params, tokens)


def _what_happened(found: Forecasts) -> dict[str, Any] | None:
    """Return how the forecasts that were made compare with the losses that the table of targets holds."""
    observed, forecast = found.targets.loss_nats, found.forecast
    if observed is None:
        return None
    known = np.isfinite(observed) & ~forecast.cannot_say
    if not known.any():
        return None
    loss = observed[known]

    def inside(low: str, high: str) -> float:
        return float(
            np.mean((getattr(forecast, low)[known] <= loss) & (loss <= getattr(forecast, high)[known]))
        )

    errors = np.log(loss / forecast.p50[known])
    return {
        "n_targets": int(known.sum()),
        "inside_50_share": inside("p25", "p75"),
        "inside_80_share": inside("p10", "p90"),
        "inside_90_share": inside("p5", "p95"),
        "mean_error_share": float(np.mean(np.abs(np.expm1(errors)))),
        "bias_share": float(np.expm1(np.mean(errors))),
    }


def _warnings(found: Forecasts) -> Iterator[str]:
    runs, forecast = found.table.runs, found.forecast
    if runs.n_clusters < _FEW_RUNS:
        yield (
            f"{runs.n_clusters} separate runs: the ranges rest mostly on what other studies say of scaling "
            "laws"
        )
    n_unsure = int(forecast.cannot_say.sum())
    if 0 < n_unsure < len(forecast):
        yield (
            f"of {n_unsure} of {len(forecast)} targets nothing can be said: laws that fit these runs equally "
            f"well part by more than {percent(MOST_DISAGREEMENT_SHARE)} of the loss"
        )
    far = float(forecast.distance.max())
    if far > _FAR_DECADES:
        decades = significant(far, 2)
        yield f"a target lies {decades} decades beyond the runs; ranges that far out are little tested"
    n_repeated, n_routed = repeated_runs(runs), routed_runs(runs)
    if n_repeated:
        yield f"{n_repeated} runs saw their data several times; the law knows nothing of that: left aside"
    if n_routed:
        yield f"{n_routed} runs are mixtures of experts; the law knows nothing of those: left aside"
