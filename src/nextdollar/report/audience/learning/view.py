"""What a table of users and quality says, as plain data: what `nextdollar learn --json` prints."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

from nextdollar.audience.learning.answer import (
    ChurnAnswer,
    CurveAnswer,
    FlywheelAnswer,
    JoinersAnswer,
    LagAnswer,
    LearnAnswer,
    LifeAnswer,
    Range,
)
from nextdollar.audience.learning.table import LearnTable
from nextdollar.report.research.envelope import enveloped

LEARN_SCHEMA = "nextdollar.learn/1.0"


def learn_view(found: LearnAnswer) -> dict[str, Any]:
    """Return an answer as plain data."""
    return enveloped(
        LEARN_SCHEMA,
        {
            "period": found.table.period,
            "horizon_months": found.question.horizon_months,
            "discount_per_month": found.question.discount_per_month,
            "observed": _observed(found.table),
            "learning_curve": None if found.curve is None else _curve(found.curve),
            "churn_by_quality": None if found.churn is None else _churn(found.churn),
            "joiners_by_quality": None if found.joiners is None else _joiners(found.joiners),
            "retention_lag": None if found.lag is None else _lag(found.lag),
            "version_life": None if found.life is None else _life(found.life),
            "flywheel": None if found.flywheel is None else _flywheel(found.flywheel),
            "refused": [{"what": what, "reason": reason} for what, reason in found.refused.items()],
        },
        files=[(found.table.file, found.table.sha256)],
        draws=found.n_draws,
        seed=found.question.seed,
        warnings=found.notes,
        sources=found.sources,
    )


def _spread(found: Range) -> dict[str, float | None]:
    ends = {"p5": found.p5, "p50": found.p50, "p95": found.p95}
    plain: dict[str, float | None] = {
        name: value if math.isfinite(value) else None for name, value in ends.items()
    }
    return {**plain, "never_share": found.never_share}


def _plain(part: Any, *leave_out: str) -> dict[str, Any]:
    """Return the fields of a part, ranges as plain data."""
    found = {}
    for field in fields(part):
        if field.name not in leave_out:
            value = getattr(part, field.name)
            found[field.name] = _spread(value) if isinstance(value, Range) else value
    return found


def _seen(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _observed(table: LearnTable) -> list[dict[str, Any]]:
    columns = (table.users, table.lost, table.joined, table.quality_share, table.n_examples)
    names = ("users", "lost_users", "new_users", "quality_share", "examples")
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        {"period": period, "version": table.version_names[version], **dict(zip(names, row, strict=True))}
        for period, version, row in zip(table.names, table.version.tolist(), rows, strict=True)
    ]


def _curve(part: CurveAnswer) -> dict[str, Any]:
    return {
        **_plain(part, "points", "versions"),
        "points": [{"examples": at, "quality_share": _spread(spread)} for at, spread in part.points],
        "versions": [
            {"version": name, "examples": at, "quality_share": level} for name, at, level in part.versions
        ],
    }


def _churn(part: ChurnAnswer) -> dict[str, Any]:
    points = [{"quality_share": at, "churn_share": _spread(spread)} for at, spread in part.points]
    return {**_plain(part, "points"), "points": points}


def _joiners(part: JoinersAnswer) -> dict[str, Any]:
    points = [{"quality_share": at, "joiners_over_recent": _spread(spread)} for at, spread in part.points]
    seen = [{"quality_share": at, "joiners_over_recent": ratio} for at, ratio in part.seen]
    return {**_plain(part, "points", "seen"), "points": points, "seen": seen}


def _lag(part: LagAnswer) -> dict[str, Any]:
    points = [
        {"age_periods": age, "churn_over_launch": _spread(spread), "seen": _seen(seen)}
        for age, spread, seen in part.points
    ]
    return {**_plain(part, "points"), "points": points}


def _life(part: LifeAnswer) -> dict[str, Any]:
    points = [
        {"age_periods": age, "lost_share": _spread(spread), "seen": _seen(seen)}
        for age, spread, seen in part.points
    ]
    return {**_plain(part, "points"), "points": points}


def _flywheel(part: FlywheelAnswer) -> dict[str, Any]:
    updates = _plain(part.updates, "cadences")
    return {
        **_plain(part, "path", "one_more_user", "updates"),
        "path": [_plain(point) for point in part.path],
        "one_more_user": _plain(part.one_more_user),
        "updates": {**updates, "cadences": [_plain(item) for item in part.updates.cadences]},
    }
