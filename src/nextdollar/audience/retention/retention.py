"""How long customers stay: a table in, laws of retention with their ranges out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scipy.special import ndtri

from nextdollar.audience.customer_table import read_customer_table
from nextdollar.audience.retention.answer import Flag, Kind, RetentionAnswer, SegmentRetention
from nextdollar.audience.retention.cohorts import seen_cohorts
from nextdollar.audience.retention.contracts import seen_contracts
from nextdollar.audience.retention.customers import seen_customers
from nextdollar.audience.retention.followed import drawn_share
from nextdollar.audience.retention.notes import misses, segment_notes
from nextdollar.audience.retention.observed import observed_curve
from nextdollar.audience.retention.options import Tenure, check_options, chosen_kind, said_options
from nextdollar.audience.retention.segment import SeenSegment
from nextdollar.audience.retention.summaries import of_summary
from nextdollar.audience.retention.tenure import TenureColumns, TenureDates
from nextdollar.audience.transactions.log import transactions_of
from nextdollar.audience.transactions.summaries import SummaryQuestion
from nextdollar.audience.transactions.transactions import transactions_retention
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.contractual import fit_retention
from nextdollar.errors import Fault
from nextdollar.uncertainty import Design, uniforms

N_DRAWS, SEED, N_PERIODS = 1024, 7, 12
_WEEK = "week"
_LEVELS = ("observed", "start")
_COORDINATES = ("mean", "spread", "ageing")


def retention(
    path: Path | str,
    *,
    kind: Kind | None = None,
    n_periods: int = N_PERIODS,
    tenure: Tenure | None = None,
    churned: str | None = None,
    flag: Flag | None = None,
    by: str | None = None,
    until: str | None = None,
) -> RetentionAnswer:
    """Fit laws of retention to a table of customers, and forecast how many are left.

    Parameters
    ----------
    path : Path or str
        A CSV file: cohorts (`segment`, a column of periods, `survivors` or `survival_pct`; or a row for each
        cohort and a column for each period), customers one by one (columns named by `tenure` and `churned`),
        or a log of purchases (customer, date).
    kind : "cohort", "customers", "transactions" or "summary", optional
        Which of them; told by the columns where it is not given.
    n_periods : int
        Periods to forecast beyond those that were watched, from 1 to 1,200.
    tenure : str, TenureColumns or TenureDates, optional
        How long each of a table of customers stayed: the column with his full periods; the same with one
        of late entry; or the columns with the days on which he began and left.
    churned : str, optional
        Column of a table of customers that says whether each left; needed unless `tenure` has days.
    flag : "ever" or "last-period", optional
        What a yes in `churned` means; it cannot be told from a table, and is asked for, unless `tenure`
        says when watching began.
    by : str, optional
        Column whose contents are the segments; of cohorts `segment`, where there is one, by default.
    until : str, optional
        Last day that a log of purchases, or a table with days of contracts, covers, as 2026-01-31; that
        of its last purchase or start by default.

    Returns
    -------
    RetentionAnswer
        Each segment with its laws, what was observed, draws and warnings.

    Raises
    ------
    OptionsError
        If the kind cannot be told, an option does not fit it, or a flag's meaning is not given.
    RowsError
        With every fault of the table.
    """
    table = read_customer_table(path)
    said = said_options(tenure, {"--churned": churned, "--flag": flag, "--by": by, "--until": until})
    chosen = chosen_kind(table, kind, said)
    check_options(table, chosen, said, n_periods=n_periods)
    empty = RetentionAnswer(
        table.file, table.sha256, chosen, "period", n_periods, (), None, N_DRAWS, SEED, ()
    )
    if chosen == "transactions":
        log = transactions_of(table, by=by)
        found = transactions_retention(log, n_periods=n_periods, n_draws=N_DRAWS, seed=SEED, until=until)
        return replace(empty, period=_WEEK, transactions=found, warnings=found.warnings)
    if chosen == "summary":
        return of_summary(table, SummaryQuestion(by=by, n_draws=N_DRAWS, seed=SEED), n_periods=n_periods)
    if chosen == "cohort":
        seen = seen_cohorts(table, by=by)
    elif isinstance(tenure, TenureDates):
        seen = seen_contracts(table, tenure, until=until, by=by)
    else:
        columns = tenure if isinstance(tenure, TenureColumns) else TenureColumns(tenure or "")
        seen = seen_customers(table, columns, churned=churned or "", flag=flag, by=by)
    watched = [segment for segment in seen.segments if segment.table.n_at_risk.any()]
    if not watched:
        rule = "must have customers who came to a renewal, the first of them at period 1"
        refuse([Fault("ND1710", "", f"the table {rule}", "none", "", table.file)])
    silent = [segment.segment for segment in seen.segments if segment not in watched]
    warnings = [*seen.warnings, *(f"nobody in {name} has come to a renewal yet" for name in silent)]
    return replace(
        empty,
        period=seen.period,
        segments=tuple(fitted_segment(segment, n_periods) for segment in watched),
        warnings=tuple(warnings),
    )


def fitted_segment(seen: SeenSegment, n_periods: int) -> SegmentRetention:
    """Return the laws of one segment; its draws owe nothing to those of any other."""
    names = [f"retention/{seen.segment}/{coordinate}" for coordinate in _COORDINATES]
    scores = uniforms(names, Design.rounded(N_DRAWS, SEED, balanced=names))
    fit = fit_retention(seen.table, scores)
    observed = observed_curve(seen.table, n_at_start=seen.n_at_start, n_left_at_start=seen.n_left_at_start)
    levels = uniforms([f"retention/{seen.segment}/{what}" for what in _LEVELS], Design.rounded(N_DRAWS, SEED))
    found = SegmentRetention(
        seen.segment,
        seen.n_customers,
        seen.table.n_periods,
        observed.curve,
        fit,
        keeps_to_observed=True,
        warnings=(),
        level_scores=ndtri(levels[0]),
        start_share=1.0
        if not seen.n_left_at_start
        else drawn_share(seen.n_left_at_start, seen.n_at_start, levels[1]),
        observed_from_period=observed.first_period,
        seen=seen,
    )
    notes = tuple(segment_notes(seen, found, observed, n_periods=n_periods))
    return replace(found, keeps_to_observed=not misses(found), warnings=notes)
