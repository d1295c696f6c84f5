"""Log lines of torchtitan: tokens per second and device, step by step."""

from __future__ import annotations

import re

import numpy as np

from nextdollar.sizing.calibration.measured import Facts, LogFormat, LogReading, StepLog, total_steps

_LINE = re.compile(r"\bstep:\s*(?P<step>\d+)\b.*?\btps:\s*(?P<tps>\d[\d,]*)")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_PARAMS = re.compile(r"size: (\d[\d,]*) total parameters")
_LENGTH = re.compile(r"sequence length (\d+)")
_GPUS = re.compile(r"world_size[=: ]+(\d+)")
_BATCH = re.compile(r"global batch size (\d+)")


def _recognises(text: str) -> bool:
    return _LINE.search(_COLOUR.sub("", text)) is not None


def _read(text: str) -> LogReading:
    """Return tokens per second and device; only lines of the first rank are read where ranks are named."""
    plain = _COLOUR.sub("", text)
    ranks = re.compile(r"^\[rank([1-9]\d*)\]")
    found = [
        (float(match["step"]), float(match["tps"].replace(",", "")))
        for line in plain.splitlines()
        if not ranks.search(line) and (match := _LINE.search(line)) is not None
    ]
    found = [(step, speed) for step, speed in found if speed > 0]
    steps = np.array([step for step, _ in found], dtype=np.float64)
    speeds = np.array([speed for _, speed in found])
    params, length, gpus = _PARAMS.search(plain), _LENGTH.search(plain), _GPUS.search(plain)
    batch = _BATCH.search(plain)
    per_step = float(batch[1]) * float(length[1]) if batch and length else None
    facts = Facts(
        params=None if params is None else float(params[1].replace(",", "")),
        tokens_per_sequence=None if length is None else float(length[1]),
        n_gpus=None if gpus is None else float(gpus[1]),
        tokens_per_step=per_step,
    )
    each = np.maximum(np.diff(steps, prepend=steps[:1] - 1), 1.0)
    spans_s = np.full(len(speeds), np.nan)
    if per_step is not None and facts.n_gpus is not None:
        spans_s = each * per_step / facts.n_gpus / speeds
    log = StepLog("tokens_per_s_per_gpu", speeds, spans_s, total_steps(each), facts)
    return LogReading(steps=log if found else None)


TORCHTITAN = LogFormat("torchtitan", "log lines of torchtitan", _recognises, _read)
