"""Estimates of training runs as plain data: what `nextdollar estimate training --json` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nextdollar.report.research.envelope import enveloped
from nextdollar.report.sizing.row_text import counted
from nextdollar.report.sizing.shapes import range_view
from nextdollar.sizing import TrainingEstimate, TrainingEstimates
from nextdollar.sizing.training_bill import pue_spread, system_spread

TRAINING_SCHEMA = "nextdollar.estimate-training/1.0"


def training_view(found: TrainingEstimates) -> dict[str, Any]:
    """Return estimates as plain data."""
    answer = {
        "rows": [_row(item) for item in found.rows],
        "n_answered": len(found.answered),
        "development": {
            "low_multiple": found.development.low_multiple,
            "high_multiple": found.development.high_multiple,
        },
    }
    return enveloped(
        TRAINING_SCHEMA,
        answer,
        files=[(found.file, found.sha256)],
        warnings=_warnings(found),
        sources=found.sources,
    )


def _row(item: TrainingEstimate) -> dict[str, Any]:
    row = item.row
    return {
        "line": row.line,
        "name": row.name,
        "hardware": row.hardware,
        "accelerator": None if row.accelerator is None else row.accelerator.name,
        "accel_hours": range_view(item.accel_hours),
        "wall_days": range_view(item.wall_days),
        "cost_usd": range_view(item.cost_usd),
        "energy_mwh": range_view(item.energy_mwh),
        "ladder": _ladder(item),
        "reported": {
            "accel_hours": row.reported.accel_hours,
            "wall_days": row.reported.wall_days,
            "energy_mwh": row.reported.energy_mwh,
        },
        "flags": [{"column": flag.column, "words": flag.words, "cause": flag.cause} for flag in item.flags],
        "notes": list(item.notes),
        "refused": list(row.refused),
    }


def _ladder(item: TrainingEstimate) -> dict[str, Any] | None:
    ladder, chip = item.ladder, item.row.accelerator
    if ladder is None or chip is None:
        return None
    return {
        "flop": float(ladder.flop),
        "peak_flop_per_s": chip.peak_flop_per_s,
        "ideal_gpu_hours": float(ladder.ideal_gpu_hours),
        "mfu": range_view(ladder.mfu),
        "goodput_share": float(ladder.goodput_share),
        "calendar_share": range_view(ladder.calendar_share),
        "least_gpu_hours": float(ladder.least_gpu_hours),
        "gpus": float(ladder.gpus),
        "gpus_are_assumed": item.is_count_assumed,
        "usd_per_gpu_hour": None if item.price is None else range_view(item.price.spread.as_range()),
        "price_from": None if item.price is None else item.price.words,
        "power_watts": chip.power_watts,
        "system_share": range_view(system_spread().as_range()),
        "pue": range_view(pue_spread().as_range()),
    }


def _warnings(found: TrainingEstimates) -> Iterator[str]:
    n_refused = len(found.rows) - len(found.answered)
    if n_refused:
        yield f"{n_refused} of {len(found.rows)} rows cannot be estimated; the reasons are named"
    n_flagged = sum(1 for item in found.rows if item.flags)
    if n_flagged:
        yield f"{counted(n_flagged, 'reports', 'report')} what no machine can reach: see the likely cause"
    if not found.answered:
        return
    n_assumed = sum(1 for item in found.answered if item.is_count_assumed)
    if n_assumed:
        yield f"{counted(n_assumed, 'names', 'name')} no accel_count: a usual one is assumed for the days"
    if any(
        item.cost_usd is not None and item.price is not None and item.price.sources for item in found.answered
    ):
        yield "cost is at list prices of unlike providers, lowest to highest: state your own with --price"
    yield "energy is worked out from rated power and published ranges, not measured"
