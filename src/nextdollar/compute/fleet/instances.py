"""Whole instances by the hour for a load that rises and falls, and how busy they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nextdollar.compute.fleet.headroom import places_for
from nextdollar.errors import require
from nextdollar.units import HOURS_PER_YEAR, MONTHS_PER_YEAR, FloatArray, Floats

HOURS_PER_MONTH = HOURS_PER_YEAR / MONTHS_PER_YEAR
USUAL_WAIT_SHARE = 0.05
"""One request in twenty may find every place taken."""
USUAL_SURE_SHARE = 0.95
"""Limits of latency hold for 19 of 20 models that nobody has measured."""
USUAL_START_HOURS = 0.25
"""From the order of an instance to its first answer: a machine, and the weights. An assumption."""
_WHOLE = 1e-9


@dataclass(frozen=True, slots=True)
class FleetPolicy:
    """How a fleet follows its load.

    Parameters
    ----------
    autoscaled : bool
        Instances are started and stopped by the hour; False keeps those of the busiest hour all day.
    least_instances : float
        Never fewer than these, at least 0. 1 answers also in the quietest hour, 2 survives a failure.
    start_hours : float
        From the order of an instance to its first answer, at least 0: it is paid and does nothing.
    wait_share : float
        Share of requests that may find every place taken, in (0, 1).
    arrival_variance_factor : float
        Burstiness within the hour, above 0; 1 is Poisson. See `places_for`.
    sure_share : float
        Chance with which limits of latency must hold, given how far the model errs; in (0, 1).

    Raises
    ------
    DomainError
        If a number leaves its domain.
    """

    autoscaled: bool = False
    least_instances: float = 1.0
    start_hours: float = USUAL_START_HOURS
    wait_share: float = USUAL_WAIT_SHARE
    arrival_variance_factor: float = 1.0
    sure_share: float = USUAL_SURE_SHARE

    def __post_init__(self) -> None:
        require(self.least_instances >= 0, "least_instances", "at least 0", self.least_instances)
        require(self.start_hours >= 0, "start_hours", "at least 0", self.start_hours)
        require(0 < self.wait_share < 1, "wait_share", "above 0 and below 1", self.wait_share)
        factor = self.arrival_variance_factor
        require(factor > 0, "arrival_variance_factor", "above 0", factor)
        require(0 < self.sure_share < 1, "sure_share", "above 0 and below 1", self.sure_share)


@dataclass(frozen=True, slots=True)
class UseSteps:
    """Where the time of a fleet goes: three shares whose product is its utilisation.

    `chance_share`: what is served over the places that chance asks for. `whole_share`: these places over
    those of whole instances. `kept_share`: instances that are needed over those that are paid, because they
    are kept for the busiest hour or started ahead. Each float or array (...), in [0, 1].
    """

    chance_share: Floats
    whole_share: Floats
    kept_share: Floats


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet over the hours of a day or week that comes again and again.

    Parameters
    ----------
    n_needed_by_hour : array (n_hours, ...)
        Whole instances that the load of each hour needs.
    n_paid_by_hour : array (n_hours, ...)
        Instances that are paid on average over the hour: those that start are paid too.
    n_offered_by_hour : array (n_hours, ...)
        Requests that are being served on average.
    n_places_by_hour : array (n_hours, ...)
        Requests that must find room, with those that come by chance.
    n_concurrent : float or array (...)
        Most requests that an instance serves at once.
    """

    n_needed_by_hour: FloatArray
    n_paid_by_hour: FloatArray
    n_offered_by_hour: FloatArray
    n_places_by_hour: FloatArray
    n_concurrent: Floats

    @property
    def n_peak_instances(self) -> Floats:
        """Instances of the busiest hour."""
        peak: Floats = self.n_paid_by_hour.max(axis=0)
        return peak

    @property
    def instance_hours_per_month(self) -> Floats:
        """Hours of instances that are paid in a month of 730.5 hours."""
        mean: Floats = self.n_paid_by_hour.mean(axis=0)
        return mean * HOURS_PER_MONTH

    @property
    def utilisation_share(self) -> Floats:
        """Requests in service over the places of the paid instances; 0 if none is paid."""
        places = self.n_paid_by_hour.mean(axis=0) * self.n_concurrent
        share: Floats = self.n_offered_by_hour.mean(axis=0) / np.where(np.greater(places, 0), places, np.inf)
        return share

    @property
    def use_steps(self) -> UseSteps:
        """Where the time of the paid instances goes; 1 for a step that has nothing to do."""
        offered, places = self.n_offered_by_hour.mean(axis=0), self.n_places_by_hour.mean(axis=0)
        needed, paid = self.n_needed_by_hour.mean(axis=0), self.n_paid_by_hour.mean(axis=0)
        return UseSteps(
            chance_share=_ratio(offered, places),
            whole_share=_ratio(places, needed * self.n_concurrent),
            kept_share=_ratio(needed, paid),
        )


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Part over whole; 1 where there is no whole."""
    some = np.greater(whole, 0)
    share: Floats = np.where(some, part / np.where(some, whole, 1.0), 1.0)[()]
    return share


def fleet_for(
    requests_per_s_by_hour: FloatArray, stay_s: Floats, *, n_concurrent: Floats, policy: FleetPolicy
) -> Fleet:
    """Instances for a load by the hour.

    Parameters
    ----------
    requests_per_s_by_hour : array (n_hours,)
        Mean arrivals of each hour of a day or week that comes again, at least 0.
    stay_s : float or array (...)
        Seconds that a request takes at an instance that is full, above 0.
    n_concurrent : float or array (...)
        Most requests that an instance serves at once, at least 1.
    policy : FleetPolicy
        How the fleet follows the load.

    Returns
    -------
    Fleet
        Arrays (n_hours, ...).

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    By Little's law rate x stay requests are served on average; `places_for` adds room for chance, and
    instances are whole: ceil(places / n). The places of all instances form one queue, so requests must be
    sent to an instance that has room. The stay is that of a full instance; those that are not full are
    faster, so fewer wait than stated. A fleet that follows the load starts instances `start_hours` ahead:
    at any time it pays for the most that the load needs from then until that much later.
    """
    load = np.asarray(requests_per_s_by_hour, dtype=np.float64)
    require(np.isfinite(load) & (load >= 0), "requests_per_s_by_hour", "at least 0", load)
    require(np.greater(stay_s, 0), "stay_s", "above 0", stay_s)
    require(np.greater_equal(n_concurrent, 1), "n_concurrent", "at least 1", n_concurrent)
    free_axes = np.ndim(np.multiply(stay_s, n_concurrent))
    offered = load.reshape(load.shape + (1,) * free_axes) * stay_s
    places = places_for(
        offered, wait_share=policy.wait_share, arrival_variance_factor=policy.arrival_variance_factor
    )
    ratio = places / n_concurrent
    needed = np.maximum(np.ceil(ratio * (1.0 - _WHOLE)), policy.least_instances)
    if policy.autoscaled:
        paid = started_ahead(needed, policy.start_hours)
    else:
        paid = np.broadcast_to(needed.max(axis=0), needed.shape)
    shape = needed.shape
    return Fleet(needed, paid, np.broadcast_to(offered, shape), np.broadcast_to(places, shape), n_concurrent)


def started_ahead(n_needed_by_hour: FloatArray, start_hours: float) -> FloatArray:
    """Instances paid on average in each hour when they are ordered ahead of the hour that needs them.

    Parameters
    ----------
    n_needed_by_hour : array (n_hours, ...)
        Instances that each hour needs; the hours come again in a circle.
    start_hours : float
        From order to first answer, at least 0.

    Returns
    -------
    array (n_hours, ...)
        The mean over each hour of the most that is needed from then until `start_hours` later.

    Raises
    ------
    DomainError
        If a number leaves its domain.
    """
    require(np.greater_equal(n_needed_by_hour, 0), "n_needed_by_hour", "at least 0", n_needed_by_hour)
    require(start_hours >= 0, "start_hours", "at least 0", start_hours)
    n_hours = n_needed_by_hour.shape[0]
    ahead = min(float(start_hours), float(n_hours))
    whole = int(ahead)
    most, n_seen = n_needed_by_hour, 1
    while n_seen < whole + 1:
        # Hours that are seen twice do no harm to a maximum, so the window can double.
        step = min(n_seen, whole + 1 - n_seen)
        most = np.maximum(most, np.roll(most, -step, axis=0))
        n_seen += step
    part = ahead - whole
    further = np.maximum(most, np.roll(n_needed_by_hour, -(whole + 1), axis=0))
    # Written so that equal ends give themselves to the last bit: no fleet is paid beyond its peak.
    return most + part * (further - most)
