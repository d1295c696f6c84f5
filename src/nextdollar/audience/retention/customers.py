"""Tables of customers one by one: how long each has been there, and whether he left."""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.retention.answer import Flag
from nextdollar.audience.retention.cells import CellsReader, period_word, rows_by
from nextdollar.audience.retention.segment import SeenSegment, SeenTable
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.contractual import RiskTable, kaplan_meier_of_table, table_of_customers
from nextdollar.errors import Fault, OptionsError

_YEAR = 12
_READINGS: dict[Flag, str] = {
    "ever": "left when that old, or is still there",
    "last-period": "left in the last period, of which alone a row tells",
}


def seen_customers(
    table: CustomerTable, *, tenure: str, churned: str, flag: Flag | None, by: str | None
) -> SeenTable:
    """What each segment of a table of customers was seen to do.

    Parameters
    ----------
    table : CustomerTable
        A row for each customer.
    tenure, churned : str
        Columns with the full periods of each customer, and whether he left.
    flag : "ever" or "last-period", optional
        What a yes means: that the customer ever left, at the age in `tenure`; or that he left in the last
        period, of which alone the row then tells.
    by : str, optional
        Column whose contents are the segments.

    Raises
    ------
    OptionsError
        If `flag` is not given: both readings with their numbers.
    RowsError
        With every cell that is no number of periods or no flag.
    """
    cells = CellsReader(table)
    came, has_left = cells.periods(tenure), cells.flags(churned)
    if cells.faults:
        refuse(cells.faults)
    if flag is None:
        _ask(churned, came, has_left)
    groups = rows_by(table, [] if by is None else [by])
    segments = [
        _segment(key[0] if key else "all", came[rows], has_left[rows], flag) for key, rows in groups.items()
    ]
    warnings = []
    if flag == "last-period":
        warnings.append(
            f"{churned} is read as left in the last period: each customer counts at the last renewal alone"
        )
    return SeenTable(period_word(tenure), tuple(segments), tuple(warnings))


def _segment(name: str, came: NDArray[np.int64], has_left: NDArray[np.bool_], flag: Flag) -> SeenSegment:
    notes = []
    n_new = int(np.count_nonzero((came == 0) & ~has_left))
    n_at_once = int(np.count_nonzero((came == 0) & has_left))
    if n_new:
        notes.append(f"{n_new:,} customers with a tenure of 0 have had no chance to leave yet")
    if n_at_once:
        notes.append(
            f"{n_at_once:,} customers left with a tenure of 0, before the first renewal: the laws leave "
            "them out"
        )
    kept = came > 0
    table = _table(came[kept], has_left[kept], flag) if kept.any() else RiskTable(np.zeros(1), np.zeros(1))
    share = 1 - n_at_once / came.size if flag == "ever" else 1.0
    return SeenSegment(name, float(came.size), table, share, tuple(notes))


def _table(came: NDArray[np.int64], has_left: NDArray[np.bool_], flag: Flag) -> RiskTable:
    return table_of_customers(came, has_left, n_periods_before=came - 1 if flag == "last-period" else None)


def _ask(churned: str, came: NDArray[np.int64], has_left: NDArray[np.bool_]) -> NoReturn:
    """Refuse to guess what a flag means, with what either reading would say."""
    kept = came > 0
    said = []
    for flag, words in _READINGS.items():
        if not kept.any():
            continue
        shares = kaplan_meier_of_table(_table(came[kept], has_left[kept], flag)).survival_share
        age = min(_YEAR, shares.size)
        said.append(f"--flag {flag} ({words}): {100 * shares[age - 1]:.3g} % stay {age} periods")
    hint = "; ".join(said)
    raise OptionsError([Fault("ND1701", "--flag", f"must say what a yes in {churned} means", "", hint)])
