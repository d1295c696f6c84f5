"""Files from outside, read as text: regular, small enough, UTF-8, or refused by name."""

from __future__ import annotations

import difflib
import errno
import hashlib
import itertools
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from nextdollar.errors import Fault, ScenarioError
from nextdollar.plan.reading.place import NumberedText, numbered, refuse
from nextdollar.plan.reading.printable import printable, quoted
from nextdollar.plan.reading.yaml_guard import too_large_fault

FILE_CODES = frozenset({"ND1101", "ND1102", "ND1103", "ND1104", "ND1105", "ND1106"})
"""Codes of faults that a file has as a whole, without a line."""

_MOST_NEIGHBOURS = 2000
_KNOWN_BEGINNINGS = {
    b"PK\x03\x04": "a workbook or a zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF-": "a PDF",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
}
_BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


@dataclass(frozen=True, slots=True)
class TextFile:
    """The text of a file, with line feeds as its only line breaks, and the digest of its bytes."""

    text: str
    sha256: str
    size_bytes: int


def read_text_file(path: Path, file: str, max_bytes: int) -> TextFile:
    """Read a file of at most `max_bytes` bytes; `file` is its name in messages.

    Size and kind are looked at before a byte is read, so neither a huge file nor a pipe holds us up.

    Raises
    ------
    ScenarioError
        If the file is missing, not regular, not readable, too large, or not UTF-8 text.
    """
    try:
        _check_kind(os.stat(path).st_mode, file)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            _check_kind(status.st_mode, file)
            if status.st_size > max_bytes:
                refuse([too_large_fault(file, status.st_size)])
            content = stream.read(max_bytes + 1)
    except ScenarioError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        refuse([_missing_fault(path, file)])
    except (OSError, ValueError) as error:
        refuse([_unreadable_fault(error, file)])
    if len(content) > max_bytes:
        refuse([too_large_fault(file, len(content))])
    return TextFile(_decoded(content, file), hashlib.sha256(content).hexdigest(), len(content))


def with_line_feeds(text: str) -> str:
    """Return a text without byte order mark, whose line breaks (CR LF, CR) are line feeds."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _check_kind(mode: int, file: str) -> None:
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    if stat.S_ISREG(mode):
        return
    found = kinds.get(stat.S_IFMT(mode), "something else")
    hint = "name the scenario inside it" if stat.S_ISDIR(mode) else "a scenario is read from a regular file"
    refuse([Fault("ND1102", "", "the scenario must be a file", found, hint, file)])


def _unreadable_fault(error: OSError | ValueError, file: str) -> Fault:
    rule = "the file must be readable"
    if isinstance(error, PermissionError):
        return Fault("ND1103", "", rule, "no permission", "ask for the right to read it, or copy it", file)
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return Fault(
            "ND1103", "", rule, "a ring of links", "name the file that the link should lead to", file
        )
    found = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Fault("ND1103", "", rule, printable(found).lower(), "", file)


def _missing_fault(path: Path, file: str) -> Fault:
    folder = path.parent
    hint = "check the spelling"
    if str(path) == "-":
        hint = "a scenario is read from a file, not from standard input"
    elif not folder.is_dir():
        hint = f"there is no folder {quoted(str(folder))}"
    else:
        near = _near_names(folder, path.name)
        if near:
            hint = f"near it: {', '.join(printable(name) for name in near)}"
    return Fault("ND1101", "", "the file must exist", quoted(file), hint, file)


def _near_names(folder: Path, name: str) -> list[str]:
    """Return up to three names of files in a folder that resemble `name`, or else its scenarios."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in itertools.islice(entries, _MOST_NEIGHBOURS) if entry.is_file()]
    except OSError:
        return []
    by_lower_case = {found.lower(): found for found in sorted(names, reverse=True)}
    close = difflib.get_close_matches(name.lower()[:255], by_lower_case, n=3, cutoff=0.6)
    if close:
        return [by_lower_case[found] for found in close]
    return sorted(found for found in names if found.endswith((".yaml", ".yml")))[:3]


def _decoded(content: bytes, file: str) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            refuse([_encoding_fault(encoding, file)])
    if b"\x00" in content:
        head = content[:400]
        if max(head[::2].count(0), head[1::2].count(0)) > len(head) // 3:
            refuse([_encoding_fault("UTF-16", file)])
    for beginning, kind in _KNOWN_BEGINNINGS.items():
        if content.startswith(beginning):
            refuse([Fault("ND1105", "", "the scenario must be a text file", kind, "", file)])
    try:
        return with_line_feeds(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        if b"\x00" in content:
            rule = "the scenario must be a text file"
            refuse([Fault("ND1105", "", rule, "binary data", "", file)])
        refuse([_not_utf8_fault(content, error.start, file)])


def _encoding_fault(encoding: str, file: str) -> Fault:
    hint = "in the editor choose `save with encoding` and UTF-8"
    return Fault("ND1106", "", "the scenario must be saved as UTF-8", encoding, hint, file)


def _not_utf8_fault(content: bytes, position: int, file: str) -> Fault:
    before = with_line_feeds(content[:position].decode("utf-8"))
    source: NumberedText = numbered(with_line_feeds(content.decode("utf-8", "replace")), file)
    line = before.count("\n")
    column = len(before) - (before.rfind("\n") + 1)
    likely = content[position : position + 1].decode("cp1252", "replace")
    hint = "save the file as UTF-8"
    if likely.isprintable() and likely != "\ufffd":
        hint += f"; in Windows-1252 this byte is {likely}"
    place = source.place(line, column, column + 1)
    return place.fault("ND1107", "the text must be UTF-8", value=f"byte {content[position]:#04x}", hint=hint)
