"""What a table tells of the curve, the response of churn, and both lags, as draws; and what it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from nextdollar.audience.learning.answer import Unknown
from nextdollar.audience.learning.joiners import fitted_joiners
from nextdollar.audience.learning.question import Ends, LearnQuestion
from nextdollar.audience.learning.table import LearnTable
from nextdollar.catalogue.quality_priors import quality_prior
from nextdollar.customers.learning import (
    ChurnByQuality,
    JoinersFit,
    LearningCurve,
    QualityDecay,
    RetentionLag,
    fit_churn_by_quality,
    fit_learning_curve,
    fit_quality_decay,
    fit_retention_lag,
    launch_levels,
)
from nextdollar.errors import FitError
from nextdollar.sources import Source
from nextdollar.uncertainty import Design, Quantiles, interval_90, uniforms
from nextdollar.units import FloatArray, Floats

CLEAR_CHANCE = 0.05
"""A change that chance alone would show as clearly in more tables than this share is not called found."""
_NAMES = (
    *("floor", "exponent", "error above the floor", "floor step", "exponent step"),
    *("churn response", "churn level", "involuntary churn"),
    *("quality lag", "quality loss", "retention lag", "churn rise"),
    *("joiners", "margin", "cost of a version", "referrals"),
    *("joiners lag", "joiners response", "joiners per point"),
)
_PRIOR_SHARES = (0.05, 0.5, 0.95)
_NO_VERSIONS = "the table has no column `version`, so nothing is known of the time since an update"

_ONE_VERSION = (
    "the table has one version without a clear decay, so what its quality moved is taken for noise; name the "
    "versions in `version`, or leave that column out where the product learns all the time"
)

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Decay:
    """Draws of a lag and of the slope after it, and whether the change is clear."""

    lag_periods: FloatArray
    per_period: FloatArray
    no_change_chance: float
    longest_age_periods: float

    @property
    def is_found(self) -> bool:
        """Whether chance would seldom show as much."""
        return self.no_change_chance <= CLEAR_CHANCE

    def at(self, age_periods: FloatArray) -> FloatArray:
        """Slope times the periods since the lag ended, (n_ages, n_draws)."""
        since = np.maximum(np.asarray(age_periods)[:, None] - self.lag_periods, 0.0)
        return since * self.per_period


@dataclass(slots=True)
class Fits:
    """Draws of everything; None where it cannot be said, with the reason in `refused`."""

    curve: LearningCurve | None = None
    no_gain_chance: float = 1.0
    churn: ChurnByQuality | None = None
    joiners: JoinersFit | None = None
    life: Decay | None = None
    lag: Decay | None = None
    levels: FloatArray = field(default_factory=lambda: np.zeros(0))
    met_share: FloatArray = field(default_factory=lambda: np.zeros(0))
    refused: dict[Unknown, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


class Dealt:
    """Uniform draws by name, from one design."""

    def __init__(self, question: LearnQuestion) -> None:
        self.design = Design.rounded(question.n_draws, question.seed, balanced=_NAMES)
        self._rows: Mapping[str, FloatArray] = dict(zip(_NAMES, uniforms(_NAMES, self.design), strict=True))

    def of(self, *names: str) -> FloatArray:
        """Uniforms (len(names), n_draws)."""
        return np.stack([self._rows[name] for name in names])

    def within(self, ends: Ends, name: str) -> Floats:
        """Draws of a quantity by its 5 % and 95 % quantiles; one number where they are equal."""
        low, high = ends
        return low if low == high else interval_90(low, high).ppf(self._rows[name])


def fitted(table: LearnTable, question: LearnQuestion, dealt: Dealt) -> Fits:
    """Fit everything that the table allows."""
    found = Fits()
    rows = _aged_rows(table, found)
    life = _attempt(found, "version_life", lambda: _quality_decay(table, rows, question.seed))
    lag = _attempt(found, "retention_lag", lambda: _retention_lag(table, rows, question.seed))
    if life is not None:
        drawn = life.fit.draws(*dealt.of("quality lag", "quality loss"))
        found.life = Decay(*drawn, life.fit.p_no_change, life.longest_age_periods)
    if lag is not None:
        drawn = lag.fit.draws(*dealt.of("retention lag", "churn rise"))
        found.lag = Decay(*drawn, lag.fit.p_no_change, lag.longest_age_periods)
    lost_share = np.zeros(table.users.size)
    if found.life is not None and found.life.is_found:
        lost_share = found.life.at(table.age_periods).mean(axis=1)
    levels, weight = launch_levels(table.quality_share, lost_share, table.version, trials=table.judged)
    found.levels = np.clip(levels, 0.0, 1.0)
    fit = _attempt(
        found,
        "learning_curve",
        lambda: fit_learning_curve(found.levels, table.version_examples, weight=weight),
    )
    if fit is not None:
        named = ("floor", "exponent", "floor step", "exponent step", "error above the floor")
        found.curve, found.no_gain_chance = fit.draws(dealt.of(*named)), fit.p_no_gain
    met = found.levels[table.version] - lost_share
    if found.curve is not None and not table.knows_versions:
        # A row of its own measures quality with noise, which would hide how churn answers to it.
        met = np.asarray(found.curve.quality_share(table.version_examples[:, None])).mean(axis=1)
    found.met_share = np.clip(met, 0.0, 1.0)
    found.churn = _attempt(
        found, "churn_by_quality", lambda: _churn(table, found.met_share, question, found, dealt)
    )
    found.joiners = _attempt(
        found, "joiners_by_quality", lambda: fitted_joiners(table, found.met_share, question)
    )
    if float(np.ptp(table.quality_share)) > float(np.ptp(found.met_share)) == 0.0:
        found.refused.update({"churn_by_quality": _ONE_VERSION, "joiners_by_quality": _ONE_VERSION})
    return found


def _attempt(found: Fits, name: Unknown, fit: Callable[[], _Found]) -> _Found | None:
    """Return a fit, or None with the reason noted."""
    try:
        return fit()
    except FitError as error:
        found.refused[name] = str(error)
        return None


def _aged_rows(table: LearnTable, found: Fits) -> np.ndarray:
    """Rows whose age since an update is known: the first version may be older than the table."""
    later = table.version > 0
    if not table.knows_versions:
        return np.zeros(0, dtype=int)
    if int(table.version.max()) >= 2:
        found.notes.append(
            f"the first version, {table.version_names[0]}, may be older than the table: "
            "it is left out of both lags"
        )
        return np.flatnonzero(later)
    found.notes.append(
        "the table is taken to begin with a launch: a first version that is older moves both lags"
    )
    return np.arange(later.size)


def _quality_decay(table: LearnTable, rows: np.ndarray, seed: int) -> QualityDecay:
    if rows.size == 0:
        raise FitError(_NO_VERSIONS)
    _, version = np.unique(table.version[rows], return_inverse=True)
    return fit_quality_decay(
        table.quality_share[rows], table.age_periods[rows], version, rng=np.random.default_rng([seed, 0])
    )


def _retention_lag(table: LearnTable, rows: np.ndarray, seed: int) -> RetentionLag:
    if rows.size == 0:
        raise FitError(_NO_VERSIONS)
    _, version = np.unique(table.version[rows], return_inverse=True)
    return fit_retention_lag(
        table.lost[rows],
        table.users[rows],
        table.age_periods[rows],
        version=version,
        rng=np.random.default_rng([seed, 1]),
    )


def _churn(
    table: LearnTable, met_share: FloatArray, question: LearnQuestion, found: Fits, dealt: Dealt
) -> ChurnByQuality:
    if question.involuntary_share is not None:
        low, high = question.involuntary_share
        drawn = dealt.within((low, high), "involuntary churn")
        share = np.clip(np.broadcast_to(drawn, (dealt.design.n_draws,)), 0.0, 0.99)
    else:
        prior = quality_prior("involuntary_churn_share")
        points = Quantiles(_PRIOR_SHARES, (prior.low, prior.middle, prior.high))
        share = np.clip(points.ppf(dealt.of("involuntary churn")[0]), 0.0, 0.99)
        found.notes.append(
            f"quality cures no failed payments: {100 * prior.low:g} to {100 * prior.high:g} % of churn "
            f"(grade {prior.grade}, {prior.source.work}); state --involuntary with your own"
        )
        found.sources.append(prior.source)
    return fit_churn_by_quality(
        table.lost,
        table.users,
        met_share,
        version=table.version,
        involuntary_of_churn_share=share,
        uniforms=dealt.of("churn response", "churn level"),
    )
