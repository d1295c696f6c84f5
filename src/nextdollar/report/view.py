"""An evaluation as one object of plain data: what `--json` prints and every other face reads.

Names carry their units; the shape is pinned by `plan_schema.py`. Nothing is computed here but
summaries of draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nextdollar.finance import MULTIPLE, STATUS_WORDS, UNIQUE, expected_shortfall, irr, value_at_risk
from nextdollar.plan.decision import BreakEven, Step, full
from nextdollar.plan.evaluation import CandidateResult, Evaluation
from nextdollar.report.figure import figure
from nextdollar.report.own_catalogue import own_files
from nextdollar.report.quality_parts import quality_parts_view
from nextdollar.uncertainty import replicate_error
from nextdollar.units import FloatArray, per_year_from_per_month

PLAN_SCHEMA = "nextdollar.plan/1.0"


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def plan_view(evaluation: Evaluation) -> dict[str, Any]:
    """Return the whole evaluation as plain data."""
    scenario = evaluation.scenario
    design = evaluation.design
    return {
        "schema": PLAN_SCHEMA,
        "scenario": _frame(evaluation),
        "draws": design.n_draws,
        "seed": design.seed,
        "scrambles": design.n_scrambles,
        "candidates": [_candidate(evaluation, result) for result in evaluation.candidates],
        "customers": _customers(evaluation),
        "value_of_quality": _quality(evaluation),
        "decision": _decision(evaluation),
        "drivers": [{"input": name, "share": share} for name, share in evaluation.drivers.items()],
        "frontier": _frontier(evaluation),
        "churn_sensitivity": [
            {
                "churn_shift_per_month": point.churn_shift_per_month,
                "payback_ltv_months": _finite(point.payback_ltv_months),
                "payback_cash_months": _finite(point.payback_cash_months),
                "npv_usd": point.npv_usd,
            }
            for point in evaluation.churn_curve
        ],
        "inputs": [_input(evaluation, name) for name in evaluation.inputs],
        "correlations": [
            {"between": list(item.between), "spearman": item.spearman} for item in scenario.correlations
        ],
        "warnings": list(evaluation.warnings),
        "sources": [
            {"work": source.work, "place": source.place, "link": source.link} for source in evaluation.sources
        ],
        "versions": dict(evaluation.versions),
    }


def _frame(evaluation: Evaluation) -> dict[str, Any]:
    scenario = evaluation.scenario
    return {
        "file": evaluation.file,
        "title": scenario.title,
        "purpose": scenario.purpose,
        "today": scenario.today,
        "horizon_months": round(scenario.horizon.typical()),
        "discount_per_year": float(per_year_from_per_month(scenario.discount.typical())),
        "risk_measure": scenario.risk.measure,
        "risk_level": scenario.risk.level.typical(),
        "risk_limit_usd": None if scenario.risk.limit is None else scenario.risk.limit.typical(),
        "booked_as": scenario.value_of_quality.booked_as,
        "files": [
            {"file": file, "sha256": digest} for file, digest in [*evaluation.file_hashes, *own_files()]
        ],
    }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _candidate(evaluation: Evaluation, result: CandidateResult) -> dict[str, Any]:
    design, found, stated = evaluation.design, result.outcome, result.technical
    step = next((s for s in evaluation.decision.steps if s.upper == result.name), None)
    today = result.is_today
    return {
        "name": result.name,
        "is_today": today,
        "params": None if stated.params is None else float(stated.params),
        "tokens": None if stated.tokens is None else float(stated.tokens),
        "loss_nats": figure(found.loss_nats, design),
        "training_cost_usd": figure(found.training_cost_usd, design),
        "serving_cost_usd": figure(found.serving_cost_usd, design),
        "cost_is_whole": stated.is_whole_cost,
        "extra_cost_usd": figure(found.extra_cost_usd, design),
        "value_usd": figure(found.value_usd, design),
        "value_uplift_share": figure(found.uplift_share, design),
        "ltv_gain_usd": figure(found.ltv_gain_usd, design),
        "npv_usd": figure(found.npv_usd, design),
        "irr_per_year": None if today else _internal_rate(evaluation, result),
        "roi": None if today else figure(found.benefit_cost_ratio - 1, design),
        "benefit_cost_ratio": None if today else figure(found.benefit_cost_ratio, design),
        "marginal_roi": None if step is None else figure(_marginal_roi(evaluation, step), design),
        "marginal_return_usd_per_usd": None if step is None else _finite(step.marginal_return),
        "payback_cash_months": None
        if today
        else figure(found.payback_cash_months, design, missing="never_share"),
        "payback_ltv_months": None
        if today
        else figure(found.payback_ltv_months, design, missing="never_share"),
        **_risk(evaluation, found.npv_usd),
        "gpu_hours": figure(found.gpu_hours, design),
        "gpus_for_deadline": figure(found.gpus, design),
        "mean_cash_usd": [float(amount) for amount in found.cash_usd],
    }


def _marginal_roi(evaluation: Evaluation, step: Step) -> FloatArray:
    """Return (extra value - extra cost) / extra cost per draw; nan where the step costs nothing extra."""
    n_draws = evaluation.design.n_draws
    above, below = evaluation.candidate(step.upper).outcome, evaluation.candidate(step.lower).outcome
    value = full(above.value_usd, n_draws) - full(below.value_usd, n_draws)
    cost = full(above.extra_cost_usd, n_draws) - full(below.extra_cost_usd, n_draws)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(cost > 0, value / cost - 1, np.nan)


def _internal_rate(evaluation: Evaluation, result: CandidateResult) -> dict[str, Any]:
    """Return the internal rate per year of draws that have exactly one, with the shares of the others."""
    found = result.outcome
    summary = figure(found.irr_per_year, evaluation.design)
    if not isinstance(summary, dict):
        error = None if summary is None else 0.0
        summary = {"mean": summary, "p5": summary, "p50": summary, "p95": summary, "standard_error": error}
    of_mean = irr(found.cash_usd[:, None])
    statuses = full(found.irr_status, evaluation.design.n_draws)
    return {
        **summary,
        "none_share": float(np.mean(statuses != UNIQUE)),
        "multiple_share": float(np.mean(statuses == MULTIPLE)),
        "of_mean_cash": _finite(float(per_year_from_per_month(float(of_mean.rate_per_period[0])))),
        "status": STATUS_WORDS[int(of_mean.status[0])],
    }


def _risk(evaluation: Evaluation, npv_usd: Any) -> dict[str, Any]:
    """Return value at risk, expected shortfall and probability of loss, each with its sampling error."""
    design, level = evaluation.design, evaluation.scenario.risk.level.typical()
    npv = full(npv_usd, design.n_draws)
    measures: dict[str, Callable[[FloatArray], float]] = {
        "value_at_risk_usd": lambda draws: float(value_at_risk(-draws, level)),
        "expected_shortfall_usd": lambda draws: float(expected_shortfall(-draws, level)),
        "loss_probability": lambda draws: float(np.mean(draws < 0)),
    }
    found: dict[str, Any] = {}
    for name, measure in measures.items():
        found[name] = measure(npv)
        found[f"{name}_standard_error"] = replicate_error(measure, npv, design.n_scrambles)
    return found


def _customers(evaluation: Evaluation) -> dict[str, Any]:
    worth, design = evaluation.customers, evaluation.design
    return {
        "segments": [
            {
                "name": item.name,
                "customers": figure(item.customers, design),
                "price_usd_per_month": figure(item.price_usd_per_month, design),
                "churn_per_month": figure(item.churn_per_month, design),
                "ltv_usd": figure(item.ltv_usd, design),
                "discounted_ltv_usd": figure(item.discounted_ltv_usd, design),
                "total_ltv_usd": figure(item.total_ltv_usd, design),
            }
            for item in worth.segments
        ],
        "total_ltv_usd": figure(worth.total_ltv_usd, design),
        "revenue_weighted_ltv_usd": figure(worth.revenue_weighted_ltv_usd, design),
        "head_weighted_ltv_usd": figure(worth.head_weighted_ltv_usd, design),
        "revenue_usd_per_month": figure(worth.revenue_usd_per_month, design),
        "ltv_share_within_horizon": figure(worth.share_within_horizon, design),
    }


def _quality(evaluation: Evaluation) -> dict[str, Any] | None:
    """Return what the scenario claims of quality; None where no law says what a decade of compute does."""
    found, design = evaluation.quality, evaluation.design
    if found is None:
        return None
    flat = found.flat_value_usd
    return {
        "form": found.form,
        "candidate": found.candidate,
        "gain_per_decade_share": figure(found.gain_per_decade_share, design),
        "equivalent_elasticity": figure(found.equivalent_elasticity, design),
        "most_gain_share": figure(found.most_gain_share, design),
        "gained_decades": figure(found.gained_decades, design),
        "value_usd": figure(found.value_usd, design),
        "flat_value_usd": None if flat is None else figure(flat, design),
        **quality_parts_view(found.parts, design),
    }


def _decision(evaluation: Evaluation) -> dict[str, Any]:
    decision = evaluation.decision
    return {
        "last_worth_funding": decision.last_worth_funding,
        "first_not_worth_funding": decision.first_not_worth_funding,
        "over_the_limit": list(decision.over_the_limit),
        "is_sure": decision.is_sure,
        "best_probability": decision.best_probability,
        "verdict": decision.verdict,
        "reasons": list(decision.reasons),
        "order": list(decision.order),
        "steps": [_step(step) for step in decision.steps],
        "break_even": [_break_even(item) for item in decision.break_even],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "from": step.lower,
        "to": step.upper,
        "extra_value_usd": step.extra_value_usd,
        "extra_cost_usd": step.extra_cost_usd,
        "npv_usd": step.npv_usd,
        "npv_standard_error_usd": step.npv_standard_error_usd,
        "marginal_return_usd_per_usd": _finite(step.marginal_return),
        "pays_probability": step.pays_probability,
        "verdict": step.verdict,
    }


def _break_even(item: BreakEven) -> dict[str, Any]:
    return {
        "from": item.lower,
        "to": item.upper,
        "lever": item.lever,
        "unit": item.unit,
        "today": item.today,
        "break_even": item.break_even,
        "lever_amount": item.lever_amount,
        "checked_npv_usd": item.checked_npv_usd,
    }


def _frontier(evaluation: Evaluation) -> dict[str, Any] | None:
    found = evaluation.frontier
    if found is None:
        return None
    best = np.sort(found.best_params)
    return {
        "tokens_per_param": found.tokens_per_param,
        "best_params": {
            "p5": float(np.quantile(best, 0.05, method="inverted_cdf")),
            "p50": float(np.quantile(best, 0.50, method="inverted_cdf")),
            "p95": float(np.quantile(best, 0.95, method="inverted_cdf")),
        },
        "at_lower_end_share": found.at_lower_end,
        "at_upper_end_share": found.at_upper_end,
        "curve": [
            {
                "params": float(found.params[i]),
                "loss_nats": float(found.loss_median_nats[i]),
                "cost_usd": float(found.cost_mean_usd[i]),
                "value_usd": float(found.value_mean_usd[i]),
                "npv_mean_usd": float(found.npv_mean_usd[i]),
                "npv_p5_usd": float(found.npv_p5_usd[i]),
                "npv_p95_usd": float(found.npv_p95_usd[i]),
            }
            for i in range(found.params.size)
        ],
    }


def _input(evaluation: Evaluation, name: str) -> Mapping[str, Any]:
    item = evaluation.inputs[name]
    return {
        "name": name,
        "written": item.quantity.text,
        "unit": item.quantity.unit_text,
        "reading": item.quantity.reading(),
        "is_uncertain": item.quantity.is_uncertain,
        "origin": item.origin,
        "source": item.source,
        "grade": item.grade,
        "note": item.note,
    }
