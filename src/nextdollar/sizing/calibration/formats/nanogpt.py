"""Log lines of nanoGPT: milliseconds of single iterations, one every few."""

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

_LINE = re.compile(r"^iter (?P<step>\d+): loss [\w.-]+, time (?P<ms>\d+(?:\.\d+)?)ms", re.MULTILINE)
_TOKENS = re.compile(r"tokens per iteration will be: (\d[\d,]*)")
_PARAMS = re.compile(r"number of parameters: (\d+(?:\.\d+)?)M")
_LENGTH = re.compile(r"^block_size = (\d+)", re.MULTILINE)
_MS_PER_S = 1e3
_MILLION = 1e6


def _recognises(text: str) -> bool:
    return _LINE.search(text) is not None


def _read(text: str) -> LogReading:
    """Return the seconds of each iteration that was printed."""
    found = [(float(step), float(ms) / _MS_PER_S) for step, ms in _LINE.findall(text) if float(ms) > 0]
    steps = np.array([step for step, _ in found], dtype=np.float64)
    times = np.array([seconds for _, seconds in found])
    tokens, params, length = _TOKENS.search(text), _PARAMS.search(text), _LENGTH.search(text)
    facts = Facts(
        params=None if params is None else float(params[1]) * _MILLION,
        tokens_per_step=None if tokens is None else float(tokens[1].replace(",", "")),
        tokens_per_sequence=None if length is None else float(length[1]),
    )
    each = np.maximum(np.diff(steps, prepend=steps[:1] - 1), 1.0)
    log = StepLog("step_s", times, spans_of(times, each), total_steps(each), facts)
    return LogReading(steps=log if found else None)


NANOGPT = LogFormat("nanogpt", "log lines of nanoGPT", _recognises, _read)
