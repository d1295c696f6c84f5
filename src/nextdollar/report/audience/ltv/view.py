"""Lifetime values as plain data: what `nextdollar ltv --json` prints."""

from __future__ import annotations

import math
from typing import Any

from nextdollar.audience.ltv.answer import (
    ExtraChurn,
    LtvAnswer,
    SegmentAnswer,
    TotalAnswer,
    WinningAnswer,
)
from nextdollar.audience.ltv.question import ConstantChurn, RetentionCurve
from nextdollar.audience.ltv.spread import spread
from nextdollar.report.research.envelope import enveloped
from nextdollar.uncertainty import ReachedSummary, Summary
from nextdollar.units import per_year_from_per_month

LTV_SCHEMA = "nextdollar.ltv/1.0"


def ltv_view(found: LtvAnswer) -> dict[str, Any]:
    """Return lifetime values as plain data."""
    setting = found.setting
    largest = found.largest_revenue
    return enveloped(
        LTV_SCHEMA,
        {
            "discount_per_year": figure(spread(per_year_from_per_month(setting.discount_per_month))),
            "pays_at": setting.pays_at,
            "horizon_months": setting.horizon_months,
            "age_months": setting.age_months,
            "extra_churn_per_month": setting.extra_churn_per_month,
            "segments": [_segment(item) for item in found.segments],
            "totals": [_total(item) for item in found.totals],
            "total_at_extra_churn": None if found.extra_total is None else _total(found.extra_total),
            "largest_revenue": None
            if largest is None
            else {"segment": largest[0], "revenue_share": figure(largest[1])},
            "purchases": None,
        },
        files=found.files,
        draws=found.setting.n_draws if found.is_uncertain else None,
        seed=found.setting.seed if found.is_uncertain else None,
        warnings=found.notes,
        sources=found.sources,
    )


def _segment(item: SegmentAnswer) -> dict[str, Any]:
    segment, stays = item.segment, item.segment.stays
    is_constant = isinstance(stays, ConstantChurn)
    return {
        "segment": segment.name,
        "groups": dict(segment.groups),
        "customers": None if segment.customers is None else figure(spread(segment.customers)),
        "price_usd_per_month": figure(spread(segment.price_usd_per_month)),
        "margin_usd_per_month": figure(spread(segment.margin_usd_per_month)),
        "churn_per_month": figure(spread(stays.churn_per_month))
        if isinstance(stays, ConstantChurn)
        else None,
        "curve": None if is_constant or not isinstance(stays, RetentionCurve) else _curve(stays),
        "basis": item.basis,
        "value_usd": figure(item.value_usd),
        "simple_usd": _optional(item.simple_usd),
        "whole_usd": _optional(item.whole_usd),
        "by_laws_usd": _optional(item.by_laws_usd),
        "by_heads_usd": _optional(item.by_heads_usd),
        "from_month": segment.from_month,
        "within_horizon_usd": figure(item.within_horizon_usd),
        "beyond_horizon_share": figure(item.beyond_horizon_share),
        "beyond_data_share": _optional(item.beyond_data_share),
        "main_law_usd": _optional(item.main_law_usd),
        "residual_usd": _optional(item.residual_usd),
        "without_growth_usd": _optional(item.without_density_usd),
        "acquisition": None if item.winning is None else _winning(item.winning),
        "drivers": [{"input": name, "variance_share": share} for name, share in item.drivers.items()],
        "at_extra_churn": _extra(item.extra_churn),
        "months": [{"month": row.month, "net_usd": figure(row.net_usd)} for row in item.months],
        "reasons": [{"field": name, "reason": reason} for name, reason in item.reasons.items()],
    }


def _curve(stays: RetentionCurve) -> dict[str, Any]:
    return {
        "law": stays.law,
        "n_months_per_period": stays.n_months_per_period,
        "n_observed": stays.n_observed,
        "n_followed": stays.n_followed,
        "has_endless_mean": stays.has_endless_mean,
    }


def _winning(item: WinningAnswer) -> dict[str, Any]:
    return {
        "sales_usd": figure(item.sales_usd),
        "trial_inference_usd": figure(item.trial_inference_usd),
        "free_tier_usd": figure(item.free_tier_usd),
        "onboarding_usd": figure(item.onboarding_usd),
        "onboarding_saving_usd": figure(item.onboarding_saving_usd),
        "adjusted_cac_usd": figure(item.adjusted_cac_usd),
        "paid_cac_usd": _optional(item.paid_cac_usd),
        "simple_payback_months": _reached(item.simple_payback_months),
        "payback_months": _reached(item.payback_months),
        "payback_within_months": item.payback_within_months,
        "ltv_to_cac": _optional(item.ltv_to_cac),
    }


def _extra(item: ExtraChurn) -> dict[str, Any]:
    return {
        "value_usd": figure(item.value_usd),
        "change_share": figure(item.change_share),
        "payback_months": None if item.payback_months is None else _reached(item.payback_months),
    }


def _total(item: TotalAnswer) -> dict[str, Any]:
    return {
        "group": item.group,
        "name": item.name,
        "basis": item.basis,
        "customers": figure(item.customers),
        "total_usd": figure(item.total_usd),
        "head_weighted_usd": _optional(item.head_weighted_usd),
        "revenue_weighted_usd": _optional(item.revenue_weighted_usd),
        "revenue_share": _optional(item.revenue_share),
        "equal_segments": _optional(item.equal_segments),
    }


def _optional(found: Summary | None) -> dict[str, Any] | None:
    return None if found is None else figure(found)


def figure(found: Summary) -> dict[str, Any]:
    """Return draws in five numbers."""
    return {
        "mean": found.mean,
        "p5": found.p5,
        "p50": found.p50,
        "p95": found.p95,
        "standard_error": _number(found.standard_error),
    }


def _reached(found: ReachedSummary) -> dict[str, Any]:
    return {
        "mean": _number(found.mean),
        "p5": _number(found.p5),
        "p50": _number(found.p50),
        "p95": _number(found.p95),
        "standard_error": _number(found.standard_error),
        "never_share": found.never_share,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
