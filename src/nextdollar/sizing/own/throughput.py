"""Tokens per second that a GPU at work serves: as stated, or at most by the serving model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.catalogue.serving_calibration import (
    serving_calibration,
    serving_constants,
    serving_error_band,
)
from nextdollar.compute.accelerator import Accelerator
from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.inputs import Deployment, Layout
from nextdollar.compute.serving.offline_throughput import offline_tokens_per_s_per_gpu
from nextdollar.compute.serving.precision import ServingPrecision, served_as, server_of
from nextdollar.sizing.own.question import Ends, Work
from nextdollar.sources import Source

_SIZES = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0])
_LEAST_SEQUENCES = 4.0


@dataclass(frozen=True, slots=True)
class Throughput:
    """Tokens read and written per second and GPU at work, and how many GPUs one copy of the model takes."""

    ends: Ends
    gpus_per_instance: float
    words: str
    sources: tuple[Source, ...] = ()


def throughput_of(work: Work, chip: Accelerator) -> Throughput | str:
    """Return what a GPU serves, or the reason why that is not known.

    Notes
    -----
    Without a figure of the user it is the most that the serving model gives with a queue that is always
    full, on the number of GPUs that serves most each; its 90 % range is that of the benchmark. A service
    with limits on latency reaches less.
    """
    if work.tokens_per_s_per_gpu is not None:
        return Throughput(work.tokens_per_s_per_gpu, 1.0, "as given")
    if work.model is None:
        return "tokens per second are not known: name a --model, or state --tokens-per-s"
    precision = work.precision or usual_precision(chip)
    model, server = served_as(work.model.shape, precision), server_of(chip, precision)
    deployment = Deployment(model, server, Layout(_SIZES))
    context = work.n_prompt_tokens + 0.5 * work.n_answer_tokens
    fits = np.greater_equal(sequences_that_fit(deployment, context), _LEAST_SEQUENCES)
    if not fits.any():
        return f"{work.model.name} in {precision} does not fit on {_SIZES[-1]:.0f} {chip.name}"
    written = offline_tokens_per_s_per_gpu(
        deployment,
        work.n_prompt_tokens,
        n_output_tokens=work.n_answer_tokens,
        calibration=serving_calibration(),
    )
    best = int(np.argmax(np.where(fits, written, -np.inf)))
    per_s = float(np.ravel(written)[best]) / (1 - work.read_share)
    band = serving_error_band("offline")
    words = (
        f"{work.model.name} in {precision} on {_SIZES[best]:.0f} GPUs, queue always full, "
        f"{work.n_prompt_tokens:,.0f} tokens read for {work.n_answer_tokens:,.0f} written"
    )
    ends = (per_s * float(band.p5_factor), per_s * float(band.p95_factor))
    return Throughput(ends, float(_SIZES[best]), words, (serving_constants()[0].source,))


def usual_precision(chip: Accelerator) -> ServingPrecision:
    """Return fp8 where the accelerator multiplies it, else bf16."""
    return "bf16" if chip.fp8_peak_flop_per_s is None else "fp8"
