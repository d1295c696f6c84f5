"""Tables of runs as CSV (RFC 4180, UTF-8): also what W&B and MLflow export."""

from __future__ import annotations

from typing import NoReturn

from nextdollar.catalogue.csv_text import QUOTE_HINT, BrokenRecord, records
from nextdollar.errors import Fault
from nextdollar.research.reading.refusal import refuse, shown
from nextdollar.research.reading.sheet import Sheet
from nextdollar.research.reading.source_file import (
    MAX_CELL_CHARACTERS,
    MAX_CELLS,
    MAX_ROWS,
    SourceFile,
    check_size,
    text_of,
)

_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_csv(source: SourceFile, separator: str = ",") -> Sheet:
    """Return the cells of a CSV file.

    Raises
    ------
    RunsError
        With every fault of the form: no header, a name twice, rows of another length than the header,
        a quote that is never closed, cells that are too long.
    """
    text = text_of(source)
    lines = tuple(text.split("\n"))
    names: tuple[str, ...] = ()
    rows: list[list[str]] = []
    numbers: list[int] = []
    faults: list[Fault] = []

    def refuse_record(broken: BrokenRecord) -> NoReturn:
        refuse([*faults, _broken_fault(broken, source.name, lines)])

    for line, cells in records(text, refuse_record, separator=separator):
        if not names:
            names = _header(cells, separator, source.name, lines)
            check_size(0, len(names), source.name)
            continue
        faults += _row_faults(cells, names, line, source.name, lines)
        rows.append(cells)
        numbers.append(line)
        if len(rows) > MAX_ROWS or len(rows) * len(names) > MAX_CELLS:
            check_size(len(rows), len(names), source.name)
    if faults:
        refuse(faults)
    return Sheet(source.name, source.sha256, names, rows, numbers, lines, separator)


def _header(cells: list[str], separator: str, file: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    # A data frame written with its index has a first column without a name.
    named = [name or f"column {position + 1}" for position, name in enumerate(names)]
    if len(named) == 1:
        for other, words in _OTHER_SEPARATORS.items():
            if other != separator and other in names[0]:
                hint = "save it with commas; decimals need a point then"
                rule = "columns must be separated by commas"
                refuse([Fault("ND1214", "", rule, words, hint, file, 1, 1, 2, lines[0])])
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        hint = "give each column a name of its own"
        refuse([Fault("ND1211", name, "must be the name of one column", "", hint, file, 1) for name in twice])
    return tuple(named)


def _row_faults(
    cells: list[str], names: tuple[str, ...], line: int, file: str, lines: tuple[str, ...]
) -> list[Fault]:
    if len(cells) != len(names):
        rule = f"the row must have {len(names)} cells, as the header has"
        hint = "put text with commas in double quotes" if len(cells) > len(names) else ""
        return [Fault("ND1212", "", rule, str(len(cells)), hint, file, line)]
    long = next((n for n, cell in enumerate(cells) if len(cell) > MAX_CELL_CHARACTERS), None)
    if long is None:
        return []
    rule = f"must have at most {MAX_CELL_CHARACTERS:,} characters"
    return [Fault("ND1204", names[long], rule, f"{len(cells[long]):,}", "", file, line)]


def _broken_fault(broken: BrokenRecord, file: str, lines: tuple[str, ...]) -> Fault:
    line = broken.line
    if broken.is_too_long:
        rule = f"a cell must have at most {MAX_CELL_CHARACTERS:,} characters"
        return Fault("ND1204", "", rule, "more", "", file, line)
    start = lines[line - 1] if line <= len(lines) else ""
    return Fault("ND1213", "", broken.rule, shown(start), QUOTE_HINT, file, line)
