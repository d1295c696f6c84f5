"""Speed and latency of an instance that batches continuously, at a fixed concurrency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nextdollar.compute.serving.batch import USABLE_MEMORY_SHARE, sequences_that_fit
from nextdollar.compute.serving.bound_by import bound_by
from nextdollar.compute.serving.calibration import ServingCalibration
from nextdollar.compute.serving.decode import DecodeStep
from nextdollar.compute.serving.inputs import Deployment, ServingLoad
from nextdollar.compute.serving.prefill import Prefill, prefill
from nextdollar.compute.serving.queueing import interrupted_tpot_s, prompt_queue_s
from nextdollar.compute.serving.speculative import NO_DRAFTS, Speculation
from nextdollar.errors import require
from nextdollar.units import Floats

_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class ServingPoint:
    """What an instance does at a load; every field float or array (...).

    `tpot_s` is the mean time between tokens after the first, `ttft_s` the mean time to the first token
    from the sending of the request. `n_running` sequences are in the engine, the others wait for room;
    `n_decoding` of them write at the same time, the others are being read.
    `step` is the step of decode alone, `prompt_s` the time per output token lost to prompts of others.
    """

    tpot_s: Floats
    ttft_s: Floats
    output_tokens_per_s_per_gpu: Floats
    n_running: Floats
    n_decoding: Floats
    step: DecodeStep
    prompt_s: Floats

    @property
    def bound_by(self) -> npt.NDArray[np.str_]:
        """What the time per token goes to most: one of `BOUNDS`; prompts of others count as compute."""
        return bound_by(self.step, self.prompt_s)


def serve(
    deployment: Deployment,
    load: ServingLoad,
    *,
    calibration: ServingCalibration,
    speculation: Speculation = NO_DRAFTS,
    cached_prompt_share: Floats = 0.0,
    usable_memory_share: Floats = USABLE_MEMORY_SHARE,
) -> ServingPoint:
    """Speed and latency of one instance that reads prompts and writes answers on the same GPUs.

    Parameters
    ----------
    deployment : Deployment
        Model, servers and layout.
    load : ServingLoad
        Requests in flight at this instance and their lengths.
    calibration : ServingCalibration
        What is reached of the data sheet.
    speculation : Speculation
        Drafts checked in each step; none by default.
    cached_prompt_share : float or array (...)
        Share of the prompt whose keys and values are already cached, in [0, 1].
    usable_memory_share : float or array (...)
        Share of the memory for weights and cache, in (0, 1].

    Returns
    -------
    ServingPoint
        Times, throughput and what bounds them.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    A request waits for room in memory, then for prompts ahead of it, is read, and decodes while the
    prompts of the requests that follow interrupt (`interrupted_tpot_s`). Throughput is Little's law:
    n / (TTFT + (n_out - 1) TPOT). What does not fit into memory is served one sequence at a time, so
    that a row measured all the same has a prediction; ask `sequences_that_fit` whether it fits.
    """
    ok = np.greater_equal(cached_prompt_share, 0) & np.less_equal(cached_prompt_share, 1)
    require(ok, "cached_prompt_share", "at least 0 and at most 1", cached_prompt_share)
    fitting = sequences_that_fit(deployment, load.n_context_tokens, usable_share=usable_memory_share)
    running = np.minimum(load.n_concurrent, np.maximum(fitting, 1.0))
    read_tokens = np.maximum(load.n_prompt_tokens * (1.0 - cached_prompt_share), 1.0)
    reading = prefill(deployment, read_tokens, calibration=calibration)
    tpot_s: Floats = np.inf
    for _ in range(_ROUNDS):
        decoding = _decoding(running, load.n_output_tokens * tpot_s, reading.alone_s)
        step = speculation.step(deployment, decoding, load, calibration)
        step_s = step.total_s
        tpot_s = interrupted_tpot_s(
            step_s,
            reading.shared_s,
            n_running=running,
            n_output_tokens=load.n_output_tokens,
            waiting_s=reading.alone_s,
        )
    ttft_s = _first_token_s(load, reading, tpot_s, running=running, calibration=calibration)
    request_s = ttft_s + (load.n_output_tokens - 1.0) * tpot_s
    tokens_per_s = load.n_concurrent * load.n_output_tokens / request_s
    return ServingPoint(
        tpot_s=tpot_s,
        ttft_s=ttft_s,
        output_tokens_per_s_per_gpu=tokens_per_s / deployment.layout.n_gpus,
        n_running=running,
        n_decoding=decoding,
        step=step,
        prompt_s=tpot_s - step_s,
    )


def _decoding(running: Floats, answer_s: Floats, waiting_s: Floats) -> Floats:
    """Sequences that write while others are read, by Little's law; at least one, if there is one."""
    share = 1.0 / (1.0 + waiting_s / answer_s)
    return np.maximum(running * share, np.minimum(running, 1.0))


def _first_token_s(
    load: ServingLoad,
    reading: Prefill,
    tpot_s: Floats,
    *,
    running: Floats,
    calibration: ServingCalibration,
) -> Floats:
    """Mean time to the first token: for room, in the first rush, for prompts ahead, for the own prompt."""
    stay_s = load.n_output_tokens * tpot_s + reading.alone_s
    busy_share = np.minimum(running * reading.shared_s / stay_s, 1.0)
    room_s = np.maximum(load.n_concurrent - running, 0.0) / running * stay_s
    rush_s = load.n_concurrent * (calibration.burst_share * reading.shared_s + calibration.request_s)
    own_s = reading.alone_s + prompt_queue_s(reading.alone_s, busy_share)
    floor_s = calibration.first_token_s * calibration.first_token_factor
    return floor_s + tpot_s + own_s + rush_s + room_s
