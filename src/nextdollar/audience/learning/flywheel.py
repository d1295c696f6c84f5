"""The loop from today on: its gain, where it stalls, the path of users, and what one more is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nextdollar.audience.learning.answer import (
    CadenceAnswer,
    FlywheelAnswer,
    PathPoint,
    UpdatesAnswer,
    UserAnswer,
    range_of,
)
from nextdollar.audience.learning.fits import Dealt, Fits
from nextdollar.audience.learning.joiners import per_point
from nextdollar.audience.learning.question import LearnQuestion
from nextdollar.audience.learning.table import LearnTable
from nextdollar.audience.learning.wheel import loop_model, loop_start, loop_terms, versions_basis
from nextdollar.customers.learning import (
    STALL_GAIN,
    ChurnByQuality,
    Flywheel,
    LearningCurve,
    Start,
    Terms,
    Turns,
    gain_by_joining,
    gain_by_staying,
    loop_gain,
    one_more_user,
    plateau_users,
    stall_examples,
    stall_period,
    turn,
    update_worth,
    worth_by_cadence,
)
from nextdollar.customers.learning.flywheel import n_updates

_CADENCES = {"week": (1, 2, 4, 6, 8, 13, 26, 52), "month": (1, 2, 3, 4, 6, 9, 12, 24)}
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
    wheel, basis = loop_model(table, question, curve, churn, found=found, dealt=dealt)
    start = loop_start(table, found.met_share)
    terms = loop_terms(table, question, dealt)
    n_periods, every = terms.n_periods, terms.n_between_updates
    learning = turn(wheel, start, n_periods=n_periods, n_between_updates=every)
    copies = turn(wheel, start, n_periods=n_periods, n_between_updates=every, learns=False)
    none = turn(wheel, start, n_periods=n_periods, n_between_updates=None)
    _note_reach(table, learning, found)
    stall = stall_examples(wheel, start.n_version_examples)
    when = stall_period(wheel, start, n_periods=n_periods, n_between_updates=every)
    follow = wheel.joiners_follow
    return FlywheelAnswer(
        unit="USD" if question.margin_usd_per_month is not None else f"user-{table.period}s",
        n_periods=n_periods,
        periods_between_versions=every or 1,
        loop_gain=range_of(loop_gain(wheel, start.n_version_examples)),
        gain_by_staying=range_of(gain_by_staying(wheel, start.n_version_examples)),
        gain_by_joining=range_of(gain_by_joining(wheel, start.n_version_examples)),
        least_gain=STALL_GAIN,
        is_stalled_share=float(np.mean(np.less_equal(stall, start.n_version_examples))),
        stall_periods=range_of(when),
        stall_examples=range_of(stall),
        settled_users=range_of(
            plateau_users(wheel, quality_share=curve.quality_share(start.n_version_examples))
        ),
        settled_users_at_ceiling=range_of(plateau_users(wheel, quality_share=1.0 - curve.floor_share)),
        joiners_per_period=range_of(wheel.joiners_per_period),
        joiners_basis=basis,
        joiners_change_per_point=range_of(0.0 if follow is None else per_point(follow.response)),
        path=_path(learning, copies, none),
        one_more_user=_user(wheel, start, terms),
        updates=_updates(table, question, wheel, start, terms=terms),
    )


def _path(learning: Turns, copies: Turns, none: Turns) -> list[PathPoint]:
    rows = zip(learning.n_users, copies.n_users, none.n_users, strict=True)
    return [
        PathPoint(period, *(range_of(users) for users in of_period)) for period, of_period in enumerate(rows)
    ]


def _note_reach(table: LearnTable, learning: Turns, found: Fits) -> None:
    """Say where the horizon reaches far beyond the data that any version has seen."""
    reached = float(np.median(learning.n_examples[-1])) / float(table.version_examples.max())
    if reached > _FAR_TIMES:
        found.notes.append(
            f"by the end of the horizon there are {reached:.0f} times the data that any version has seen: "
            "the curve is stretched far"
        )


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
        versions_basis(table, question),
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
