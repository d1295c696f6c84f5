"""Users bring data, data brings quality, quality keeps users: what a table of them says."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nextdollar.audience.learning.answer import (
    ChurnAnswer,
    CurveAnswer,
    LagAnswer,
    LearnAnswer,
    LifeAnswer,
    range_of,
    ranges_of,
)
from nextdollar.audience.learning.fits import CLEAR_CHANCE, Dealt, Decay, Fits, fitted
from nextdollar.audience.learning.flywheel import flywheel_answer
from nextdollar.audience.learning.joiners import joiners_answer
from nextdollar.audience.learning.question import LearnQuestion
from nextdollar.audience.learning.table import MONTHS_PER_PERIOD, LearnTable, read_learn_table
from nextdollar.customers.learning import ChurnByQuality, LearningCurve, useful_life_periods
from nextdollar.sources import Source
from nextdollar.units import FloatArray

_POINTS = 41
_BEYOND_DATA = 30.0
_ONE_POINT_SHARE = 0.01
_LEAST_LAUNCH_SHARE = 1e-6
_CONFOUNDED = (
    "quality, price, season and rivals move together in such a table: churn by quality is what went "
    "together, not what caused it; two versions served side by side at random would tell"
)
_SOURCES = (
    Source(
        "Hestness et al. 2017",
        "section 2: error falls as a power of the data",
        "https://arxiv.org/abs/1712.00409",
    ),
    Source("McCullagh and Nelder 1989, Generalized Linear Models", "sections 2.5 and 6.4: leavers by period"),
    Source("Box and Tiao 1973, Bayesian Inference in Statistical Analysis", "section 2.4: unknown noise"),
)
_JOINERS_SOURCE = Source(
    "Zeger 1988, A regression model for time series of counts", "Biometrika 75: joiners by period"
)


def learn(table: Path | str | LearnTable, question: LearnQuestion | None = None) -> LearnAnswer:
    """Learning curve, lags and loop of a product, from users and quality by week or month.

    Parameters
    ----------
    table : Path, str or LearnTable
        A CSV file (see `read_learn_table`), or one that was read.
    question : LearnQuestion, optional
        Margin, cost of versions, horizon and draws.

    Returns
    -------
    LearnAnswer
        What cannot be said is None, with the reason in `refused`.

    Raises
    ------
    RowsError
        With every fault of the table.
    """
    asked = LearnQuestion() if question is None else question
    read = table if isinstance(table, LearnTable) else read_learn_table(table)
    dealt = Dealt(asked)
    found = fitted(read, asked, dealt)
    found.notes[:0] = read.notes
    if read.examples_are_users:
        found.notes.append(
            f"the table has no column `examples`: data are counted in {read.period}s of users since its "
            "first row, so what was gathered before is missing"
        )
    flywheel = None
    if found.curve is not None and found.churn is not None:
        flywheel = flywheel_answer(
            read, asked, curve=found.curve, churn=found.churn, found=found, dealt=dealt
        )
    else:
        found.refused["flywheel"] = "it needs both the learning curve and churn by quality"
    if found.churn is not None:
        found.notes.append(_CONFOUNDED)
    if found.joiners is not None:
        found.sources.append(_JOINERS_SOURCE)
    now = read.version_examples[-1]
    return LearnAnswer(
        asked,
        read,
        None if found.curve is None else _curve(read, found, found.curve),
        None if found.churn is None else _churn(found.churn, found, float(now)),
        None
        if found.joiners is None
        else joiners_answer(
            read, found.met_share, found.joiners, dealt.of("joiners lag", "joiners response")
        ),
        None if found.lag is None else _lag(read, found.lag),
        None if found.life is None else _life(read, asked, found.life, found.levels),
        flywheel,
        found.refused,
        found.notes,
        [*_SOURCES, *found.sources],
        dealt.design.n_draws,
    )


def _curve(table: LearnTable, found: Fits, curve: LearningCurve) -> CurveAnswer:
    now = float(table.version_examples[-1])
    examples = np.geomspace(table.version_examples.min(), _BEYOND_DATA * now, _POINTS)
    here = curve.quality_share(now)
    return CurveAnswer(
        is_found=found.no_gain_chance <= CLEAR_CHANCE,
        no_gain_chance=found.no_gain_chance,
        ceiling_share=range_of(1.0 - curve.floor_share),
        exponent=range_of(curve.exponent),
        examples_now=now,
        quality_now_share=range_of(here),
        gain_per_doubling_share=range_of(curve.quality_share(2 * now) - here),
        quality_at_ten_times_share=range_of(curve.quality_share(10 * now)),
        points=[
            (float(at), spread)
            for at, spread in zip(examples, ranges_of(curve.quality_share(examples[:, None])), strict=True)
        ],
        versions=[
            (name, float(at), float(level))
            for name, at, level in zip(table.version_names, table.version_examples, found.levels, strict=True)
        ],
    )


def _churn(churn: ChurnByQuality, found: Fits, now: float) -> ChurnAnswer:
    here = found.levels[-1] if found.curve is None else found.curve.quality_share(now)
    at_present = churn.churn_share(here)
    better = churn.churn_share(np.minimum(np.add(here, _ONE_POINT_SHARE), 1.0))
    low, high = float(found.levels.min()), float(found.levels.max())
    shares = np.linspace(max(low - 0.05, 0.0), min(high + 0.1, 1.0), _POINTS)
    return ChurnAnswer(
        churn_now_share=range_of(at_present),
        involuntary_share=range_of(churn.involuntary_share),
        change_per_point=range_of(better / at_present - 1.0),
        keeps_share=float(np.mean(np.greater(churn.response, 0))),
        points=[
            (float(at), spread)
            for at, spread in zip(shares, ranges_of(churn.churn_share(shares[:, None])), strict=True)
        ],
    )


def _lag(table: LearnTable, lag: Decay) -> LagAnswer:
    ages = np.arange(lag.longest_age_periods + 1.0)
    rise = np.exp(lag.at(table.age_periods).mean(axis=1)) if lag.is_found else np.ones(table.users.size)
    level = _by_version(table, table.lost) / _by_version(table, table.users * rise)
    points = zip(
        ages,
        ranges_of(np.exp(lag.at(ages))),
        _seen_by_age(table, ages, table.lost, table.users * level),
        strict=True,
    )
    return LagAnswer(
        lag.is_found,
        lag.no_change_chance,
        range_of(lag.lag_periods),
        range_of(np.expm1(lag.per_period)),
        lag.longest_age_periods,
        [(float(age), spread, float(seen)) for age, spread, seen in points],
    )


def _life(table: LearnTable, question: LearnQuestion, life: Decay, levels: FloatArray) -> LifeAnswer:
    ages = np.arange(life.longest_age_periods + 1.0)
    launch_share = max(float(levels[-1]), _LEAST_LAUNCH_SHARE)
    lived = useful_life_periods(
        life.lag_periods,
        life.per_period,
        launch_share=launch_share,
        tolerance_share=question.tolerance_share,
    )
    lost_share = levels[table.version] - table.quality_share
    points = zip(
        ages,
        ranges_of(life.at(ages)),
        _seen_by_age(table, ages, lost_share, np.ones(lost_share.size)),
        strict=True,
    )
    return LifeAnswer(
        life.is_found,
        life.no_change_chance,
        question.tolerance_share,
        range_of(life.lag_periods),
        range_of(life.per_period),
        range_of(life.per_period / MONTHS_PER_PERIOD[table.period] / launch_share),
        range_of(lived),
        life.longest_age_periods,
        [(float(age), spread, float(seen)) for age, spread, seen in points],
    )


def _by_version(table: LearnTable, values: FloatArray) -> FloatArray:
    """Sum of values over the version of each row."""
    total: FloatArray = np.bincount(table.version, weights=values)[table.version]
    return total


def _seen_by_age(table: LearnTable, ages: FloatArray, above: FloatArray, below: FloatArray) -> FloatArray:
    """Sum of `above` over that of `below` at each age, nan where no row has it."""
    # The first of many versions may be older than the table.
    is_known = table.version >= min(1, int(table.version.max()) - 1)
    member = (table.age_periods == ages[:, None]) & is_known
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = (member @ above) / (member @ below)
    return found
