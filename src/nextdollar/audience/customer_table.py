"""Tables of customers: CSV (RFC 4180, UTF-8) by column, read whole or refused with every fault of form."""

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
    table_records,
    table_text,
    too_many_rows,
)
from nextdollar.errors import Fault

MAX_BYTES = 256 * 2**20
MAX_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class CustomerTable:
    """What a file holds: its cells by column, without outer blanks, and the digest of its bytes.

    `lines` has the line of the file on which each row starts; every column is as long.
    """

    file: str
    sha256: str
    lines: Sequence[int]
    cells: Mapping[str, Sequence[str]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the header, in its order."""
        return tuple(self.cells)

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.lines)


def read_customer_table(path: Path | str) -> CustomerTable:
    """Read a table of customers.

    Parameters
    ----------
    path : Path or str
        A CSV file with a header; blank lines are passed over.

    Raises
    ------
    RowsError
        With every fault of the file's form: missing, not a file, too large, not UTF-8, not CSV, columns
        twice, rows of another length, no rows. What the cells hold is not looked at.
    """
    name = str(path)
    text, sha256 = table_text(Path(path), MAX_BYTES)
    lines, cells = _parsed(text, name)
    return CustomerTable(name, sha256, lines, cells)


def _parsed(text: str, file: str) -> tuple[list[int], dict[str, list[str]]]:
    """Return the lines of the rows, and their cells by column."""
    read = table_records(text, file)
    _, header = next(read, (1, []))
    columns = [cell.strip() for cell in header]
    faults = list(named_twice(columns, file))
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, row in read:
        if len(row) != len(columns):
            faults.append(length_fault(len(row), len(columns), file, line))
            continue
        lines.append(line)
        rows.append(row)
        if len(rows) > MAX_ROWS:
            refuse([*faults, too_many_rows(MAX_ROWS, file, line)])
    if not rows and not faults:
        faults.append(no_rows(file))
    by_column = [[cell.strip() for cell in column] for column in zip(*rows, strict=True)]
    for name, column in zip(columns, by_column, strict=False):
        faults += _long_faults(name, column, lines, file)
    if faults:
        refuse(faults)
    return lines, dict(zip(columns, by_column, strict=True))


def _long_faults(name: str, column: Sequence[str], lines: Sequence[int], file: str) -> Iterator[Fault]:
    if max(map(len, column), default=0) <= MAX_CELL_CHARACTERS:
        return
    for line, cell in zip(lines, column, strict=True):
        if len(cell) > MAX_CELL_CHARACTERS:
            yield Fault("ND1602", name, LONG_CELL_RULE, "more", "", file, line)
