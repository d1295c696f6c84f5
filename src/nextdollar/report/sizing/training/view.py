"""Estimates of training runs as plain data: what `nextdollar estimate training --json` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nextdollar.report.research.envelope import enveloped
from nextdollar.report.sizing.row_text import counted
from nextdollar.report.sizing.shapes import range_view
from nextdollar.sizing import TrainingEstimate, TrainingEstimates
from nextdollar.sizing.training.bill import pue_spread, system_spread
from nextdollar.sizing.training.deadlines import Deadline
from nextdollar.sizing.training.layouts import RunLayout, RunMemory

TRAINING_SCHEMA = "nextdollar.estimate-training/1.0"


def training_view(found: TrainingEstimates) -> dict[str, Any]:
    """Return estimates as plain data."""
    answer = {
        "rows": [_row(item) for item in found.rows],
        "n_answered": len(found.answered),
        "development": {
            "low_multiple": found.development.low_multiple,
            "high_multiple": found.development.high_multiple,
            "multiple": range_view(found.multiple.as_range()),
        },
        "grid": {"kg_per_kwh": range_view(found.grid.spread.as_range()), "grid_from": found.grid.words},
        "as_of": None if found.as_of is None else found.as_of.isoformat(),
        "deadline_days": found.deadline_days,
    }
    return enveloped(
        TRAINING_SCHEMA,
        answer,
        files=[(found.file, found.sha256), *found.files],
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
        "carbon_tonnes": range_view(item.carbon_tonnes),
        "project": _project(item),
        "model": _model(item),
        "memory": _memory(item.memory),
        "deadline": _deadline(item.deadline),
        "ladder": _ladder(item),
        "reported": {
            "accel_hours": row.reported.accel_hours,
            "wall_days": row.reported.wall_days,
            "energy_mwh": row.reported.energy_mwh,
        },
        "is_calibrated": item.is_calibrated,
        "flags": [{"column": flag.column, "words": flag.words, "cause": flag.cause} for flag in item.flags],
        "notes": list(item.notes),
        "refused": list(row.refused),
    }


def _project(item: TrainingEstimate) -> dict[str, Any] | None:
    if item.project_gpu_hours is None:
        return None
    return {
        "gpu_hours": range_view(item.project_gpu_hours),
        "cost_usd": range_view(item.project_cost_usd),
    }


def _model(item: TrainingEstimate) -> dict[str, Any] | None:
    if item.ladder is None:
        return None
    shape = item.row.shape
    if shape is None:
        return {"name": None, "how": "inferred", "is_stated": False}
    return {"name": shape.model.name, "how": shape.model.how, "is_stated": shape.is_stated}


def _memory(memory: RunMemory | None) -> dict[str, Any] | None:
    if memory is None:
        return None
    layout = memory.layout
    cut = None if layout is None else {name: getattr(layout, name) for name in RunLayout.__slots__}
    parts = ("total_bytes", "weights_bytes", "gradients_bytes", "optimiser_bytes", "activations_bytes")
    return {
        "fits": memory.fits,
        "memory_bytes": memory.memory_bytes,
        "layout": cut,
        **{name: getattr(memory, name) for name in parts},
        "fewest_gpus": memory.fewest_gpus,
    }


def _deadline(deadline: Deadline | None) -> dict[str, Any] | None:
    if deadline is None:
        return None
    return {
        "days": deadline.days,
        "gpus": range_view(deadline.gpus),
        "accel_hours": range_view(deadline.accel_hours),
        "cost_usd": range_view(deadline.cost_usd),
        "in_time_share": deadline.in_time_share,
        "reason": deadline.reason,
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
    n_too_large = sum(1 for item in found.answered if item.memory is not None and not item.memory.fits)
    if n_too_large:
        yield f"{counted(n_too_large, 'does', 'do')} not fit into the memory of its accelerators: see the row"
    n_inferred = sum(1 for item in found.answered if item.row.shape is None)
    if n_inferred:
        yield f"{counted(n_inferred, 'names', 'name')} no shape: memory is that of a usual one for the size"
    n_assumed = sum(1 for item in found.answered if item.is_count_assumed)
    if n_assumed:
        yield f"{counted(n_assumed, 'names', 'name')} no accel_count: a usual one is assumed for the days"
    if found.saved is not None:
        n_sharpened = sum(1 for item in found.answered if item.is_calibrated)
        of_rows = f"{n_sharpened} of {len(found.answered)} rows"
        yield f"your logs are weighed in for {of_rows}: those on their machines"
    newest = sorted({item.price.newest for item in found.answered if item.price and item.price.newest})
    if newest:
        days = f"newest {newest[0]}" if len(newest) == 1 else f"newest from {newest[0]} to {newest[-1]}"
        yield f"cost is at list prices of unlike providers, lowest to highest, {days}: or state --price"
    old = dict.fromkeys(item.price.stale for item in found.answered if item.price and item.price.stale)
    yield from old
    yield "energy is worked out from rated power and published ranges, not measured"
    yield f"carbon is of the {found.grid.words}" if found.grid.sources else f"carbon: {found.grid.words}"
