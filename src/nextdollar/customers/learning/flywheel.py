"""Users bring data, data brings quality, quality keeps users: a small model in steps of one period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.customers.learning.laws.churn_by_quality import ChurnByQuality
from nextdollar.customers.learning.laws.joiners_by_quality import JoinersByQuality
from nextdollar.customers.learning.laws.learning_curve import LearningCurve
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


@dataclass(frozen=True, slots=True)
class Flywheel:
    """What turns users into data, data into quality, and quality into users who stay.

    Parameters
    ----------
    curve : LearningCurve
        Quality by data at the launch of a version.
    churn : ChurnByQuality
        Churn per period by quality.
    joiners_per_period : float or array (n_draws,)
        Users who join in each period, 0 or more: whatever the quality, or at the quality q0 of
        `joiners_follow`.
    referrals_per_user : float or array (n_draws,)
        Users whom each user brings in a period, 0 or more.
    examples_per_user : float or array (n_draws,)
        Data that each user leaves in a period, 0 or more, in the unit of the curve.
    decay_lag_periods, decay_per_period : float or array (n_draws,)
        Periods that quality holds after an update, and what is lost of it in each period after.
    decay_until_periods : float
        Age from which a version loses no more, 0 or more: the oldest that was seen, where nothing is known
        beyond.
    joiners_follow : JoinersByQuality, optional
        How joiners answer to quality; None where they do not.

    Raises
    ------
    DomainError
        If a number is below 0.
    """

    curve: LearningCurve
    churn: ChurnByQuality
    joiners_per_period: Floats
    examples_per_user: Floats
    referrals_per_user: Floats = 0.0
    decay_lag_periods: Floats = 0.0
    decay_per_period: Floats = 0.0
    decay_until_periods: float = np.inf
    joiners_follow: JoinersByQuality | None = None

    def __post_init__(self) -> None:
        for name in (
            "joiners_per_period",
            "examples_per_user",
            "referrals_per_user",
            "decay_lag_periods",
            "decay_per_period",
            "decay_until_periods",
        ):
            value = getattr(self, name)
            require(np.greater_equal(value, 0), name, "0 or more", value)

    def joiners(self, met_share: Sequence[Floats]) -> Floats:
        """Users who join in a period, after the qualities met up to it, oldest first."""
        if self.joiners_follow is None:
            return self.joiners_per_period
        found: Floats = self.joiners_per_period * self.joiners_follow.times_after(met_share)
        return found


@dataclass(frozen=True, slots=True)
class Start:
    """Where the model starts.

    Parameters
    ----------
    n_users : float or array (n_draws,)
        Users at the start of the first period, 0 or more.
    n_examples : float or array (n_draws,)
        Data gathered by then, above 0.
    n_version_examples : float or array (n_draws,)
        What today's version was trained on, above 0.
    version_age_periods : float
        Periods since it was launched, 0 or more.
    quality_before_share : array (n_before,), optional
        Quality met in the periods before the first, oldest first, from 0 to 1, for joiners who follow it
        with a lag; that of the first period where it is not given.
    """

    n_users: Floats
    n_examples: Floats
    n_version_examples: Floats
    version_age_periods: float = 0.0
    quality_before_share: FloatArray | None = None

    def __post_init__(self) -> None:
        require(np.greater_equal(self.n_users, 0), "n_users", "0 or more", self.n_users)
        require(np.greater(self.n_examples, 0), "n_examples", "above 0", self.n_examples)
        require(
            np.greater(self.n_version_examples, 0), "n_version_examples", "above 0", self.n_version_examples
        )
        require(self.version_age_periods >= 0, "version_age_periods", "0 or more", self.version_age_periods)
        if self.quality_before_share is not None:
            before = self.quality_before_share
            require((before >= 0) & (before <= 1), "quality_before_share", "from 0 to 1", before)


@dataclass(frozen=True, slots=True)
class Turns:
    """The path of each quantity, arrays (n_periods, ...): at the start of each period, or in it."""

    n_users: FloatArray
    quality_share: FloatArray
    churn_share: FloatArray
    n_examples: FloatArray


def turn(
    flywheel: Flywheel,
    start: Start,
    *,
    n_periods: int,
    n_between_updates: int | None,
    learns: bool = True,
    quality_share: FloatArray | None = None,
) -> Turns:
    """Users, quality, churn and data, period by period.

    Parameters
    ----------
    flywheel : Flywheel
        The model.
    start : Start
        Where it starts.
    n_periods : int
        Periods to follow, at least 1.
    n_between_updates : int or None
        Periods between new versions, at least 1; None keeps today's version.
    learns : bool
        Whether a new version is trained on all data gathered; otherwise it is a fresh copy of today's.
    quality_share : array (n_periods, ...), optional
        Quality held to this path, whatever the users bring: cuts the loop.

    Returns
    -------
    Turns
        Users at the start of a period, quality and churn in it, data at its start.

    Raises
    ------
    DomainError
        If a number lies outside its domain.

    Notes
    -----
    users' = users (1 - churn(quality)) + joiners + referrals users; data' = data + examples_per_user users;
    quality = curve(data of the version) - decay max(min(age, until) - lag, 0), from 0 to 1. Those who join
    in a period can leave from the next one on. Where joiners follow quality, joiners is
    joiners_per_period exp(response (quality of some periods before - q0)).
    """
    require(n_periods >= 1, "n_periods", "1 or more", n_periods)
    require(
        n_between_updates is None or n_between_updates >= 1,
        "n_between_updates",
        "1 or more",
        n_between_updates,
    )
    users, data = np.asarray(start.n_users, float), np.asarray(start.n_examples, float)
    n_version_examples = np.asarray(start.n_version_examples, float)
    age = start.version_age_periods
    rows: list[tuple[Floats, ...]] = []
    met: list[Floats] = [] if start.quality_before_share is None else list(start.quality_before_share)
    launch = flywheel.curve.quality_share(n_version_examples)
    for period in range(n_periods):
        if n_between_updates is not None and age >= n_between_updates:
            age = 0.0
            if learns:
                n_version_examples = data
                launch = flywheel.curve.quality_share(n_version_examples)
        aged = flywheel.decay_per_period * np.maximum(
            min(age, flywheel.decay_until_periods) - flywheel.decay_lag_periods, 0.0
        )
        quality = np.clip(launch - aged, 0.0, 1.0) if quality_share is None else quality_share[period]
        churn = flywheel.churn.churn_share(quality)
        rows.append((users, quality, churn, data))
        met.append(quality)
        data = data + flywheel.examples_per_user * users
        users = users * (1.0 - churn + flywheel.referrals_per_user) + flywheel.joiners(met)
        age += 1.0
    shape = np.broadcast_shapes(*(np.shape(value) for row in rows for value in row))
    columns = [
        np.array([np.broadcast_to(np.asarray(value, float), shape) for value in column])
        for column in zip(*rows, strict=True)
    ]
    return Turns(*columns)


def n_updates(start: Start, *, n_periods: int, n_between_updates: int | None) -> list[int]:
    """Periods, from 0, at whose start a new version is launched; parameters as of `turn`."""
    if n_between_updates is None:
        return []
    found, age = [], start.version_age_periods
    for period in range(n_periods):
        if age >= n_between_updates:
            age = 0.0
            found.append(period)
        age += 1.0
    return found
