"""The most that an instance writes when every request is already there."""

from __future__ import annotations

import numpy as np

from nextdollar.compute.decode import decode_step
from nextdollar.compute.prefill import prefill
from nextdollar.compute.serving_batch import USABLE_MEMORY_SHARE, sequences_that_fit
from nextdollar.compute.serving_calibration import ServingCalibration
from nextdollar.compute.serving_inputs import Deployment
from nextdollar.errors import require
from nextdollar.units import Floats

_BATCH_SHARES = (1.0, 1 / 3)


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
    B n_out / (n_out step(B) + B prompt) / g: in the time of an answer each of B sequences is replaced
    once. B is what fits, or a third of it where that is faster.
    """
    require(np.greater_equal(n_output_tokens, 1), "n_output_tokens", "at least 1", n_output_tokens)
    context = n_prompt_tokens + 0.5 * n_output_tokens
    fitting = sequences_that_fit(deployment, context, usable_share=usable_memory_share)
    prompt_s = prefill(deployment, n_prompt_tokens, calibration=calibration).shared_s
    best: Floats = 0.0
    for share in _BATCH_SHARES:
        batch = np.maximum(share * fitting, deployment.layout.n_stages)
        step = decode_step(deployment, batch, n_context_tokens=context, calibration=calibration)
        request_s = n_output_tokens * step.total_s + batch * prompt_s
        best = np.maximum(best, batch * n_output_tokens / request_s)
    return best / deployment.layout.n_gpus
