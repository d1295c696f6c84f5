"""A calibration as plain data: what `nextdollar calibrate --json` prints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nextdollar.compute.serving.calibration import ErrorBand
from nextdollar.report.research.envelope import enveloped
from nextdollar.report.sizing.shapes import range_view
from nextdollar.sizing.calibration.calibrate import Calibration, LogRead
from nextdollar.sizing.calibration.serving_calibrated import (
    QuantityError,
    RowCalibrated,
    ScopeCalibrated,
)
from nextdollar.sizing.calibration.training_logs import HOUR_OF_LOG_SD_LOG, TrainingCalibrated
from nextdollar.units import MS_PER_S, PERCENT

CALIBRATE_SCHEMA = "nextdollar.calibrate/1.0"
QUANTITY_FIELDS = {"tpot": "tpot_ms", "ttft": "ttft_ms", "offline": "out_tok_s_per_gpu"}
FAR_PERCENT = 40.0
"""Median error of times per token and of throughput from which on a label is likely to be wrong."""
FEW_ROWS = 12
"""Measurements from which on its band is no longer ruled by that of the catalogue."""


def calibrate_view(found: Calibration, *, saved_to: Path | None = None) -> dict[str, Any]:
    """Return a calibration as plain data; `saved_to` is the file it was saved to."""
    answer = {
        "logs": [_log(log) for log in found.logs],
        "serving": [_scope(item) for item in found.serving.scopes],
        "rows": [_row(row) for row in found.serving.rows],
        "training": [_training(item) for item in found.training],
        "saved_to": None if saved_to is None else saved_to.name,
    }
    return enveloped(
        CALIBRATE_SCHEMA,
        answer,
        files=[(log.source.file, log.source.sha256) for log in found.logs],
        warnings=_warnings(found),
        sources=found.sources,
    )


def _log(log: LogRead) -> dict[str, Any]:
    return {
        "file": Path(log.source.file).name,
        "format": log.source.format,
        "format_words": log.words,
        "n_used": log.source.n_rows,
        "set_aside": list(log.set_aside),
        "notes": list(log.notes),
    }


def _scope(item: ScopeCalibrated) -> dict[str, Any]:
    return {
        "model": item.scope.model,
        "accelerator": item.scope.accelerator,
        "engine": item.scope.engine,
        "n_rows": item.scope.n_rows,
        "is_kept_back": item.is_kept_back,
        "errors": [_error(error) for error in item.errors],
        "constants": [
            {"name": name, "engine": engine, "before": before, "after": after}
            for name, engine, before, after in item.constants
        ],
    }


def _error(error: QuantityError) -> dict[str, Any]:
    return {
        "quantity": QUANTITY_FIELDS[error.quantity],
        "n_rows": error.n_rows,
        "before_percent": error.before_percent,
        "after_percent": error.after_percent,
        "left_out_percent": error.left_out_percent,
        "band_before": _band(error.band_before),
        "band_after": _band(error.band_after),
    }


def _band(band: ErrorBand) -> dict[str, float]:
    return {"p5_factor": float(band.p5_factor), "p95_factor": float(band.p95_factor)}


def _row(row: RowCalibrated) -> dict[str, Any]:
    factor = 1.0 if row.quantity == "offline" else MS_PER_S
    chip, model, engine = row.row.scope
    return {
        "file": Path(row.row.file).name,
        "line": row.row.line,
        "accelerator": chip,
        "engine": engine,
        "model": model,
        "n_concurrent": None if row.row.is_offline else row.row.ask.n_concurrent,
        "quantity": QUANTITY_FIELDS[row.quantity],
        "measured": row.measured * factor,
        "before": row.before * factor,
        "after": row.after * factor,
    }


def _training(item: TrainingCalibrated) -> dict[str, Any]:
    measured, steady = item.measured, item.steady
    return {
        "file": Path(item.file).name,
        "accelerator": measured.accelerator,
        "params": measured.params,
        "params_active": measured.params_active,
        "gpus": measured.gpus,
        "tokens_per_sequence": measured.tokens_per_sequence,
        "is_fp8": measured.is_fp8,
        "mfu": measured.mfu,
        "sd_log": measured.sd_log,
        "tokens_per_s_per_gpu": item.tokens_per_s_per_gpu,
        "mfu_before": range_view(item.before),
        "mfu_after": range_view(item.after),
        "n_steps": measured.n_steps,
        "hours": measured.hours,
        "n_entries": len(item.entries_mfu),
        "n_warm_up": steady.n_warm_up,
        "n_interrupted": steady.n_interrupted,
        "interrupted_share": steady.interrupted_share,
        "halves_log": steady.halves_log,
    }


def _warnings(found: Calibration) -> Iterator[str]:
    n_aside = sum(len(log.set_aside) for log in found.logs)
    if n_aside:
        times = "once" if n_aside == 1 else f"{n_aside} times"
        yield f"something was set aside {times}; the reasons are named"
    for scope in found.serving.scopes:
        name = f"{scope.scope.model} on {scope.scope.accelerator} with {scope.scope.engine}"
        n_rows = scope.scope.n_rows
        if any(error.before_percent > FAR_PERCENT for error in scope.errors if error.quantity != "ttft"):
            yield f"{name}: answers were far off; see that model, accelerator, precision and GPUs are right"
        if scope.is_kept_back:
            yield (
                f"{name}: the constants of the catalogue stay, as the measurements do not predict each other "
                "better"
            )
        elif n_rows == 1:
            yield f"{name}: a single measurement cannot be checked against others"
        elif n_rows < FEW_ROWS:
            yield f"{name}: {n_rows} measurements narrow the range in part, {FEW_ROWS} or more further"
    for item in found.training:
        if not item.before.p5 <= item.measured.mfu <= item.before.p95:
            yield f"{Path(item.file).name}: the measured MFU lies outside of the range that was expected"
    if found.training:
        yield (
            f"an hour of steps is taken to forecast its run to {HOUR_OF_LOG_SD_LOG / PERCENT:g} % (standard "
            "deviation), and less by its root"
        )
    if found.serving.scopes:
        yield "this holds for the models that were measured, at loads like those; others stay as they were"
