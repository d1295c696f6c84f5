"""A folder of the user's own catalogue rows, read and laid over the rows of the package."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from nextdollar.catalogue.tables import TABLES, CatalogueTable
from nextdollar.errors import CatalogueFolderError, Fault

SOURCE_COLUMNS = ("source", "place", "link", "kind", "checked_on", "note")
"""Columns that every row of the package has, whatever it is about; a user's may lack them."""

_MOST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line comes from: file and line, and whether it is the user's."""

    file: str
    line: int
    is_own: bool


class MergedLines(list[str]):
    """Lines of a CSV file, each with its `places`: line n of the whole is at places[n - 1]."""

    def __init__(self, lines: Sequence[str], places: Sequence[Place]) -> None:
        super().__init__(lines)
        self.places = tuple(places)


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A row of the user: its line, its cells under its own header, and the row of ours it stands for."""

    line: int
    cells: Mapping[str, str]
    replaces: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class OwnFile:
    """One CSV file of the user, as it was when the folder was opened."""

    table: CatalogueTable
    path: Path
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[OwnRow, ...]


def open_folder(folder: Path) -> tuple[dict[str, OwnFile], list[Fault]]:
    """Return the files of a folder by table, and what is wrong with their names, headers and cells."""
    if not folder.is_dir():
        return {}, [folder_fault(folder, "catalogue", "must be a folder that exists", str(folder))]
    found: dict[str, OwnFile] = {}
    faults: list[Fault] = []
    paths = sorted(path for path in folder.iterdir() if path.suffix.casefold() == ".csv")
    if not paths:
        hint = f"for example {', '.join(table.file for table in list(TABLES.values())[:2])}"
        rule = "must hold at least one CSV file"
        faults.append(folder_fault(folder, "catalogue", rule, str(folder), hint=hint))
    for path in paths:
        try:
            own, wrong = _own_file(path)
        except CatalogueFolderError as error:
            faults += error.faults
        else:
            found[own.table.name] = own
            faults += wrong
    return found, faults


def _own_file(path: Path) -> tuple[OwnFile, list[Fault]]:
    """Read one file, and what is wrong with its cells; CatalogueFolderError for its name or header."""
    name = path.stem.casefold()
    table = TABLES.get(name)
    if table is None:
        near = get_close_matches(name, TABLES, n=2, cutoff=0.5)
        hint = f"nearest: {', '.join(near)}" if near else f"known: {', '.join(TABLES)}"
        rule = "must have the name of a table of the catalogue"
        raise CatalogueFolderError([folder_fault(path, "file", rule, path.name, hint=hint)])
    data = _bytes_of(path)
    known, ours, numeric = _our_rows(table)
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), skipinitialspace=True)
    try:
        columns = tuple(name.strip() for name in reader.fieldnames or ())
        reader.fieldnames = list(columns)
        faults = [*_header_faults(path, table, columns, known)]
        if faults:
            raise CatalogueFolderError(faults)
        rows, faults = _own_rows(reader, path, table, ours)
    except csv.Error as error:
        # The reader counts a line once it is read whole.
        fault = folder_fault(path, "file", f"must be CSV ({error})", path.name, line=reader.line_num + 1)
        raise CatalogueFolderError([fault]) from None
    faults += [fault for row in rows for fault in _cell_faults(path, table, row, numeric)]
    return OwnFile(table, path, hashlib.sha256(data).hexdigest(), columns, tuple(rows)), faults


def _bytes_of(path: Path) -> bytes:
    """Return a file that is a text; CatalogueFolderError if it is none."""
    try:
        data = path.read_bytes()
        data.decode("utf-8-sig")
    except OSError as error:
        rule = f"must be a file that can be read ({error.strerror})"
    except UnicodeDecodeError:
        rule = "must be a text in UTF-8"
    else:
        return data
    raise CatalogueFolderError([folder_fault(path, "file", rule, path.name)])


def _own_rows(
    reader: csv.DictReader[str],
    path: Path,
    table: CatalogueTable,
    ours: Mapping[tuple[str, ...], Mapping[str, str]],
) -> tuple[list[OwnRow], list[Fault]]:
    """Return the rows of a file and what is wrong with others; empty rows are passed over."""
    rows: list[OwnRow] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, ...], int] = {}
    for cells in reader:
        line = reader.line_num
        if None in cells or None in cells.values():
            rule = f"must have {len(reader.fieldnames or ())} cells, as the header"
            faults.append(folder_fault(path, "row", rule, "more" if None in cells else "fewer", line=line))
            continue
        named = {column: _one_line(cell) for column, cell in cells.items()}
        if not any(named.values()):
            continue
        key = _key(table, named)
        dated = (*key, named.get(table.day, ""))
        if dated in seen:
            value = ", ".join(part for part in dated if part)
            hint = f"also in line {seen[dated]}"
            faults.append(folder_fault(path, "row", "must be given once", value, line=line, hint=hint))
        seen.setdefault(dated, line)
        rows.append(OwnRow(line, named, ours.get(key)))
    return rows, faults


def _header_faults(
    path: Path, table: CatalogueTable, columns: Sequence[str], known: Sequence[str]
) -> Iterator[Fault]:
    for column in table.keys:
        if column not in columns:
            yield folder_fault(path, "header", f"must have the column {column}", ", ".join(columns), line=1)
    for column in columns:
        if column not in known and column not in SOURCE_COLUMNS:
            near = get_close_matches(column, known, n=1, cutoff=0.6)
            hint = f"nearest: {near[0]}" if near else f"known: {', '.join(known)}"
            yield folder_fault(
                path, "header", "must have columns of the catalogue's", column, line=1, hint=hint
            )


def _cell_faults(path: Path, table: CatalogueTable, row: OwnRow, numeric: Set[str]) -> Iterator[Fault]:
    """Yield every cell that is no number or no day where ours are: a reader would stop at the first."""
    for column, value in row.cells.items():
        if not value:
            continue
        if column in numeric and not _is_read(float, value):
            yield folder_fault(path, column, "must be a number", value, line=row.line)
        if column in (table.day, "checked_on") and not _is_read(date.fromisoformat, value):
            yield folder_fault(path, column, "must be a date like 2026-11-21", value, line=row.line)


def _is_read(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _our_rows(
    table: CatalogueTable,
) -> tuple[list[str], dict[tuple[str, ...], dict[str, str]], Set[str]]:
    """Return the header of a table of the package, its rows by their key, and the columns of numbers."""
    text = (files("nextdollar.catalogue") / table.file).read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    rows = list(reader)
    columns = list(reader.fieldnames or ())
    filled = {name: [row[name] for row in rows if row[name]] for name in columns}
    numeric = {
        name for name, cells in filled.items() if cells and all(_is_read(float, cell) for cell in cells)
    }
    return columns, {_key(table, cells): cells for cells in rows}, numeric


def _key(table: CatalogueTable, cells: Mapping[str, str]) -> tuple[str, ...]:
    return tuple((cells.get(column) or "").strip().casefold() for column in table.keys)


def short_path(file: str) -> str:
    """Return a file of the user by its folder and name, as answers name it: no path of a machine."""
    return "/".join(Path(file).parts[-2:])


def merged(text: str, own: OwnFile) -> MergedLines:
    """Return the rows of the package that stand, then those of the user, as lines with their places."""
    reader = csv.DictReader(text.splitlines(keepends=True))
    columns = list(reader.fieldnames or ())
    gone = set() if own.table.is_appended else {_key(own.table, row.cells) for row in own.rows}
    lines, places = [_line(columns)], [Place(own.table.file, 1, False)]
    for cells in reader:
        if _key(own.table, cells) not in gone:
            lines.append(_line([cells[column] or "" for column in columns]))
            places.append(Place(own.table.file, reader.line_num, False))
    for row in own.rows:
        kept_cells = {} if row.replaces is None else dict(row.replaces)
        kept_cells |= dict.fromkeys(SOURCE_COLUMNS, "")
        cells = {**kept_cells, **row.cells}
        lines.append(_line([cells.get(column) or "" for column in columns]))
        places.append(Place(str(own.path), row.line, True))
    return MergedLines(lines, places)


def _one_line(cell: str) -> str:
    """Return a cell without line breaks, which would move the lines that come after it."""
    return cell.replace("\r", " ").replace("\n", " ").strip()


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow([_one_line(cell) for cell in cells])
    return written.getvalue()


def folder_fault(path: Path, where: str, rule: str, value: str, *, line: int = 0, hint: str = "") -> Fault:
    """Return a fault of a file of the user; line 0 where it is the file as a whole."""
    shown = value if len(value) <= _MOST_SHOWN else f"{value[:_MOST_SHOWN]}..."
    return Fault("ND1301", where, rule, shown, hint, str(path), line, 0, 0)
