"""Customers by repeat purchases, recency and age: who is still active, and what they will buy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.audience.transactions.answer import TransactionsRetention
from nextdollar.audience.transactions.history import History
from nextdollar.audience.transactions.segment_fit import FitQuestion, LeftOut, SegmentFit, fit_history
from nextdollar.audience.transactions.summary_meaning import Buys, Meaning, Recency, meaning_of
from nextdollar.audience.transactions.summary_table import SummaryRows, read_summary_rows
from nextdollar.audience.transactions.transactions import LogHead, check_options, together
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.pay_as_you_go import Histories
from nextdollar.errors import Fault, FitError

DAYS_OF: dict[str, int | None] = {"day": 1, "week": 7, "month": None, "year": None, "period": None}
"""Whole days in a period by the name that a column has."""
_MODEL_OF: dict[str, str | None] = {"any-time": None, "once-a-period": "bg-bb"}
_NO_DAY = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryQuestion:
    """How a table of summaries is to be read, where its columns do not say.

    Parameters
    ----------
    recency : "age-at-last" or "since-last", optional
        Whether recency runs from the first purchase to the last, or from the last to the end.
    buys : "any-time" or "once-a-period", optional
        Whether customers buy at any moment (BG/NBD, Pareto/NBD), or have one chance in each period (BG/BB).
    by : str, optional
        Column whose contents are the segments; each is fitted by itself.
    n_draws : int
        Draws of the parameters, 100 to 65,536.
    seed : int
        0 or more; the same seed gives the same answer.
    """

    recency: Recency | None = None
    buys: Buys | None = None
    by: str | None = None
    n_draws: int = 4096
    seed: int = 7


@dataclass(frozen=True, slots=True)
class FittedSummary:
    """A table of summaries with its fits.

    `fits` have a row for each customer, `row_fits` one for each row of the table: what single customers are
    scored with. `period` is the name of one period.
    """

    rows: SummaryRows
    meaning: Meaning
    fits: tuple[SegmentFit, ...]
    row_fits: tuple[SegmentFit, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def period(self) -> str:
        """Name of one period, "period" where the columns name none."""
        return self.rows.period


def fit_summary(table: CustomerTable | Path | str, question: SummaryQuestion | None = None) -> FittedSummary:
    """Fit laws of purchases to a table of summaries, each segment by itself.

    Raises
    ------
    OptionsError, RowsError
        As `read_summary_rows` and `meaning_of`.
    FitError
        If no segment can be fitted.
    """
    asked = SummaryQuestion() if question is None else question
    read = table if isinstance(table, CustomerTable) else read_customer_table(table)
    rows = read_summary_rows(read, by=asked.by)
    meaning = meaning_of(rows, recency=asked.recency, buys=asked.buys)
    fits: list[SegmentFit] = []
    row_fits: list[SegmentFit] = []
    left_out: list[LeftOut] = []
    refused: FitError | None = None
    for place, name in enumerate(rows.segments):
        history, of_rows, n_left = _histories(rows, meaning, place)
        notes = [*rows.notes, *meaning.notes]
        if n_left:
            notes.append(f"customers who began at the very end say nothing yet and were left out: {n_left:,}")
        own = [asked.seed, 0] if asked.by is None else [asked.seed, 1, *name.encode()]
        law = FitQuestion(model=_MODEL_OF[meaning.buys], n_draws=asked.n_draws, seed=asked.seed)
        try:
            if history is None or of_rows is None:
                raise FitError("nobody was observed for any time")
            fit = fit_history(name, history, law, rng=np.random.default_rng(own), notes=notes)
        except FitError as error:
            refused = refused or error
            n_customers = int(rows.n_customers[rows.segment_of == place].sum())
            left_out.append(LeftOut(name, n_customers, str(error)))
            continue
        fits.append(fit)
        row_fits.append(replace(fit, history=of_rows))
    if not fits and refused is not None:
        raise refused
    return FittedSummary(rows, meaning, tuple(fits), tuple(row_fits), tuple(left_out))


def summary_retention(
    table: CustomerTable | Path | str, question: SummaryQuestion | None = None, *, n_periods: int = 52
) -> tuple[TransactionsRetention, str]:
    """Return who of the customers of a table of summaries is still active, and what they will buy.

    Parameters
    ----------
    table : CustomerTable, Path or str
        Customers by repeat purchases, recency and age (see `read_summary_rows`).
    question : SummaryQuestion, optional
        What the columns do not say.
    n_periods : int
        Periods ahead to forecast, 1 to 1,200.

    Returns
    -------
    TransactionsRetention
        As of a log, without a hold-out: a table has no dates to hold a forecast against.
    str
        Name of one period.

    Raises
    ------
    OptionsError, RowsError, FitError
        As `fit_summary`; OptionsError also for a number out of its domain.
    """
    asked = SummaryQuestion() if question is None else question
    check_options(n_periods, 1, asked.n_draws, asked.seed, None)
    found = fit_summary(table, asked)
    read = found.rows.table
    head = LogHead(read.file, read.sha256, DAYS_OF.get(found.period), "", "")
    answer = together(found.fits, found.left_out, head, n_periods=n_periods, n_draws=asked.n_draws)
    return replace(answer, seed=asked.seed, fits=found.row_fits), found.period


def _histories(rows: SummaryRows, meaning: Meaning, place: int) -> tuple[History | None, History | None, int]:
    """Histories of a segment: of each customer, and of each row; and customers who say nothing yet."""
    is_in = rows.segment_of == place
    is_kept = is_in & (rows.n_periods_observed > 0)
    n_left = int(rows.n_customers[is_in & ~is_kept].sum())
    places = np.flatnonzero(is_kept)
    if not len(places):
        return None, None, n_left
    each = np.repeat(places, rows.n_customers[places].astype(np.intp))
    of_rows = _history(rows, meaning, places.tolist())
    if len(each) == len(places):
        return of_rows, of_rows, n_left
    return _history(rows, meaning, each.tolist()), of_rows, n_left


def _history(rows: SummaryRows, meaning: Meaning, places: Sequence[int]) -> History:
    at = np.array(places, dtype=np.intp)
    histories = Histories.of_customers(
        rows.n_repeats[at], meaning.n_periods_to_last[at], n_periods_observed=rows.n_periods_observed[at]
    )
    spend_usd = None if rows.repeat_spend_usd is None else rows.repeat_spend_usd[at]
    names = tuple(rows.customers[k] for k in places)
    return History(names, histories, spend_usd, _NO_DAY, 1, (), (), ())


def refuse_chances(found: FittedSummary) -> None:
    """Refuse a table with one chance a period where purchases must fall at any moment, or without money."""
    table = found.rows.table
    if found.meaning.buys == "once-a-period":
        rule = (
            "must be of customers who buy at any moment: what one chance a period is worth is not worked out"
        )
        refuse([Fault("ND1765", "", rule, "", "--buys any-time, where they do", table.file, 1)])
    if found.rows.repeat_spend_usd is None:
        rule = "the table must say what was spent: a column of mean spend per repeat purchase"
        hint = "for example mean_spend_usd or monetary_value"
        refuse([Fault("ND1765", "", rule, "", hint, table.file, 1)])
