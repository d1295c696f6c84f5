"""What the catalogue holds: its tables, their rows as they stood on a day, and how old they are."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from nextdollar.catalogue.dated_prices import STALE_DAYS, DatedPrice, dated_price
from nextdollar.catalogue.own_folder import SOURCE_COLUMNS, MergedLines, Place, short_path
from nextdollar.catalogue.prices import CONTRACTS, price_rows
from nextdollar.catalogue.rows import read, unknown
from nextdollar.catalogue.tables import TABLES, CatalogueTable, table_named
from nextdollar.sources import Source

PRICES = "gpu_prices"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it is written: its cells that are not empty, the source's apart, and where it stands."""

    table: CatalogueTable
    cells: Mapping[str, str]
    source: Source
    kind: str
    checked_on: date | None
    note: str
    place: Place

    @property
    def key(self) -> tuple[str, ...]:
        """What the row is about."""
        return tuple(self.cells.get(column, "") for column in self.table.keys)

    @property
    def day(self) -> date | None:
        """The day from which the row holds; None for a row of no day."""
        written = self.cells.get(self.table.day, "")
        return date.fromisoformat(written) if written else None

    @property
    def names(self) -> tuple[str, ...]:
        """Words by which the row is found, aliases among them."""
        columns = self.table.asked_by or self.table.keys[:1]
        aliases = (word.strip() for word in self.cells.get("aliases", "").split(";"))
        words = (*(self.cells.get(column, "") for column in columns), *aliases)
        return tuple(word for word in words if word)


@dataclass(frozen=True, slots=True)
class ListedTable:
    """A table in short, by a day: its rows, how many of them are the user's, and its newest day.

    `newest` is the latest day on which a row began to hold, or, of rows of no day, was checked.
    """

    table: CatalogueTable
    n_rows: int
    n_own: int
    newest: date | None
    as_of: date

    @property
    def age_days(self) -> int | None:
        """Days from the newest row to the day that was asked about."""
        return None if self.newest is None else (self.as_of - self.newest).days

    @property
    def is_stale(self) -> bool:
        """Whether a table of dated rows has no row of the last half year; others do not age."""
        return bool(self.table.day) and self.age_days is not None and self.age_days > STALE_DAYS


@dataclass(frozen=True, slots=True)
class Listing:
    """The catalogue by a day: tables in short; of one table its columns and rows, and of prices their range.

    `prices` are what each accelerator cost in the latest year of its offers.
    """

    as_of: date
    tables: tuple[ListedTable, ...]
    table: CatalogueTable | None
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    prices: tuple[DatedPrice, ...]


def catalogue_list(table: str | None = None, *, as_of: date | None = None) -> Listing:
    """List the tables of the catalogue, or the rows of one.

    Parameters
    ----------
    table : str, optional
        Name of a table; None for all in short.
    as_of : date, optional
        Leave out rows that came later, and count ages from here; None is the day of the newest row. No
        clock is looked at.

    Raises
    ------
    CatalogueError
        If there is no such table.
    """
    wanted = None if table is None else table_named(table)
    day = newest_day() if as_of is None else as_of
    kept = tuple(TABLES.values()) if wanted is None else (wanted,)
    rows = {item.name: table_rows(item, day) for item in kept}
    shown = () if wanted is None else rows[wanted.name]
    prices = price_summaries(day) if wanted is not None and wanted.name == PRICES else ()
    tables = tuple(_listed(item, rows[item.name], day) for item in kept)
    columns = () if wanted is None else tuple(csv.DictReader(read(wanted.file)).fieldnames or ())
    return Listing(day, tables, wanted, columns, shown, prices)


def table_rows(table: CatalogueTable, as_of: date | None = None) -> tuple[TableRow, ...]:
    """Rows of a table in the order of its file, those of the user last; without those of a later day."""
    found = tuple(_rows(table))
    return tuple(row for row in found if as_of is None or row.day is None or row.day <= as_of)


def price_summaries(as_of: date) -> tuple[DatedPrice, ...]:
    """What each accelerator cost by a day under each contract, sorted by name and contract."""
    known = {(row.accelerator, row.contract) for row in price_rows() if row.valid_from <= as_of}
    ordered = sorted(known, key=lambda pair: (pair[0], CONTRACTS.index(pair[1])))
    return tuple(dated_price(name, as_of, contract=contract) for name, contract in ordered)


def newest_day() -> date:
    """The latest day from which a row of the catalogue holds."""
    days = [row.day for table in TABLES.values() if table.day for row in _rows(table)]
    return max(day for day in days if day is not None)


def _rows(table: CatalogueTable) -> Iterator[TableRow]:
    lines = read(table.file)
    reader = csv.DictReader(lines)
    for cells in reader:
        place = Place(table.file, reader.line_num, False)
        if isinstance(lines, MergedLines):
            place = lines.places[reader.line_num - 1]
        written = {name: (cell or "").strip() for name, cell in cells.items()}
        checked = written.get("checked_on", "")
        work = written.get("source", "") or ("own figure" if place.is_own else table.file)
        where = written.get("place", "")
        if place.is_own:
            where = ", ".join(part for part in (where, f"{short_path(place.file)}:{place.line}") if part)
        yield TableRow(
            table=table,
            cells={name: cell for name, cell in written.items() if cell and name not in SOURCE_COLUMNS},
            source=Source(work, where, written.get("link", "")),
            kind=written.get("kind", "") or ("own" if place.is_own else ""),
            checked_on=date.fromisoformat(checked) if checked else None,
            note=written.get("note", ""),
            place=place,
        )


def _listed(table: CatalogueTable, rows: tuple[TableRow, ...], as_of: date) -> ListedTable:
    days = [row.day if table.day else row.checked_on for row in rows]
    known = [day for day in days if day is not None]
    n_own = sum(row.place.is_own for row in rows)
    return ListedTable(table, len(rows), n_own, max(known, default=None), as_of)


def rows_named(name: str, as_of: date) -> tuple[TableRow, ...]:
    """Rows of any table that are about a name, in any case; CatalogueError if there is none.

    A price is about its accelerator, a constant about itself: "H100-SXM", "system_share".
    """
    wanted = name.strip().casefold()
    every = [row for table in TABLES.values() for row in table_rows(table, as_of)]
    found = tuple(row for row in every if wanted in (word.casefold() for word in row.names))
    if not found:
        raise unknown("name", name, dict.fromkeys(word for row in every for word in row.names))
    return found
