"""Requests that come one by one: what is asked, and how fast a full instance answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nextdollar.compute.flop import INFERENCE_FLOP_PER_PARAM_TOKEN
from nextdollar.compute.serving.bound import tpot_bound_s
from nextdollar.compute.serving.calibration import ErrorBand, ServingCalibration
from nextdollar.compute.serving.continuous_batching import ServingPoint, serve
from nextdollar.compute.serving.inputs import Deployment, ServingLoad
from nextdollar.compute.serving.speculative import NO_DRAFTS, Speculation, tokens_per_step
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

NO_RUSH_SHARE = 1e-9
"""Open arrivals have no first rush: only a benchmark sends its first requests all at once."""


@dataclass(frozen=True, slots=True)
class ServingNeed:
    """What is to be served, and how fast.

    Parameters
    ----------
    requests_per_s_by_hour : array (n_hours,)
        Mean arrivals of each hour of a day (24) or week (168) that comes again, at least 0.
    n_prompt_tokens, n_output_tokens : float
        Lengths of a request in tokens, at least 1.
    ttft_limit_s, tpot_limit_s : float, optional
        Most seconds to the first token and between later ones, above 0; None sets no limit.
    cached_prompt_share : float
        Share of the prompt whose keys and values are already cached, in [0, 1].

    Raises
    ------
    DomainError
        If a number leaves its domain.
    """

    requests_per_s_by_hour: FloatArray
    n_prompt_tokens: float
    n_output_tokens: float
    ttft_limit_s: float | None = None
    tpot_limit_s: float | None = None
    cached_prompt_share: float = 0.0

    def __post_init__(self) -> None:
        load = np.asarray(self.requests_per_s_by_hour)
        require(load.ndim == 1 and load.size > 0, "requests_per_s_by_hour", "one number an hour", load.shape)
        require(np.isfinite(load) & (load >= 0), "requests_per_s_by_hour", "at least 0", load)
        require(load.sum() > 0, "requests_per_s_by_hour", "above 0 in some hour", 0.0)
        for name in ("n_prompt_tokens", "n_output_tokens"):
            require(getattr(self, name) >= 1, name, "at least 1", getattr(self, name))
        for name in ("ttft_limit_s", "tpot_limit_s"):
            limit = getattr(self, name)
            require(limit is None or limit > 0, name, "above 0, or not given", limit)
        share = self.cached_prompt_share
        require(0 <= share <= 1, "cached_prompt_share", "at least 0 and at most 1", share)

    @property
    def mean_requests_per_s(self) -> float:
        """Arrivals per second on average over the hours."""
        return float(np.mean(self.requests_per_s_by_hour))


@dataclass(frozen=True, slots=True)
class ServingSpeed:
    """What is reached of the data sheets, how far that may be off, and whether tokens are drafted."""

    calibration: ServingCalibration
    tpot_band: ErrorBand
    ttft_band: ErrorBand
    speculation: Speculation = NO_DRAFTS


def open_point(
    need: ServingNeed, deployment: Deployment, *, n_concurrent: Floats, speed: ServingSpeed
) -> ServingPoint:
    """Speed and latency of a full instance that requests reach one by one, without a first rush.

    `n_concurrent` requests, float or array (...), at least 1; else as in `serve`.
    """
    steady = replace(speed.calibration, burst_share=NO_RUSH_SHARE)
    return serve(
        deployment,
        ServingLoad(n_concurrent, need.n_prompt_tokens, need.n_output_tokens),
        calibration=steady,
        speculation=speed.speculation,
        cached_prompt_share=need.cached_prompt_share,
    )


def least_stay_s(need: ServingNeed, deployment: Deployment, *, n_concurrent: Floats) -> Floats:
    """Least mean seconds of a request at a full instance, at the peak of the data sheet.

    Parameters
    ----------
    need : ServingNeed
        Lengths of a request.
    deployment : Deployment
        Model, servers and layout.
    n_concurrent : float or array (...)
        Requests in flight, at least 1.

    Returns
    -------
    float or array (...)
        Seconds.

    Notes
    -----
    n x 2 N_active (tokens read + written) / (g P): n requests share the arithmetic of g devices, and no
    order of reading and writing makes it less. Attention comes on top and is left out.
    """
    read_tokens = max(need.n_prompt_tokens * (1.0 - need.cached_prompt_share), 1.0)
    # The first token of an answer is that of the pass over the prompt.
    tokens = read_tokens + need.n_output_tokens - 1.0
    flop = INFERENCE_FLOP_PER_PARAM_TOKEN * deployment.model.params_active * tokens
    rate_flop_per_s = deployment.server.peak_flop_per_s * deployment.layout.n_gpus
    return n_concurrent * (flop / rate_flop_per_s)


def stay_draws_s(
    need: ServingNeed,
    deployment: Deployment,
    *,
    n_concurrent: float,
    speed: ServingSpeed,
    tpot_scores: FloatArray,
    ttft_scores: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Draws of the times per token and to the first token of one full instance, in seconds.

    Parameters
    ----------
    need, deployment, n_concurrent, speed
        One configuration, as in `cheapest_fleet`.
    tpot_scores, ttft_scores : array (n_draws,)
        Standard normal scores of the two errors.

    Returns
    -------
    tuple of array (n_draws,)
        Seconds per token and to the first one; no time per token is below the physical bound, and no
        request stays less than `least_stay_s`.
    """
    point = open_point(need, deployment, n_concurrent=n_concurrent, speed=speed)
    load = ServingLoad(n_concurrent, need.n_prompt_tokens, need.n_output_tokens)
    drafts = speed.speculation
    tokens = tokens_per_step(drafts.n_drafts, drafts.acceptance_share)
    bound_s = tpot_bound_s(deployment, load, n_decoding=point.n_decoding) / tokens
    tpot_s = np.maximum(speed.tpot_band.at(point.tpot_s, tpot_scores), bound_s)
    ttft_s = np.asarray(speed.ttft_band.at(point.ttft_s, ttft_scores))
    least_s = least_stay_s(need, deployment, n_concurrent=n_concurrent)
    later_tokens = need.n_output_tokens - 1.0
    if later_tokens > 0:
        return np.maximum(tpot_s, (least_s - ttft_s) / later_tokens), ttft_s
    return tpot_s, np.maximum(ttft_s, least_s)
