"""Tables of cohorts: how many, or what share, of customers who began together is left by period."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.retention.cells import CellsReader, period_word, rows_by
from nextdollar.audience.retention.segment import SeenSegment, SeenTable
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.contractual import RiskTable, merged, table_of_cohort
from nextdollar.errors import Fault
from nextdollar.units import PERCENT

SHARES, COUNTS = {"survival_pct": PERCENT, "survival_share": 1.0}, ("survivors",)
PERIODS = ("period", "year", "quarter", "month", "week", "day", "renewal", "age", "tenure")
ASSUMED_CUSTOMERS = 1000.0
_OTHER_COLUMNS = ("segment", "cohort", "customers", *COUNTS, *SHARES)


def is_cohort_table(columns: Sequence[str]) -> bool:
    """Whether the columns are those of a table of cohorts: one says how many or what share is left."""
    return any(name in columns for name in (*COUNTS, *SHARES))


def seen_cohorts(table: CustomerTable) -> SeenTable:
    """What each segment of a table of cohorts was seen to do.

    Parameters
    ----------
    table : CustomerTable
        With `survivors` (counts), or `survival_pct` (per cent), and a column of periods. `segment` splits
        it, `cohort` tells cohorts of one segment apart, `customers` is what a cohort of shares began with.

    Raises
    ------
    RowsError
        With every cell that is no share or count, every period that is missing or comes twice, and every
        share that rises.
    """
    column = _period_column(table)
    cells = CellsReader(table)
    splits = [name for name in ("segment", "cohort") if name in table.columns]
    by_segment: dict[str, list[tuple[float, RiskTable]]] = {}
    for key, rows in rows_by(table, splits).items():
        name = key[0] if splits[:1] == ["segment"] else "all"
        found = _cohort(cells, rows, column=column)
        if found is not None:
            by_segment.setdefault(name, []).append(found)
    if cells.faults:
        refuse(cells.faults)
    segments = [
        SeenSegment(name, sum(size for size, _ in found), merged([one for _, one in found]))
        for name, found in by_segment.items()
    ]
    return SeenTable(period_word(column), tuple(segments), tuple(_warnings(table)))


def _warnings(table: CustomerTable) -> list[str]:
    if any(name in table.columns for name in (*COUNTS, "customers")):
        return []
    return [
        f"shares without a number of customers: ranges and likelihoods are those of {ASSUMED_CUSTOMERS:,.0f} "
        "customers in each cohort; add a column customers"
    ]


def _period_column(table: CustomerTable) -> str:
    """Return the column of periods: one of the usual names, else the only one that is left."""
    named = [name for name in PERIODS if name in table.columns]
    rest = [name for name in table.columns if name not in _OTHER_COLUMNS]
    if named or len(rest) == 1:
        return (named or rest)[0]
    rule = f"the table must have a column of periods: {', '.join(PERIODS[:5])}"
    refuse([Fault("ND1706", "", rule, ", ".join(table.columns[:12]), "", table.file, 1)])


def _cohort(cells: CellsReader, rows: Sequence[int], *, column: str) -> tuple[float, RiskTable] | None:
    """Return what one cohort began with and its table; None where something is wrong with it."""
    n_faults = len(cells.faults)
    value = next(name for name in (*COUNTS, *SHARES) if name in cells.table.columns)
    ordered = sorted((cells.period(column, row), row) for row in rows)
    most = 1 / SHARES[value] if value in SHARES else math.inf
    left = np.array([cells.number(value, row, high=most) for _, row in ordered])
    first = ordered[0][0]
    for place, (period, row) in enumerate(ordered[1:], start=1):
        before = ordered[place - 1][0]
        if period >= 0 and before >= 0 and period != before + 1:
            rule = f"must be {before + 1} here, one row for each period of a cohort"
            cells.refuse("ND1706", column, row, rule, str(period))
        if left[place] > left[place - 1]:
            rule = f"must not rise from period to period ({left[place - 1]:g} before)"
            cells.refuse(
                "ND1705", value, row, rule, f"{left[place]:g}", "customers who come back are new ones"
            )
    if value in SHARES:
        size = _size(cells, ordered[0][1])
        if first > 1 and len(cells.faults) == n_faults:
            rule = "must begin at period 0 or 1 where shares are given"
            cells.refuse("ND1706", column, ordered[0][1], rule, str(first), "or give counts as survivors")
        left = left * SHARES[value] * size
        if first == 1:
            # Everybody is there before the first chance to leave.
            left, first = np.concatenate([[size], left]), 0
    if left.size < 2 and len(cells.faults) == n_faults:
        rule = "must go on for two periods or more in each cohort"
        cells.refuse("ND1706", column, ordered[0][1], rule, "one row")
    if len(cells.faults) > n_faults:
        return None
    return float(left[0]), table_of_cohort(left, n_periods_before=first)


def _size(cells: CellsReader, row: int) -> float:
    """Return how many customers a cohort of shares began with."""
    if "customers" in cells.table.columns:
        return cells.number("customers", row, low=1.0)
    return ASSUMED_CUSTOMERS
