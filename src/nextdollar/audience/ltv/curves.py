"""Segments whose retention was fitted: the curve of each, as far ahead as its payments count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nextdollar.audience.ltv.observed import observed_then_laws
from nextdollar.audience.ltv.question import LtvSegment, LtvSetting, RetentionCurve
from nextdollar.audience.ltv.table import SegmentsRead
from nextdollar.audience.retention.answer import Flag, RetentionAnswer, SegmentRetention
from nextdollar.audience.retention.retention import retention
from nextdollar.errors import Fault, OptionsError
from nextdollar.units import FloatArray, Floats

MONTHS_OF_PERIOD = {"month": 1, "quarter": 3, "year": 12}
_MOST_PERIODS = 600
_LEAST_PERIODS = 60
_LITTLE = 1e-4


def fitted_retention(
    path: Path | str,
    *,
    tenure: str | None = None,
    churned: str | None = None,
    flag: Flag | None = None,
    by: str | None = None,
) -> RetentionAnswer:
    """Return the retention that a table of survival or of customers shows; arguments as of `retention`.

    Raises
    ------
    OptionsError
        Also where the table is a log of purchases: without a contract nobody says when a customer left.
    """
    found = retention(path, tenure=tenure, churned=churned, flag=flag, by=by)
    if found.kind == "transactions":
        rule = "must be of segments or of survival: a log of purchases has no margin a month"
        hint = f"nextdollar retention {path}"
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
    n_months = _months_of(found, period)
    segments = tuple(
        LtvSegment(
            name=item.segment,
            stays=_curve(item, setting, n_months),
            price_usd_per_month=margin_usd_per_month,
        )
        for item in found.segments
    )
    notes = [*found.warnings, *_warnings(found)]
    return SegmentsRead(segments, tuple(dict.fromkeys(notes)), ((found.file, found.sha256),))


def _warnings(found: RetentionAnswer) -> Iterator[str]:
    for item in found.segments:
        yield from (f"in {item.segment}: {warning}" for warning in item.warnings)


def _months_of(found: RetentionAnswer, period: str | None) -> int:
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


def _curve(item: SegmentRetention, setting: LtvSetting, n_months_per_period: int) -> RetentionCurve:
    """Return the curve of a segment, up to where a payment is worth a ten-thousandth, or 600 renewals.

    What comes later is worth at most (1 + d)**-600 of a perpetuity.
    """
    ahead = max(setting.horizon_months, setting.age_months + 2 * n_months_per_period)
    n_periods = max(-(-ahead // n_months_per_period) + 1, item.n_observed + 1, _LEAST_PERIODS)
    rate = float(np.min(setting.discount_per_month))
    if rate > 0:
        worth_little = -np.log(_LITTLE) / np.log1p(rate) / n_months_per_period
        n_periods = max(n_periods, min(int(np.ceil(worth_little)), _MOST_PERIODS))
    left: FloatArray = item.fit.draws.survival(np.arange(n_periods + 1.0))
    n_followed = 0
    if not item.keeps_to_observed:
        left, n_followed = observed_then_laws(item, left, seed=setting.seed)
    return RetentionCurve(
        survival_share=np.minimum(left, 1.0),
        n_months_per_period=n_months_per_period,
        n_observed=item.n_observed,
        law=item.law_words,
        has_endless_mean=item.has_endless_mean,
        main_law=None if n_followed else item.law.law,
        n_followed=n_followed,
    )
