"""Console lines of Composer and llm-foundry: throughput for each device, batch by batch."""

from __future__ import annotations

import re

import numpy as np

from nextdollar.sizing.calibration.measured import Facts, LogFormat, LogReading, StepLog, total_steps

_BATCH = re.compile(r"\[batch=(\d+)/\d+\]")
_DEVICE = re.compile(r"throughput/device/tokens_per_sec:\s*(\d+(?:\.\d+)?)")
_ALL = re.compile(r"throughput/tokens_per_sec:\s*(\d+(?:\.\d+)?)")
_BATCHES = re.compile(r"throughput/batches_per_sec:\s*(\d+(?:\.\d+)?)")
_PARAMS = re.compile(r"^\s*n_params:\s*(\d+(?:\.\d+)?(?:e\+?\d{1,2})?)\s*$", re.MULTILINE)
_LENGTH = re.compile(r"^\s*max_seq_len:\s*(\d+)\s*$", re.MULTILINE)
_FP8 = re.compile(r"^\s*precision:\s*amp_fp8\s*$", re.MULTILINE)


def _recognises(text: str) -> bool:
    return _BATCH.search(text) is not None and _DEVICE.search(text) is not None


def _read(text: str) -> LogReading:
    """Return tokens per second and device; devices follow from the throughput of all."""
    batch = 0.0
    numbers: list[tuple[float, float]] = []
    device: list[float] = []
    overall: list[float] = []
    rates: list[float] = []
    for line in text.splitlines():
        found = _BATCH.search(line)
        batch = float(found[1]) if found else batch
        rate, speed, whole = _BATCHES.search(line), _DEVICE.search(line), _ALL.search(line)
        # The rates of all devices stand before those of one in each block.
        rates = [float(rate[1])] if rate and "device" not in line[: rate.start()] else rates
        overall += [float(whole[1])] if whole else []
        if speed is not None and float(speed[1]) > 0:
            numbers.append((batch, rates[0] if rates else np.nan))
            device.append(float(speed[1]))
    steps = np.array([number for number, _ in numbers], dtype=np.float64)
    per_s = np.array([rate for _, rate in numbers], dtype=np.float64)
    each = np.maximum(np.diff(steps, prepend=steps[:1] - 1), 1.0)
    gpus = round(float(np.median(overall)) / float(np.median(device))) if overall and device else None
    params, length = _PARAMS.search(text), _LENGTH.search(text)
    facts = Facts(
        params=float(params[1]) if params else None,
        precision="fp8" if _FP8.search(text) else "",
        n_gpus=float(gpus) if gpus else None,
        tokens_per_sequence=float(length[1]) if length else None,
    )
    notes = ("each entry is a mean over the batches before it, so entries are not independent",)
    spans_s = np.where(per_s > 0, each / np.where(per_s > 0, per_s, 1.0), np.nan)
    log = StepLog("tokens_per_s_per_gpu", np.array(device), spans_s, total_steps(each), facts, notes)
    return LogReading(steps=log if device else None)


COMPOSER = LogFormat("composer", "console lines of Composer or llm-foundry", _recognises, _read)
