"""What no server of a question can beat, and which measurements seem to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nextdollar.compute.serving.bound import audit_tpot, throughput_bound_per_s_per_gpu
from nextdollar.compute.serving.calibration import IDEAL
from nextdollar.compute.serving.inputs import Deployment, ServingLoad
from nextdollar.compute.serving.offline_throughput import offline_tokens_per_s_per_gpu
from nextdollar.compute.serving.prefill import prefill
from nextdollar.sizing.serving.arrays import ServingArrays
from nextdollar.sizing.serving.ask import Measured
from nextdollar.sizing.training.bounds import BoundFlag
from nextdollar.units import MS_PER_S, FloatArray, Floats

_PROMPT_CAUSE = "likely a cached prefix, prompts shorter than isl, or another unit"
_SPEED_CAUSE = (
    "likely tokens of prompts counted too, fewer GPUs than run, or speculative decoding not declared"
)
_SPEED_CAUSE = "likely a cached prefix, tokens of prompts counted too, or more GPUs than stated"
_LONG_S = 1e9
"""In place of a time that was not measured: it beats no bound."""
_QUEUED_CAUSE = "likely tokens of prompts counted too, more GPUs than stated, or narrower weights"


def prompt_bound_s(arrays: ServingArrays) -> Floats:
    """Least seconds to a first token: what is not cached of the prompt, at the data sheet, on all GPUs."""
    reading = arrays.deployment if arrays.readers is None else arrays.readers
    read_tokens = np.maximum(arrays.load.n_prompt_tokens * (1.0 - arrays.cached_prompt_share), 1.0)
    return prefill(_without_links(reading), read_tokens, calibration=IDEAL).shared_s


def queued_bound(arrays: ServingArrays) -> Floats:
    """Most output tokens per second and GPU: the data sheet reached in full, with all of the memory."""
    load = arrays.load
    return offline_tokens_per_s_per_gpu(
        _without_links(arrays.deployment),
        load.n_prompt_tokens,
        n_output_tokens=load.n_output_tokens,
        calibration=IDEAL,
        usable_memory_share=1.0,
    )


def gpus_counted(arrays: ServingArrays) -> Floats:
    """GPUs by which throughput is divided: of one instance, or of all that read and all that write."""
    gpus = arrays.deployment.layout.n_gpus
    if arrays.readers is None:
        return gpus
    return arrays.n_writers * gpus + arrays.n_readers * arrays.readers.layout.n_gpus


def throughput_bound(arrays: ServingArrays) -> Floats:
    """Most output tokens per second and GPU at a fixed concurrency: the data sheet reached in full.

    A cached share of the prompt is not read, and a step yields as many tokens as drafts are accepted.
    """
    load = arrays.load
    read_tokens = np.maximum(load.n_prompt_tokens * (1.0 - arrays.cached_prompt_share), 1.0)
    is_apart = arrays.readers is not None
    most = throughput_bound_per_s_per_gpu(
        arrays.deployment,
        replace(load, n_prompt_tokens=read_tokens),
        readers=arrays.readers,
        n_readers=arrays.n_readers if is_apart else 1.0,
        n_writers=arrays.n_writers if is_apart else 1.0,
    )
    return most * arrays.tokens_per_step


def _without_links(deployment: Deployment) -> Deployment:
    """Return a deployment whose links take no time: an engine may hide them behind arithmetic."""
    return replace(deployment, server=replace(deployment.server, link_bytes_per_s=np.inf))


def served_flags(arrays: ServingArrays, measured: Sequence[Measured]) -> list[list[BoundFlag]]:
    """Return for each question at a fixed concurrency what was measured and cannot be.

    Parameters
    ----------
    arrays : ServingArrays
        Questions of which all have readers of their own, or none.
    measured : sequence of Measured
        What the same rows report; an empty cell is not looked at.

    Notes
    -----
    Where nobody says how many instances there were, one request alone is the bound.
    """
    tpot_s = _seconds([found.tpot_ms for found in measured], _LONG_S)
    # A time to the first token of 0 says nothing of the sequences that wait: all of them decode.
    ttft_s = _seconds([found.ttft_ms for found in measured], 0.0)
    # Declared drafts: what is held against the bound is the time of a step.
    many = arrays.tokens_per_step
    load = _load_of_an_instance(arrays)
    audit = audit_tpot(arrays.deployment, load, tpot_s=tpot_s * many, ttft_s=ttft_s * many)
    token_s = tpot_s * audit.ratio_factor
    flags: list[list[BoundFlag]] = [[] for _ in measured]
    for place in np.flatnonzero(audit.beats_bound):
        said = _beaten("tpot_ms", tpot_s[place], token_s[place], "a token takes by the data sheet")
        flags[place].append(BoundFlag("tpot_ms", said, f"likely {audit.likely_cause[place]}"))
    prompt_s = np.broadcast_to(prompt_bound_s(arrays), ttft_s.shape)
    for place in np.flatnonzero((ttft_s > 0) & (ttft_s < prompt_s)):
        said = _beaten("ttft_ms", ttft_s[place], prompt_s[place], "the prompt takes by the data sheet")
        flags[place].append(BoundFlag("ttft_ms", said, _PROMPT_CAUSE))
    # Throughput over unknown GPUs, or over GPUs that were counted twice, is held against nothing.
    is_known = ~arrays.is_count_assumed
    _flag_speeds(flags, measured, np.where(is_known, throughput_bound(arrays), np.inf), _SPEED_CAUSE)
    return flags


def queued_flags(arrays: ServingArrays, measured: Sequence[Measured]) -> list[list[BoundFlag]]:
    """Return for each question with a full queue what was measured and cannot be; see `served_flags`."""
    flags: list[list[BoundFlag]] = [[] for _ in measured]
    _flag_speeds(flags, measured, queued_bound(arrays), _QUEUED_CAUSE)
    return flags


def _flag_speeds(
    flags: list[list[BoundFlag]], measured: Sequence[Measured], most: Floats, cause: str
) -> None:
    """Add a flag where more tokens were measured than there can be."""
    highest = np.broadcast_to(most, (len(measured),)).tolist()
    for found, bound, own in zip(measured, highest, flags, strict=True):
        speed = found.out_tok_s_per_gpu
        if speed is not None and speed > bound:
            words = f"out_tok_s_per_gpu of {speed:.4g} is more than the {bound:.4g} of the data sheet"
            own.append(BoundFlag("out_tok_s_per_gpu", words, cause))


def _beaten(column: str, found_s: float, least_s: float, what: str) -> str:
    """Return words on a time that is too short."""
    return f"{column} of {found_s * MS_PER_S:.4g} is less than the {least_s * MS_PER_S:.4g} that {what}"


def _load_of_an_instance(arrays: ServingArrays) -> ServingLoad:
    """Return the requests at one instance that writes."""
    load = arrays.load
    if arrays.readers is None:
        return load
    known = np.maximum(load.n_concurrent / arrays.n_writers, 1.0)
    each = np.where(arrays.is_count_assumed, 1.0, known)
    return ServingLoad(each, load.n_prompt_tokens, load.n_output_tokens)


def _seconds(values_ms: Sequence[float | None], missing_s: float) -> FloatArray:
    """Return milliseconds as seconds, with a number for what is missing."""
    return np.array(
        [missing_s if value is None else value / MS_PER_S for value in values_ms], dtype=np.float64
    )
