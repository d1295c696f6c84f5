"""Segments whose retention was fitted: the curve of each, as far ahead as its payments count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nextdollar.audience.ltv.question import LtvSegment, LtvSetting, RetentionCurve
from nextdollar.audience.ltv.table import SegmentsRead
from nextdollar.audience.retention.answer import Flag, RetentionAnswer, SegmentRetention
from nextdollar.audience.retention.notes import unknown_notes
from nextdollar.audience.retention.options import Tenure
from nextdollar.audience.retention.retention import retention
from nextdollar.errors import Fault, OptionsError
from nextdollar.units import Floats

MONTHS_OF_PERIOD = {"month": 1, "quarter": 3, "year": 12}
_MOST_PERIODS = 600
_LEAST_PERIODS = 60
_LITTLE = 1e-4


def fitted_retention(
    path: Path | str,
    *,
    tenure: Tenure | None = None,
    churned: str | None = None,
    flag: Flag | None = None,
    by: str | None = None,
    until: str | None = None,
) -> RetentionAnswer:
    """Return the retention that a table of survival or of customers shows; arguments as of `retention`.

    Raises
    ------
    OptionsError
        Also where the table is a log of purchases: without a contract nobody says when a customer left.
    """
    found = retention(path, tenure=tenure, churned=churned, flag=flag, by=by, until=until)
    if found.transactions is not None:
        rule = "must be of segments or of survival: a log of purchases has no renewals"
        hint = f"nextdollar ltv {path} reads it as a log; ltv_of_purchases does from Python"
        raise OptionsError([Fault("ND1758", found.file, rule, "", hint, found.file)])
    return found


def segments_of_curves(
    found: RetentionAnswer,
    setting: LtvSetting,
    *,
    margin_usd_per_month: Floats,
    period: str | None = None,
) -> SegmentsRead:
    """Return a segment for each curve that was fitted.

    Parameters
    ----------
    found : RetentionAnswer
        What `fitted_retention` gives.
    setting : LtvSetting
        Says how far ahead payments count.
    margin_usd_per_month : float or array (n_draws,)
        Gross margin of one customer, in USD.
    period : "month", "quarter" or "year", optional
        Time between two renewals, where the table does not name it.

    Raises
    ------
    OptionsError
        If nothing says how long a period is, or the table and `period` say different things.
    """
    n_months = months_of(found, period)
    segments = tuple(
        LtvSegment(
            name=item.segment,
            stays=curve_of(item, setting, n_months),
            price_usd_per_month=margin_usd_per_month,
        )
        for item in found.segments
    )
    notes = [*found.warnings, *(note for item in found.segments for note in notes_on_data(item))]
    return SegmentsRead(segments, tuple(dict.fromkeys(notes)), ((found.file, found.sha256),))


def notes_on_data(item: SegmentRetention) -> Iterator[str]:
    """Yield what the table of a segment leaves open; what its laws do is said of the value itself."""
    for note in (*(() if item.seen is None else item.seen.notes), *unknown_notes(item.fit)):
        yield f"in {item.segment}: {note}"


def months_of(found: RetentionAnswer, period: str | None) -> int:
    """Return the months of one period, as the table or `period` says; OptionsError where they do not."""
    stated = found.period if found.period in MONTHS_OF_PERIOD else None
    words = ", ".join(MONTHS_OF_PERIOD)
    if period is not None and period not in MONTHS_OF_PERIOD:
        raise OptionsError([Fault("ND1757", "--period", f"must be one of {words}", period)])
    if stated is not None and period is not None and stated != period:
        rule = f"must be what the column of the table says, {stated}"
        raise OptionsError([Fault("ND1757", "--period", rule, period, "leave --period out")])
    if stated is None and period is None:
        rule = "is needed: the table does not say how long a period is"
        raise OptionsError([Fault("ND1757", "--period", rule, found.period, f"one of {words}")])
    return MONTHS_OF_PERIOD[stated or period or "month"]


def curve_of(item: SegmentRetention, setting: LtvSetting, n_months_per_period: int) -> RetentionCurve:
    """Return the curve of a segment, up to where a payment is worth a ten-thousandth, or 600 renewals.

    What comes later is worth at most (1 + d)**-600 of a perpetuity. Where too few were watched when young it
    is of those who stay until enough were: of the time before, no table tells.
    """
    first = item.observed_from_period
    ahead = max(setting.horizon_months, setting.age_months + 2 * n_months_per_period)
    n_periods = max(-(-ahead // n_months_per_period) + 1, item.n_observed - first + 1, _LEAST_PERIODS)
    rate = float(np.min(setting.discount_per_month))
    if rate > 0:
        worth_little = -np.log(_LITTLE) / np.log1p(rate) / n_months_per_period
        n_periods = max(n_periods, min(int(np.ceil(worth_little)), _MOST_PERIODS))
    left, n_followed = item.watched_left(first + n_periods) if first else item.left(n_periods)
    is_of_law = n_followed == 0 and first == 0 and np.ndim(item.start_share) == 0
    return RetentionCurve(
        survival_share=np.minimum(left, 1.0),
        n_months_per_period=n_months_per_period,
        n_observed=item.n_observed - first,
        law=item.law_words,
        has_endless_mean=item.has_endless_mean,
        endless_mean_words=item.endless_mean_words,
        main_law=item.law.law if is_of_law else None,
        n_followed=max(n_followed - first, 0),
        from_period=first,
    )
