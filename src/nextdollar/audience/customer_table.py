"""Tables of customers: CSV (RFC 4180, UTF-8) by column, read whole or refused with every fault of form."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from nextdollar.catalogue.csv_text import QUOTE_HINT, BrokenRecord, plain_lines, records
from nextdollar.errors import Fault, RowsError

MAX_BYTES = 256 * 2**20
MAX_ROWS = 2_000_000
_MAX_CELL_CHARACTERS = 10_000
_MAX_FAULTS = 20
_MAX_SHOWN_CHARACTERS = 60


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
    content = _content(Path(path), name)
    if b"\x00" in content:
        refuse([Fault("ND1602", "", "the rows must be a text table", "binary data", "save as CSV", name)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte {content[error.start]:#04x}"
        refuse([Fault("ND1603", "", "the table must be UTF-8", found, "save it as UTF-8", name, line)])
    lines, cells = _parsed(text, name)
    return CustomerTable(name, hashlib.sha256(content).hexdigest(), lines, cells)


def _content(path: Path, name: str) -> bytes:
    """Return the bytes of a regular file; its kind is looked at before a byte is read."""
    is_file, is_folder, content, words = False, False, b"", ""
    try:
        mode = os.stat(path).st_mode
        is_file, is_folder = stat.S_ISREG(mode), stat.S_ISDIR(mode)
        if is_file:
            with path.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        refuse([Fault("ND1601", "", "the file must exist", shown(name), "check the spelling", name)])
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    if words:
        refuse([Fault("ND1601", "", "the file must be readable", words.lower(), "", name)])
    if not is_file:
        found = "a folder" if is_folder else "something else"
        refuse([Fault("ND1601", "", "the rows must be a file", found, "", name)])
    if len(content) > MAX_BYTES:
        rule = f"the file must have at most {MAX_BYTES // 2**20} MiB"
        refuse([Fault("ND1602", "", rule, "more", "split it", name)])
    return content


def _parsed(text: str, file: str) -> tuple[list[int], dict[str, list[str]]]:
    """Return the lines of the rows, and their cells by column."""
    read = _records(text, file)
    _, header = next(read, (1, []))
    columns = [cell.strip() for cell in header]
    faults = list(_header_faults(columns, file))
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, row in read:
        if len(row) != len(columns):
            faults.append(_length_fault(row, columns, file, line))
            continue
        lines.append(line)
        rows.append(row)
        if len(rows) > MAX_ROWS:
            rule = f"the table must have at most {MAX_ROWS:,} rows"
            refuse([*faults, Fault("ND1602", "", rule, "more", "split it", file, line)])
    if not rows and not faults:
        faults.append(Fault("ND1604", "", "the table must have a header and rows", "neither", "", file, 1))
    by_column = [[cell.strip() for cell in column] for column in zip(*rows, strict=True)]
    for name, column in zip(columns, by_column, strict=False):
        faults += _long_faults(name, column, lines, file)
    if faults:
        refuse(faults)
    return lines, dict(zip(columns, by_column, strict=True))


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each row starts, and its cells; blank lines are passed over."""

    def broken_row(broken: BrokenRecord) -> NoReturn:
        refuse([Fault("ND1605", "", broken.rule, broken.words, QUOTE_HINT, file, broken.line)])

    for line, cells in records(plain_lines(text), broken_row):
        if "".join(cells).strip():
            yield line, cells


def _header_faults(columns: Sequence[str], file: str) -> Iterator[Fault]:
    for name in sorted({name for name in columns if columns.count(name) > 1}):
        yield Fault("ND1606", shown(name), "must be the name of one column", "", "rename one", file, 1)


def _length_fault(row: Sequence[str], columns: Sequence[str], file: str, line: int) -> Fault:
    rule = f"the row must have {len(columns)} cells, as the header has"
    return Fault("ND1605", "", rule, str(len(row)), "put text with commas in double quotes", file, line)


def _long_faults(name: str, column: Sequence[str], lines: Sequence[int], file: str) -> Iterator[Fault]:
    if max(map(len, column), default=0) <= _MAX_CELL_CHARACTERS:
        return
    rule = f"must have at most {_MAX_CELL_CHARACTERS:,} characters"
    for line, cell in zip(lines, column, strict=True):
        if len(cell) > _MAX_CELL_CHARACTERS:
            yield Fault("ND1602", name, rule, "more", "", file, line)


def shown(text: str) -> str:
    """Return a text of the file in double quotes, cut to 60 characters."""
    cut = text[:_MAX_SHOWN_CHARACTERS]
    return f'"{cut}..."' if len(text) > _MAX_SHOWN_CHARACTERS else f'"{cut}"'


def refuse(faults: Sequence[Fault]) -> NoReturn:
    """Raise faults in the order of the file, at most twenty, and how many more there are."""
    ordered = sorted(faults, key=lambda fault: fault.line)
    left_out = len(ordered) - _MAX_FAULTS
    if left_out > 0:
        rule = f"{left_out:,} more faults are not shown"
        ordered = [*ordered[:_MAX_FAULTS], Fault("ND1607", "", rule, file=ordered[0].file)]
    raise RowsError(ordered)
