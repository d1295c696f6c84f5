"""Serving with prompts read on other GPUs than answers are written on."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.serving.batch import USABLE_MEMORY_SHARE, sequences_that_fit
from nextdollar.compute.serving.calibration import ServingCalibration
from nextdollar.compute.serving.continuous_batching import ServingPoint
from nextdollar.compute.serving.inputs import Deployment, ServingLoad
from nextdollar.compute.serving.prefill import prefill
from nextdollar.compute.serving.queueing import prompt_queue_s
from nextdollar.compute.serving.speculative import NO_DRAFTS, Speculation
from nextdollar.errors import require
from nextdollar.units import Floats


def serve_disaggregated(
    readers: Deployment,
    writers: Deployment,
    *,
    load: ServingLoad,
    calibration: ServingCalibration,
    n_readers: Floats = 1.0,
    n_writers: Floats = 1.0,
    speculation: Speculation = NO_DRAFTS,
) -> ServingPoint:
    """Speed and latency of instances that read prompts feeding instances that write answers.

    Parameters
    ----------
    readers, writers : Deployment
        One instance that reads prompts, one that writes answers.
    load : ServingLoad
        Requests in flight at all instances together, and their lengths.
    calibration : ServingCalibration
        What is reached of the data sheet.
    n_readers, n_writers : float or array (...)
        Instances of each kind, at least 1.
    speculation : Speculation
        Drafts checked in each step; none by default.

    Returns
    -------
    ServingPoint
        Times and throughput per GPU of both kinds; `step` and `n_running` are those of one writer.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Nothing interrupts decoding. Readers pass at most n_readers / prompt requests a second, so a request
    stays at least n x prompt / n_readers (the bottleneck law of a closed loop): what decoding does not
    use of it is spent waiting to be read. The transfer of the cache is in the time of the first token.
    """
    require(np.greater_equal(n_readers, 1), "n_readers", "at least 1", n_readers)
    require(np.greater_equal(n_writers, 1), "n_writers", "at least 1", n_writers)
    reading = prefill(readers, load.n_prompt_tokens, calibration=calibration)
    share = USABLE_MEMORY_SHARE
    fitting = sequences_that_fit(writers, load.n_context_tokens, usable_share=share)
    each = load.n_concurrent / n_writers
    running = np.minimum(each, np.maximum(fitting, 1.0))
    read_s = reading.shared_s / n_readers
    step = speculation.step(writers, running, load, calibration)
    for _ in range(2):
        answer_s = load.n_output_tokens * step.total_s
        stay_s = np.maximum(answer_s + reading.alone_s, load.n_concurrent * read_s)
        decoding = np.clip(each * answer_s / stay_s, np.minimum(each, 1.0), running)
        step = speculation.step(writers, decoding, load, calibration)
    tpot_s = step.total_s
    busy_share = np.minimum(load.n_concurrent * read_s / stay_s, 1.0)
    own_s = reading.alone_s + prompt_queue_s(reading.alone_s, busy_share)
    floor_s = calibration.first_token_s * calibration.first_token_factor + tpot_s
    rush_s = load.n_concurrent * (calibration.burst_share * read_s + calibration.request_s)
    room_s = np.maximum(each - running, 0.0) / running * stay_s
    # What follows the first token is one step less than the answer: no more requests leave than are read.
    unread_s = np.maximum(load.n_concurrent * read_s - (load.n_output_tokens - 1.0) * tpot_s, 0.0)
    ttft_s = np.maximum(floor_s + own_s + rush_s + room_s, unread_s)
    request_s = ttft_s + (load.n_output_tokens - 1.0) * tpot_s
    gpus = n_readers * readers.layout.n_gpus + n_writers * writers.layout.n_gpus
    return ServingPoint(
        tpot_s=tpot_s,
        ttft_s=ttft_s,
        output_tokens_per_s_per_gpu=load.n_concurrent * load.n_output_tokens / request_s / gpus,
        n_running=running,
        n_decoding=decoding,
        step=step,
        prompt_s=0.0 * tpot_s,
    )
