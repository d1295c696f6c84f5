"""Files of tables that users bring: their bytes, their records, and how all their faults are said at once."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from nextdollar.catalogue.csv_text import QUOTE_HINT, BrokenRecord, plain_lines, records
from nextdollar.errors import Fault, RowsError

MAX_CELL_CHARACTERS = 10_000
LONG_CELL_RULE = f"must have at most {MAX_CELL_CHARACTERS:,} characters"
_MAX_FAULTS = 20
_FIRST_LINE = re.compile(r"\S[^\n]*")
_OTHER_SEPARATORS = ("\t", ";")
_MAX_SHOWN_CHARACTERS = 60


def table_text(path: Path, most_bytes: int) -> tuple[str, str]:
    """Return the text of a table's file and the SHA-256 of its bytes.

    Raises
    ------
    RowsError
        If it is missing, no regular file (its kind is looked at before a byte is read), cannot be read,
        has more than `most_bytes`, holds binary data or is not UTF-8.
    """
    name = str(path)
    content = _content(path, name, most_bytes)
    if b"\x00" in content:
        refuse([Fault("ND1602", "", "the rows must be a text table", "binary data", "save as CSV", name)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte {content[error.start]:#04x}"
        refuse([Fault("ND1603", "", "the table must be UTF-8", found, "save it as UTF-8", name, line)])
    return text, hashlib.sha256(content).hexdigest()


def _content(path: Path, name: str, most_bytes: int) -> bytes:
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            found = "a folder" if stat.S_ISDIR(mode) else "something else"
            raise RowsError([Fault("ND1601", "", "the rows must be a file", found, "", name)])
        with path.open("rb") as stream:
            content = stream.read(most_bytes + 1)
    except RowsError:
        # A refusal is a ValueError too.
        raise
    except (FileNotFoundError, NotADirectoryError):
        refuse([Fault("ND1601", "", "the file must exist", shown(name), "check the spelling", name)])
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        refuse([Fault("ND1601", "", "the file must be readable", words.lower(), "", name)])
    if len(content) > most_bytes:
        rule = f"the file must have at most {most_bytes // 2**20} MiB"
        refuse([Fault("ND1602", "", rule, "more", "split it", name)])
    return content


def table_records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each row starts, and its cells; blank rows are passed over.

    Cells are parted by commas, or by semicolons or tabs where the header is: spreadsheets write those where
    the decimal sign is a comma.
    """

    def broken_row(broken: BrokenRecord) -> NoReturn:
        refuse([Fault("ND1605", "", broken.rule, broken.words, QUOTE_HINT, file, broken.line)])

    plain = plain_lines(text)
    for line, cells in records(plain, broken_row, separator=_separator(plain)):
        if "".join(cells).strip():
            yield line, cells


def _separator(text: str) -> str:
    """Return what parts the cells of a table, as its header says."""
    header = _FIRST_LINE.search(text)
    names = header.group() if header else ""
    return next((mark for mark in _OTHER_SEPARATORS if mark in names and "," not in names), ",")


def named_twice(columns: Sequence[str], file: str) -> Iterator[Fault]:
    """Yield the names that stand more than once in a header."""
    for name in sorted({name for name in columns if columns.count(name) > 1}):
        yield Fault("ND1606", shown(name), "must be the name of one column", "", "rename one", file, 1)


def length_fault(n_cells: int, n_columns: int, file: str, line: int) -> Fault:
    """Return the fault of a row with another number of cells than the header."""
    rule = f"the row must have {n_columns} cells, as the header has"
    hint = "put text that holds a separator in double quotes"
    return Fault("ND1605", "", rule, str(n_cells), hint, file, line)


def too_many_rows(most_rows: int, file: str, line: int) -> Fault:
    """Return the fault of a table that goes on beyond `most_rows`."""
    rule = f"the table must have at most {most_rows:,} rows"
    return Fault("ND1602", "", rule, "more", "split it", file, line)


def no_rows(file: str) -> Fault:
    """Return the fault of a table without a header or without rows."""
    return Fault("ND1604", "", "the table must have a header and rows", "neither", "", file, 1)


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
