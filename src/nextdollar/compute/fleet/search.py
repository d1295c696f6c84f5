"""The cheapest way to serve a load within limits, among many configurations at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nextdollar.compute.fleet.headroom import normal_score
from nextdollar.compute.fleet.instances import Fleet, FleetPolicy, fleet_for
from nextdollar.compute.fleet.open_arrivals import (
    ServingNeed,
    ServingSpeed,
    least_stay_s,
    open_point,
    stay_draws_s,
)
from nextdollar.compute.serving.batch import sequences_that_fit
from nextdollar.compute.serving.continuous_batching import ServingPoint
from nextdollar.compute.serving.inputs import Deployment, ServingLoad
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

__all__ = [
    "FleetSearch",
    "ServingNeed",
    "ServingOptions",
    "ServingSpeed",
    "cheapest_fleet",
    "open_point",
    "stay_draws_s",
]

_SPEEDS = 9


@dataclass(frozen=True, slots=True)
class ServingOptions:
    """Configurations of an instance to choose from; every array (n_options,).

    Parameters
    ----------
    deployment : Deployment
        Model at a precision, servers and layout; each number one value or an array (n_options,).
    n_concurrent : array (n_options,)
        Most requests that an instance serves at once, at least 1.
    usd_per_gpu_hour : array (n_options,)
        Price of an hour, at least 0.

    Raises
    ------
    DomainError
        If a number leaves its domain.
    """

    deployment: Deployment
    n_concurrent: FloatArray
    usd_per_gpu_hour: FloatArray

    def __post_init__(self) -> None:
        require(np.greater_equal(self.n_concurrent, 1), "n_concurrent", "at least 1", self.n_concurrent)
        price = self.usd_per_gpu_hour
        require(np.greater_equal(price, 0), "usd_per_gpu_hour", "at least 0", price)


@dataclass(frozen=True, slots=True)
class FleetSearch:
    """Every configuration with its speed, its fleet and its cost, and which may be chosen.

    Parameters
    ----------
    point : ServingPoint
        Speed and latency of a full instance.
    fleet : Fleet
        Instances by the hour at the median speed, arrays (n_hours, n_options).
    usd_per_month : array (n_options,)
        Rent of the fleet, on average over how far the speed may be off.
    fits_in_memory, meets_ttft, meets_tpot : array (n_options,) of bool
        Weights and `n_concurrent` sequences fit; the limits hold at the percentile of the error asked for.
    slow_ttft_s, slow_tpot_s : array (n_options,)
        Times of a full instance at that percentile.
    """

    point: ServingPoint
    fleet: Fleet
    usd_per_month: FloatArray
    fits_in_memory: npt.NDArray[np.bool_]
    meets_ttft: npt.NDArray[np.bool_]
    meets_tpot: npt.NDArray[np.bool_]
    slow_ttft_s: Floats
    slow_tpot_s: Floats

    @property
    def is_feasible(self) -> npt.NDArray[np.bool_]:
        """Which configurations fit and meet the limits."""
        return self.fits_in_memory & self.meets_ttft & self.meets_tpot

    def best(self, among: npt.NDArray[np.bool_] | None = None) -> int | None:
        """Place of the cheapest feasible configuration, the fastest of equals; None where there is none.

        `among` (n_options,) leaves out those that are False.
        """
        allowed = self.is_feasible if among is None else self.is_feasible & among
        places = np.flatnonzero(allowed)
        if not places.size:
            return None
        # Whole instances make many configurations cost the same to the last cent.
        cost = np.round(self.usd_per_month[places], 6)
        stay_s = np.broadcast_to(self.point.tpot_s, self.usd_per_month.shape)[places]
        return int(places[np.lexsort((stay_s, cost))[0]])


def cheapest_fleet(
    need: ServingNeed, options: ServingOptions, *, speed: ServingSpeed, policy: FleetPolicy
) -> FleetSearch:
    """Size and price a fleet for every configuration; `best()` of the answer is the cheapest feasible one.

    Parameters
    ----------
    need : ServingNeed
        Load and limits.
    options : ServingOptions
        Configurations to choose from.
    speed : ServingSpeed
        Constants of the serving model and its error bands.
    policy : FleetPolicy
        Whether the fleet follows the load, and how much room it keeps.

    Returns
    -------
    FleetSearch
        Arrays (n_options,) in the order of the options.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Limits are held against the mean time of a full instance at the percentile `sure_share` of measured over
    predicted: so often they hold for a model that nobody has measured; an instance that is not full is
    faster. Sizes are those of the median speed. Costs are averages over nine speeds that are equally likely:
    at one speed alone the search would pick fleets whose last instance is full to the brim, and that need
    one more as soon as the model errs.
    """
    deployment, n_concurrent = options.deployment, options.n_concurrent
    load = ServingLoad(n_concurrent, need.n_prompt_tokens, need.n_output_tokens)
    point = open_point(need, deployment, n_concurrent=n_concurrent, speed=speed)
    stay_s = point.ttft_s + (need.n_output_tokens - 1.0) * point.tpot_s
    fleet = fleet_for(need.requests_per_s_by_hour, stay_s, n_concurrent=n_concurrent, policy=policy)
    hours = _mean_instance_hours(need, options, point, speed=speed, policy=policy)
    usd_per_month = hours * deployment.layout.n_gpus * options.usd_per_gpu_hour
    longest = need.n_prompt_tokens + need.n_output_tokens
    fits = np.greater_equal(sequences_that_fit(deployment, load.n_context_tokens), n_concurrent)
    fits &= np.greater_equal(sequences_that_fit(deployment, longest), 1.0)
    score = np.asarray(normal_score(policy.sure_share))
    slow_tpot_s = speed.tpot_band.at(point.tpot_s, score)
    slow_ttft_s = speed.ttft_band.at(point.ttft_s, score)
    shape = np.shape(usd_per_month)
    return FleetSearch(
        point=point,
        fleet=fleet,
        usd_per_month=np.asarray(usd_per_month),
        fits_in_memory=np.broadcast_to(fits, shape),
        meets_ttft=_meets(slow_ttft_s, need.ttft_limit_s, shape),
        meets_tpot=_meets(slow_tpot_s, need.tpot_limit_s, shape),
        slow_ttft_s=slow_ttft_s,
        slow_tpot_s=slow_tpot_s,
    )


def _mean_instance_hours(
    need: ServingNeed,
    options: ServingOptions,
    point: ServingPoint,
    *,
    speed: ServingSpeed,
    policy: FleetPolicy,
) -> Floats:
    """Instance-hours of a month, averaged over speeds that are equally likely."""
    load = np.asarray(need.requests_per_s_by_hour, dtype=np.float64)
    if not policy.autoscaled:
        # A fleet that is kept at its peak is decided by the busiest hour alone.
        load = load.max(keepdims=True)
    n_concurrent = options.n_concurrent
    least_s = least_stay_s(need, options.deployment, n_concurrent=n_concurrent)
    total: Floats = 0.0
    for place in range(_SPEEDS):
        score = np.asarray(normal_score((place + 0.5) / _SPEEDS))
        tpot_s, ttft_s = speed.tpot_band.at(point.tpot_s, score), speed.ttft_band.at(point.ttft_s, score)
        stay_s = np.maximum(ttft_s + (need.n_output_tokens - 1.0) * tpot_s, least_s)
        fleet = fleet_for(load, stay_s, n_concurrent=n_concurrent, policy=policy)
        total = total + fleet.instance_hours_per_month
    return total / _SPEEDS


def _meets(seconds: Floats, limit_s: float | None, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Whether times keep within a limit; without one they do."""
    return np.broadcast_to(True if limit_s is None else np.less_equal(seconds, limit_s), shape)
