"""A file of runs as bytes: a regular file, small enough, opened once, with its digest."""

from __future__ import annotations

import difflib
import hashlib
import itertools
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from nextdollar.catalogue.csv_text import plain_lines
from nextdollar.errors import Fault, RunsError
from nextdollar.research.reading.refusal import listed, refuse, shown

MAX_BYTES = 64 * 2**20
MAX_ROWS = 200_000
MAX_COLUMNS = 2_000
MAX_CELLS = 4_000_000
MAX_CELL_CHARACTERS = 10_000

_MOST_NEIGHBOURS = 2_000
_TABLE_SUFFIXES = (".csv", ".tsv", ".parquet", ".json", ".jsonl")
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_NOT_A_TABLE = {
    b"PK\x03\x04": ("a workbook or a zip archive", "save the sheet as CSV (UTF-8)"),
    b"\x1f\x8b": ("a gzip archive", "unpack it first: gunzip"),
    b"%PDF-": ("a PDF", ""),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV"),
    b"\x89PNG": ("a picture", ""),
}
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of a file; `name` is how messages call it."""

    name: str
    content: bytes
    sha256: str


def read_file(path: Path) -> SourceFile:
    """Read a regular file of at most `MAX_BYTES`; its kind and size are looked at before a byte is read.

    Raises
    ------
    RunsError
        If the file is missing, not regular, not readable or too large.
    """
    name = str(path)
    try:
        _check_kind(os.stat(path).st_mode, name)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as stream:
            _check_kind(os.fstat(descriptor).st_mode, name)
            content = stream.read(MAX_BYTES + 1)
    except RunsError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        refuse([_missing_fault(path, name)])
    except (OSError, ValueError) as error:
        found = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        refuse([Fault("ND1203", "", "the file must be readable", found.lower(), "", name)])
    if len(content) > MAX_BYTES:
        rule = f"the file must have at most {MAX_BYTES // 2**20} MiB"
        hint = "keep one row a run: the last checkpoint of each"
        refuse([Fault("ND1204", "", rule, "more", hint, name)])
    return SourceFile(name, content, hashlib.sha256(content).hexdigest())


def text_of(source: SourceFile) -> str:
    """Return the text of a UTF-8 file, without byte order mark, with line feeds as line breaks.

    Raises
    ------
    RunsError
        If the file is an archive, a workbook, in another encoding, or binary.
    """
    content = source.content
    for beginning, (kind, hint) in _NOT_A_TABLE.items():
        if content.startswith(beginning):
            refuse([Fault("ND1205", "", "the runs must be a table", kind, hint, source.name)])
    if content.startswith(_BYTE_ORDER_MARKS):
        refuse([_encoding_fault("UTF-16 or UTF-32", source.name)])
    if b"\x00" in content:
        refuse([Fault("ND1205", "", "the runs must be a text table", "binary data", "", source.name)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        refuse([_encoding_fault(f"byte {content[error.start]:#04x}", source.name, line)])
    return plain_lines(text)


def check_size(n_rows: int, n_columns: int, name: str) -> None:
    """Refuse a table with more rows, columns or cells than a table of runs can have."""
    for number, most, what in (
        (n_columns, MAX_COLUMNS, "columns"),
        (n_rows, MAX_ROWS, "rows"),
        (n_rows * n_columns, MAX_CELLS, "cells"),
    ):
        if number > most:
            hint = "keep the last checkpoint of each run, and the columns that matter"
            rule = f"the table must have at most {most:,} {what}"
            refuse([Fault("ND1204", "", rule, f"{number:,}", hint, name)])


def _check_kind(mode: int, name: str) -> None:
    if stat.S_ISREG(mode):
        return
    found = "a folder" if stat.S_ISDIR(mode) else _KINDS.get(stat.S_IFMT(mode), "something else")
    hint = "name the file inside it" if stat.S_ISDIR(mode) else "runs are read from a regular file"
    refuse([Fault("ND1202", "", "the runs must be a file", found, hint, name)])


def _missing_fault(path: Path, name: str) -> Fault:
    hint = "check the spelling"
    if not os.path.isdir(path.parent):
        hint = f"there is no folder {shown(str(path.parent))}"
    else:
        near = _near_names(path.parent, path.name)
        if near:
            hint = f"near it: {listed(near, 3)}"
    return Fault("ND1201", "", "the file must exist", shown(name), hint, name)


def _near_names(folder: Path, name: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in itertools.islice(entries, _MOST_NEIGHBOURS))
    except OSError:
        return []
    close = difflib.get_close_matches(name[:255], names, n=3, cutoff=0.6)
    return close or [found for found in names if found.endswith(_TABLE_SUFFIXES)][:3]


def _encoding_fault(found: str, name: str, line: int = 0) -> Fault:
    hint = "save the table as UTF-8"
    return Fault("ND1206", "", "the table must be UTF-8", found, hint, name, line)
