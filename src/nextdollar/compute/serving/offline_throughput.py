"""The most that an instance writes when every request is already there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from nextdollar.compute.serving.batch import USABLE_MEMORY_SHARE, sequences_that_fit
from nextdollar.compute.serving.bound_by import bound_by
from nextdollar.compute.serving.calibration import ServingCalibration
from nextdollar.compute.serving.decode import DecodeStep, decode_step
from nextdollar.compute.serving.inputs import Deployment
from nextdollar.compute.serving.prefill import prefill
from nextdollar.errors import require
from nextdollar.units import Floats

_BATCH_SHARES = (1.0, 1 / 3)


@dataclass(frozen=True, slots=True)
class OfflinePoint:
    """What an instance does with the queue always full; every field float or array (...).

    `n_running` sequences are in memory. `step` is the step of decode alone, `prompt_s` the time per output
    token of a sequence in which prompts are read.
    """

    output_tokens_per_s_per_gpu: Floats
    n_running: Floats
    step: DecodeStep
    prompt_s: Floats

    @property
    def bound_by(self) -> npt.NDArray[np.str_]:
        """What the time goes to most: one of `decode.BOUNDS`; prompts count as compute."""
        return bound_by(self.step, self.prompt_s)


def offline_tokens_per_s_per_gpu(
    deployment: Deployment,
    n_prompt_tokens: Floats,
    *,
    n_output_tokens: Floats,
    calibration: ServingCalibration,
    usable_memory_share: Floats = USABLE_MEMORY_SHARE,
) -> Floats:
    """Output tokens per second and GPU with the queue always full and memory full of sequences.

    Parameters
    ----------
    deployment : Deployment
        Model, servers and layout.
    n_prompt_tokens, n_output_tokens : float or array (...)
        Lengths of a request in tokens, at least 1.
    calibration : ServingCalibration
        What is reached of the data sheet.
    usable_memory_share : float or array (...)
        Share of the memory for weights and cache, in (0, 1].

    Returns
    -------
    float or array (...)
        Tokens per second and GPU; where less than one sequence fits, that of one sequence.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    See `offline_point`.
    """
    point = offline_point(
        deployment,
        n_prompt_tokens,
        n_output_tokens=n_output_tokens,
        calibration=calibration,
        usable_memory_share=usable_memory_share,
    )
    return point.output_tokens_per_s_per_gpu


def offline_point(
    deployment: Deployment,
    n_prompt_tokens: Floats,
    *,
    n_output_tokens: Floats,
    calibration: ServingCalibration,
    usable_memory_share: Floats = USABLE_MEMORY_SHARE,
) -> OfflinePoint:
    """Throughput with a full queue, and what it is bound by.

    Parameters, units and errors are those of `offline_tokens_per_s_per_gpu`.

    Notes
    -----
    B n_out / (n_out step(B) + B prompt) / g: in the time of an answer each of B sequences is replaced
    once. B is what fits, or a third of it where that is faster.
    """
    require(np.greater_equal(n_output_tokens, 1), "n_output_tokens", "at least 1", n_output_tokens)
    context = n_prompt_tokens + 0.5 * n_output_tokens
    fitting = sequences_that_fit(deployment, context, usable_share=usable_memory_share)
    prompt_s = prefill(deployment, n_prompt_tokens, calibration=calibration).shared_s
    points = []
    for share in _BATCH_SHARES:
        batch = np.maximum(share * fitting, deployment.layout.n_stages)
        step = decode_step(deployment, batch, n_context_tokens=context, calibration=calibration)
        request_s = n_output_tokens * step.total_s + batch * prompt_s
        rate = batch * n_output_tokens / request_s / deployment.layout.n_gpus
        points.append(OfflinePoint(rate, batch, step, batch * prompt_s / n_output_tokens))
    return reduce(_faster, points)


def _faster(one: OfflinePoint, other: OfflinePoint) -> OfflinePoint:
    """Return the faster of two batches, by element."""
    first = np.greater_equal(one.output_tokens_per_s_per_gpu, other.output_tokens_per_s_per_gpu)

    def pick(here: Floats, there: Floats) -> Floats:
        return np.where(first, here, there)[()]

    parts = {name: pick(getattr(one.step, name), getattr(other.step, name)) for name in one.step.__slots__}
    return OfflinePoint(
        pick(one.output_tokens_per_s_per_gpu, other.output_tokens_per_s_per_gpu),
        pick(one.n_running, other.n_running),
        DecodeStep(**parts),
        pick(one.prompt_s, other.prompt_s),
    )
