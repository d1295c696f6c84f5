"""What learning is worth: one more user, and the next version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nextdollar.customers.learning.flywheel import Flywheel, Start, n_updates, turn
from nextdollar.errors import require
from nextdollar.units import FloatArray, Floats


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
    more = replace(start, n_users=np.add(start.n_users, 1.0))
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
