"""Estimates of training speed as plain data: what `nextdollar estimate throughput --json` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nextdollar.report.research.envelope import enveloped
from nextdollar.report.sizing.row_text import counted
from nextdollar.report.sizing.shapes import range_view
from nextdollar.sizing import ThroughputEstimate, ThroughputEstimates

THROUGHPUT_SCHEMA = "nextdollar.estimate-throughput/1.0"


def throughput_view(found: ThroughputEstimates) -> dict[str, Any]:
    """Return estimates as plain data."""
    return enveloped(
        THROUGHPUT_SCHEMA,
        {"rows": [_row(item) for item in found.rows], "n_answered": len(found.answered)},
        files=[(found.file, found.sha256)],
        warnings=_warnings(found),
        sources=found.sources,
    )


def _row(item: ThroughputEstimate) -> dict[str, Any]:
    row = item.row
    return {
        "line": row.line,
        "name": row.name,
        "hardware": row.hardware,
        "accelerator": None if row.accelerator is None else row.accelerator.name,
        "mfu_pct": range_view(item.mfu_percent),
        "tokens_per_s_per_gpu": range_view(item.tokens_per_s_per_gpu),
        "peak_flop_per_s": item.peak_in_use_flop_per_s,
        "flop_per_token": item.flop_per_token,
        "highest_tokens_per_s_per_gpu": item.highest_tokens_per_s_per_gpu,
        "reported_tokens_per_s_per_gpu": row.reported_tokens_per_s_per_gpu,
        "flags": [{"column": flag.column, "words": flag.words, "cause": flag.cause} for flag in item.flags],
        "notes": list(row.notes),
        "refused": list(row.refused),
    }


def _warnings(found: ThroughputEstimates) -> Iterator[str]:
    n_refused = len(found.rows) - len(found.answered)
    if n_refused:
        yield f"{n_refused} of {len(found.rows)} rows cannot be estimated; the reasons are named"
    n_flagged = sum(1 for item in found.rows if item.flags)
    if n_flagged:
        yield f"{counted(n_flagged, 'reports', 'report')} what no machine can reach: see the likely cause"
    if found.answered:
        yield "this is the speed while stepping; what failures and idle days take is in estimate training"
