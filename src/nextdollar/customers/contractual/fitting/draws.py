"""Draws of what the coefficients of a law may be, given what was observed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nextdollar.customers.contractual.fitting.newton import Peak
from nextdollar.customers.contractual.fitting.ridge import Ridge
from nextdollar.customers.student_t import student_t
from nextdollar.units import FloatArray

# Multiples of the golden section, modulo 1: neighbours land far from each other.
_GOLDEN = 0.6180339887498949

Value = Callable[[FloatArray], FloatArray]


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


def around(value: Value, peak: Peak, scores: FloatArray, *, box: FloatArray) -> Proposals:
    """Coefficients around a peak in one coordinate, weighted by how likely each is against how often dealt.

    Parameters
    ----------
    value : callable
        From theta (n, n_scores, 1) to the log of likelihood times prior, (n, n_scores).
    peak : Peak
        Where it is highest.
    scores : array (1, n_scores)
        Uniform between 0 and 1.
    box : array (n_coordinates, 2)
        Edges of what is held possible.

    Notes
    -----
    Importance sampling from Student's t with 4 degrees of freedom, whose spread is the inverse curvature at
    the peak.
    """
    t, log_density = student_t(scores)
    spread = 1 / np.sqrt(-peak.terms.curvature[:, 0, 0])
    theta = peak.theta[:, None, :] + (spread[:, None] * t[0])[..., None]
    return _weighted(value, theta, log_density - np.log(spread)[:, None], box)


def along(value: Value, ridge: Ridge, scores: FloatArray, *, box: FloatArray) -> Proposals:
    """Coefficients along a ridge, weighted; arguments as of `around`, with two or three rows of scores.

    Notes
    -----
    Importance sampling: the second coordinate from the heights of the ridge, which are joined by straight
    lines in logs; the others given it, around the ridge there, from Student's t with 4 degrees of freedom.
    """
    segment, share, log_density = _dealt_along(ridge, scores[1])
    t, log_t = student_t(np.delete(scores, 1, axis=0))
    rows = np.arange(ridge.at.shape[0])[:, None]

    def joined(corners: FloatArray) -> FloatArray:
        part = share.reshape(*share.shape, *[1] * (corners.ndim - 2))
        ends: FloatArray = (1 - part) * corners[rows, segment] + part * corners[rows, segment + 1]
        return ends

    spread = joined(ridge.spread)
    others = joined(ridge.middle) + (spread @ t.T[..., None])[..., 0]
    theta = np.insert(others, 1, joined(ridge.at), axis=-1)
    log_volume = np.log(np.einsum("nsii->nsi", spread)).sum(axis=-1)
    return _weighted(value, theta, log_density + log_t - log_volume, box)


def _weighted(value: Value, free: FloatArray, log_density: FloatArray, box: FloatArray) -> Proposals:
    """Return candidates with their weights; those beyond the box stand at its edge and have none."""
    theta = np.clip(free, box[:, 0], box[:, 1])
    is_inside = np.all(theta == free, axis=-1)
    return Proposals(theta, np.where(is_inside, value(theta) - log_density, -np.inf))


def _dealt_along(ridge: Ridge, scores: FloatArray) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
    """Return segments of the ridge, shares of the way through them, and log-densities, each (n, n_scores)."""
    width, rise = np.diff(ridge.at, axis=-1), np.diff(ridge.height, axis=-1)
    steep = np.maximum(np.abs(rise), 1e-9)
    fill = -np.expm1(-steep)
    higher = np.maximum(ridge.height[:, :-1], ridge.height[:, 1:])
    higher = higher - higher.max(axis=-1, keepdims=True)
    mass = np.exp(higher) * width * fill / steep
    until = np.cumsum(mass, axis=-1)
    total = until[:, -1:]
    wanted = scores * total
    segment = np.count_nonzero(wanted[..., None] > until[:, None, :], axis=-1)
    segment = np.minimum(segment, width.shape[-1] - 1)
    rows = np.arange(width.shape[0])[:, None]
    part = np.clip(1 + (wanted - until[rows, segment]) / mass[rows, segment], 0, 1)
    rises = rise[rows, segment] > 0
    # From the higher end of the segment: the density there falls as e**-(steep x share of the way).
    fall = -np.log1p(-np.where(rises, 1 - part, part) * fill[rows, segment])
    share = np.minimum(fall / steep[rows, segment], 1.0)
    log_density = higher[rows, segment] - fall - np.log(total)
    return segment, np.where(rises, 1 - share, share), log_density


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
