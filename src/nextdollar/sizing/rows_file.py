"""Tables of rows to estimate: CSV (RFC 4180, UTF-8), read whole or refused with every fault."""

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

MAX_BYTES = 16 * 2**20
MAX_ROWS = 20_000
MAX_CELL_CHARACTERS = 10_000
_MAX_FAULTS = 20
_MAX_SHOWN_CHARACTERS = 60


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
    content = _content(Path(path), name)
    if b"\x00" in content:
        _refuse([Fault("ND1602", "", "the rows must be a text table", "binary data", "save as CSV", name)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte {content[error.start]:#04x}"
        _refuse([Fault("ND1603", "", "the table must be UTF-8", found, "save it as UTF-8", name, line)])
    columns, rows = _parsed(text, name, needed)
    return RowsTable(name, hashlib.sha256(content).hexdigest(), columns, rows)


def _content(path: Path, name: str) -> bytes:
    """Return the bytes of a regular file; its kind is looked at before a byte is read."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            found = "a folder" if stat.S_ISDIR(mode) else "something else"
            raise RowsError([Fault("ND1601", "", "the rows must be a file", found, "", name)])
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except RowsError:
        # A refusal is a ValueError too.
        raise
    except (FileNotFoundError, NotADirectoryError):
        _refuse([Fault("ND1601", "", "the file must exist", shown(name), "check the spelling", name)])
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        _refuse([Fault("ND1601", "", "the file must be readable", words.lower(), "", name)])
    if len(content) > MAX_BYTES:
        rule = f"the file must have at most {MAX_BYTES // 2**20} MiB"
        _refuse([Fault("ND1602", "", rule, "more", "split it", name)])
    return content


def _parsed(
    text: str, file: str, needed: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], tuple[TableRow, ...]]:
    """Return columns and rows."""
    rows: list[TableRow] = []
    faults: list[Fault] = []
    lines = _lines(text, file)
    _, header = next(lines, (1, []))
    columns = tuple(cell.strip() for cell in header)
    if columns:
        faults += _header_faults(columns, file, needed)
    for line, cells in lines:
        if len(cells) != len(columns):
            rule = f"the row must have {len(columns)} cells, as the header has"
            hint = "put text with commas in double quotes"
            faults.append(Fault("ND1605", "", rule, str(len(cells)), hint, file, line))
            continue
        faults += [
            Fault(
                "ND1602",
                column,
                f"must have at most {MAX_CELL_CHARACTERS:,} characters",
                "more",
                "",
                file,
                line,
            )
            for column, cell in zip(columns, cells, strict=True)
            if len(cell) > MAX_CELL_CHARACTERS
        ]
        rows.append(TableRow(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
        if len(rows) > MAX_ROWS:
            rule = f"the table must have at most {MAX_ROWS:,} rows"
            _refuse([*faults, Fault("ND1602", "", rule, "more", "split it", file, line)])
    if not rows and not faults:
        faults.append(Fault("ND1604", "", "the table must have a header and rows", "neither", "", file, 1))
    if faults:
        _refuse(faults)
    return columns, tuple(rows)


def _lines(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each row starts, and its cells; blank lines are passed over."""

    def refuse(broken: BrokenRecord) -> NoReturn:
        _refuse([Fault("ND1605", "", broken.rule, broken.words, QUOTE_HINT, file, broken.line)])

    for line, cells in records(plain_lines(text), refuse):
        if any(cell.strip() for cell in cells):
            yield line, cells


def _header_faults(columns: Sequence[str], file: str, needed: Sequence[Sequence[str]]) -> Iterator[Fault]:
    for name in sorted({name for name in columns if name and columns.count(name) > 1}):
        yield Fault("ND1606", shown(name), "must be the name of one column", "", "rename one", file, 1)
    for one_of in needed:
        if not any(name in columns for name in one_of):
            words = " or ".join(one_of)
            rule = f"the table must have a column {words}"
            found = ", ".join(shown(name) for name in columns[:12])
            yield Fault("ND1606", "", rule, found, f"name the column {one_of[0]}", file, 1)


def shown(text: str) -> str:
    """Return a text of the file in double quotes, cut to 60 characters."""
    cut = text[:_MAX_SHOWN_CHARACTERS]
    return f'"{cut}..."' if len(text) > _MAX_SHOWN_CHARACTERS else f'"{cut}"'


def _refuse(faults: Sequence[Fault]) -> NoReturn:
    """Raise faults in the order of the file, at most twenty, and how many more there are."""
    ordered = sorted(faults, key=lambda fault: fault.line)
    left_out = len(ordered) - _MAX_FAULTS
    if left_out > 0:
        rule = f"{left_out:,} more faults are not shown"
        ordered = [*ordered[:_MAX_FAULTS], Fault("ND1607", "", rule, file=ordered[0].file)]
    raise RowsError(ordered)
