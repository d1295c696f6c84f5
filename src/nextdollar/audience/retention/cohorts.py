"""Tables of cohorts: how many, or what share, of customers who began together is left by period."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.retention.cells import (
    RISE_HINT,
    THOUSANDS,
    CellsReader,
    period_word,
    rows_by,
    segment_name,
)
from nextdollar.audience.retention.pooled import ASSUMED_CUSTOMERS, Cohort, pooled
from nextdollar.audience.retention.segment import SeenTable
from nextdollar.audience.retention.wide import wide_cohorts
from nextdollar.audience.retention.wide_columns import WideColumns, is_wide, wide_columns
from nextdollar.catalogue.table_file import refuse
from nextdollar.errors import Fault
from nextdollar.units import PERCENT, FloatArray

SHARES, COUNTS = {"survival_pct": PERCENT, "survival_share": 1.0}, ("survivors",)
PERIODS = ("period", "year", "quarter", "month", "week", "day", "renewal", "age", "tenure")
_WHOLE_TO = 1e-4
_OTHER_COLUMNS = ("segment", "cohort", "customers", *COUNTS, *SHARES)


def is_cohort_table(columns: Sequence[str]) -> bool:
    """Whether the columns are those of cohorts: one says what is left, or there is one for each period."""
    return any(name.casefold() in (*COUNTS, *SHARES) for name in columns) or is_wide(columns)


def seen_cohorts(table: CustomerTable, *, by: str | None = None) -> SeenTable:
    """What each segment of a table of cohorts was seen to do.

    Parameters
    ----------
    table : CustomerTable
        Long: with `survivors` (counts), or `survival_pct` (per cent), and a column of periods; `cohort` tells
        cohorts of one segment apart, `customers` is what a cohort of shares began with. Or wide: a row for
        each cohort and a column for each period (0, m1, month 2), of counts or of per cent, with what the
        cohorts began with in `size`. `segment` splits either.
    by : str, optional
        Column whose contents are the segments, in place of `segment`.

    Raises
    ------
    RowsError
        With every cell that is no share or count, every period that is missing or comes twice, and every
        share that rises.
    """
    table = _in_lower_case(table)
    by = by if by is None or by in table.columns else by.casefold()
    if is_wide(table.columns):
        columns = wide_columns(table, by)
        name, period, cohorts = columns.name, columns.period, list(wide_cohorts(table, columns))
        warnings = _wide_warnings(columns, cohorts)
    else:
        column = _period_column(table, by)
        name, period = ("cohort" if "cohort" in table.columns else None), period_word(column)
        cohorts, warnings = _long_cohorts(table, column, by), []
    warnings += _without_sizes(cohorts)
    return SeenTable(period, pooled(cohorts, by=None if name == by else name), tuple(warnings))


def _in_lower_case(table: CustomerTable) -> CustomerTable:
    """Return a table whose columns are named as ours, "Month" as "month", unless two would be one."""
    names = [name.casefold() for name in table.columns]
    if len(set(names)) < len(names):
        return table
    return replace(table, cells=dict(zip(names, table.cells.values(), strict=True)))


def _long_cohorts(table: CustomerTable, column: str, by: str | None) -> list[Cohort]:
    """Return the cohorts of a table with a row for each period of each."""
    cells = CellsReader(table)
    has_size = any(name in table.columns for name in (*COUNTS, "customers"))
    segment = by or ("segment" if "segment" in table.columns else None)
    splits = [name for name in dict.fromkeys((segment, "segment", "cohort")) if name in table.columns]
    found = []
    for key, rows in rows_by(table, [name for name in splits if name]).items():
        named = dict(zip(splits, key, strict=True))
        customers = _cohort(cells, rows, column=column)
        if customers is not None:
            name = segment_name((named[segment],) if segment else ())
            left, n_before = customers
            found.append(Cohort(name, named.get("cohort", ""), left, n_before, has_size))
    _refuse_thousands(cells)
    if cells.faults:
        refuse(cells.faults)
    return found


def _refuse_thousands(cells: CellsReader) -> None:
    """Note counts that are all written as 12.400: twelve thousand to some, twelve and a half to others."""
    for column in (*COUNTS, "customers"):
        texts = cells.table.cells.get(column, ())
        if texts and all(THOUSANDS.fullmatch(text) for text in texts):
            hint = "write 12400 or 12.4"
            cells.refuse("ND1705", column, 0, "must not have three decimals in every row", texts[0], hint)


def _wide_warnings(columns: WideColumns, cohorts: Sequence[Cohort]) -> list[str]:
    """Return what was taken for granted of a wide table, and what is not read."""
    found = []
    if any(cohort.n_before for cohort in cohorts):
        found.append(
            f"{columns.periods[0]} is taken for the first renewal, before which nobody was counted: if "
            "cohorts begin there, count from 0"
        )
    if columns.unread:
        verb = "is" if len(columns.unread) == 1 else "are"
        unread = ", ".join(columns.unread)
        found.append(f"{unread} {verb} not read: --by COLUMN makes segments of a column")
    return found


def _without_sizes(cohorts: Sequence[Cohort]) -> list[str]:
    if all(cohort.has_size for cohort in cohorts):
        return []
    has_several = len(cohorts) > len({cohort.segment for cohort in cohorts})
    more = ", and whether cohorts differ beyond chance cannot be told" if has_several else ""
    return [
        f"shares without a number of customers: ranges and likelihoods are those of {ASSUMED_CUSTOMERS:,.0f} "
        f"customers in each cohort{more}; add a column customers"
    ]


def _period_column(table: CustomerTable, by: str | None) -> str:
    """Return the column of periods: one of the usual names, else the only one that is left."""
    named = [name for name in PERIODS if name in table.columns]
    if len(named) > 1:
        rule, hint = (
            "the table must have one column of periods",
            "rename the one that tells cohorts apart cohort",
        )
        refuse([Fault("ND1706", "", rule, ", ".join(named), hint, table.file, 1)])
    rest = [name for name in table.columns if name not in (*_OTHER_COLUMNS, by)]
    if named or len(rest) == 1:
        return (named or rest)[0]
    rule = f"the table must have a column of periods: {', '.join(PERIODS[:5])}"
    refuse([Fault("ND1706", "", rule, ", ".join(table.columns[:12]), "", table.file, 1)])


def _cohort(cells: CellsReader, rows: Sequence[int], *, column: str) -> tuple[FloatArray, int] | None:
    """Return customers left of one cohort, and renewals before the first; None where something is wrong."""
    n_faults = len(cells.faults)
    value = next(name for name in (*COUNTS, *SHARES) if name in cells.table.columns)
    ordered = sorted((cells.period(column, row), row) for row in rows)
    is_percent = value == "survival_pct"
    most = 1 / SHARES[value] if value in SHARES else math.inf
    left = np.array([cells.number(value, row, high=most, may_have_sign=is_percent) for _, row in ordered])
    first = ordered[0][0]
    _refuse_steps(cells, ordered, left, column, value)
    if value in SHARES:
        size = _size(cells, ordered[0][1])
        if first > 1 and len(cells.faults) == n_faults:
            rule = "must begin at period 0 or 1 where shares are given"
            cells.refuse("ND1706", column, ordered[0][1], rule, str(first), "or give counts as survivors")
        _refuse_first_share(cells, ordered[0], float(left[0]), column, value)
        left = left * SHARES[value] * size
        if first == 1:
            # Everybody is there before the first chance to leave.
            left, first = np.concatenate([[size], left]), 0
    if left.size < 2 and "cohort" not in cells.table.columns and len(cells.faults) == n_faults:
        rule = "must go on for two periods or more in each cohort"
        cells.refuse("ND1706", column, ordered[0][1], rule, "one row")
    if len(cells.faults) > n_faults:
        return None
    return left, first


def _refuse_steps(
    cells: CellsReader, ordered: Sequence[tuple[int, int]], left: FloatArray, column: str, value: str
) -> None:
    """Note periods that do not follow on each other, and shares that rise."""
    for place, (period, row) in enumerate(ordered[1:], start=1):
        before = ordered[place - 1][0]
        if period >= 0 and before >= 0 and period != before + 1:
            rule = f"must be {before + 1} here, one row for each period of a cohort"
            cells.refuse("ND1706", column, row, rule, str(period))
        if left[place] > left[place - 1]:
            rule = f"must not rise from period to period ({left[place - 1]:g} before)"
            cells.refuse("ND1705", value, row, rule, f"{left[place]:g}", RISE_HINT)


def _refuse_first_share(
    cells: CellsReader, first: tuple[int, int], share: float, column: str, value: str
) -> None:
    """Note a first share that is not all, and one of which it cannot be told when it was all."""
    period, row = first
    whole = 1 / SHARES[value]
    is_whole = math.isclose(share, whole, rel_tol=_WHOLE_TO)
    if period == 0 and not is_whole and not math.isnan(share):
        rule = f"must be {whole:g} at period 0, when everybody is still there"
        hint = "shares from 0 to 1 belong in a column survival_share, per cent in survival_pct"
        cells.refuse("ND1705", value, row, rule, f"{share:g}", hint)
    if period == 1 and is_whole:
        rule = "must begin at 0 where the first share is all"
        hint = (
            "count from 0 if that is the start, or add a row for period 0 if nobody left at the first renewal"
        )
        cells.refuse("ND1706", column, row, rule, "1", hint)


def _size(cells: CellsReader, row: int) -> float:
    """Return how many customers a cohort of shares began with."""
    if "customers" in cells.table.columns:
        return cells.number("customers", row, low=1.0)
    return ASSUMED_CUSTOMERS
