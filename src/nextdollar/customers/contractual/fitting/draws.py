"""Draws of what the coefficients of a law may be, given what was observed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.contractual.fitting.newton import Peak
from nextdollar.units import FloatArray

# Multiples of the golden section, modulo 1: neighbours land far from each other.
_GOLDEN = 0.6180339887498949
_MOST_ROUNDS, _ENOUGH_SHARE = 2, 0.2
_LEAST_SPREAD = 1e-10
# Where the likelihood is flat the spread is 5 in logs, a factor of 150 either way.
_LEAST_CURVATURE = 0.04


Value = Callable[[FloatArray, NDArray[np.int64]], FloatArray]


@dataclass(frozen=True, slots=True)
class Proposals:
    """Coefficients with the log of their weights: theta (n, n_scores, n_coordinates), weight (n, n_scores).

    The mean of the weights is the evidence of the law: the likelihood averaged over what was held likely.
    """

    theta: FloatArray
    log_weight: FloatArray

    @property
    def log_evidence(self) -> FloatArray:
        """Log of the mean weight, (n,)."""
        most = self.log_weight.max(axis=-1)
        mean = np.mean(np.exp(self.log_weight - most[..., None]), axis=-1)
        evidence: FloatArray = most + np.log(mean)
        return evidence


def proposals(value: Value, peak: Peak, scores: FloatArray, *, box: FloatArray) -> Proposals:
    """Coefficients around a peak, and how likely each is against how often it is proposed.

    Parameters
    ----------
    value : callable
        From theta (n, n_scores, n_coordinates) and the places (n,) of its functions to the log of likelihood
        times prior, (n, n_scores).
    peak : Peak
        Where it is highest.
    scores : array (n_coordinates, n_scores)
        Uniform between 0 and 1, a row for each coordinate.
    box : array (n_coordinates, 2)
        Edges of what is held possible; candidates beyond have no weight.

    Notes
    -----
    Importance sampling from Student's t with 4 degrees of freedom, whose spread is the inverse curvature at
    the peak. Where few candidates carry the weight, the shape around the peak is not that of the whole: the
    candidates are dealt again around their weighted mean, at most twice.
    """
    t = _student(scores)
    curvature = -peak.terms.curvature
    places = np.arange(peak.theta.shape[0])
    found = _around(value, places, peak.theta, curvature, t=t, box=box)
    for _ in range(_MOST_ROUNDS):
        worst = np.flatnonzero(_carrying_share(found) < _ENOUGH_SHARE)
        if worst.size == 0:
            break
        centre, spread = _moments(found.theta[worst], found.log_weight[worst])
        narrow = np.asarray(np.linalg.inv(spread), dtype=np.float64)
        again = _around(value, worst, centre, narrow, t=t, box=box)
        better = _carrying_share(again) > _carrying_share(found)[worst]
        found.theta[worst[better]] = again.theta[better]
        found.log_weight[worst[better]] = again.log_weight[better]
    return found


def _around(
    value: Value,
    places: NDArray[np.int64],
    centre: FloatArray,
    curvature: FloatArray,
    *,
    t: FloatArray,
    box: FloatArray,
) -> Proposals:
    """Return weighted candidates around centres (n, n_coordinates) with curvatures above 0."""
    # Curvature V diag(l) V' has the spread V diag(1 / sqrt(l)).
    values, vectors = np.linalg.eigh(curvature)
    values = np.maximum(values, _LEAST_CURVATURE)
    spread = vectors / np.sqrt(values)[..., None, :]
    free = centre[:, None, :] + np.einsum("...ij,jk->...ki", spread, t)
    theta = np.clip(free, box[:, 0], box[:, 1])
    is_inside = np.all(theta == free, axis=-1)
    # log of 3/8 (1 + t^2 / 4)^(-5/2) for each coordinate, over the volume of the spread.
    log_density = np.sum(np.log(0.375) - 2.5 * np.log1p(t**2 / 4), axis=0)
    log_volume = -0.5 * np.sum(np.log(values), axis=-1)
    log_weight = value(theta, places) - log_density + log_volume[:, None]
    return Proposals(theta, np.where(is_inside, log_weight, -np.inf))


def _weights(log_weight: FloatArray) -> FloatArray:
    """Return weights (..., n_scores) that add up to 1."""
    weights = np.exp(log_weight - log_weight.max(axis=-1, keepdims=True))
    shares: FloatArray = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def _carrying_share(found: Proposals) -> FloatArray:
    """Return the share of candidates that as many equal weights would have the same variance for, (n,)."""
    share: FloatArray = 1 / np.sum(_weights(found.log_weight) ** 2, axis=-1) / found.log_weight.shape[-1]
    return share


def _moments(theta: FloatArray, log_weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return weighted means and spreads; weights are levelled, so that one candidate is not all of them."""
    weights = _weights(0.5 * log_weight)
    centre = np.einsum("...k,...ki->...i", weights, theta)
    away = theta - centre[:, None, :]
    spread = np.einsum("...k,...ki,...kj->...ij", weights, away, away)
    return centre, spread / 2 + _LEAST_SPREAD * np.eye(theta.shape[-1])


def _student(scores: FloatArray) -> FloatArray:
    """Return Student's t with 4 degrees of freedom from uniforms: its quantile has a closed form."""
    root = np.sqrt(4 * scores * (1 - scores))
    quantile: FloatArray = np.sign(scores - 0.5) * 2 * np.sqrt(np.cos(np.arccos(root) / 3) / root - 1)
    return quantile


def chosen(log_weight: FloatArray, n_draws: int) -> NDArray[np.int64]:
    """Return which of weighted candidates stand for n_draws equal ones, each as often as its weight asks.

    Parameters
    ----------
    log_weight : array (n_candidates,)
        Logs of weights.
    n_draws : int
        1 or more.

    Returns
    -------
    array of int (n_draws,)
        Places among the candidates; every stretch of the draws is a fair selection of them.
    """
    weights = np.cumsum(np.exp(log_weight - log_weight.max()))
    points = (np.arange(n_draws) + 0.5) / n_draws * weights[-1]
    places = np.searchsorted(weights, points)
    order = np.argsort(np.modf(np.arange(n_draws) * _GOLDEN)[0])
    dealt: NDArray[np.int64] = np.minimum(places, log_weight.size - 1)[order]
    return dealt


def share_points(values: FloatArray, log_weight: FloatArray, shares: Sequence[float]) -> FloatArray:
    """Values (n_candidates,) below which given shares of the weight lie, (len(shares),)."""
    order = np.argsort(values)
    weights = np.cumsum(np.exp(log_weight[order] - log_weight.max()))
    places = np.searchsorted(weights, np.asarray(shares) * weights[-1])
    points: FloatArray = values[order][np.minimum(places, values.size - 1)]
    return points
