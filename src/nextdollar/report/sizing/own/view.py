"""A comparison of owning and renting as plain data: what `nextdollar own --json` prints."""

from __future__ import annotations

from typing import Any

from nextdollar.report.research.envelope import enveloped
from nextdollar.report.sizing.own.words import TITLES
from nextdollar.report.sizing.shapes import range_view
from nextdollar.sizing.own.answer import OwnAnswer, OwnOption
from nextdollar.sizing.own.break_even import BreakEven
from nextdollar.sizing.own.curves import USES, Drivers
from nextdollar.sizing.own.inputs import Assumption

OWN_SCHEMA = "nextdollar.own/1.0"


def own_view(found: OwnAnswer) -> dict[str, Any]:
    """Return a comparison as plain data."""
    return enveloped(
        OWN_SCHEMA,
        {
            "accelerator": found.accelerator,
            "horizon_months": found.question.horizon_months,
            "as_of": None if found.question.as_of is None else found.question.as_of.isoformat(),
            "n_gpus": range_view(found.n_gpus),
            "use_share": range_view(found.use_share),
            "tokens_asked_per_month": found.question.work.tokens_per_month,
            "tokens_per_month": range_view(found.tokens_per_month),
            "cost_of_capital_per_year": found.cost_of_capital_per_year,
            "rent_at_end_share": range_view(found.rent_at_end_share),
            "kg_per_kwh": found.kg_per_kwh,
            "cheapest": None if found.cheapest is None else found.cheapest.name,
            "options": [_option(item) for item in found.options],
            "refused": [
                {"name": name, "title": TITLES[name], "reason": reason}
                for name, reason in found.refused.items()
            ],
            "use_curves": [
                {
                    "name": name,
                    "points": [
                        {"use_share": use, "usd_per_used_gpu_hour": range_view(point)}
                        for use, point in zip(USES, points, strict=True)
                    ],
                }
                for name, points in found.use_curves.items()
            ],
            "drivers": _drivers(found.drivers),
            "break_evens": [_break_even(item) for item in found.break_evens],
            "parts": [{"part": name, "mean_usd": usd} for name, usd in found.parts_usd.items()],
            "book_value_usd": list(found.book_value_usd),
            "assumptions": [_assumption(item) for item in found.assumptions],
        },
        draws=found.n_draws,
        seed=found.question.seed,
        warnings=found.notes,
        sources=found.sources,
    )


def _drivers(found: Drivers | None) -> dict[str, Any] | None:
    if found is None:
        return None
    shares = [{"name": name, "variance_share": share} for name, share in found.shares.items()]
    return {"option": found.option, "over": found.over, "inputs": shares}


def _option(item: OwnOption) -> dict[str, Any]:
    return {
        "name": item.name,
        "title": TITLES[item.name],
        "cost_usd": range_view(item.cost_usd),
        "mean_usd": item.mean_usd,
        "sampling_error_usd": item.sampling_error_usd,
        "usd_per_used_gpu_hour": range_view(item.usd_per_used_gpu_hour),
        "usd_per_mtok": range_view(item.usd_per_mtok),
        "cheapest_share": item.cheapest_share,
        "energy_kwh": range_view(item.energy_kwh),
        "carbon_kg": range_view(item.carbon_kg),
        "months": [
            {
                "month": row.month,
                "capex_usd": row.capex_usd,
                "opex_usd": row.opex_usd,
                "paid_usd": range_view(row.paid_usd),
            }
            for row in item.months
        ],
    }


def _break_even(item: BreakEven) -> dict[str, Any]:
    return {
        "option": item.option,
        "over": item.over,
        "quantity": item.quantity,
        "p5": item.p5,
        "p50": item.p50,
        "p95": item.p95,
        "never_share": item.never_share,
    }


def _assumption(item: Assumption) -> dict[str, Any]:
    source = item.source
    return {
        "name": item.name,
        "p5": item.ends[0],
        "p95": item.ends[1],
        "unit": item.unit,
        "words": item.words,
        "is_given": item.is_given,
        "source": None
        if source is None
        else {"work": source.work, "place": source.place, "link": source.link},
    }
