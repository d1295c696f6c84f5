"""What learning is worth: one more user, the next version, and where more data stops keeping users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nextdollar.customers.learning.flywheel import Flywheel, Start, n_updates, turn
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats

STALL_GAIN = 0.1
_FARTHEST_DATA = 1e6
_BISECTIONS = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """How periods are counted in money.

    Parameters
    ----------
    n_periods : int
        Horizon, at least 1.
    n_between_updates : int or None
        Periods between new versions, at least 1; None keeps today's version.
    margin_usd_per_period : float or array (n_draws,)
        What a user brings in a period, in any unit of value.
    discount_per_period : float
        Above -1.
    update_cost_usd : float or array (n_draws,)
        Cost of a new version, 0 or more, in the same unit.
    """

    n_periods: int
    n_between_updates: int | None
    margin_usd_per_period: Floats = 1.0
    discount_per_period: float = 0.0
    update_cost_usd: Floats = 0.0

    def __post_init__(self) -> None:
        require(self.n_periods >= 1, "n_periods", "1 or more", self.n_periods)
        ok = self.n_between_updates is None or self.n_between_updates >= 1
        require(ok, "n_between_updates", "1 or more", self.n_between_updates)
        rate = self.discount_per_period
        require(np.isfinite(rate) and rate > -1, "discount_per_period", "above -1", rate)
        require(
            np.greater_equal(self.update_cost_usd, 0), "update_cost_usd", "0 or more", self.update_cost_usd
        )


def users_worth(n_users: FloatArray, terms: Terms) -> Floats:
    """Present value of users (n_periods, ...) who bring their margin at the start of each period.

    Notes
    -----
    Sum over t from 0 of margin users_t / (1 + d)**t; the first period is not discounted.
    """
    factors = (1.0 + terms.discount_per_period) ** -np.arange(n_users.shape[0], dtype=float)
    worth: Floats = terms.margin_usd_per_period * np.einsum("p,p...->...", factors, n_users)
    return worth


def updates_cost(start: Start, terms: Terms) -> Floats:
    """Present cost of the versions that are launched within the horizon."""
    periods = n_updates(start, n_periods=terms.n_periods, n_between_updates=terms.n_between_updates)
    factor = sum((1.0 + terms.discount_per_period) ** -float(period) for period in periods)
    cost: Floats = np.multiply(terms.update_cost_usd, factor)
    return cost


@dataclass(frozen=True, slots=True)
class UserWorth:
    """What one more user is worth over the horizon: on their own, and through what others learn from them."""

    alone_usd: Floats
    through_learning_usd: Floats

    @property
    def total_usd(self) -> Floats:
        """Both together."""
        return self.alone_usd + self.through_learning_usd


def one_more_user(flywheel: Flywheel, start: Start, terms: Terms) -> UserWorth:
    """Worth of one user more at the start.

    Parameters
    ----------
    flywheel, start, terms : Flywheel, Start, Terms
        The model, where it starts, and how it is counted.

    Returns
    -------
    UserWorth
        Floats or arrays (n_draws,).

    Notes
    -----
    Total: the worth with `n_users + 1` less that without. Alone: the same with the quality of the second
    path held, so that nobody else gains; the difference is what flows through the data. Who come by
    referral count to the user who brought them.
    """
    more = Start(
        np.add(start.n_users, 1.0), start.n_examples, start.n_version_examples, start.version_age_periods
    )
    base = turn(flywheel, start, n_periods=terms.n_periods, n_between_updates=terms.n_between_updates)
    held = turn(
        flywheel,
        more,
        n_periods=terms.n_periods,
        n_between_updates=terms.n_between_updates,
        quality_share=base.quality_share,
    )
    looped = turn(flywheel, more, n_periods=terms.n_periods, n_between_updates=terms.n_between_updates)
    alone = users_worth(held.n_users - base.n_users, terms)
    return UserWorth(alone, users_worth(looped.n_users - held.n_users, terms))


def loop_gain(flywheel: Flywheel, n_examples: Floats) -> Floats:
    """Percent by which users stay longer for a percent more data.

    Parameters
    ----------
    flywheel : Flywheel
        The model.
    n_examples : float or array (...)
        What the version was trained on, above 0.

    Returns
    -------
    float or array (...)
        Elasticity of the expected lifetime, 1 / churn, to data. At g, ten percent more users bring about
        10 g percent more in turn; 1 and above feeds itself.

    Notes
    -----
    g = (dq / d ln D) response voluntary / churn.
    """
    quality = flywheel.curve.quality_share(n_examples)
    churn = flywheel.churn.churn_share(quality)
    cured = flywheel.churn.response * flywheel.churn.voluntary(quality) / churn
    gain: Floats = flywheel.curve.gain_per_log_example(n_examples) * cured
    return gain


def stall_examples(flywheel: Flywheel, n_examples: Floats, *, least_gain_share: float = STALL_GAIN) -> Floats:
    """Amount of data from which the loop gain stays below `least_gain_share`.

    Parameters
    ----------
    flywheel : Flywheel
        The model.
    n_examples : float or array (n_draws,)
        What today's version was trained on, above 0.
    least_gain_share : float
        Above 0; 0.1 is ten percent more data for one percent more lifetime.

    Returns
    -------
    float or array (n_draws,)
        `n_examples` where the gain is below already; infinite where it is not at a million times the data.

    Notes
    -----
    The gain falls as data grow wherever quality keeps users, so bisection in the log of the data finds it.
    """
    require(np.greater(n_examples, 0), "n_examples", "above 0", n_examples)
    require(least_gain_share > 0, "least_gain_share", "above 0", least_gain_share)
    shape = np.broadcast_shapes(np.shape(n_examples), np.shape(flywheel.curve.exponent))
    low = np.broadcast_to(np.log(n_examples), shape).astype(float)
    top = low + np.log(_FARTHEST_DATA)
    high = top.copy()
    is_stalled = np.less(loop_gain(flywheel, n_examples), least_gain_share)
    is_endless = np.greater_equal(loop_gain(flywheel, np.exp(top)), least_gain_share)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        above = np.greater_equal(loop_gain(flywheel, np.exp(middle)), least_gain_share)
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    found: Floats = np.where(is_stalled, n_examples, np.where(is_endless, np.inf, np.exp(high)))
    return found


def plateau_users(flywheel: Flywheel, *, quality_share: Floats) -> Floats:
    """Users at which those who join replace those who leave, at a quality that stays.

    Infinite where referrals alone outrun churn, and where nobody leaves.

    Notes
    -----
    users = joiners / (churn - referrals).
    """
    net = flywheel.churn.churn_share(quality_share) - flywheel.referrals_per_user
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(np.greater(net, 0), np.divide(flywheel.joiners_per_period, net), np.inf)
    return found


@dataclass(frozen=True, slots=True)
class UpdateWorth:
    """What new versions are worth over the horizon.

    `over_none_usd` is the gain over keeping today's version, before costs; `from_data_usd` the part that
    comes from training on more data instead of launching today's version afresh; `cost_usd` what they cost.
    """

    over_none_usd: Floats
    from_data_usd: Floats
    cost_usd: Floats

    @property
    def roi(self) -> Floats:
        """Gain over no version less cost, over cost; nan where nothing is paid."""
        return _over_cost(self.over_none_usd, self.cost_usd)

    @property
    def learning_roi(self) -> Floats:
        """The same of the gain from data alone: the learning-curve ROI; nan where nothing is paid."""
        return _over_cost(self.from_data_usd, self.cost_usd)


def _over_cost(gain_usd: Floats, cost_usd: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.divide(np.subtract(gain_usd, cost_usd), cost_usd)
    found: Floats = np.where(np.greater(cost_usd, 0), share, np.nan)
    return found


def update_worth(flywheel: Flywheel, start: Start, terms: Terms) -> UpdateWorth:
    """Worth of the versions to come: with their data, as copies of today's, and without any."""
    every, n_periods = terms.n_between_updates, terms.n_periods
    learning = turn(flywheel, start, n_periods=n_periods, n_between_updates=every)
    copies = turn(flywheel, start, n_periods=n_periods, n_between_updates=every, learns=False)
    never = turn(flywheel, start, n_periods=n_periods, n_between_updates=None)
    return UpdateWorth(
        users_worth(learning.n_users - never.n_users, terms),
        users_worth(learning.n_users - copies.n_users, terms),
        updates_cost(start, terms),
    )


def worth_by_cadence(
    flywheel: Flywheel, start: Start, terms: Terms, *, cadences: Sequence[int]
) -> FloatArray:
    """Worth of all users less the cost of versions, for each number of periods between versions.

    Returns an array (n_cadences, ...); the other terms are held.
    """
    found = []
    for every in cadences:
        held = Terms(
            terms.n_periods,
            every,
            terms.margin_usd_per_period,
            terms.discount_per_period,
            terms.update_cost_usd,
        )
        path = turn(flywheel, start, n_periods=terms.n_periods, n_between_updates=every)
        found.append(users_worth(path.n_users, held) - updates_cost(start, held))
    return np.array(np.broadcast_arrays(*found), dtype=np.float64)
