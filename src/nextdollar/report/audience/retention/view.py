"""How long customers stay as plain data: what `nextdollar retention --json` prints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nextdollar.audience.retention.answer import RetentionAnswer, SegmentRetention
from nextdollar.audience.transactions.answer import TransactionsSegment
from nextdollar.customers.contractual import BetaDiscreteWeibull, DiscreteWeibull, LawFit
from nextdollar.report.audience.transactions.view import transactions_view
from nextdollar.report.research.envelope import enveloped
from nextdollar.uncertainty import Summary

RETENTION_SCHEMA = "nextdollar.retention/1.0"


def retention_view(found: RetentionAnswer) -> dict[str, Any]:
    """Return how long customers stay as plain data."""
    log = found.transactions
    segments = (
        [_contractual(segment, found.n_periods) for segment in found.segments]
        if log is None
        else [_purchases(segment) for segment in log.segments]
    )
    return enveloped(
        RETENTION_SCHEMA,
        {
            "kind": found.kind,
            "period": found.period,
            "n_periods": found.n_periods,
            "segments": segments,
            "transactions": None if log is None else transactions_view(log),
        },
        files=[(found.file, found.sha256)],
        draws=found.n_draws,
        seed=found.seed,
        warnings=found.warnings,
        sources=found.sources,
    )


def _contractual(segment: SegmentRetention, n_periods: int) -> dict[str, Any]:
    law, n_observed = segment.law, segment.n_observed
    last, start = n_observed + n_periods, segment.observed_from_period
    mean = (
        math.nan
        if isinstance(law.law, BetaDiscreteWeibull | DiscreteWeibull)
        else float(law.law.mean_periods())
    )
    return {
        "segment": segment.segment,
        "customers": segment.n_customers,
        "model": law.name,
        "parameters": law.coefficients,
        "standard_errors": _plain(law.standard_errors),
        "log_likelihood": law.log_likelihood,
        "mean_lifetime_periods": _number(mean),
        "endless_mean_share": segment.endless_mean_share,
        "observed": _observed(segment),
        "observed_from_period": segment.observed_from_period,
        "fitted": _expected(
            segment.fitted(1, n_observed),
            segment.fitted_of_watched(start + 1, n_observed) if start else (),
        ),
        "forecast": _expected(
            segment.expected(n_observed + 1, last),
            segment.expected_of_watched(n_observed + 1, last) if start else (),
        ),
        "laws": [
            _law(fit, weight, segment)
            for fit, weight in zip(segment.fit.laws, segment.fit.weights, strict=True)
        ],
        "keeps_to_observed": segment.keeps_to_observed,
        "warnings": list(segment.warnings),
    }


def _observed(segment: SegmentRetention) -> list[dict[str, Any]]:
    """Return the periods at which anybody was watched."""
    seen = segment.observed
    columns = (seen.period, seen.survival_share, seen.low_share, seen.high_share, seen.n_at_risk, seen.n_left)
    return [
        {
            "period": int(period),
            "survival_share": _number(share),
            "low_share": _number(low),
            "high_share": _number(high),
            "customers": float(at_risk),
            "left": float(left),
            "bought_share": None,
        }
        for period, share, low, high, at_risk, left in zip(*columns, strict=True)
        if at_risk > 0
    ]


def _law(fit: LawFit, weight: float, segment: SegmentRetention) -> dict[str, Any]:
    return {
        "model": fit.name,
        "parameters": fit.coefficients,
        "standard_errors": _plain(fit.standard_errors),
        "intervals": {name: list(ends) for name, ends in segment.fit.intervals(fit.name).items()},
        "log_likelihood": fit.log_likelihood,
        "limit": fit.limit,
        "weight_share": weight,
    }


def _purchases(segment: TransactionsSegment) -> dict[str, Any]:
    """Return a segment of a log of purchases."""
    observed: list[dict[str, Any]] = [
        {
            "period": row["period"],
            "survival_share": None,
            "low_share": None,
            "high_share": None,
            "customers": float(row["customers"]),
            "left": None,
            "bought_share": row["bought_share"],
        }
        for row in segment.observed
    ]
    return {
        "segment": segment.segment,
        "customers": float(segment.n_customers),
        "model": segment.model,
        "parameters": dict(segment.parameters),
        "standard_errors": _plain(segment.standard_errors),
        "log_likelihood": segment.log_likelihood,
        "mean_lifetime_periods": None,
        "endless_mean_share": None,
        "observed": observed,
        "observed_from_period": 0,
        "fitted": [],
        "forecast": _expected([(row["period"], row["survival_share"]) for row in segment.forecast]),
        "laws": [],
        "keeps_to_observed": None,
        "warnings": list(segment.warnings),
    }


def _expected(
    rows: Sequence[tuple[int, Summary]], watched: Sequence[tuple[int, Summary]] = ()
) -> list[dict[str, Any]]:
    """Return shares from the start by period, and beside them those of who stays until watching begins."""
    late = dict(watched)
    return [
        {
            "period": period,
            "survival_share": _share(found),
            "watched_share": _share(late[period]) if period in late else None,
        }
        for period, found in rows
    ]


def _share(found: Summary) -> dict[str, float]:
    return {"mean": found.mean, "p5": found.p5, "p50": found.p50, "p95": found.p95}


def _plain(numbers: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else _number(value) for name, value in numbers.items()}


def _number(value: float) -> float | None:
    """Return a number, None where it is none or has no end."""
    return float(value) if np.isfinite(value) else None
