"""Estimates of serving as plain data: what `nextdollar estimate serving --json` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nextdollar.report.research.envelope import enveloped
from nextdollar.report.sizing.row_text import counted
from nextdollar.report.sizing.shapes import range_view
from nextdollar.sizing.serving.estimate import ServingEstimate, ServingEstimates
from nextdollar.sizing.serving.words import MEASURED

SERVING_SCHEMA = "nextdollar.estimate-serving/1.0"
_MOST_NAMED = 4


def serving_view(found: ServingEstimates) -> dict[str, Any]:
    """Return estimates as plain data."""
    files = [(found.file, found.sha256)]
    if found.calibration is not None and found.calibration.file:
        files.append((found.calibration.file, found.calibration.sha256))
    return enveloped(
        SERVING_SCHEMA,
        {"rows": [_row(item) for item in found.rows], "n_answered": len(found.answered)},
        files=files,
        warnings=_warnings(found),
        sources=found.sources,
    )


def _row(item: ServingEstimate) -> dict[str, Any]:
    row, ask = item.row, item.row.ask
    measured = row.measured
    return {
        "line": row.line,
        "name": row.name,
        "model": row.model,
        "shape_from": None if ask is None else ask.named.how,
        "hardware": row.hardware,
        "accelerator": None if ask is None else ask.accelerator.name,
        "mode": row.mode,
        "precision": None if ask is None else ask.precision,
        "engine": None if ask is None else ask.engine,
        "load": _load(item),
        "layout": _layout(item),
        "tpot_ms": range_view(item.tpot_ms),
        "ttft_ms": range_view(item.ttft_ms),
        "out_tok_s_per_gpu": range_view(item.out_tok_s_per_gpu),
        "bound_by": item.bound_by,
        "fits": None if item.memory is None else item.memory.fits,
        "memory": _memory(item),
        "missing": [{"figure": figure, "reason": reason} for figure, reason in item.missing],
        "reported": {
            "tpot_ms": measured.tpot_ms,
            "ttft_ms": measured.ttft_ms,
            "out_tok_s_per_gpu": measured.out_tok_s_per_gpu,
        },
        "flags": [{"column": flag.column, "words": flag.words, "cause": flag.cause} for flag in item.flags],
        "notes": list(item.notes),
        "refused": list(row.refused),
    }


def _load(item: ServingEstimate) -> dict[str, float | None] | None:
    ask = item.row.ask
    if ask is None:
        return None
    return {
        "concurrency": None if item.row.mode == "offline" else ask.n_concurrent,
        "prompt_tokens": ask.n_prompt_tokens,
        "output_tokens": ask.n_output_tokens,
        "cached_prompt_share": ask.shortcuts.cached_prompt_share,
        "draft_tokens": ask.shortcuts.n_drafts,
        "acceptance_share": ask.shortcuts.acceptance_share,
    }


def _layout(item: ServingEstimate) -> dict[str, float | None] | None:
    layout = item.layout
    if layout is None:
        return None
    return {
        "gpus": layout.gpus,
        "labelled_gpus": layout.labelled_gpus,
        "attention_replicas": layout.attention_replicas,
        "stages": layout.stages,
        "total_gpus": layout.total_gpus,
    }


def _memory(item: ServingEstimate) -> dict[str, float] | None:
    memory = item.memory
    if memory is None:
        return None
    return {
        "usable_gib_per_gpu": memory.usable_gib_per_gpu,
        "weights_gib_per_gpu": memory.weights_gib_per_gpu,
        "cache_gib_per_request": memory.cache_gib_per_request,
        "requests_that_fit": memory.n_fitting,
    }


def _warnings(found: ServingEstimates) -> Iterator[str]:
    n_refused = len(found.rows) - len(found.answered)
    if n_refused:
        yield f"{n_refused} of {len(found.rows)} rows cannot be estimated; the reasons are named"
    n_flagged = sum(1 for item in found.rows if item.flags)
    if n_flagged:
        yield f"{counted(n_flagged, 'reports', 'report')} what no machine can reach: see the likely cause"
    answered = found.answered
    if not answered:
        return
    n_tight = sum(1 for item in answered if item.memory is not None and not item.memory.fits)
    if n_tight:
        yield f"{counted(n_tight, 'does', 'do')} not fit into memory as labelled: see the notes of the row"
    yield from _about_shapes(answered)
    yield from _about_hardware(found)
    n_unclear = sum(1 for item in answered if item.notes)
    if n_unclear:
        yield f"{counted(n_unclear, 'leaves', 'leave')} something open: what was assumed is in its notes"
    if any(item.row.mode != "offline" for item in answered):
        yield "the load is held at its concurrency; requests that arrive as they like need room above it"


def _about_shapes(answered: Sequence[ServingEstimate]) -> Iterator[str]:
    """Yield what to know of shapes that are not those of the rows' models."""
    hows = [item.row.ask.named.how for item in answered if item.row.ask is not None]
    n_inferred = hows.count("inferred")
    if n_inferred:
        verb = counted(n_inferred, "names", "name")
        yield f"{verb} a size alone: the shape is inferred, and the cache may be off by a factor of 2"
    n_models = len({item.row.model for item in answered})
    if "config.json" in hows and n_models > 1:
        yield f"the rows name {n_models} models: the shape of the config.json is taken for all of them"


def _about_hardware(found: ServingEstimates) -> Iterator[str]:
    """Yield which accelerators nothing was measured on."""
    serving = None if found.calibration is None else found.calibration.serving
    own = () if serving is None else (scope.accelerator for scope in serving.scopes)
    names = dict.fromkeys(
        item.row.ask.accelerator.name for item in found.answered if item.row.ask is not None
    )
    unknown = [name for name in names if name not in {*MEASURED, *own}]
    if unknown:
        words = ", ".join(unknown[:_MOST_NAMED]) + (" and others" if len(unknown) > _MOST_NAMED else "")
        yield f"no server of {words} was measured: the ranges may be too narrow, calibrate with your own logs"
