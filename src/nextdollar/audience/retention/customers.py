"""Tables of customers one by one: how long each has been there, and whether he left."""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.recurring_revenue.cells import n_of
from nextdollar.audience.retention.answer import Flag
from nextdollar.audience.retention.cells import CellsReader, period_word, rows_by, segment_name
from nextdollar.audience.retention.segment import SeenTable, Stays
from nextdollar.audience.retention.stays import seen_stays
from nextdollar.audience.retention.tenure import TenureColumns
from nextdollar.catalogue.table_file import refuse
from nextdollar.customers.contractual import kaplan_meier_of_table
from nextdollar.errors import Fault, OptionsError, RowsError

_YEAR = 12
_CUSTOMERS = ("customer", "customer_id", "customerid", "user", "user_id")
_READINGS: dict[Flag, str] = {
    "ever": "left when that old, or is still there",
    "last-period": "left in the last period, of which alone a row tells",
}


def seen_customers(
    table: CustomerTable, tenure: TenureColumns, *, churned: str, flag: Flag | None, by: str | None
) -> SeenTable:
    """What each segment of a table of customers was seen to do.

    Parameters
    ----------
    table : CustomerTable
        A row for each customer.
    tenure : TenureColumns
        Columns with the full periods of each customer, and with those before watching began.
    churned : str
        Column that says whether he left.
    flag : "ever" or "last-period", optional
        What a yes means: that the customer ever left, at the age in `tenure`; or that he left in the last
        period, of which alone the row then tells. Where a column says when watching began, a yes can only
        mean the first.
    by : str, optional
        Column whose contents are the segments.

    Raises
    ------
    OptionsError
        If neither `flag` nor a column of late entry is given: both readings with their numbers.
    RowsError
        With every cell that is no number of periods or no flag, and every late entry that cannot be.
    """
    cells = CellsReader(table)
    came, has_left = cells.periods(tenure.tenure), cells.flags(churned)
    entered = None if tenure.entered is None else cells.periods(tenure.entered)
    if entered is not None:
        _refuse_entries(cells, tenure, came, has_left, entered)
    if cells.faults:
        refuse(cells.faults)
    _refuse_repeats(table)
    if entered is None and flag is None:
        _ask(churned, came, has_left)
    is_last = flag == "last-period"
    stays = _stays(came, has_left, "last-period") if is_last else _stays(came, has_left, "ever", entered)
    segments = [
        seen_stays(segment_name(key), stays.of(rows), knows_age_0=not is_last)
        for key, rows in rows_by(table, [] if by is None else [by]).items()
    ]
    warnings = []
    if is_last:
        warnings.append(
            f"{churned} is read as left in the last period: each customer counts at the last renewal alone"
        )
    return SeenTable(period_word(tenure.tenure), tuple(segments), tuple(warnings))


def _refuse_repeats(table: CustomerTable) -> None:
    """Refuse customers who have several rows: each would count as another one who did the same."""
    for column in table.columns:
        n_repeats = table.n_rows - len(set(table.cells[column]))
        if column.casefold() in _CUSTOMERS and n_repeats:
            rule = "must be another in each row, which is one customer"
            found = f"{n_of(n_repeats, 'row')} with a customer of an earlier one"
            hint = "leave repeated rows out, or rename the column if it does not name customers"
            raise RowsError([Fault("ND1712", column, rule, found, hint, table.file)])


def _refuse_entries(
    cells: CellsReader,
    tenure: TenureColumns,
    came: NDArray[np.int64],
    has_left: NDArray[np.bool_],
    entered: NDArray[np.int64],
) -> None:
    """Note every customer who was watched only after he was last seen, or left before he was watched."""
    column = tenure.entered or ""
    # A period that could not be read is -1, and noted already.
    is_read = (came >= 0) & (entered >= 0)
    is_gone = has_left & (entered == came) & (came > 0)
    for row in np.flatnonzero(is_read & ((entered > came) | is_gone)):
        word = tenure.tenure
        rule = f"must lie below {word} where he left" if is_gone[row] else f"must not lie above {word}"
        hint = f"{word} counts from the start, not from when watching began"
        value = f"{entered[row]} beside {came[row]}"
        cells.refuse("ND1708", column, int(row), rule, value, hint)


def _stays(
    came: NDArray[np.int64],
    has_left: NDArray[np.bool_],
    flag: Flag,
    entered: NDArray[np.int64] | None = None,
) -> Stays:
    if flag == "last-period":
        return Stays(came, has_left, np.maximum(came - 1, 0), np.arange(came.size))
    before = np.zeros_like(came) if entered is None else entered
    return Stays(came, has_left, before, np.arange(came.size))


def _ask(churned: str, came: NDArray[np.int64], has_left: NDArray[np.bool_]) -> NoReturn:
    """Refuse to guess what a flag means, with what either reading would say."""
    said = []
    for flag, words in _READINGS.items():
        table = _stays(came, has_left, flag).table()
        if not table.n_at_risk.any():
            continue
        shares = kaplan_meier_of_table(table).survival_share
        age = min(_YEAR, shares.size)
        said.append(f"--flag {flag} ({words}): {100 * shares[age - 1]:.3g} % stay {age} periods")
    hint = "; ".join(said)
    raise OptionsError([Fault("ND1701", "--flag", f"must say what a yes in {churned} means", "", hint)])
