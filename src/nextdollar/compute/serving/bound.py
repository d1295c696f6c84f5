"""What no server can beat, and who seems to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from nextdollar.compute.flop import INFERENCE_FLOP_PER_PARAM_TOKEN
from nextdollar.compute.serving.calibration import IDEAL, ErrorBand
from nextdollar.compute.serving.decode import decode_step
from nextdollar.compute.serving.inputs import Deployment, ServingLoad
from nextdollar.errors import require
from nextdollar.units import Floats

USUAL_TOKENS_PER_STEP = 3.0
"""What multi-token prediction with a few drafts yields at most in practice."""
NARROWER_SHARE = 0.5
"""8-bit weights in place of 16, 4-bit in place of 8."""
CAUSES = (
    "none",
    "attention replicas not declared: wide tensor parallelism would hold the cache on every GPU",
    "speculative decoding not declared, or weights narrower than the label says",
    "speculative decoding not declared",
    "fewer sequences decoding at once than the concurrency",
    "more GPUs than stated, or times in another unit",
)
"""Likely causes of a measurement that beats the bound; "none" where it does not."""


def tpot_bound_s(deployment: Deployment, load: ServingLoad, *, n_decoding: Floats | None = None) -> Floats:
    """Least seconds per output token without speculation: the data sheet, reached in full.

    Parameters
    ----------
    deployment : Deployment
        Model, servers and layout.
    load : ServingLoad
        Requests in flight and their lengths.
    n_decoding : float or array (...)
        Sequences that decode at once, above 0; None takes the concurrency.

    Returns
    -------
    float or array (...)
        Seconds.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    max((weights read + cache) / bandwidth, work / peak), the experts read being those that evenly routed
    tokens visit. A router that sends all sequences to the same experts could beat it; none is known to.
    """
    sequences = load.n_concurrent if n_decoding is None else n_decoding
    step = decode_step(deployment, sequences, n_context_tokens=load.n_context_tokens, calibration=IDEAL)
    return np.maximum(step.weights_s + step.kv_s, step.compute_s)


def throughput_bound_per_s_per_gpu(
    deployment: Deployment,
    load: ServingLoad,
    *,
    readers: Deployment | None = None,
    n_readers: Floats = 1.0,
    n_writers: Floats = 1.0,
) -> Floats:
    """Most output tokens per second and GPU without speculation or cached prompts: the data sheet in full.

    Parameters
    ----------
    deployment : Deployment
        An instance that writes answers, and reads prompts too where there are no `readers`.
    load : ServingLoad
        Requests in flight at all instances together, and their lengths.
    readers : Deployment, optional
        An instance that reads prompts.
    n_readers, n_writers : float or array (...)
        Instances of each kind, at least 1; without readers there is one instance.

    Returns
    -------
    float or array (...)
        Tokens per second and GPU of readers and writers together.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    The least of what reading weights and cache allows when every request decodes, n / t(n) of
    `tpot_bound_s`, and of what arithmetic allows: 2 N_a for each token of prompts and answers.
    """
    require(np.greater_equal(n_readers, 1), "n_readers", "at least 1", n_readers)
    require(np.greater_equal(n_writers, 1), "n_writers", "at least 1", n_writers)
    gpus = n_writers * deployment.layout.n_gpus
    each = np.maximum(load.n_concurrent / n_writers, 1.0)
    decoding = n_writers * each / tpot_bound_s(deployment, load, n_decoding=each)
    flop_per_token = INFERENCE_FLOP_PER_PARAM_TOKEN * deployment.model.params_active
    rate = deployment.server.peak_flop_per_s / flop_per_token
    prompts = load.n_prompt_tokens / load.n_output_tokens
    if readers is None:
        return np.minimum(decoding, gpus * rate / (1.0 + prompts)) / gpus
    reading_gpus = n_readers * readers.layout.n_gpus
    written = np.minimum(decoding, gpus * rate)
    return np.minimum(written, reading_gpus * rate / prompts) / (gpus + reading_gpus)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """A forecast: the 5th, 50th and 95th percentile, in the unit of what is forecast."""

    p5: Floats
    p50: Floats
    p95: Floats


def tpot_percentiles_s(tpot_s: Floats, bound_s: Floats, *, band: ErrorBand) -> Percentiles:
    """Percentiles of the seconds per output token, none of them below the bound.

    `bound_s` is `tpot_bound_s` at the sequences that decode at once, over `tokens_per_step` where tokens
    are drafted; both in seconds, float or array (...).
    """
    ends = [np.maximum(bound_s, tpot_s * factor) for factor in (band.p5_factor, 1.0, band.p95_factor)]
    return Percentiles(*ends)


@dataclass(frozen=True, slots=True)
class BoundAudit:
    """Measurements against the bound: `ratio_factor` is bound over measured, above 1 where it is beaten."""

    ratio_factor: Floats
    beats_bound: npt.NDArray[np.bool_]
    likely_cause: npt.NDArray[np.str_]


def audit_tpot(
    deployment: Deployment, load: ServingLoad, *, tpot_s: Floats, ttft_s: Floats | None = None
) -> BoundAudit:
    """Which measured times per token are too short to be true as labelled, and why probably.

    Parameters
    ----------
    deployment : Deployment
        Model, servers and layout, as the label says.
    load : ServingLoad
        Requests in flight and their lengths.
    tpot_s : float or array (...)
        Measured seconds per output token, above 0.
    ttft_s : float or array (...)
        Measured seconds to the first token, at least 0: while a request waits for it, it does not decode.

    Returns
    -------
    BoundAudit
        Ratio, verdict and likely cause (one of `CAUSES`) by element.

    Raises
    ------
    DomainError
        If a time is not above 0.

    Notes
    -----
    By Little's law n x n_out TPOT / (TTFT + n_out TPOT) sequences decode on average. The causes are
    tried in order: half the bytes per weight would explain it, more tokens per step would, a single
    sequence at a time would.
    """
    require(np.greater(tpot_s, 0), "tpot_s", "above 0", tpot_s)
    decoding = load.n_concurrent
    if ttft_s is not None:
        require(np.greater_equal(ttft_s, 0), "ttft_s", "at least 0", ttft_s)
        answer_s = load.n_output_tokens * tpot_s
        decoding = load.n_concurrent * answer_s / (answer_s + ttft_s)
    ratio = tpot_bound_s(deployment, load, n_decoding=decoding) / tpot_s
    model = deployment.model
    narrow_bytes = model.weight_bytes_per_param * NARROWER_SHARE
    narrow = replace(deployment, model=replace(model, weight_bytes_per_param=narrow_bytes))
    narrow_ratio = tpot_bound_s(narrow, load, n_decoding=decoding) / tpot_s
    layout = deployment.layout
    apart = replace(deployment, layout=replace(layout, n_attention_replicas=layout.gpus_per_stage))
    apart_ratio = tpot_bound_s(apart, load, n_decoding=decoding) / tpot_s
    single_ratio = tpot_bound_s(deployment, load, n_decoding=1.0) / tpot_s
    explained = [
        np.less_equal(ratio, 1.0),
        np.less_equal(apart_ratio, 1.0),
        np.less_equal(narrow_ratio, 1.0) & np.less_equal(ratio, USUAL_TOKENS_PER_STEP),
        np.less_equal(ratio, USUAL_TOKENS_PER_STEP),
        np.less_equal(single_ratio, 1.0),
    ]
    cause = np.select(explained, CAUSES[:-1], default=CAUSES[-1])
    return BoundAudit(ratio_factor=ratio, beats_bound=np.greater(ratio, 1.0), likely_cause=cause)
