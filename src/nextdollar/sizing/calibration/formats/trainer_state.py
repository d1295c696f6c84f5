"""trainer_state.json of Hugging Face's Trainer: seconds and tokens of the run so far, entry by entry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nextdollar.sizing.calibration.formats.json_objects import above_0, number_in
from nextdollar.sizing.calibration.measured import Facts, LogFormat, LogReading, StepLog, total_steps

_WHOLE_RUN = "a mean over the whole run, evaluation and checkpoints included: the log has no times of steps"


def _recognises(text: str) -> bool:
    return text.lstrip().startswith("{") and '"log_history"' in text


def _read(text: str) -> LogReading:
    """Return speeds between entries that carry times, else the mean over the run."""
    try:
        state = json.loads(text)
    except (ValueError, RecursionError):
        return LogReading(set_aside=("the whole file: it begins like a trainer_state.json and is not whole",))
    history = state.get("log_history") if isinstance(state, dict) else None
    entries = [item for item in history if isinstance(item, dict)] if isinstance(history, list) else []
    steps = above_0(state, "global_step") or 0.0
    return _between(entries, state) or _whole(entries, steps, state)


def _between(entries: Sequence[Mapping[str, Any]], state: Mapping[str, Any]) -> LogReading | None:
    """Return the speeds between entries; None where fewer than three carry times."""
    timed = [
        (step, seconds, number_in(item, "num_input_tokens_seen"))
        for item in entries
        if (step := above_0(item, "step")) is not None
        and (seconds := above_0(item, "train_runtime", "elapsed_s")) is not None
    ]
    if len(timed) < 3:
        return None
    numbers, clock = (np.array([item[place] for item in timed], dtype=np.float64) for place in (0, 1))
    each, spans_s = np.diff(numbers), np.diff(clock)
    kept = (each > 0) & (spans_s > 0)
    tokens = np.array([np.nan if item[2] is None else item[2] for item in timed])
    seen = np.diff(tokens)
    facts = Facts()
    if np.isfinite(seen[kept]).all() and (seen[kept] > 0).all() and kept.any():
        speeds = seen[kept] / spans_s[kept]
        log = StepLog("tokens_per_s", speeds, spans_s[kept], total_steps(each[kept]), facts)
        return LogReading(steps=log)
    log = StepLog("step_s", spans_s[kept] / each[kept], spans_s[kept], total_steps(each[kept]), facts)
    return LogReading(steps=log if kept.any() else None)


def _whole(entries: Sequence[Mapping[str, Any]], steps: float, state: Mapping[str, Any]) -> LogReading:
    """Return the mean speed of a run that has ended."""
    last = next((item for item in reversed(entries) if above_0(item, "train_runtime") is not None), None)
    if last is None:
        words = "no entry carries train_runtime; it is written when the run ends"
        return LogReading(set_aside=(f"the whole file: {words}",))
    runtime_s = float(last["train_runtime"])
    n_steps = above_0(last, "step") or steps
    tokens = above_0(last, "train_tokens_per_second")
    seen = above_0(last, "num_input_tokens_seen") or above_0(state, "num_input_tokens_seen")
    if tokens is None and seen is not None:
        tokens = seen / runtime_s
    if tokens is not None:
        log = StepLog(
            "tokens_per_s",
            np.array([tokens]),
            np.array([runtime_s]),
            total_steps(np.array([n_steps])),
            Facts(),
            (_WHOLE_RUN,),
        )
        return LogReading(steps=log)
    if not n_steps:
        return LogReading(set_aside=("the whole file: no count of steps beside train_runtime",))
    times = np.array([runtime_s / n_steps])
    log = StepLog(
        "step_s", times, np.array([runtime_s]), total_steps(np.array([n_steps])), Facts(), (_WHOLE_RUN,)
    )
    return LogReading(steps=log)


TRAINER_STATE = LogFormat("trainer-state", "trainer_state.json of Hugging Face", _recognises, _read)
