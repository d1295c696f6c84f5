"""Capabilities read off public models: components of their benchmarks, and what those foretell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from nextdollar.errors import FitError, require
from nextdollar.sources import Source
from nextdollar.units import FloatArray, Floats

_MOST_ROUNDS, _SETTLED = 500, 1e-10
_LEAST_OF_A_FAMILY = 3
_STARTS = (0.0, 1.0, 4.0)

OBSERVATIONAL = Source(
    "Ruan et al. 2024, Observational Scaling Laws and the Predictability of Language Model Performance",
    "section 3",
    "https://arxiv.org/abs/2405.10938",
)


@dataclass(frozen=True, slots=True)
class BenchmarkComponents:
    """The few directions along which benchmark scores of many models vary.

    `mean` (n_benchmarks,) are the mean scores, `directions` (n_components, n_benchmarks) orthogonal
    unit vectors, each turned so that most benchmarks rise along it, and `shares` (n_components,) the
    parts of the variance that they hold.
    """

    mean: FloatArray
    directions: FloatArray
    shares: FloatArray

    def of(self, scores: FloatArray) -> FloatArray:
        """Components (..., n_components) of complete scores (..., n_benchmarks)."""
        return np.asarray((scores - self.mean) @ self.directions.T)


@dataclass(frozen=True, slots=True)
class FamilyTrend:
    """Components of one family as lines in the decades of training work: S = start + slope log10 C.

    `start` and `slope` are (n_components,); `scatter` (n_components,) is the standard deviation about
    the lines, with two lost for each.
    """

    start: FloatArray
    slope: FloatArray
    scatter: FloatArray
    n_models: int

    def components(self, flop: Floats) -> FloatArray:
        """Components (..., n_components) at a training work in FLOP, above 0."""
        require(np.greater(flop, 0), "flop", "above 0", flop)
        return np.asarray(self.start + self.slope * np.log10(flop)[..., None])


@dataclass(frozen=True, slots=True)
class ObservationalLaw:
    """score = floor + (ceiling - floor) / (1 + exp(-(w . S + c))), S the components of a model.

    `w` is (n_components,). Within a family S is a line in log C, so that the score is a sigmoid in it;
    across families the same S stands for the same ability, whatever the compute that it took.
    """

    w: FloatArray
    c: float
    floor: float = 0.0
    ceiling: float = 1.0

    source: ClassVar[Source] = OBSERVATIONAL

    def __post_init__(self) -> None:
        require(self.floor < self.ceiling, "floor", f"below the ceiling ({self.ceiling})", self.floor)

    def score(self, components: FloatArray) -> FloatArray:
        """Score (...) at components (..., n_components)."""
        return self.floor + (self.ceiling - self.floor) * _logistic(components @ self.w + self.c)

    def gradient(self, components: FloatArray) -> FloatArray:
        """Change of the score per unit of each component, (..., n_components)."""
        share = _logistic(components @ self.w + self.c)
        return ((self.ceiling - self.floor) * share * (1 - share))[..., None] * self.w

    def flop_for(self, score: Floats, family: FamilyTrend) -> Floats:
        """Training work in FLOP at which a family reaches a score between floor and ceiling.

        nan where the family does not get better with compute.
        """
        inside = np.greater(score, self.floor) & np.less(score, self.ceiling)
        require(inside, "score", f"between {self.floor} and {self.ceiling}", score)
        wanted = np.log((score - self.floor) / (self.ceiling - score))
        per_decade = float(family.slope @ self.w)
        if per_decade <= 0:
            return np.full(np.shape(score), np.nan)[()]
        reached: Floats = 10.0 ** ((wanted - self.c - float(family.start @ self.w)) / per_decade)
        return reached


def benchmark_components(scores: FloatArray, n_components: int = 3) -> tuple[BenchmarkComponents, FloatArray]:
    """Principal components of benchmark scores, and the scores with their gaps filled.

    Parameters
    ----------
    scores : array (n_models, n_benchmarks)
        Scores as shares from 0 to 1; nan where a model lacks one.
    n_components : int
        How many directions to keep.

    Returns
    -------
    (BenchmarkComponents, array (n_models, n_benchmarks))
        The directions, and complete scores.

    Raises
    ------
    DomainError
        If n_components is not between 1 and the number of benchmarks, or a score not a share.
    FitError
        If a benchmark has no scores or there are no more models than components.

    Notes
    -----
    Gaps take the value of the first component of the standardised scores, found again until they
    settle, within 0 and 1. Directions come from the plain scores, so that a benchmark on which models
    differ more counts for more.
    """
    n_models, n_benchmarks = scores.shape
    require(1 <= n_components <= n_benchmarks, "n_components", f"from 1 to {n_benchmarks}", n_components)
    is_share = np.isnan(scores) | ((scores >= 0) & (scores <= 1))
    require(is_share, "scores", "shares from 0 to 1", scores)
    if n_models <= n_components or np.isnan(scores).all(axis=0).any():
        raise FitError(
            f"{n_components} components need more models than that, each benchmark with a score; "
            f"got {n_models} models"
        )
    complete = _filled(scores)
    mean = complete.mean(axis=0)
    spread, directions = np.linalg.svd(complete - mean, full_matrices=False)[1:]
    signs = np.where(directions.sum(axis=1) < 0, -1.0, 1.0)
    kept = (signs[:, None] * directions)[:n_components]
    return BenchmarkComponents(mean, kept, (spread**2 / (spread**2).sum())[:n_components]), complete


def family_trends(
    components: FloatArray, flop: FloatArray, family: NDArray[np.str_]
) -> dict[str, FamilyTrend]:
    """Lines of the components in the decades of training work, by family.

    `components` is (n_models, n_components); `flop` (n_models,) in FLOP, above 0 or nan where unknown;
    `family` (n_models,). Families of fewer than three models with known work have no line.
    """
    known = np.isfinite(flop)
    require(flop[known] > 0, "flop", "above 0", flop[known])
    trends = {}
    for name in dict.fromkeys(family[known].tolist()):
        chosen = known & (family == name)
        decades = np.log10(flop[chosen])
        if decades.size < _LEAST_OF_A_FAMILY or np.ptp(decades) == 0:
            continue
        design = np.stack([np.ones_like(decades), decades], axis=1)
        lines = np.linalg.lstsq(design, components[chosen], rcond=None)[0]
        rest = ((design @ lines - components[chosen]) ** 2).sum(axis=0)
        trends[name] = FamilyTrend(lines[0], lines[1], np.sqrt(rest / (decades.size - 2)), decades.size)
    return trends


def fit_observational(
    components: FloatArray, score: FloatArray, *, floor: float = 0.0, ceiling: float = 1.0
) -> ObservationalLaw:
    """Fit the score of a task to the components of models, by least squares.

    `components` is (n_models, n_components), `score` (n_models,) between floor and ceiling; FitError
    with no more models than coefficients.
    """
    n_models, n_components = components.shape
    if n_models <= n_components + 1:
        raise FitError(f"{n_components + 1} coefficients need more models than that, got {n_models}")
    # Slow to load, and needed by this fit alone.
    from scipy.optimize import least_squares

    spread = np.maximum(components.std(axis=0), np.finfo(float).tiny)

    def law_of(coefficients: FloatArray) -> ObservationalLaw:
        return ObservationalLaw(coefficients[:-1] / spread, float(coefficients[-1]), floor, ceiling)

    def misfit(coefficients: FloatArray) -> FloatArray:
        return law_of(coefficients).score(components) - score

    starts = (np.append(np.full(n_components, start / n_components), 0.0) for start in _STARTS)
    fits = [least_squares(misfit, start) for start in starts]
    return law_of(min(fits, key=lambda fit: float(fit.cost)).x)


def _filled(scores: FloatArray) -> FloatArray:
    """Return scores whose gaps hold what the first component of the others says."""
    gaps = np.isnan(scores)
    mean, spread = np.nanmean(scores, axis=0), np.nanstd(scores, axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    standard = np.where(gaps, 0.0, (scores - mean) / spread)
    for _ in range(_MOST_ROUNDS):
        centre = standard.mean(axis=0)
        left, size, right = np.linalg.svd(standard - centre, full_matrices=False)
        told = centre + size[0] * np.outer(left[:, 0], right[0])
        moved = np.abs(np.where(gaps, told - standard, 0.0)).max()
        standard = np.where(gaps, told, standard)
        if moved < _SETTLED:
            break
    return np.where(gaps, np.clip(mean + spread * standard, 0.0, 1.0), scores)


def _logistic(x: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)))
