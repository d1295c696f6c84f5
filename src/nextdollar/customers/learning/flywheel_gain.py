"""The gain of the loop, where it stalls, and where users settle."""

from __future__ import annotations

import numpy as np

from nextdollar.customers.learning.flywheel import Flywheel, Start, n_updates, turn
from nextdollar.errors import require
from nextdollar.units import Floats

STALL_GAIN = 0.1
_FARTHEST_DATA = 1e6
_BISECTIONS = 60


def loop_gain(flywheel: Flywheel, n_examples: Floats) -> Floats:
    """Percent more users in the end for a percent more data.

    Parameters
    ----------
    flywheel : Flywheel
        The model.
    n_examples : float or array (...)
        What the version was trained on, above 0.

    Returns
    -------
    float or array (...)
        Elasticity of joiners / churn to data: that of the expected lifetime, 1 / churn, and where joiners
        follow quality that of joiners as well. At g, ten percent more users bring about 10 g percent more
        in turn; 1 and above feeds itself.

    Notes
    -----
    g = (dq / d ln D) (response voluntary / churn + response of joiners); the lag of joiners changes when,
    not how many.
    """
    staying = gain_by_staying(flywheel, n_examples)
    if flywheel.joiners_follow is None:
        return staying
    gain: Floats = staying + gain_by_joining(flywheel, n_examples)
    return gain


def gain_by_staying(flywheel: Flywheel, n_examples: Floats) -> Floats:
    """Percent by which users stay longer for a percent more data; parameters as of `loop_gain`."""
    quality = flywheel.curve.quality_share(n_examples)
    churn = flywheel.churn.churn_share(quality)
    cured = flywheel.churn.response * flywheel.churn.voluntary(quality) / churn
    gain: Floats = flywheel.curve.gain_per_log_example(n_examples) * cured
    return gain


def gain_by_joining(flywheel: Flywheel, n_examples: Floats) -> Floats:
    """Percent more joiners for a percent more data, 0 where they do not follow; as of `loop_gain`."""
    response = 0.0 if flywheel.joiners_follow is None else flywheel.joiners_follow.response
    gain: Floats = flywheel.curve.gain_per_log_example(n_examples) * response
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
        Above 0; 0.1 is ten percent more data for one percent more users.

    Returns
    -------
    float or array (n_draws,)
        `n_examples` where the gain is below already; infinite where it is not at a million times the data.

    Notes
    -----
    The gain falls as data grow wherever it is above 0: the slope of the curve falls, and so does the part
    of churn that is left to cure. So bisection in the log of the data finds it.
    """
    require(np.greater(n_examples, 0), "n_examples", "above 0", n_examples)
    require(least_gain_share > 0, "least_gain_share", "above 0", least_gain_share)
    shape = np.broadcast_shapes(np.shape(n_examples), np.shape(loop_gain(flywheel, n_examples)))
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
    users = joiners(quality) / (churn(quality) - referrals).
    """
    net = flywheel.churn.churn_share(quality_share) - flywheel.referrals_per_user
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(
            np.greater(net, 0), np.divide(flywheel.joiners([quality_share]), net), np.inf
        )
    return found


def stall_period(
    flywheel: Flywheel,
    start: Start,
    *,
    n_periods: int,
    n_between_updates: int | None,
    least_gain_share: float = STALL_GAIN,
) -> Floats:
    """Period at whose start the version is launched from which the loop gain stays below the least one.

    Parameters
    ----------
    flywheel, start, n_periods, n_between_updates : Flywheel, Start, int, int or None
        As of `turn`.
    least_gain_share : float
        Above 0.

    Returns
    -------
    float or array (n_draws,)
        0 where today's version is past the stall already; infinite where none that is launched within
        the horizon is.

    Notes
    -----
    Data that lie about teach nobody: what counts is what a version was trained on, so the stall comes with
    a launch, after the data have come.
    """
    stall = stall_examples(flywheel, start.n_version_examples, least_gain_share=least_gain_share)
    first = np.where(np.less_equal(stall, start.n_version_examples), 0.0, np.inf)
    launches = n_updates(start, n_periods=n_periods, n_between_updates=n_between_updates)
    path = turn(flywheel, start, n_periods=n_periods, n_between_updates=n_between_updates)
    for period in reversed(launches):
        passed = np.isinf(first) | (first > period)
        first = np.where(passed & np.greater_equal(path.n_examples[period], stall), float(period), first)
    found: Floats = first
    return found
