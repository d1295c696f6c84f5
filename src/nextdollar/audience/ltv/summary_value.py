"""What customers still bring, where they are known by repeat purchases, recency, age and mean spend."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.ltv.purchase_answer import PurchaseValue
from nextdollar.audience.ltv.purchase_question import PurchaseValueQuestion
from nextdollar.audience.ltv.purchase_value import valued_fits
from nextdollar.audience.transactions.summaries import (
    FittedSummary,
    SummaryQuestion,
    fit_summary,
    refuse_chances,
)
from nextdollar.errors import Fault, OptionsError
from nextdollar.units import DAYS_PER_MONTH, DAYS_PER_YEAR

_DAYS_OF = {"day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH, "year": DAYS_PER_YEAR}


def ltv_of_summary(
    table: CustomerTable | Path | str,
    question: PurchaseValueQuestion | None = None,
    summary: SummaryQuestion | None = None,
    *,
    period: str | None = None,
) -> PurchaseValue:
    """Return what the customers of a table of summaries still bring, from its end on.

    Parameters
    ----------
    table : CustomerTable, Path or str
        `frequency` (repeat purchases), `recency`, `T` (age) and mean spend per repeat purchase.
    question : PurchaseValueQuestion, optional
        Margin, discount, horizon; its days in a period and last day are not read.
    summary : SummaryQuestion, optional
        What the columns do not say, and the segments.
    period : "day", "week", "month" or "year", optional
        What recency and age count, where the columns do not say (`recency_weeks`).

    Returns
    -------
    PurchaseValue
        As `ltv_of_purchases`, without a hold-out.

    Raises
    ------
    OptionsError
        If nothing tells what a column means or how long a period is.
    RowsError
        With every fault of the table; also where it has no money, or one chance to buy a period (BG/BB).
    FitError
        If nothing can be said of any segment.
    """
    asked = PurchaseValueQuestion() if question is None else question
    read = SummaryQuestion() if summary is None else summary
    found = fit_summary(table, replace(read, seed=asked.seed))
    refuse_chances(found)
    asked = replace(asked, period_days=_days_of(found, period), until=None)
    file = (found.rows.table.file, found.rows.table.sha256)
    return valued_fits(found.fits, found.left_out, asked, file=file, last_day="")


def _days_of(found: FittedSummary, stated: str | None) -> float:
    """Days in a period, as the columns say or an option does."""
    told = found.period if found.period in _DAYS_OF else None
    if stated is not None and stated not in _DAYS_OF:
        rule = "must be day, week, month or year"
        raise OptionsError([Fault("ND1764", "--period", rule, stated)])
    if told is not None and stated is not None and told != stated:
        rule = f"must be {told}, as the columns say"
        raise OptionsError([Fault("ND1764", "--period", rule, stated, "leave it out")])
    chosen = stated or told
    if chosen is None:
        recency, seen = found.rows.columns[1:]
        rule = f"must be told: nothing says what {recency} and {seen} count"
        hint = "--period day, week, month or year; or columns such as recency_weeks and T_weeks"
        raise OptionsError([Fault("ND1764", "--period", rule, "", hint, found.rows.table.file)])
    return _DAYS_OF[chosen]
