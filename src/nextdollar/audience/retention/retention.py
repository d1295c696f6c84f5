"""How long customers stay: a table in, laws of retention with their ranges out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.audience.retention.answer import Flag, Kind, RetentionAnswer, SegmentRetention
from nextdollar.audience.retention.cohorts import is_cohort_table, seen_cohorts
from nextdollar.audience.retention.customers import seen_customers
from nextdollar.audience.retention.notes import misses, segment_notes
from nextdollar.audience.retention.segment import SeenSegment
from nextdollar.audience.transactions.log import looks_like_transactions, read_transactions
from nextdollar.audience.transactions.transactions import transactions_retention
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.contractual import fit_retention, kaplan_meier_of_table
from nextdollar.errors import Fault, OptionsError
from nextdollar.uncertainty import Design, uniforms

N_DRAWS, SEED, N_PERIODS = 1024, 7, 12
MOST_PERIODS = 1200
_WEEK = "week"
_COORDINATES = ("mean", "spread", "ageing")
_OF: dict[Kind, tuple[str, ...]] = {
    "cohort": (),
    "customers": ("--tenure", "--churned", "--flag", "--by"),
    "transactions": ("--until",),
}


def retention(
    path: Path | str,
    *,
    kind: Kind | None = None,
    n_periods: int = N_PERIODS,
    tenure: str | None = None,
    churned: str | None = None,
    flag: Flag | None = None,
    by: str | None = None,
    until: str | None = None,
) -> RetentionAnswer:
    """Fit laws of retention to a table of customers, and forecast how many are left.

    Parameters
    ----------
    path : Path or str
        A CSV file: cohorts (`segment`, a column of periods, `survivors` or `survival_pct`), customers one
        by one (columns named by `tenure` and `churned`), or a log of purchases (customer, date).
    kind : "cohort", "customers" or "transactions", optional
        Which of them; told by the columns where it is not given.
    n_periods : int
        Periods to forecast beyond those that were watched, from 1 to 1,200.
    tenure, churned : str, optional
        Columns of a table of customers: full periods that each stayed, and whether he left.
    flag : "ever" or "last-period", optional
        What a yes in `churned` means; it cannot be told from a table, and is asked for.
    by : str, optional
        Column of a table of customers whose contents are the segments.
    until : str, optional
        Last day that a log of purchases covers, as 2026-01-31; that of its last purchase by default.

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
    said = {"--tenure": tenure, "--churned": churned, "--flag": flag, "--by": by, "--until": until}
    chosen = _kind(table, kind, said)
    _check(table, chosen, said, n_periods=n_periods)
    empty = RetentionAnswer(
        table.file, table.sha256, chosen, "period", n_periods, (), None, N_DRAWS, SEED, ()
    )
    if chosen == "transactions":
        log = read_transactions(path)
        found = transactions_retention(log, n_periods=n_periods, n_draws=N_DRAWS, seed=SEED, until=until)
        return replace(empty, period=_WEEK, transactions=found)
    if chosen == "cohort":
        seen = seen_cohorts(table)
    else:
        seen = seen_customers(table, tenure=tenure or "", churned=churned or "", flag=flag, by=by)
    watched = [segment for segment in seen.segments if segment.table.n_at_risk.any()]
    if not watched:
        rule = "must have customers who came to a renewal, the first of them at period 1"
        refuse([Fault("ND1710", "", f"the table {rule}", "none", "", table.file)])
    silent = [segment.segment for segment in seen.segments if segment not in watched]
    warnings = [*seen.warnings, *(f"nobody in {name} has come to a renewal yet" for name in silent)]
    return replace(
        empty,
        period=seen.period,
        segments=tuple(_fitted(segment, n_periods) for segment in watched),
        warnings=tuple(warnings),
    )


def _kind(table: CustomerTable, kind: Kind | None, said: Mapping[str, str | None]) -> Kind:
    """Return the kind of a table: as given, else as its columns say."""
    if kind is not None:
        return kind
    if any(said[option] is not None for option in _OF["customers"]):
        return "customers"
    if is_cohort_table(table.columns):
        return "cohort"
    if looks_like_transactions(table.columns):
        return "transactions"
    rule = "must have columns of cohorts (survivors or survival_pct) or of purchases (customer, date)"
    hint = "where each row is a customer, name its columns with --tenure and --churned"
    named = ", ".join(table.columns[:8])
    raise OptionsError([Fault("ND1700", "the table", rule, named, hint, table.file)])


def _check(table: CustomerTable, kind: Kind, said: Mapping[str, str | None], *, n_periods: int) -> None:
    """Raise OptionsError with everything that is wrong with the options."""
    faults = [
        Fault("ND1707", option, f"is of no use for a table of {kind}", value, "leave it out")
        for option, value in said.items()
        if value is not None and option not in _OF[kind]
    ]
    if kind == "customers":
        faults += _column_faults(table, said)
    if not 1 <= n_periods <= MOST_PERIODS:
        faults.append(Fault("ND1707", "--periods", f"must be from 1 to {MOST_PERIODS:,}", str(n_periods)))
    if kind == "cohort" and not is_cohort_table(table.columns):
        rule = "must have a column survivors or survival_pct where it is one of cohorts"
        faults.append(Fault("ND1704", "the table", rule, ", ".join(table.columns[:8]), "", table.file))
    if faults:
        raise OptionsError(faults)


def _column_faults(table: CustomerTable, said: Mapping[str, str | None]) -> Iterator[Fault]:
    """Yield what is wrong with the columns that are named."""
    named = ", ".join(table.columns[:24])
    for option in ("--tenure", "--churned", "--by"):
        column = said[option]
        if column is None and option != "--by":
            yield Fault("ND1704", option, "must name a column of a table of customers", "", f"one of {named}")
        elif column is not None and column not in table.columns:
            yield Fault("ND1704", option, "must name a column of the table", f'"{column}"', f"one of {named}")
    if said["--flag"] not in (None, "ever", "last-period"):
        yield Fault("ND1701", "--flag", "must be ever or last-period", str(said["--flag"]))


def _fitted(seen: SeenSegment, n_periods: int) -> SegmentRetention:
    """Return the laws of one segment; its draws owe nothing to those of any other."""
    names = [f"retention/{seen.segment}/{coordinate}" for coordinate in _COORDINATES]
    scores = uniforms(names, Design.rounded(N_DRAWS, SEED, balanced=names))
    fit = fit_retention(seen.table, scores)
    observed = kaplan_meier_of_table(seen.table)
    started = replace(
        observed,
        survival_share=seen.share_at_start * observed.survival_share,
        low_share=seen.share_at_start * observed.low_share,
        high_share=seen.share_at_start * observed.high_share,
    )
    notes = tuple(segment_notes(seen, fit, started, n_periods=n_periods))
    return SegmentRetention(
        seen.segment,
        seen.n_customers,
        seen.table.n_periods,
        started,
        fit,
        not misses(seen, fit, started),
        notes,
    )
