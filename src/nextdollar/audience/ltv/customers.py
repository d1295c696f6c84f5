"""Lifetime values of customers one by one, or of cohorts: retention is fitted, and priced."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nextdollar.audience.customer_table import read_customer_table
from nextdollar.audience.ltv.answer import LtvAnswer
from nextdollar.audience.ltv.curves import fitted_retention, segments_of_curves
from nextdollar.audience.ltv.question import LtvSetting
from nextdollar.audience.ltv.spend import segments_of_spend
from nextdollar.audience.ltv.values import ltv
from nextdollar.audience.retention.answer import Flag
from nextdollar.audience.retention.options import Tenure
from nextdollar.errors import require
from nextdollar.units import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerValueQuestion:
    """How a table of customers or of cohorts is read, and what they pay.

    Parameters
    ----------
    tenure : str, TenureColumns or TenureDates, optional
        How long each stayed: the column with his full periods, the same with one of late entry, or the
        columns with the days on which he began and left. None: a table of cohorts.
    churned : str, optional
        Column that says who left; needed unless `tenure` has days.
    flag : "ever" or "last-period", optional
        What a yes in `churned` means.
    by : str, optional
        Column whose contents are the segments.
    until : str, optional
        Last day that a table with days covers, as 2026-01-31.
    period : "month", "quarter" or "year", optional
        Time between two renewals, where the table does not name it.
    margin_usd_per_month : float or array (n_draws,), optional
        Gross margin of every customer; either this or `price`.
    price : str, optional
        Column with what each customer pays a month, in USD.
    gross_margin_share : float or array (n_draws,)
        Share of `price` that is left, at most 1.
    setting : LtvSetting
        Discount, timing of payments, horizon.
    """

    tenure: Tenure | None = None
    churned: str | None = None
    flag: Flag | None = None
    by: str | None = None
    until: str | None = None
    period: str | None = None
    margin_usd_per_month: Floats | None = None
    price: str | None = None
    gross_margin_share: Floats = 1.0
    setting: LtvSetting = field(default_factory=LtvSetting)

    def __post_init__(self) -> None:
        n_stated = (self.margin_usd_per_month is not None) + (self.price is not None)
        require(n_stated == 1, "margin_usd_per_month and price", "stated one of the two", n_stated)


def ltv_of_customers(path: Path | str, question: CustomerValueQuestion) -> LtvAnswer:
    """Return what customers are worth whose stays are told by a table: cohorts, or customers one by one.

    Parameters
    ----------
    path : Path or str
        A CSV file as `retention` reads it; no log of purchases.
    question : CustomerValueQuestion
        How it is read, and what customers pay.

    Returns
    -------
    LtvAnswer
        As of `ltv`. With `price`, segments have their own spend, heads and revenue, and follow dollars.

    Raises
    ------
    OptionsError
        If a column is not there, the meaning of a flag or the length of a period is not told, or one
        customer may have several prices.
    RowsError
        With every fault of the table.
    """
    found = fitted_retention(
        path,
        tenure=question.tenure,
        churned=question.churned,
        flag=question.flag,
        by=question.by,
        until=question.until,
    )
    setting, margin = question.setting, question.margin_usd_per_month
    if question.price is not None:
        read = segments_of_spend(
            found,
            setting,
            table=read_customer_table(path),
            price=question.price,
            gross_margin_share=question.gross_margin_share,
            period=question.period,
        )
    else:
        read = segments_of_curves(
            found, setting, margin_usd_per_month=0.0 if margin is None else margin, period=question.period
        )
    return ltv(read.segments, setting, notes=read.notes, files=read.files)
