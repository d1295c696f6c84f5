"""The text of a log: a regular file, small enough, UTF-8, with the digest of its bytes."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from nextdollar.errors import Fault, LogsError

MAX_BYTES = 64 * 2**20
_MAX_SHOWN_CHARACTERS = 60
_NOT_TEXT = {
    b"PK\x03\x04": ("a workbook or a zip archive", "unpack it first"),
    b"\x1f\x8b": ("a gzip archive", "unpack it first: gunzip"),
    b"%PDF-": ("a PDF", ""),
}


def text_of_log(path: Path) -> tuple[str, str]:
    """Return the text of a file, line ends as line feeds, and the SHA-256 of its bytes.

    Raises
    ------
    LogsError
        If the file is missing, not a file, not readable, too large, or not text.
    """
    name = str(path)
    content = _content(path, name)
    for beginning, (kind, hint) in _NOT_TEXT.items():
        if content.startswith(beginning):
            raise LogsError([Fault("ND1652", "", "a log must be text", kind, hint, name)])
    if b"\x00" in content:
        raise LogsError([Fault("ND1652", "", "a log must be text", "binary data", "", name)])
    # Progress bars and cut writes leave odd bytes in the logs of trainers: they hold no measurement.
    text = content.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n"), hashlib.sha256(content).hexdigest()


def _content(path: Path, name: str) -> bytes:
    """Return the bytes of a regular file; its kind is looked at before a byte is read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            found = "a folder" if path.is_dir() else "something else"
            hint = "name the files in it" if path.is_dir() else ""
            raise LogsError([Fault("ND1651", "", "a log must be a file", found, hint, name)])
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        fault = Fault("ND1651", "", "the file must exist", shown(name), "check the spelling", name)
        raise LogsError([fault]) from None
    except LogsError:
        raise
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise LogsError([Fault("ND1651", "", "the file must be readable", words.lower(), "", name)]) from None
    if len(content) > MAX_BYTES:
        rule = f"a log must have at most {MAX_BYTES // 2**20} MiB"
        hint = "keep the lines of a few thousand steps"
        raise LogsError([Fault("ND1652", "", rule, "more", hint, name)])
    return content


def shown(text: str) -> str:
    """Return a text of a file in double quotes, cut to 60 characters."""
    cut = text[:_MAX_SHOWN_CHARACTERS]
    return f'"{cut}..."' if len(text) > _MAX_SHOWN_CHARACTERS else f'"{cut}"'
