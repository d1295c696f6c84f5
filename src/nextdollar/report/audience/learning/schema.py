"""The shape of `nextdollar learn --json`, version 1.0."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape


class SpreadShape(Shape):
    """The median, and the ends that hold 90 % of the draws; null is never."""

    p5: float | None
    p50: float | None
    p95: float | None
    never_share: float = Field(description="of the draws")


class ObservedShape(Shape):
    """A row of the table, as it was read."""

    period: str
    version: str
    users: float
    lost_users: float
    new_users: float
    quality_share: float
    examples: float = Field(description="gathered by the start of the period")


class VersionShape(Shape):
    """A version, what it was trained on, and its quality at launch, decay taken out."""

    version: str
    examples: float
    quality_share: float


class CurvePointShape(Shape):
    """Quality after so much data."""

    examples: float
    quality_share: SpreadShape


class CurveShape(Shape):
    """The learning curve: error = floor + scale x examples**-exponent."""

    is_found: bool = Field(description="whether chance would show as much in 5 % of tables at most")
    no_gain_chance: float
    ceiling_share: SpreadShape = Field(description="quality that no amount of data passes")
    exponent: SpreadShape
    examples_now: float
    quality_now_share: SpreadShape = Field(description="at launch")
    gain_per_doubling_share: SpreadShape = Field(description="of quality, for twice the data of today")
    quality_at_ten_times_share: SpreadShape
    points: list[CurvePointShape]
    versions: list[VersionShape]


class ChurnPointShape(Shape):
    """Churn in a period at a quality."""

    quality_share: float
    churn_share: SpreadShape


class ChurnShape(Shape):
    """How churn answers to quality."""

    churn_now_share: SpreadShape = Field(description="per period, at the launch quality of today's version")
    involuntary_share: SpreadShape = Field(description="per period, cured by no quality")
    change_per_point: SpreadShape = Field(
        description="relative change of churn for one point more of quality"
    )
    keeps_share: float = Field(description="of the draws in which better quality goes with less churn")
    points: list[ChurnPointShape]


class JoinersPointShape(Shape):
    """Joiners in a period after a quality, over those at the quality of the last three months."""

    quality_share: float
    joiners_over_recent: SpreadShape


class JoinersSeenShape(Shape):
    """The same of a period of the table, the trend of joiners taken out."""

    quality_share: float
    joiners_over_recent: float


class JoinersShape(Shape):
    """How joiners answer to quality, as the table shows it."""

    is_found: bool = Field(
        description="whether the chance of no rise is 5 % at most, and 10 % without any one launch"
    )
    no_rise_chance: float
    no_rise_without_one: float | None = Field(
        description="without the launch that tells most; null where the chance is above 5 % with all"
    )
    change_per_point: SpreadShape = Field(
        description="relative change of joiners for one point more of quality"
    )
    lag_periods: SpreadShape = Field(description="between quality and joiners")
    points: list[JoinersPointShape]
    seen: list[JoinersSeenShape]


class LagPointShape(Shape):
    """Churn at an age of the version over that at launch."""

    age_periods: float
    churn_over_launch: SpreadShape
    seen: float | None


class LagShape(Shape):
    """The retention decay lag: how long churn stays after an update."""

    is_found: bool = Field(description="whether chance would show as much in 5 % of tables at most")
    no_change_chance: float
    lag_periods: SpreadShape
    rise_per_period: SpreadShape = Field(description="relative rise of churn in each period after the lag")
    seen_to_periods: float
    points: list[LagPointShape]


class LifePointShape(Shape):
    """Quality lost at an age of the version."""

    age_periods: float
    lost_share: SpreadShape
    seen: float | None


class LifeShape(Shape):
    """The useful life of a version."""

    is_found: bool = Field(description="whether chance would show as much in 5 % of tables at most")
    no_change_chance: float
    tolerance_share: float = Field(description="of launch quality that may be lost")
    lag_periods: SpreadShape
    loss_per_period_share: SpreadShape = Field(description="quality lost in each period after the lag")
    loss_per_month_share: SpreadShape = Field(description="the same a month, of launch quality")
    life_periods: SpreadShape
    seen_to_periods: float
    points: list[LifePointShape]


class UserShape(Shape):
    """What one more user is worth over the horizon, in the unit of worth."""

    alone: SpreadShape
    through_learning: SpreadShape
    total: SpreadShape
    total_over_alone: SpreadShape


class CadenceShape(Shape):
    """What launching every so many periods brings over no new version, after its cost."""

    periods: int | None = Field(description="null is no new version")
    gain: SpreadShape
    best_share: float = Field(description="of the draws, all cadences on the same ones")


class UpdatesShape(Shape):
    """What the versions to come bring over the horizon, in the unit of worth."""

    n_versions: int
    versions_basis: Literal["table", "stated", "every_period"] = Field(
        description="where the time between versions comes from; every_period learns all the time, at no cost"
    )
    over_none: SpreadShape
    from_data: SpreadShape = Field(description="the part that more data bring")
    cost: SpreadShape | None = Field(description="null where no cost is stated")
    roi: SpreadShape | None = Field(description="of over_none")
    learning_roi: SpreadShape | None = Field(description="of from_data")
    pays_share: float | None
    cadences: list[CadenceShape]


class PathShape(Shape):
    """Users at the start of a period from now."""

    period: int
    learning: SpreadShape
    copies: SpreadShape = Field(description="new versions are fresh copies of today's")
    none: SpreadShape = Field(description="no new version")


class FlywheelShape(Shape):
    """The loop from today on."""

    unit: str = Field(description="of worth: USD, or periods of users where no margin is stated")
    n_periods: int
    periods_between_versions: int
    loop_gain: SpreadShape = Field(description="percent more users in the end for a percent more data")
    gain_by_staying: SpreadShape = Field(description="the part of it that comes of users who stay longer")
    gain_by_joining: SpreadShape = Field(description="the part that comes of more who join")
    least_gain: float = Field(description="below which the loop is called stalled")
    is_stalled_share: float
    stall_periods: SpreadShape = Field(
        description="periods until a version past the stall is launched; null is beyond the horizon"
    )
    stall_examples: SpreadShape
    settled_users: SpreadShape = Field(description="joiners over churn at today's launch quality")
    settled_users_at_ceiling: SpreadShape
    joiners_per_period: SpreadShape = Field(
        description="at the quality of the last three months where they follow it; without the referred"
    )
    joiners_basis: Literal["held", "table", "stated"] = Field(description="why joiners follow quality")
    joiners_change_per_point: SpreadShape = Field(
        description="relative rise of joiners for one point more of quality in the loop"
    )
    path: list[PathShape]
    one_more_user: UserShape
    updates: UpdatesShape


class RefusedShape(Shape):
    """What cannot be said, and why."""

    what: Literal[
        "learning_curve",
        "churn_by_quality",
        "joiners_by_quality",
        "retention_lag",
        "version_life",
        "flywheel",
        "return_of_versions",
    ]
    reason: str


class LearnShape(Envelope):
    """Everything that `nextdollar learn --json` prints."""

    schema_: Literal["nextdollar.learn/1.0"] = Field(alias="schema")
    period: Literal["week", "month"]
    horizon_months: float
    discount_per_month: float
    observed: list[ObservedShape]
    learning_curve: CurveShape | None
    churn_by_quality: ChurnShape | None
    joiners_by_quality: JoinersShape | None
    retention_lag: LagShape | None
    version_life: LifeShape | None
    flywheel: FlywheelShape | None
    refused: list[RefusedShape]
