"""Tables of rows to estimate: CSV (RFC 4180, UTF-8), read whole or refused with every fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nextdollar.catalogue.table_file import (
    LONG_CELL_RULE,
    MAX_CELL_CHARACTERS,
    length_fault,
    named_twice,
    no_rows,
    refuse,
    shown,
    table_records,
    table_text,
    too_many_rows,
)
from nextdollar.errors import Fault

MAX_BYTES = 16 * 2**20
MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the line of the file that it starts on, and its cells by column, without outer blanks."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowsTable:
    """What a file holds: its rows in order, its columns, and the digest of its bytes."""

    file: str
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_rows(path: Path | str, needed: Sequence[Sequence[str]]) -> RowsTable:
    """Read a table.

    Parameters
    ----------
    path : Path or str
        A CSV file with a header.
    needed : sequence of sequences of str
        Columns that it must have; of each sequence one is enough.

    Returns
    -------
    RowsTable
        Rows that are not blank. What their cells hold is not looked at.

    Raises
    ------
    RowsError
        With every fault of the file's form: missing, not a file, too large, not UTF-8, not CSV, columns
        missing or twice, rows of another length, no rows.
    """
    name = str(path)
    text, sha256 = table_text(Path(path), MAX_BYTES)
    columns, rows = _parsed(text, name, needed)
    return RowsTable(name, sha256, columns, rows)


def _parsed(
    text: str, file: str, needed: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], tuple[TableRow, ...]]:
    """Return columns and rows."""
    rows: list[TableRow] = []
    faults: list[Fault] = []
    lines = table_records(text, file)
    _, header = next(lines, (1, []))
    columns = tuple(cell.strip() for cell in header)
    if columns:
        faults += _header_faults(columns, file, needed)
    for line, cells in lines:
        if len(cells) != len(columns):
            faults.append(length_fault(len(cells), len(columns), file, line))
            continue
        faults += [
            Fault("ND1602", column, LONG_CELL_RULE, "more", "", file, line)
            for column, cell in zip(columns, cells, strict=True)
            if len(cell) > MAX_CELL_CHARACTERS
        ]
        rows.append(TableRow(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
        if len(rows) > MAX_ROWS:
            refuse([*faults, too_many_rows(MAX_ROWS, file, line)])
    if not rows and not faults:
        faults.append(no_rows(file))
    if faults:
        refuse(faults)
    return columns, tuple(rows)


def _header_faults(columns: Sequence[str], file: str, needed: Sequence[Sequence[str]]) -> Iterator[Fault]:
    yield from named_twice([name for name in columns if name], file)
    for one_of in needed:
        if not any(name in columns for name in one_of):
            words = " or ".join(one_of)
            rule = f"the table must have a column {words}"
            found = ", ".join(shown(name) for name in columns[:12])
            yield Fault("ND1606", "", rule, found, f"name the column {one_of[0]}", file, 1)
