"""The likelihood of a test of prices, and what it leaves possible of the elasticity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlog1py, xlogy

from nextdollar.units import FloatArray

_N_LEVELS = 64
_N_LEVELS_FIRST = 16
_N_ELASTICITIES = 769
_N_FIRST = 97
_N_HALVINGS = 60
_N_ZOOMS = 14
_LEVEL_ERRORS = 7.0
# What lies below e**-20 of the top holds nothing of the weight.
_DEPTH_LOG = 20.0
_WIDEST_LOG_RATIO = 60.0
_WIDEST_LINEAR = 1e4
_TINY = 1e-300
_MOST_SHARE = 1.0 - 1e-15
_NEXT_TO = 1e-9
_N_NARROWED = 41
_N_NARROWINGS = 3


@dataclass(frozen=True, slots=True)
class Arms:
    """Arms of a test: `price_change_share` is p / p0 - 1, of the constant form ln(p / p0), (n_arms,).

    `low` and `high` are the ends between which elasticities are possible at all.
    """

    price_change_share: FloatArray
    n_offered: FloatArray
    n_bought: FloatArray
    segment: NDArray[np.int64]
    is_linear: bool
    low: float
    high: float

    @classmethod
    def of(
        cls,
        price_usd: FloatArray,
        n_offered: FloatArray,
        n_bought: FloatArray,
        *,
        segment: NDArray[np.int64],
        form: str,
        today_usd: float | None,
    ) -> Arms:
        """Arms by their prices; where the form is linear, `today_usd` is p0."""
        if form == "linear" and today_usd is not None:
            x = price_usd / today_usd - 1.0
            sells = x[n_bought > 0]
            # Whoever sold something lies below the price at which nobody buys.
            high = min((1.0 / value for value in sells if value > 0), default=_WIDEST_LINEAR)
            low = max((1.0 / value for value in sells if value < 0), default=-_WIDEST_LINEAR)
            return cls(x, n_offered, n_bought, segment, True, low, high)
        logs = np.log(price_usd)
        x = logs - logs.mean()
        widest = _WIDEST_LOG_RATIO / float(np.ptp(x))
        return cls(x, n_offered, n_bought, segment, False, -widest, widest)

    def log_shape(self, volume_per_price: FloatArray) -> FloatArray:
        """Return ln s of each arm, (n_elasticities, n_arms); minus infinity where nobody buys."""
        if not self.is_linear:
            return -np.multiply.outer(volume_per_price, self.price_change_share)
        with np.errstate(divide="ignore"):
            return np.log(np.maximum(1.0 - np.multiply.outer(volume_per_price, self.price_change_share), 0.0))

    def slope(self, volume_per_price: FloatArray) -> FloatArray:
        """Return d ln s / d e of each arm, (n_elasticities, n_arms); 0 where nobody buys."""
        if not self.is_linear:
            return np.broadcast_to(
                -self.price_change_share, (len(volume_per_price), len(self.price_change_share))
            )
        shape = 1.0 - np.multiply.outer(volume_per_price, self.price_change_share)
        return np.where(shape > 0, -self.price_change_share / np.where(shape > 0, shape, 1.0), 0.0)

    def _of_segment(self, place: int) -> Arms:
        """Return the arms of one segment."""
        chosen = self.segment == place
        return Arms(
            self.price_change_share[chosen],
            self.n_offered[chosen],
            self.n_bought[chosen],
            np.zeros(int(chosen.sum()), dtype=np.int64),
            self.is_linear,
            self.low,
            self.high,
        )

    def segments(self) -> list[Arms]:
        """Return the arms by segment."""
        return [self._of_segment(place) for place in range(int(self.segment.max()) + 1)]


def elasticity_posterior(arms: Arms) -> tuple[FloatArray, FloatArray]:
    """Return elasticities, rising, and the probability below each, both (n_points,)."""
    grid = _first_grid(arms)
    for _ in range(_N_ZOOMS):
        log_density = _log_density(arms, grid, _N_LEVELS_FIRST)
        held = np.flatnonzero(log_density > log_density.max() - _DEPTH_LOG)
        first, last = max(held[0] - 1, 0), min(held[-1] + 1, len(grid) - 1)
        is_narrow = last - first > 0.6 * len(grid)
        grid = np.linspace(grid[first], grid[last], _N_ELASTICITIES if is_narrow else _N_FIRST)
        if is_narrow:
            break
    log_density = _log_density(arms, grid, _N_LEVELS)
    density = np.exp(log_density - log_density.max())
    cumulative = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return grid, cumulative / cumulative[-1]


def best_elasticity(arms: Arms, volume_per_price: FloatArray) -> float:
    """Return the elasticity of highest likelihood within a grid, to a thousandth of its steps."""
    found = volume_per_price
    for _ in range(_N_NARROWINGS):
        profile = np.zeros(len(found))
        for part in arms.segments():
            relative = _relative(part, found)
            share = _likeliest(part, relative)[:, np.newaxis] * relative
            likely = xlogy(part.n_bought, share) + xlog1py(part.n_offered - part.n_bought, -share)
            profile += likely.sum(axis=1)
        top = int(np.clip(np.argmax(profile), 1, len(found) - 2))
        middle = float(found[top])
        found = np.linspace(found[top - 1], found[top + 1], _N_NARROWED)
    return middle


def fitted_share(arms: Arms, volume_per_price: float) -> FloatArray:
    """Return the share that buys in each arm (n_arms,), each segment at its likeliest level."""
    shares = np.empty(len(arms.price_change_share))
    for place, part in enumerate(arms.segments()):
        relative = _relative(part, np.array([volume_per_price]))
        shares[arms.segment == place] = (_likeliest(part, relative)[:, np.newaxis] * relative)[0]
    return shares


def log_likelihood(arms: Arms, share: FloatArray) -> float:
    """Return the log-likelihood of shares (n_arms,), without what does not depend on them."""
    likely = xlogy(arms.n_bought, share) + xlog1py(arms.n_offered - arms.n_bought, -share)
    return float(np.sum(likely))


def _first_grid(arms: Arms) -> FloatArray:
    """Return elasticities from one end to the other, dense around 0."""
    reach = max(abs(arms.low), abs(arms.high))
    grid = reach * np.sinh(np.linspace(-9.0, 9.0, _N_ELASTICITIES)) / np.sinh(9.0)
    inside = grid[(grid > arms.low) & (grid < arms.high)]
    ends = np.linspace(arms.low, arms.high, _N_FIRST + 2)[1:-1]
    edges = (arms.low + _NEXT_TO * abs(arms.low), arms.high - _NEXT_TO * abs(arms.high))
    return np.unique(np.concatenate([inside, ends, edges]))


def _relative(arms: Arms, elasticity: FloatArray) -> FloatArray:
    """Return s over that of the arm that sells best, (n_elasticities, n_arms)."""
    log_shape = arms.log_shape(elasticity)
    relative: FloatArray = np.exp(log_shape - log_shape.max(axis=1, keepdims=True))
    return relative


def _likeliest(arms: Arms, relative: FloatArray) -> FloatArray:
    """Return the likeliest share of the arm that sells best at each elasticity, (n_elasticities,)."""
    low, high = np.zeros(len(relative)), np.ones(len(relative))
    missed = arms.n_offered - arms.n_bought
    for _ in range(_N_HALVINGS):
        middle = (low + high) / 2
        share = np.minimum(middle[:, np.newaxis] * relative, _MOST_SHARE)
        score = arms.n_bought.sum() - np.sum(missed * share / (1.0 - share), axis=1)
        low, high = np.where(score > 0, middle, low), np.where(score > 0, high, middle)
    return (low + high) / 2


def _log_density(arms: Arms, elasticity: FloatArray, n_levels: int) -> FloatArray:
    """Return the log of the posterior density of each elasticity, up to a constant.

    With the information matrix of level and elasticity, the prior of Jeffreys is sqrt(I_level) times
    sqrt(v), v being what is left of the information on e once the level is not known. Arms that sold
    nothing are counts like others but no part of v: of the linear form they would draw all weight to the
    elasticity at which nobody buys at just their price.
    """
    total, squares = np.zeros(len(elasticity)), np.zeros(len(elasticity))
    for part in arms.segments():
        log_weight, root = _level_integrals(part, elasticity, n_levels)
        total += log_weight
        squares += root**2
    return total + 0.5 * np.log(squares + _TINY)


def _level_integrals(arms: Arms, elasticity: FloatArray, n_levels: int) -> tuple[FloatArray, FloatArray]:
    """Return ln of the integral of likelihood x sqrt(I_level) over the level, and the mean of sqrt(v)."""
    relative, slope = _relative(arms, elasticity), arms.slope(elasticity)
    top = np.arcsin(np.sqrt(_likeliest(arms, relative)))
    error = 1.0 / np.sqrt(_information(arms, relative, np.clip(top, 1e-6, np.pi / 2 - 1e-6)))
    low = np.maximum(top - _LEVEL_ERRORS * error, 0.0)
    high = np.minimum(top + _LEVEL_ERRORS * error, np.pi / 2)
    log_terms = np.empty((n_levels, len(elasticity)))
    roots = np.empty_like(log_terms)
    for place in range(n_levels):
        angle = low + (high - low) * (place + 0.5) / n_levels
        share = (np.sin(angle) ** 2)[:, np.newaxis] * relative
        likely = xlogy(arms.n_bought, share) + xlog1py(arms.n_offered - arms.n_bought, -share)
        log_terms[place] = likely.sum(axis=1) + 0.5 * np.log(_information(arms, relative, angle))
        roots[place] = np.sqrt(_information_on_elasticity(arms, share, slope))
    most = log_terms.max(axis=0)
    with np.errstate(invalid="ignore"):
        weights = np.exp(log_terms - most)
    total = weights.sum(axis=0)
    possible = np.isfinite(most)
    log_weight = np.where(possible, most + np.log(np.where(possible, total, 1.0) * (high - low)), -np.inf)
    root = np.where(possible, (np.where(possible, weights, 0.0) * roots).sum(axis=0), 0.0)
    return log_weight, root / np.where(possible, total, 1.0)


def _information(arms: Arms, relative: FloatArray, angle: FloatArray) -> FloatArray:
    """Return the information on arcsin(sqrt(level)): sum of 4 n a cos^2 / (1 - a sin^2), (n_points,)."""
    sine, cosine = (np.sin(angle) ** 2)[:, np.newaxis], (np.cos(angle) ** 2)[:, np.newaxis]
    found: FloatArray = np.sum(4 * arms.n_offered * relative * cosine / (1 - relative * sine), axis=1)
    return found


def _information_on_elasticity(arms: Arms, share: FloatArray, slope: FloatArray) -> FloatArray:
    """Return what the counts tell of e beside the level: the spread of slopes, weighted by n q / (1 - q)."""
    weight = np.where(arms.n_bought > 0, arms.n_offered * share / (1.0 - np.minimum(share, _MOST_SHARE)), 0.0)
    mean = np.sum(weight * slope, axis=1) / np.sum(weight, axis=1)
    spread: FloatArray = np.sum(weight * (slope - mean[:, np.newaxis]) ** 2, axis=1)
    return spread
