"""Plain tables of step times: CSV or JSONL with a column of seconds, milliseconds or tokens per second."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from nextdollar.sizing.calibration.formats.json_objects import above_0, objects_of
from nextdollar.sizing.calibration.measured import (
    Facts,
    LogFormat,
    LogReading,
    SpeedKind,
    StepLog,
    total_steps,
)
from nextdollar.units import FloatArray

_STEPS = ("step", "iteration", "iter", "global_step", "batch")
_KINDS: dict[str, tuple[SpeedKind, float]] = {
    **dict.fromkeys(("step_time_s", "step_s", "iter_time_s", "seconds_per_step", "time_s"), ("step_s", 1.0)),
    **dict.fromkeys(("step_time_ms", "step_ms", "iter_time_ms", "time_ms", "elapsed_ms"), ("step_s", 1e-3)),
    **dict.fromkeys(("tokens_per_s_per_gpu", "tokens_per_sec_per_gpu", "tgs"), ("tokens_per_s_per_gpu", 1.0)),
    **dict.fromkeys(("tokens_per_s", "tokens_per_sec", "tokens_per_second"), ("tokens_per_s", 1.0)),
}
_VAGUE = ("step_time", "iter_time", "time_per_step")
_MOST_ROWS = 200_000


def _recognises(text: str) -> bool:
    rows = objects_of(text[:20_000].rpartition("\n")[0] or text)
    names = set(rows[0][1]) if rows else {name.strip() for name in text.partition("\n")[0].split(",")}
    return bool(names & set(_KINDS)) or (bool(names & set(_VAGUE)) and bool(names & set(_STEPS)))


def _read(text: str) -> LogReading:
    """Return the speeds of a table's first column that is one."""
    rows = [item for _, item in objects_of(text)] or _csv_rows(text)
    names = {name for row in rows[:100] for name in row}
    column = next((name for name in (*_KINDS, *_VAGUE) if name in names), "")
    kind, factor = _KINDS.get(column, ("step_s", 1.0))
    notes = (f"{column} names no unit: seconds are assumed",) if column in _VAGUE else ()
    step_name = next((name for name in _STEPS if name in names), "")
    kept = [row for row in rows if above_0(row, column) is not None]
    speeds = np.array([above_0(row, column) or np.nan for row in kept]) * factor
    facts = _facts(kept)
    each = _steps_each(kept, step_name)
    spans_s = _spans_s(kind, speeds, each, facts)
    aside = (
        (f"{len(rows) - len(kept)} rows without a number above 0 in {column}",)
        if len(rows) > len(kept)
        else ()
    )
    log = StepLog(kind, speeds, spans_s, total_steps(each), facts, notes)
    return LogReading(steps=log if kept else None, set_aside=aside)


def _spans_s(kind: SpeedKind, speeds: FloatArray, each: FloatArray, facts: Facts) -> FloatArray:
    """Return the seconds of each row, nan where they do not follow from the table."""
    if kind == "step_s":
        return speeds * each
    tokens, gpus = facts.tokens_per_step, facts.n_gpus
    if tokens is None or (kind == "tokens_per_s_per_gpu" and gpus is None):
        return np.full(len(speeds), np.nan)
    share = gpus if kind == "tokens_per_s_per_gpu" and gpus is not None else 1.0
    return each * tokens / share / speeds


def _steps_each(rows: Sequence[Mapping[str, Any]], name: str) -> FloatArray:
    """Return how many steps each row stands for: those since the row before, as a rule."""
    numbers = np.array([above_0(row, name) or 0.0 for row in rows]) if name else np.arange(len(rows))
    gaps = np.diff(numbers.astype(np.float64))
    if not len(gaps) or (gaps <= 0).any():
        return np.ones(len(rows))
    return np.concatenate([[np.median(gaps)], gaps])


def _facts(rows: Sequence[Mapping[str, Any]]) -> Facts:
    """Return what other columns say, where every row says the same."""

    def same(*names: str) -> float | None:
        values = {above_0(row, *names) for row in rows}
        return values.pop() if len(values) == 1 else None

    return Facts(
        params=same("params", "n_params"),
        n_gpus=same("gpus", "n_gpus", "world_size"),
        tokens_per_sequence=same("seq_len", "seq_length", "max_seq_len"),
        tokens_per_step=same("tokens_per_step", "tokens_per_batch", "tokens"),
    )


def _csv_rows(text: str) -> list[Mapping[str, Any]]:
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    found: list[Mapping[str, Any]] = []
    try:
        for row in islice(reader, _MOST_ROWS):
            found.append({key.strip(): value for key, value in row.items() if isinstance(key, str)})
    except csv.Error:
        # What follows is no table: a log that was cut off, or written into by another process.
        return found
    return found


STEP_TABLE = LogFormat("step-table", "CSV or JSONL of step times", _recognises, _read)
