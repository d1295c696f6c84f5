"""What is found in a table of users and quality: the curve, the lags, the loop and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nextdollar.audience.learning.question import LearnQuestion
from nextdollar.audience.learning.table import LearnTable
from nextdollar.sources import Source
from nextdollar.uncertainty import quantiles
from nextdollar.units import Floats

Unknown = Literal[
    "learning_curve",
    "churn_by_quality",
    "joiners_by_quality",
    "retention_lag",
    "version_life",
    "flywheel",
    "return_of_versions",
]
VersionsBasis = Literal["table", "stated", "every_period"]
"""Where the time between versions comes from; without versions a product is taken to learn all the time."""
JoinersBasis = Literal["held", "table", "stated"]
"""Why joiners follow quality in the loop, or that they do not."""
_SHARES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Range:
    """Median and the ends that hold 90 % of the draws; infinite where a draw never arrives."""

    p5: float
    p50: float
    p95: float
    never_share: float = 0.0


def range_of(draws: Floats) -> Range:
    """Return the range of draws (n_draws,) or of one number; nan and infinity are never, and sort last."""
    values = np.atleast_1d(np.where(np.isnan(draws), np.inf, draws))
    p5, p50, p95 = (float(point) for point in quantiles(values, _SHARES))
    return Range(p5, p50, p95, float(np.isposinf(values).mean()))


def ranges_of(draws: Floats) -> list[Range]:
    """Return the range of each row of draws (n_rows, n_draws)."""
    return [range_of(row) for row in np.atleast_2d(draws)]


@dataclass(frozen=True, slots=True)
class CurveAnswer:
    """Quality by data: shares of answers that are right, and points (examples, quality) of the curve.

    `is_found` is whether chance alone would seldom show quality rise with data as clearly.
    """

    is_found: bool
    no_gain_chance: float
    ceiling_share: Range
    exponent: Range
    examples_now: float
    quality_now_share: Range
    gain_per_doubling_share: Range
    quality_at_ten_times_share: Range
    points: Sequence[tuple[float, Range]]
    versions: Sequence[tuple[str, float, float]]


@dataclass(frozen=True, slots=True)
class ChurnAnswer:
    """Churn per period by quality; `change_per_point` is of churn, for one point more of quality."""

    churn_now_share: Range
    involuntary_share: Range
    change_per_point: Range
    keeps_share: float
    points: Sequence[tuple[float, Range]]


@dataclass(frozen=True, slots=True)
class JoinersAnswer:
    """Joiners per period by quality; `change_per_point` is of joiners, for one point more of quality.

    `is_found` is whether chance alone would seldom show joiners rise with quality as clearly, and not by one
    launch alone: `no_rise_without_one` is the chance of no rise without the launch that tells most, asked
    only where that with all of them is small. `points` are (quality, joiners over those at recent quality),
    `seen` the same of each period, its trend taken out.
    """

    is_found: bool
    no_rise_chance: float
    no_rise_without_one: float | None
    change_per_point: Range
    lag_periods: Range
    points: Sequence[tuple[float, Range]]
    seen: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class LagAnswer:
    """Churn after an update: the lag in periods, then its rise in each period.

    `points` are (age, churn over that at launch, the same as seen); ranges are empty where no rise is found.
    """

    is_found: bool
    no_change_chance: float
    lag_periods: Range
    rise_per_period: Range
    seen_to_periods: float
    points: Sequence[tuple[float, Range, float]]


@dataclass(frozen=True, slots=True)
class LifeAnswer:
    """Quality after an update: the lag, the loss, and the periods until the tolerance is lost.

    `points` are (age, quality lost, the same as seen).
    """

    is_found: bool
    no_change_chance: float
    tolerance_share: float
    lag_periods: Range
    loss_per_period_share: Range
    loss_per_month_share: Range
    life_periods: Range
    seen_to_periods: float
    points: Sequence[tuple[float, Range, float]]


@dataclass(frozen=True, slots=True)
class UserAnswer:
    """What one more user is worth over the horizon, in the unit of worth."""

    alone: Range
    through_learning: Range
    total: Range
    total_over_alone: Range


@dataclass(frozen=True, slots=True)
class CadenceAnswer:
    """Worth of users less the cost of versions, over that of no version; None periods is no version."""

    periods: int | None
    gain: Range
    best_share: float


@dataclass(frozen=True, slots=True)
class UpdatesAnswer:
    """What versions to come are worth: over none, the part from data, their cost, the return on it."""

    n_versions: int
    versions_basis: VersionsBasis
    over_none: Range
    from_data: Range
    cost: Range | None
    roi: Range | None
    learning_roi: Range | None
    pays_share: float | None
    cadences: Sequence[CadenceAnswer]


@dataclass(frozen=True, slots=True)
class PathPoint:
    """Users at the start of a period, with learning, with copies of today's version, and without any."""

    period: int
    learning: Range
    copies: Range
    none: Range


@dataclass(frozen=True, slots=True)
class FlywheelAnswer:
    """The loop: its gain, where it stalls, where users settle, their path, and what they are worth.

    `unit` is USD, or periods of users where no margin is given. `stall_periods` is never where the loop
    has not stalled within the horizon; `is_stalled_share` the share of draws in which it has by now.
    `joiners_change_per_point` is what the loop takes joiners to rise by for one point more of quality.
    """

    unit: str
    n_periods: int
    periods_between_versions: int
    loop_gain: Range
    gain_by_staying: Range
    gain_by_joining: Range
    least_gain: float
    is_stalled_share: float
    stall_periods: Range
    stall_examples: Range
    settled_users: Range
    settled_users_at_ceiling: Range
    joiners_per_period: Range
    joiners_basis: JoinersBasis
    joiners_change_per_point: Range
    path: Sequence[PathPoint]
    one_more_user: UserAnswer
    updates: UpdatesAnswer


@dataclass(frozen=True, slots=True)
class LearnAnswer:
    """Everything that is found; a part is None where it cannot be said, and `refused` says why."""

    question: LearnQuestion
    table: LearnTable
    curve: CurveAnswer | None
    churn: ChurnAnswer | None
    joiners: JoinersAnswer | None
    lag: LagAnswer | None
    life: LifeAnswer | None
    flywheel: FlywheelAnswer | None
    refused: Mapping[Unknown, str]
    notes: Sequence[str]
    sources: Sequence[Source]
    n_draws: int

    @property
    def is_answered(self) -> bool:
        """Whether anything can be said."""
        return any(part is not None for part in (self.curve, self.churn, self.lag, self.life))
