"""Wide tables of cohorts: a row for each cohort, a column for each period, as dashboards export them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.audience.retention.cells import NUMBER_HINT, RISE_HINT, THOUSANDS, CellsReader, segment_name
from nextdollar.audience.retention.pooled import ASSUMED_CUSTOMERS, Cohort
from nextdollar.audience.retention.wide_columns import WideColumns
from nextdollar.catalogue.table_file import refuse
from nextdollar.units import FloatArray

Unit: TypeAlias = Literal["count", "percent", "share"]

_EMPTY = ("", "-", "\u2013", "\u2014", "null", "none", "nan", "n/a", "na", "#n/a")
_SUMS = frozenset(("all", "total", "totals", "sum", "overall", "average", "avg", "avg.", "mean", "median"))
_WHOSE = frozenset(
    ("grand", "weighted", "cohort", "cohorts", "users", "customers", "subscribers", "retention")
)
_WHOLE: dict[Unit, float] = {"count": math.inf, "percent": 100.0, "share": 1.0}
_WHOLE_TO = 1e-4
_MANY = 10


@dataclass(frozen=True, slots=True)
class _Grid:
    """Cells by row and period: numbers, nan where there is none, which are filled, and which have a %."""

    number: FloatArray
    is_filled: NDArray[np.bool_]
    has_sign: NDArray[np.bool_]


def wide_cohorts(table: CustomerTable, columns: WideColumns) -> tuple[Cohort, ...]:
    """Read a wide table of cohorts.

    Parameters
    ----------
    table : CustomerTable
        Its columns in lower case.
    columns : WideColumns
        What they are.

    Returns
    -------
    tuple of Cohort
        In the order of the table.

    Raises
    ------
    RowsError
        With every cell that is no count and no share or lies outside its range, every rise, every gap
        within a row, cells of two units, and rows that are sums of others or repeat one.

    Notes
    -----
    Cells are per cent where all have the sign. Without it they are counts where they begin with `size`,
    or where what cohorts begin with differs; shares where none is above 1 and some are no whole numbers; per
    cent where all cohorts begin with 100 and are stated to be of other sizes, or have broken numbers. What
    is left may be either, and is refused.
    """
    cells = CellsReader(table)
    is_cohort = _are_cohorts(cells, columns)
    grid = _grid(cells, columns, is_cohort)
    sizes = np.full(table.n_rows, np.nan)
    if columns.size is not None:
        sizes = np.array([cells.number(columns.size, row) for row in range(table.n_rows)])
    unit = _unit(cells, columns, grid, sizes)
    _refuse_thousands(cells, columns, unit)
    _refuse_late_start(cells, columns, grid, sizes, unit)
    rows = _Rows(cells, columns, grid, sizes, unit)
    found = [rows.customers(row) if is_cohort[row] else np.zeros(1) for row in range(table.n_rows)]
    n_before = columns.first if columns.size is None and unit == "count" else 0
    _refuse_zeros(cells, columns, found, n_before=n_before)
    if cells.faults:
        refuse(cells.faults)
    has_size = columns.size is not None or unit == "count"
    names, segments = (
        [""] * table.n_rows if column is None else table.cells[column]
        for column in (columns.name, columns.segment)
    )
    return tuple(
        Cohort(segment_name((segment,) if columns.segment else ()), name, customers, n_before, has_size)
        for segment, name, customers in zip(segments, names, found, strict=True)
    )


def _are_cohorts(cells: CellsReader, columns: WideColumns) -> NDArray[np.bool_]:
    """Return which rows are cohorts; note those that are all together or their mean, or a second of one."""
    found = np.ones(cells.table.n_rows, dtype=np.bool_)
    if columns.name is None:
        return found
    names = cells.table.cells[columns.name]
    apart = dict.fromkeys(name for name in (columns.segment, "segment") if name in cells.table.columns)
    seen: set[tuple[str, ...]] = set()
    for row, name in enumerate(names):
        cohort = (*(cells.table.cells[column][row] for column in apart if column), name)
        words = frozenset(name.casefold().split())
        if words & _SUMS and words <= _SUMS | _WHOSE:
            rule = "must be a cohort, not all of them together"
            found[row] = False
            hint = "leave the row out: cohorts are added up here"
            cells.refuse("ND1714", columns.name, row, rule, name, hint)
        elif cohort in seen:
            rule = "must be another cohort in each row"
            cells.refuse("ND1714", columns.name, row, rule, name, "a column segment tells alike ones apart")
        if name:
            seen.add(cohort)
    return found


def _grid(cells: CellsReader, columns: WideColumns, is_cohort: NDArray[np.bool_]) -> _Grid:
    """Read all cells of cohorts; note those that are no numbers."""
    shape = (cells.table.n_rows, len(columns.periods))
    number, is_filled, has_sign = np.full(shape, np.nan), np.zeros(shape, bool), np.zeros(shape, bool)
    for place, column in enumerate(columns.periods):
        for row, text in enumerate(cells.table.cells[column]):
            if not is_cohort[row] or text.casefold() in _EMPTY:
                continue
            is_filled[row, place], has_sign[row, place] = True, text.endswith("%")
            try:
                found = float(text.removesuffix("%"))
            except ValueError:
                found = math.nan
            if not 0 <= found < math.inf:
                found = math.nan
                rule = "must be a number of customers or per cent, 0 or more"
                cells.refuse("ND1705", column, row, rule, text, NUMBER_HINT)
            number[row, place] = found
    return _Grid(number, is_filled, has_sign)


def _unit(cells: CellsReader, columns: WideColumns, grid: _Grid, sizes: FloatArray) -> Unit:
    """Return what the cells are, counts where it cannot be told; what speaks against it is noted."""
    n_signs, n_plain = int(grid.has_sign.sum()), int((grid.is_filled & ~grid.has_sign).sum())
    if n_signs:
        if n_plain:
            _refuse_mixture(cells, columns, grid, is_percent=n_signs >= n_plain)
        return "percent" if n_signs >= n_plain else "count"
    filled = grid.number[grid.is_filled & np.isfinite(grid.number)]
    is_broken = bool((filled != np.round(filled)).any())
    most = filled.max(initial=0.0)
    if most <= 1 and is_broken:
        return "share"
    begin = np.isfinite(grid.number[:, 0])
    first, size = grid.number[begin, 0], sizes[begin]
    if most > _WHOLE["percent"] or not first.size:
        return "count"
    if columns.first == 0:
        if np.median(first) != _WHOLE["percent"] or (columns.size is not None and (first == size).all()):
            return "count"
        if columns.size is not None or (is_broken and (first == _WHOLE["percent"]).all()):
            return "percent"
    rule = "must be told to be counts or per cent: it may be either"
    hint = (
        "write the % sign, or give what each cohort began with in a column size beside a column of period 0"
    )
    row, column = int(np.argmax(begin)), columns.periods[0]
    cells.refuse("ND1715", column, row, rule, cells.table.cells[column][row], hint)
    return "count"


def _refuse_mixture(cells: CellsReader, columns: WideColumns, grid: _Grid, *, is_percent: bool) -> None:
    """Note the cells that are of the rarer unit, and take them for no numbers."""
    is_rare = grid.is_filled & (grid.has_sign != is_percent)
    rule = "must be per cent, as others are" if is_percent else "must be a count, as others are"
    hint = "cells are all counts or all per cent"
    if is_percent and not is_rare[:, 1:].any():
        hint = f"what cohorts began with belongs in a column size: rename {columns.periods[0]}"
    for row, place in np.argwhere(is_rare):
        column = columns.periods[place]
        cells.refuse("ND1715", column, int(row), rule, cells.table.cells[column][row], hint)
    grid.number[is_rare] = np.nan


def _refuse_thousands(cells: CellsReader, columns: WideColumns, unit: Unit) -> None:
    """Note counts that are all written as 12.400: twelve thousand to some, twelve and a half to others."""
    names = columns.periods if unit == "count" else ()
    for column in (*names, *([columns.size] if columns.size else [])):
        texts = [text for text in cells.table.cells[column] if text.casefold() not in _EMPTY]
        if texts and all(THOUSANDS.fullmatch(text) for text in texts):
            hint = "write 12400 or 12.4"
            cells.refuse("ND1705", column, 0, "must not have three decimals in every row", texts[0], hint)


def _refuse_late_start(
    cells: CellsReader, columns: WideColumns, grid: _Grid, sizes: FloatArray, unit: Unit
) -> None:
    """Note a table that begins at 1 where nobody has left yet: more likely they began at 1."""
    whole = sizes if unit == "count" else np.full(sizes.size, _WHOLE[unit])
    is_whole = (grid.number[:, 0] == whole)[grid.is_filled[:, 0]]
    if columns.first == 1 and is_whole.size and is_whole.all():
        column, row = columns.periods[0], int(np.argmax(grid.is_filled[:, 0]))
        rule = "must begin at 0 where everybody is still there"
        hint = "count from 0 if that is the start, or add a column for period 0 if nobody left at the first"
        cells.refuse("ND1706", column, row, rule, cells.table.cells[column][row], hint)


def _refuse_zeros(
    cells: CellsReader, columns: WideColumns, found: Sequence[FloatArray], *, n_before: int
) -> None:
    """Note cohorts of which all leave at once where others stay: periods to come that are filled with 0."""
    n_ages = max(customers.size for customers in found)
    left = np.array([np.pad(row, (0, n_ages - row.size), constant_values=np.nan) for row in found])
    before, after = left[:, :-1], left[:, 1:]
    others_stay = ((before >= _MANY) & (after >= before / 2)).any(axis=0)
    hint = "a cohort that was ended belongs in a table of its own"
    for row, age in np.argwhere((before >= _MANY) & (after == 0) & others_stay):
        column = columns.periods[int(age) + 1 + n_before - columns.first]
        rule = (
            f"must be empty if it is still to come: all {before[row, age]:.4g} would leave, as no others do"
        )
        cells.refuse("ND1706", column, int(row), rule, cells.table.cells[column][row], hint)


class _Rows:
    """Turns rows into customers left; what is wrong with each is noted."""

    def __init__(
        self, cells: CellsReader, columns: WideColumns, grid: _Grid, sizes: FloatArray, unit: Unit
    ) -> None:
        self._cells, self._columns, self._grid, self._sizes, self._unit = cells, columns, grid, sizes, unit
        self._is_told_to_rise = False

    def customers(self, row: int) -> FloatArray:
        """Return the customers of a cohort left after each renewal; of a row with a fault anything."""
        grid, columns, size = self._grid, self._columns, self._sizes[row]
        n_filled = int(np.flatnonzero(grid.is_filled[row])[-1]) + 1 if grid.is_filled[row].any() else 0
        if not n_filled and math.isnan(size):
            rule = "must say what the cohort began with"
            self._cells.refuse("ND1706", columns.periods[0], row, rule, "", "leave the row out")
            return np.zeros(1)
        numbers = grid.number[row, :n_filled]
        for code, place, rule, hint in self._faults(row, numbers):
            column = columns.periods[place]
            self._cells.refuse(code, column, row, rule, self._cells.table.cells[column][row], hint)
        if self._unit != "count":
            size = ASSUMED_CUSTOMERS if math.isnan(size) else size
            numbers = numbers / _WHOLE[self._unit] * size
        if not math.isnan(size) and (columns.first == 1 or not n_filled):
            # Everybody is there before the first chance to leave.
            numbers = np.concatenate([[size], numbers])
        return numbers

    def _faults(self, row: int, numbers: FloatArray) -> Iterator[tuple[str, int, str, str]]:
        """Yield what is wrong with the cells of a row: code, place, rule and hint."""
        whole = self._sizes[row] if self._unit == "count" else _WHOLE[self._unit]
        is_share = self._unit != "count"
        if numbers.size and self._columns.first == 0 and math.isfinite(whole):
            if is_share and numbers[0] < whole and not math.isclose(numbers[0], whole, rel_tol=_WHOLE_TO):
                yield "ND1705", 0, f"must be {whole:g} at period 0, when everybody is still there", ""
            elif not is_share and math.isfinite(numbers[0]) and numbers[0] != whole:
                rule = f"must be what the cohort began with, {whole:g} in {self._columns.size}"
                yield "ND1705", 0, rule, "or leave the column of period 0 out"
        before = whole if self._columns.first == 1 and math.isfinite(whole) else math.inf
        for place, number in enumerate(numbers):
            if not self._grid.is_filled[row, place]:
                yield "ND1706", place, _gap_rule(numbers, place), _GAP_HINT
            elif is_share and number > whole:
                yield "ND1705", place, f"must be from 0 to {whole:g}, of the cohort", ""
            elif number > before:
                hint = "" if self._is_told_to_rise else RISE_HINT
                self._is_told_to_rise = True
                yield "ND1705", place, f"must not rise from period to period ({before:g} before)", hint
            before = before if math.isnan(number) else number


_GAP_HINT = (
    "each row counts from its cohort's own start; where columns are calendar months, shift it to the left"
)


def _gap_rule(numbers: FloatArray, place: int) -> str:
    is_late = bool(np.isnan(numbers[: place + 1]).all())
    return (
        "must not be empty: later periods are filled"
        if not is_late
        else "must not be empty: a row begins here"
    )
