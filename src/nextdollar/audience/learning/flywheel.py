"""The loop from today on: its gain, where it stalls, the path of users, and what one more is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from nextdollar.audience.learning.answer import (
    CadenceAnswer,
    FlywheelAnswer,
    PathPoint,
    UpdatesAnswer,
    UserAnswer,
    range_of,
)
from nextdollar.audience.learning.fits import Dealt, Fits
from nextdollar.audience.learning.question import LearnQuestion
from nextdollar.audience.learning.table import MONTHS_PER_PERIOD, LearnTable
from nextdollar.customers.learning import (
    STALL_GAIN,
    ChurnByQuality,
    Flywheel,
    LearningCurve,
    Start,
    Terms,
    Turns,
    loop_gain,
    one_more_user,
    plateau_users,
    stall_examples,
    turn,
    update_worth,
    worth_by_cadence,
)
from nextdollar.customers.learning.flywheel import n_updates
from nextdollar.units import FloatArray, Floats

_RECENT_MONTHS = 3.0
_FEWEST_RECENT = 4
_CADENCES = {"week": (1, 2, 4, 6, 8, 13, 26, 52), "month": (1, 2, 3, 4, 6, 9, 12, 24)}
_MOVED_SHARE = 0.2
_FAR_TIMES = 10.0


def flywheel_answer(
    table: LearnTable,
    question: LearnQuestion,
    *,
    curve: LearningCurve,
    churn: ChurnByQuality,
    found: Fits,
    dealt: Dealt,
) -> FlywheelAnswer:
    """Return what follows from a curve and a response of churn; remarks are added to `found`."""
    wheel = _wheel(table, question, curve, churn, found=found, dealt=dealt)
    start = _start(table)
    terms = _terms(table, question, dealt)
    n_periods, every = terms.n_periods, terms.n_between_updates
    learning = turn(wheel, start, n_periods=n_periods, n_between_updates=every)
    copies = turn(wheel, start, n_periods=n_periods, n_between_updates=every, learns=False)
    none = turn(wheel, start, n_periods=n_periods, n_between_updates=None)
    _note_reach(table, learning, found)
    stall = stall_examples(wheel, start.n_version_examples)
    stalled = np.less_equal(stall, start.n_version_examples)
    return FlywheelAnswer(
        unit="USD" if question.margin_usd_per_month is not None else f"user-{table.period}s",
        n_periods=n_periods,
        periods_between_versions=every or 1,
        loop_gain=range_of(loop_gain(wheel, start.n_version_examples)),
        least_gain=STALL_GAIN,
        is_stalled_share=float(np.mean(stalled)),
        stall_periods=range_of(_first_period(learning.n_examples, stall, stalled)),
        stall_examples=range_of(stall),
        settled_users=range_of(
            plateau_users(wheel, quality_share=curve.quality_share(start.n_version_examples))
        ),
        settled_users_at_ceiling=range_of(plateau_users(wheel, quality_share=1.0 - curve.floor_share)),
        joiners_per_period=range_of(wheel.joiners_per_period),
        path=[
            PathPoint(
                period,
                range_of(learning.n_users[period]),
                range_of(copies.n_users[period]),
                range_of(none.n_users[period]),
            )
            for period in range(n_periods)
        ],
        one_more_user=_user(wheel, start, terms),
        updates=_updates(table, question, wheel, start, terms=terms),
    )


def _note_reach(table: LearnTable, learning: Turns, found: Fits) -> None:
    """Say where the horizon reaches far beyond the data that any version has seen."""
    reached = float(np.median(learning.n_examples[-1])) / float(table.version_examples.max())
    if reached > _FAR_TIMES:
        found.notes.append(
            f"by the end of the horizon there are {reached:.0f} times the data that any version has seen: "
            "the curve is stretched far"
        )


def _wheel(
    table: LearnTable,
    question: LearnQuestion,
    curve: LearningCurve,
    churn: ChurnByQuality,
    *,
    found: Fits,
    dealt: Dealt,
) -> Flywheel:
    """Return the model: what is not clear in the table is left out of it, and said."""
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
    referrals: Floats = 0.0
    if question.referrals_per_month is not None:
        referrals = dealt.within(question.referrals_per_month, "referrals") * months
    return Flywheel(
        curve,
        churn,
        joiners_per_period=_joiners(table, found, dealt),
        examples_per_user=table.examples_per_user,
        referrals_per_user=referrals,
        decay_lag_periods=lag,
        decay_per_period=loss,
        decay_until_periods=until,
    )


def _joiners(table: LearnTable, found: Fits, dealt: Dealt) -> Floats:
    """Draws of the mean of joiners over the last three months, which is held."""
    n_recent = max(round(_RECENT_MONTHS / MONTHS_PER_PERIOD[table.period]), _FEWEST_RECENT)
    recent = table.joined[-n_recent:]
    middle = float(recent.mean())
    before = table.joined[: -recent.size]
    usual = float(before.mean()) if before.size else middle
    moved = ""
    if usual > 0 and abs(middle / usual - 1) > _MOVED_SHARE:
        side = "above" if middle > usual else "below"
        moved = f", {100 * abs(middle / usual - 1):.0f} % {side} those before"
    found.notes.append(
        f"joiners are held at the mean of the last {recent.size} {table.period}s{moved}: "
        "that a better model draws more of them is left out"
    )
    spread = float(recent.std(ddof=1)) / np.sqrt(recent.size)
    scores = stdtrit(recent.size - 1, dealt.of("joiners")[0])
    joiners: FloatArray = np.maximum(middle + spread * scores, 0.0)
    return joiners


def _start(table: LearnTable) -> Start:
    gathered = table.n_examples[-1] + table.examples_per_user * table.users[-1]
    age = float(table.age_periods[-1]) + 1.0 if table.knows_versions else 1.0
    return Start(table.users_next, float(gathered), float(table.version_examples[-1]), age)


def _terms(table: LearnTable, question: LearnQuestion, dealt: Dealt) -> Terms:
    months = MONTHS_PER_PERIOD[table.period]
    every = table.periods_between_versions
    if question.update_months is not None:
        every = max(round(question.update_months / months), 1)
    margin: Floats = 1.0
    if question.margin_usd_per_month is not None:
        margin = dealt.within(question.margin_usd_per_month, "margin") * months
    cost: Floats = 0.0
    if question.update_cost_usd is not None:
        cost = dealt.within(question.update_cost_usd, "cost of a version")
    return Terms(
        max(round(question.horizon_months / months), 1),
        every,
        margin,
        (1.0 + question.discount_per_month) ** months - 1.0,
        cost,
    )


def _first_period(n_examples: FloatArray, stall: Floats, stalled: Floats) -> Floats:
    """Period at whose start the data pass the stall; 0 where they have by now, never where they do not."""
    passed = n_examples >= stall
    first = np.where(passed.any(axis=0), passed.argmax(axis=0).astype(float), np.inf)
    found: Floats = np.where(stalled, 0.0, first)
    return found


def _user(wheel: Flywheel, start: Start, terms: Terms) -> UserAnswer:
    found = one_more_user(wheel, start, terms)
    return UserAnswer(
        range_of(found.alone_usd),
        range_of(found.through_learning_usd),
        range_of(found.total_usd),
        range_of(found.total_usd / found.alone_usd),
    )


def _updates(
    table: LearnTable, question: LearnQuestion, wheel: Flywheel, start: Start, *, terms: Terms
) -> UpdatesAnswer:
    found = update_worth(wheel, start, terms)
    launches = n_updates(start, n_periods=terms.n_periods, n_between_updates=terms.n_between_updates)
    is_paid = bool(np.any(np.greater(terms.update_cost_usd, 0)))
    cadences: Sequence[CadenceAnswer] = []
    if is_paid:
        cadences = _cadences(wheel, start, terms, _CADENCES[table.period])
    return UpdatesAnswer(
        len(launches),
        range_of(found.over_none_usd),
        range_of(found.from_data_usd),
        range_of(found.cost_usd) if is_paid else None,
        range_of(found.roi) if is_paid and launches else None,
        range_of(found.learning_roi) if is_paid and launches else None,
        float(np.mean(np.greater(found.over_none_usd, found.cost_usd))) if is_paid else None,
        cadences,
    )


def _cadences(wheel: Flywheel, start: Start, terms: Terms, usual: Sequence[int]) -> list[CadenceAnswer]:
    """Return what each cadence brings over no version at all, all on the same draws."""
    tried = sorted({*usual, terms.n_between_updates or 1})
    tried = [every for every in tried if every <= terms.n_periods]
    beyond = terms.n_periods + int(start.version_age_periods) + 1
    worth = worth_by_cadence(wheel, start, terms, cadences=[*tried, beyond])
    gain = worth - worth[-1]
    best = np.argmax(gain, axis=0)
    return [
        CadenceAnswer(
            every if place < len(tried) else None, range_of(gain[place]), float(np.mean(best == place))
        )
        for place, every in enumerate([*tried, beyond])
    ]
