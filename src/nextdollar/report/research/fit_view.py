"""A fit as one object of plain data: what `nextdollar fit --json` prints and `--save` writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nextdollar.plan.words import percent, significant
from nextdollar.report.research.envelope import enveloped
from nextdollar.report.research.ranges import range_of
from nextdollar.report.research.runs_view import points_view, table_view
from nextdollar.research.curves import Curve
from nextdollar.research.fitted import FittedRuns
from nextdollar.research.saved_fit import saved_fields
from nextdollar.research.saved_fit_shape import FIT_SCHEMA
from nextdollar.scaling import Law, PowerLaw, compute_optimal
from nextdollar.uncertainty.summary import mean

MAX_INFLUENCE_SHOWN = 20
_FEW_STARTS = 3
_CLEAR_ERRORS = 4.0
_MANY_ERRORS = 2.0
_FEW_RUNS_PER_COEFFICIENT = 4


def fit_view(found: FittedRuns) -> dict[str, Any]:
    """Return a fit as plain data."""
    fit = found.fit
    answer = {
        **saved_fields(found),
        "formula": formula(fit.law),
        "cpu_seconds": found.cpu_seconds,
        **table_view(found.table),
        "choice": _choice(found),
        "best_at": [_best_at(found, budget) for budget in found.budgets_flop],
        "ahead": _ahead(found),
        "sensitivity": _sensitivity(found),
        "profile_95": {
            name: {
                "low": item.interval_95[0],
                "high": item.interval_95[1],
                "open_low": bool(item.open_low),
                "open_high": bool(item.open_high),
            }
            for name, item in found.profiles.items()
        },
        "influence": _influence(found),
        "residuals": _residuals(found),
        "points": points_view(found.table, fit.residuals_log),
        "curves": _curves(found),
    }
    return enveloped(
        FIT_SCHEMA,
        answer,
        files=[(found.table.file, found.table.sha256)],
        draws=found.n_draws,
        seed=found.seed,
        warnings=_warnings(found),
        sources=[type(fit.law).source],
    )


def formula(law: Law) -> str:
    """Return the formula of a law, as its class states it."""
    first = (type(law).__doc__ or type(law).__name__).partition("\n\n")[0]
    return " ".join(first.split()).rstrip(".").replace("**", "^")


def _best_at(found: FittedRuns, budget_flop: float) -> dict[str, Any]:
    """Return the best split of a budget: of the best coefficients, with the range of the draws."""
    split = compute_optimal(found.fit.law, budget_flop)
    drawn = compute_optimal(found.fit.law_draws, budget_flop)
    return {
        "flop": budget_flop,
        "params": float(split.params),
        "tokens": float(split.tokens),
        "loss_nats": float(split.loss_nats),
        "params_range": range_of(drawn.params),
        "tokens_range": range_of(drawn.tokens),
        "loss_nats_range": range_of(drawn.loss_nats),
        "decades_beyond": max(0.0, float(np.log10(budget_flop / found.fit.law.domain.flop_high))),
    }


def _ahead(found: FittedRuns) -> dict[str, Any] | None:
    """Return what ten times the quantity of a law in one quantity buys, from its largest run."""
    law = found.fit.law
    if not isinstance(law, PowerLaw):
        return None
    runs, variable = found.table.runs, law.variable
    top = int(np.argmax(getattr(runs, variable)))
    params, tokens = float(runs.params[top]), float(runs.tokens[top])
    grown = (params, 10 * tokens) if variable == "tokens" else (10 * params, tokens)
    return {
        "variable": variable,
        "value": float(getattr(runs, variable)[top]),
        "loss_nats": float(law.loss(params, tokens)),
        "loss_after_nats": float(law.loss(*grown)),
    }


def _choice(found: FittedRuns) -> dict[str, Any]:
    choice = found.choice
    return {
        "asked": found.law_asked,
        "why": "" if choice is None else choice.words,
        "compared": []
        if choice is None
        else [{"law": name, "error_share": float(error)} for name, error in choice.errors.items()],
        "left_out": {} if choice is None else dict(choice.left_out),
    }


def _sensitivity(found: FittedRuns) -> list[dict[str, Any]]:
    """Return the fit by each objective, and the best size that follows at the last budget."""
    other = found.sensitivity
    if other is None:
        return []
    return [
        {
            "objective": name,
            "parameters": {key: float(values[i]) for key, values in other.coefficients.items()},
            "params": None if other.optimal_params is None else float(other.optimal_params[i]),
            "tokens": None if other.optimal_tokens is None else float(other.optimal_tokens[i]),
        }
        for i, name in enumerate(other.objectives)
    ]


def _influence(found: FittedRuns) -> list[dict[str, Any]]:
    """Return the runs whose absence moves the coefficients most."""
    telling = found.influence
    if telling is None:
        return []
    first_row = {int(run): index for index, run in reversed(list(enumerate(found.table.runs.run)))}
    items = []
    for i in range(min(MAX_INFLUENCE_SHOWN, telling.run.size)):
        index = first_row[int(telling.run[i])]
        change = None
        if found.best_params_without is not None and np.isfinite(found.best_params_without[i]):
            best = compute_optimal(found.fit.law, found.budgets_flop[-1]).params
            change = float(found.best_params_without[i] / best - 1)
        items.append(
            {
                "row": found.table.rows[index],
                "label": found.table.labels[index],
                "shift_standard_errors": float(telling.shift[i]) if np.isfinite(telling.shift[i]) else None,
                "best_params_change_share": change,
                "is_determined": bool(telling.determined[i]),
            }
        )
    return items


def _residuals(found: FittedRuns) -> dict[str, Any]:
    residuals, left = found.fit.residuals_log, found.leftover
    sizes = np.abs(residuals)
    return {
        "median_share": float(np.median(sizes)),
        "p90_share": float(np.quantile(sizes, 0.9)),
        "largest_share": float(sizes.max()),
        "mean_share": mean(residuals),
        "trends": [
            {
                "quantity": trend.quantity,
                "share_per_decade": float(trend.log_change_per_decade),
                "standard_error": float(trend.standard_error),
            }
            for trend in left.trends
        ],
        "outlier_rows": [found.table.rows[int(i)] for i in left.outliers],
    }


def _curves(found: FittedRuns) -> dict[str, Any]:
    return {
        "along_params": [curve_view(item) for item in found.along_params],
        "along_tokens": [curve_view(item) for item in found.along_tokens],
        "isoflop": [curve_view(item) for item in found.isoflop],
        "frontier": None if found.frontier is None else curve_view(found.frontier),
    }


def curve_view(curve: Curve) -> dict[str, Any]:
    """Return a curve as plain data."""
    return {
        "held": curve.held,
        "fixed": curve.fixed,
        "params": curve.params.tolist(),
        "tokens": curve.tokens.tolist(),
        "flop": curve.flop.tolist(),
        "loss_nats": {name: values.tolist() for name, values in curve.loss_nats.items()},
    }


def _warnings(found: FittedRuns) -> Iterator[str]:
    fit = found.fit
    yield from (note for note in fit.notes if found.choice is None or note != found.choice.words)
    if fit.n_clusters < _FEW_RUNS_PER_COEFFICIENT * len(fit.parameters):
        yield (
            f"{fit.n_clusters} separate runs for {len(fit.parameters)} coefficients: the ranges are wide and "
            "their ends are rough"
        )
    if fit.starts_agreeing < min(_FEW_STARTS, fit.n_starts):
        agreeing = f"{fit.starts_agreeing} of {fit.n_starts} starts"
        yield f"only {agreeing} ended at this fit: there may be another as good"
    yield from _influence_warnings(found)
    for trend in found.leftover.trends:
        if abs(trend.log_change_per_decade) > _CLEAR_ERRORS * trend.standard_error:
            change = percent(abs(trend.log_change_per_decade))
            way = "rises" if trend.log_change_per_decade > 0 else "falls"
            yield (
                f"what is left over {way} by {change} a decade of {trend.quantity}: the form is wrong in "
                "that direction, and the more so beyond the runs"
            )


def _influence_warnings(found: FittedRuns) -> Iterator[str]:
    first = next(iter(_influence(found)), None)
    if first is None or first["shift_standard_errors"] is None:
        return
    if first["shift_standard_errors"] > _MANY_ERRORS:
        errors = significant(first["shift_standard_errors"], 2)
        yield (
            f"one run ({first['label']}, line {first['row']}) moves a coefficient by {errors} of its "
            "standard errors: look at how it was trained"
        )
