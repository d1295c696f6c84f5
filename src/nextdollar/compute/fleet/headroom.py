"""How many places requests need that arrive by chance, so that few of them wait."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from nextdollar.errors import require
from nextdollar.units import Floats

_INVERSE_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)
_MOST_SCORE = 40.0
_HALVINGS = 80


def waiting_share(n_offered: Floats, n_places: Floats) -> Floats:
    """Share of requests that find every place taken, by Erlang's formula C.

    Parameters
    ----------
    n_offered : float or array (...)
        Requests that are being served on average: arrivals per second times seconds of each, at least 0.
    n_places : float or array (...)
        Requests that can be served at once, at least 1; fractions are rounded down.

    Returns
    -------
    float or array (...)
        In [0, 1]; 1 where at least as many are offered as there are places.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    Poisson arrivals, exponential times, one queue for all places (M/M/c). B(0) = 1 and
    B(k) = a B(k-1) / (k + a B(k-1)); C = c B / (c - a (1 - B)). It takes as many steps as there are places.
    """
    require(np.greater_equal(n_offered, 0), "n_offered", "at least 0", n_offered)
    require(np.greater_equal(n_places, 1), "n_places", "at least 1", n_places)
    load, places = np.broadcast_arrays(np.asarray(n_offered, float), np.floor(np.asarray(n_places, float)))
    lost = np.ones(load.shape)
    for count in range(1, int(places.max(initial=1)) + 1):
        # A place that is not there changes nothing.
        lost = np.where(count <= places, load * lost / (count + load * lost), lost)
    stable = load < places
    spare = np.where(stable, places - load * (1.0 - lost), 1.0)
    return np.where(stable, places * lost / spare, 1.0)[()]


@lru_cache(maxsize=256)
def staffing_score(wait_share: float) -> float:
    """Roots of the offered load to be held free so that a share of requests waits.

    Parameters
    ----------
    wait_share : float
        Share of requests that wait, in (0, 1).

    Returns
    -------
    float
        The score b, above 0: 1.42 for a tenth of the requests, 1.74 for a twentieth.

    Raises
    ------
    DomainError
        If the share is not within (0, 1).

    Notes
    -----
    Solves share = 1 / (1 + b Phi(b) / phi(b)): Halfin and Whitt 1981, Heavy-traffic limits for queues with
    many exponential servers, theorem 1.
    """
    require(0 < wait_share < 1, "wait_share", "above 0 and below 1", wait_share)
    low, high = 0.0, _MOST_SCORE
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _share_at(middle) > wait_share:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@lru_cache(maxsize=256)
def normal_score(share: float) -> float:
    """Standard score below which a share in (0, 1) of a normal quantity lies: 1.645 for 0.95."""
    require(0 < share < 1, "share", "above 0 and below 1", share)
    low, high = -_MOST_SCORE, _MOST_SCORE
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _below(middle) < share:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _below(score: float) -> float:
    """Share of a normal quantity below a score."""
    return 0.5 * math.erfc(-score / math.sqrt(2.0))


def _share_at(score: float) -> float:
    """Share that waits with `score` roots of the load held free."""
    density = _INVERSE_SQRT_2PI * math.exp(-0.5 * score * score)
    return density / (density + score * _below(score))


def places_for(n_offered: Floats, *, wait_share: float, arrival_variance_factor: Floats = 1.0) -> Floats:
    """Places that requests need that arrive by chance, as a real number.

    Parameters
    ----------
    n_offered : float or array (...)
        Requests that are being served on average, at least 0.
    wait_share : float
        Share of requests that may find every place taken, in (0, 1).
    arrival_variance_factor : float or array (...)
        Variance of the number of arrivals over that of a Poisson process of the same rate, above 0; 1 is
        Poisson, more comes in bursts.

    Returns
    -------
    float or array (...)
            Places, at least `n_offered`; 0 where nothing is offered.

    Raises
    ------
    DomainError
        If an argument leaves its domain.

    Notes
    -----
    a + b sqrt(z a) + z (b**2 / 6 + 1/3), the rule of square-root staffing (Halfin and Whitt 1981; Borst,
    Mandelbaum and Reiman 2004, Dimensioning large call centers). The last term is what keeps it on the safe
    side of Erlang's formula, by less than two places, from a single place to thousands and for shares of
    0.001 to 0.5. Bursts enlarge the spread by their variance z, which is the limit for large loads of
    requests that all take the same time, and cautious for others.
    """
    require(np.greater_equal(n_offered, 0), "n_offered", "at least 0", n_offered)
    ok = np.greater(arrival_variance_factor, 0)
    require(ok, "arrival_variance_factor", "above 0", arrival_variance_factor)
    score = staffing_score(wait_share)
    lump = np.maximum(arrival_variance_factor, 1.0)
    room = score * np.sqrt(arrival_variance_factor * np.asarray(n_offered)) + lump * (score**2 / 6 + 1 / 3)
    return np.where(np.greater(n_offered, 0), n_offered + room, 0.0)[()]
