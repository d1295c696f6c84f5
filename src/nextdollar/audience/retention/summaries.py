"""Retention of customers that are known by repeat purchases, recency and age."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.audience.retention.answer import RetentionAnswer
from nextdollar.audience.transactions.summaries import SummaryQuestion, summary_retention

_N_DRAWS, _SEED, _N_PERIODS = 1024, 7, 12


def retention_of_summary(
    path: Path | str, question: SummaryQuestion | None = None, *, n_periods: int = _N_PERIODS
) -> RetentionAnswer:
    """Who is still active, from a table of customers by repeat purchases, recency and age.

    Parameters
    ----------
    path : Path or str
        A CSV file with `frequency` (repeat purchases), `recency` and `T` (age), and perhaps a mean spend
        per repeat purchase and a number of customers in the row.
    question : SummaryQuestion, optional
        What the columns do not say: the meaning of recency, and whether customers buy at any moment.
    n_periods : int
        Periods ahead to forecast, 1 to 1,200.

    Returns
    -------
    RetentionAnswer
        As `retention` gives for a log of purchases, without a hold-out.

    Raises
    ------
    OptionsError
        If nothing tells what a column means, or a number is out of its domain.
    RowsError
        With every fault of the table.
    FitError
        If fewer than 10 customers came back, or no fit arrives.
    """
    asked = SummaryQuestion(n_draws=_N_DRAWS, seed=_SEED) if question is None else question
    return of_summary(read_customer_table(path), asked, n_periods=n_periods)


def of_summary(table: CustomerTable, question: SummaryQuestion, *, n_periods: int) -> RetentionAnswer:
    """Like `retention_of_summary`, of a table that has been read."""
    found, period = summary_retention(table, question, n_periods=n_periods)
    empty = RetentionAnswer(
        table.file,
        table.sha256,
        "summary",
        period,
        n_periods,
        (),
        None,
        question.n_draws,
        question.seed,
        found.warnings,
    )
    return replace(empty, transactions=found)
