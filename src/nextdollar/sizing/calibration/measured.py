"""What a log holds, before anything is known of the machine: times of serving, or steps of training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nextdollar.units import FloatArray

_MOST_STEPS = 1e12
SpeedKind = Literal["step_s", "tokens_per_s", "tokens_per_s_per_gpu"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a log says of model, machine and load; empty or None where it does not.

    `precision` as the log spells it; `n_tensor` to `n_stages` are degrees of parallelism, which multiply to
    the GPUs of the instance unless they are `is_labelled` as in tables, and `parallel` such as "DEP8" in
    their place; `n_gpus` all GPUs of the instance or run. `tokens_per_step` is over all GPUs.
    """

    engine: str = ""
    model: str = ""
    hardware: str = ""
    precision: str = ""
    n_gpus: float | None = None
    n_tensor: float | None = None
    n_attention_replicas: float | None = None
    n_expert_shards: float | None = None
    n_stages: float | None = None
    parallel: str = ""
    is_labelled: bool = False
    n_prompt_tokens: float | None = None
    n_output_tokens: float | None = None
    n_concurrent: float | None = None
    params: float | None = None
    tokens_per_sequence: float | None = None
    tokens_per_step: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingMeasurement:
    """Mean times of one load; what was not measured is None.

    `output_tokens_per_s_per_gpu` is given for a full queue alone ("offline"). `prompts_per_output` is the
    ratio of tokens read to tokens written, where lengths are not known.
    """

    line: int
    facts: Facts
    tpot_s: float | None = None
    ttft_s: float | None = None
    output_tokens_per_s_per_gpu: float | None = None
    prompts_per_output: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepLog:
    """Speeds that a trainer printed, entry by entry.

    `speeds` (n_entries,) are seconds per step, tokens per second, or tokens per second and GPU, by `kind`.
    `spans_s` (n_entries,) are the seconds that each entry stands for, nan where the log does not say;
    `n_steps` all steps of the entries.
    """

    kind: SpeedKind
    speeds: FloatArray
    spans_s: FloatArray
    n_steps: int
    facts: Facts
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogReading:
    """What a file holds: measurements of serving, or a log of steps; and what was set aside, and why."""

    serving: tuple[ServingMeasurement, ...] = ()
    steps: StepLog | None = None
    set_aside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogFormat:
    """A format: its name, what it is in words, how it is recognised by a text, and how it is read."""

    name: str
    words: str
    recognises: Callable[[str], bool]
    read: Callable[[str], LogReading]


def total_steps(n_steps_each: FloatArray) -> int:
    """Steps that entries stand for, together; what is beyond counting in a damaged log counts as the most."""
    return int(min(float(np.nansum(n_steps_each)), _MOST_STEPS))


def spans_of(step_s: FloatArray, n_steps_each: FloatArray) -> FloatArray:
    """Seconds that entries stand for: seconds per step times the steps since the entry before."""
    return np.asarray(step_s * n_steps_each, dtype=np.float64)
