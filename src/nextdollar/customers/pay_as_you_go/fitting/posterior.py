"""What the parameters of a law may be, given what customers did: more than the curvature at its likeliest.

With few customers, or a short observation, the likelihood of how much customers differ runs on without an
end: its top may lie at a limit, and the curvature there says nothing of the rest. A prior that is wide beside
what customers have been seen to do bounds it, and weights replace the curvature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from nextdollar.customers.pay_as_you_go.fitting.coordinates import Coordinates
from nextdollar.customers.pay_as_you_go.fitting.newton import Objective, maximise
from nextdollar.customers.student_t import student_t
from nextdollar.units import FloatArray

Value = Callable[[FloatArray], float]

# Place and scale of logistic distributions beforehand. Means: the logit of a chance, which makes it uniform;
# the log of a rate times the length of the observation. Spreads: the log of a + b, at 2 where chances may lie
# evenly between 0 and 1; the log of a gamma distribution's shape.
_MEAN = {"beta": (0.0, 1.0), "gamma": (0.0, 2.0)}
_SPREAD = {"beta": (float(np.log(2.0)), 1.0), "gamma": (0.0, 1.0)}

_N_CANDIDATES = 256
_MOST_ROUNDS, _ENOUGH_SHARE = 3, 0.35
# From one round to the next: levelled weights see further, and are drawn in again by a part.
_LEVEL, _DRAWN_IN = 0.5, 0.6
_LEAST_BEND, _LEAST_SPREAD = 0.04, 1e-9
_INSIDE = 0.5


@dataclass(frozen=True, slots=True)
class Prior:
    """Logistic distributions of the coordinates of a law: `place` and `scale`, arrays (k,)."""

    place: FloatArray
    scale: FloatArray

    @classmethod
    def of(cls, coordinates: Coordinates, n_periods: float) -> Prior:
        """Prior of a law of gamma and beta distributions; `n_periods` is how long customers were observed."""
        found: list[tuple[float, float]] = []
        for kind in coordinates.kinds:
            place, scale = _MEAN[kind]
            found += [(place - np.log(n_periods) if kind == "gamma" else place, scale), _SPREAD[kind]]
        place, scale = np.array(found).T
        return cls(place, scale)

    def value(self, theta: FloatArray) -> float:
        """Log-density at theta (k,), up to a constant."""
        x = np.abs(theta - self.place) / self.scale
        return -float(np.sum(x + 2 * np.log1p(np.exp(-x))))

    def slopes(self, theta: FloatArray) -> FloatArray:
        """Slopes of the log-density at theta, array (k,)."""
        slopes: FloatArray = (1 - 2 * expit((theta - self.place) / self.scale)) / self.scale
        return slopes


@dataclass(frozen=True, slots=True)
class Posterior:
    """Coordinates of the parameters of a law, given what customers did.

    Attributes
    ----------
    centre, root : array (k,), array (k, k)
        Where they are likeliest, and a root of the inverse curvature there.
    theta, share : array (k, n), array (n,)
        Candidates, and the share of each in the posterior; n is 0 where there are so many histories that
        centre and root are all there is to say.
    """

    centre: FloatArray
    root: FloatArray
    theta: FloatArray
    share: FloatArray


def posterior(
    objective: Objective,
    value: Value | None,
    start: FloatArray,
    *,
    prior: Prior,
    box: tuple[FloatArray, FloatArray],
) -> Posterior:
    """Posterior of a law.

    Parameters
    ----------
    objective : callable
        From coordinates (k,) to the log-likelihood and its slopes (k,).
    value : callable, optional
        From coordinates (k,) to the log-likelihood alone; None for a normal shape without candidates.
    start : array (k,)
        Where the likelihood is highest, in the box.
    prior : Prior
    box : two arrays (k,)
        Lowest and highest coordinates.

    Notes
    -----
    Importance sampling from Student's t with 4 degrees of freedom around the top of the posterior. Where few
    candidates carry the weight they are dealt again around their weighted mean, with their spread, at most
    twice, and the best round counts. The points are those of Kronecker's sequence, so that the same data give
    the same candidates.
    """
    low, high = box

    def both(theta: FloatArray) -> tuple[float, FloatArray]:
        likelihood, slopes = objective(theta)
        return likelihood + prior.value(theta), slopes + prior.slopes(theta)

    top = maximise(both, np.clip(start, low + _INSIDE, high - _INSIDE), low=low, high=high)
    bends, axes = np.linalg.eigh(top.curvature)
    centre, root = top.theta, axes / np.sqrt(np.maximum(bends, _LEAST_BEND))
    none = Posterior(centre, root, np.empty((len(centre), 0)), np.empty(0))
    if value is None:
        return none
    t, log_density = student_t(_points(len(centre), _N_CANDIDATES))
    best, most = none, 0.0
    middle, around = centre, root
    for _ in range(_MOST_ROUNDS):
        theta = middle[:, None] + around @ t
        log_weight = np.array(
            [
                value(one) + prior.value(one) if np.all((one > low) & (one < high)) else -np.inf
                for one in theta.T
            ]
        )
        share = _shares(log_weight - log_density)
        carrying = 1 / float(np.sum(share**2)) / share.size
        if carrying > most:
            best, most = Posterior(centre, root, theta, share), carrying
        if carrying >= _ENOUGH_SHARE:
            break
        middle, around = _moments(theta, _shares(_LEVEL * (log_weight - log_density)))
    return best


def _points(n_coordinates: int, n: int) -> FloatArray:
    """Return evenly spread points (n_coordinates, n) between 0 and 1.

    Multiples of the powers of 1 / g, modulo 1, where g solves g**(n_coordinates + 1) = g + 1 (Roberts 2018,
    The Unreasonable Effectiveness of Quasirandom Sequences).
    """
    g = 2.0
    for _ in range(64):
        g = (1 + g) ** (1 / (n_coordinates + 1))
    steps = g ** -np.arange(1.0, n_coordinates + 1)
    points: FloatArray = np.modf(0.5 + steps[:, None] * np.arange(1, n + 1))[0]
    return points


def _shares(log_weight: FloatArray) -> FloatArray:
    weight = np.exp(log_weight - log_weight.max())
    shares: FloatArray = weight / weight.sum()
    return shares


def _moments(theta: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the weighted mean (k,) and a root of the spread (k, k)."""
    middle = theta @ share
    away = theta - middle[:, None]
    spread = _DRAWN_IN * (share * away) @ away.T + _LEAST_SPREAD * np.eye(len(middle))
    return middle, np.asarray(np.linalg.cholesky(spread), dtype=np.float64)
