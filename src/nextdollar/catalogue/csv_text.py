"""The text of a CSV file (RFC 4180) as records: the one reader of tables that users bring."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

QUOTE_HINT = "a double quote inside quotes is written twice"


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A record that is no CSV: the line it starts on, what it must be, and the words of the reader."""

    line: int
    rule: str
    words: str
    is_too_long: bool


def records(
    text: str, refuse: Callable[[BrokenRecord], NoReturn], *, separator: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each record starts, from 1, and its cells; empty lines are passed over.

    Parameters
    ----------
    text : str
        With line feeds as line breaks (`plain_lines`). Quotes may hold separators and line feeds.
    refuse : callable
        Raises what the caller says of a record with a stray or an open quote, or with a cell without end.
    separator : str
        One character between cells.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        words = str(error)
        rule = "a quote must be closed" if "end of data" in words else "the row must be CSV"
        refuse(BrokenRecord(start, rule, words, "field larger" in words))


def plain_lines(text: str) -> str:
    """Return a text with line feeds as line breaks, whichever system wrote it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
