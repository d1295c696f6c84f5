"""The model of a loop as a table gives it: its parts, where it starts, and how periods are counted."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from nextdollar.audience.learning.answer import JoinersBasis, VersionsBasis
from nextdollar.audience.learning.fits import Dealt, Fits
from nextdollar.audience.learning.joiners import (
    following,
    n_recent_rows,
    per_point,
    response_of,
)
from nextdollar.audience.learning.question import Ends, LearnQuestion
from nextdollar.audience.learning.table import MONTHS_PER_PERIOD, LearnTable
from nextdollar.customers.learning import (
    ChurnByQuality,
    Flywheel,
    JoinersByQuality,
    LearningCurve,
    Start,
    Terms,
)
from nextdollar.uncertainty import quantiles
from nextdollar.units import FloatArray, Floats

_ENDS = (0.05, 0.95)
_MOVED_SHARE = 0.2
_SURE_CHANCE = 0.01


def loop_model(
    table: LearnTable,
    question: LearnQuestion,
    curve: LearningCurve,
    churn: ChurnByQuality,
    *,
    found: Fits,
    dealt: Dealt,
) -> tuple[Flywheel, JoinersBasis]:
    """Return the model, and why joiners follow quality in it; what is not clear is left out, and said."""
    months = MONTHS_PER_PERIOD[table.period]
    lag: Floats = 0.0
    loss: Floats = 0.0
    until = np.inf
    if found.life is not None and found.life.is_found:
        lag, loss = found.life.lag_periods, found.life.per_period
        until = found.life.longest_age_periods
        found.notes.append(
            f"beyond {until:g} {table.period}s, the oldest age seen, a version is taken to lose no more: "
            "what longer pauses cost is a lower bound"
        )
    else:
        found.notes.append("no decay of quality is found, so a version is taken to keep its quality for good")
    _note_versions(table, question, found)
    per_period = _joiners(table, dealt)
    referrals: Floats = 0.0
    if question.referrals_per_month is not None:
        referrals = dealt.within(question.referrals_per_month, "referrals") * months
        per_period = _without_referred(table, per_period, referrals, found)
    follow, basis = _follow(table, question, found, dealt)
    found.notes.append(_joiners_note(table, found, basis, is_held=follow is None))
    wheel = Flywheel(
        curve,
        churn,
        joiners_per_period=per_period,
        examples_per_user=table.examples_per_user,
        referrals_per_user=referrals,
        decay_lag_periods=lag,
        decay_per_period=loss,
        decay_until_periods=until,
        joiners_follow=follow,
    )
    return wheel, basis


def _note_versions(table: LearnTable, question: LearnQuestion, found: Fits) -> None:
    """Say where it is not known when versions come, and what is not said for that."""
    if versions_basis(table, question) == "every_period":
        found.notes.append(
            "the table has no column `version`: the product is taken to learn from all its data every "
            f"{table.period}, at no cost; state --every for versions"
        )
        if question.update_cost_usd is not None:
            found.refused["return_of_versions"] = (
                "the table has no column `version`, so how often they are paid is not known; state --every"
            )


def _joiners(table: LearnTable, dealt: Dealt) -> FloatArray:
    """Draws of the mean of joiners over the last three months."""
    recent = table.joined[-n_recent_rows(table) :]
    spread = float(recent.std(ddof=1)) / np.sqrt(recent.size)
    joiners: FloatArray = float(recent.mean()) + spread * stdtrit(recent.size - 1, dealt.of("joiners")[0])
    return np.maximum(joiners, 0.0)


def _without_referred(
    table: LearnTable, joiners: FloatArray, referrals_per_user: Floats, found: Fits
) -> FloatArray:
    """Joiners less those whom users brought: the table counts both."""
    users = float(table.users[-n_recent_rows(table) :].mean())
    own = joiners - np.multiply(referrals_per_user, users)
    short_share = float(np.mean(own < 0))
    if short_share > 0:
        found.notes.append(
            f"in {100 * short_share:.3g} % of draws more are stated to be referred than joined of late: "
            "there nobody joins but by referral"
        )
    return np.maximum(own, 0.0)


def _follow(
    table: LearnTable, question: LearnQuestion, found: Fits, dealt: Dealt
) -> tuple[JoinersByQuality | None, JoinersBasis]:
    """Return how joiners follow quality: as stated, else as the table shows clearly, else not at all."""
    stated, fit = question.joiners_per_point_share, found.joiners
    if stated is not None:
        if fit is not None:
            _note_other(fit.draws(dealt.of("joiners lag", "joiners response"))[0], stated, found)
        if stated == (0.0, 0.0):
            return None, "stated"
        response = response_of(dealt.within(stated, "joiners per point"))
        return following(table, found.met_share, response=response, lag_periods=0), "stated"
    if fit is None or not fit.is_found:
        return None, "held"
    if fit.no_rise_chance > _SURE_CHANCE:
        found.notes.append(
            "the rise of joiners with quality is only just clear: such findings are more often too large "
            "than too small"
        )
    response, lag = fit.draws(dealt.of("joiners lag", "joiners response"))
    return following(table, found.met_share, response=response, lag_periods=lag), "table"


def _note_other(response: FloatArray, stated: Ends, found: Fits) -> None:
    """Say where the table shows another rise of joiners than is stated."""
    low, high = (float(per_point(end)) for end in quantiles(response, _ENDS))
    if low > stated[1] or high < stated[0]:
        told = " to ".join(f"{100 * end:.3g}" for end in sorted(set(stated)))
        found.notes.append(
            f"the table shows {100 * low:.3g} to {100 * high:.3g} % more joiners for a point of quality, "
            f"and {told} % are stated: the two do not agree"
        )


def _joiners_note(table: LearnTable, found: Fits, basis: JoinersBasis, *, is_held: bool) -> str:
    """Return what is taken of joiners in the periods to come."""
    n_recent = n_recent_rows(table)
    middle = float(table.joined[-n_recent:].mean())
    before = table.joined[:-n_recent]
    usual = float(before.mean()) if before.size else middle
    moved = ""
    if usual > 0 and abs(middle / usual - 1) > _MOVED_SHARE:
        side = "above" if middle > usual else "below"
        moved = f", {100 * abs(middle / usual - 1):.0f} % {side} those before"
    mean = f"the mean of the last {n_recent} {table.period}s{moved}"
    if basis == "table":
        return (
            f"joiners start from {mean}, and follow quality as the table shows beside a smooth trend, which "
            "is not continued; what else comes with a launch, such as campaigns, is counted to quality"
        )
    if basis == "stated" and is_held:
        return f"joiners are held at {mean}, as stated"
    if basis == "stated":
        return f"joiners start from {mean}, and follow quality as stated; their trend is not continued"
    left_out = "that a better model draws more of them is left out"
    if found.joiners is None:
        return f"joiners are held at {mean}: {left_out}"
    return (
        f"joiners are held at {mean}: {left_out}, because the table does not show it clearly; state "
        "--joiners-follow with what an experiment shows"
    )


def loop_start(table: LearnTable, met_share: FloatArray) -> Start:
    """Return where the loop starts: the period after the last row."""
    gathered = table.n_examples[-1] + table.examples_per_user * table.users[-1]
    age = float(table.age_periods[-1]) + 1.0 if table.knows_versions else 1.0
    return Start(table.users_next, float(gathered), float(table.version_examples[-1]), age, met_share)


def versions_basis(table: LearnTable, question: LearnQuestion) -> VersionsBasis:
    """Return where the time between versions comes from."""
    if question.update_months is not None:
        return "stated"
    return "table" if table.knows_versions else "every_period"


def loop_terms(table: LearnTable, question: LearnQuestion, dealt: Dealt) -> Terms:
    """Return how periods are counted, in the period of the table; unknown versions cost nothing."""
    months = MONTHS_PER_PERIOD[table.period]
    every = table.periods_between_versions
    if question.update_months is not None:
        every = max(round(question.update_months / months), 1)
    margin: Floats = 1.0
    if question.margin_usd_per_month is not None:
        margin = dealt.within(question.margin_usd_per_month, "margin") * months
    cost: Floats = 0.0
    if question.update_cost_usd is not None and versions_basis(table, question) != "every_period":
        cost = dealt.within(question.update_cost_usd, "cost of a version")
    return Terms(
        max(round(question.horizon_months / months), 1),
        every,
        margin,
        (1.0 + question.discount_per_month) ** months - 1.0,
        cost,
    )
