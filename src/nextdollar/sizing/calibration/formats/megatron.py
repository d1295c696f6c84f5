"""Log lines of Megatron-LM and its kin: milliseconds per iteration, with the arguments printed before."""

from __future__ import annotations

import re

import numpy as np

from nextdollar.sizing.calibration.measured import (
    Facts,
    LogFormat,
    LogReading,
    StepLog,
    spans_of,
    total_steps,
)

_LINE = re.compile(
    r"iteration\s+(?P<step>\d+)/\s*\d+\s*\|.*?elapsed time per iteration \(ms\):\s*(?P<ms>\d+(?:\.\d+)?)"
)
_BATCH = re.compile(r"global batch size:\s*(\d+)")
_ARGUMENT = re.compile(r"^\s*(\w+) \.{2,} (\S+)\s*$", re.MULTILINE)
_PARAMS = re.compile(r"Total number of parameters in billions:\s*(\d+(?:\.\d+)?)")
_MS_PER_S = 1e3
_BILLION = 1e9


def _recognises(text: str) -> bool:
    return _LINE.search(text) is not None


def _read(text: str) -> LogReading:
    """Return the seconds of each logged iteration."""
    steps, step_s, batches = [], [], []
    for line in text.splitlines():
        found = _LINE.search(line)
        if found is None or float(found["ms"]) <= 0:
            continue
        steps.append(float(found["step"]))
        step_s.append(float(found["ms"]) / _MS_PER_S)
        batch = _BATCH.search(line)
        batches.append(float(batch[1]) if batch else np.nan)
    arguments = dict(_ARGUMENT.findall(text))
    length = _number(arguments, "seq_length")
    batch_size = _number(arguments, "global_batch_size")
    if batches and np.isfinite(batches[-1]):
        batch_size = batches[-1]
    params = _PARAMS.search(text)
    facts = Facts(
        params=None if params is None else float(params[1]) * _BILLION,
        precision="fp8" if arguments.get("fp8", "None") not in ("None", "False") else "",
        n_gpus=_number(arguments, "world_size"),
        tokens_per_sequence=length,
        tokens_per_step=None if length is None or batch_size is None else length * batch_size,
    )
    kept = np.array([np.isnan(size) or size == batch_size for size in batches], dtype=np.bool_)
    times = np.array(step_s)[kept]
    numbers = np.array(steps, dtype=np.float64)[kept]
    each = np.maximum(np.diff(numbers, prepend=numbers[:1] - _usual_gap(numbers)), 1.0)
    aside = () if kept.all() else (f"{int((~kept).sum())} iterations of a batch that was still growing",)
    log = StepLog("step_s", times, spans_of(times, each), total_steps(each), facts)
    return LogReading(steps=log if times.size else None, set_aside=aside)


def _usual_gap(numbers: np.ndarray) -> float:
    return float(np.median(np.diff(numbers))) if len(numbers) > 1 else 1.0


def _number(arguments: dict[str, str], name: str) -> float | None:
    try:
        return float(arguments.get(name, ""))
    except ValueError:
        return None


MEGATRON = LogFormat("megatron", "log lines of Megatron-LM", _recognises, _read)
