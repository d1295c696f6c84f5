"""What changed in the catalogue between two days, and what a folder of the user changes in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from nextdollar.catalogue.contents import PRICES, TableRow, price_summaries, table_rows
from nextdollar.catalogue.dated_prices import DatedPrice
from nextdollar.catalogue.override import active_catalogue
from nextdollar.catalogue.own_folder import SOURCE_COLUMNS, OwnFile, Place, short_path
from nextdollar.catalogue.prices import PriceRow, latest_year, price_rows
from nextdollar.catalogue.tables import TABLES, CatalogueTable
from nextdollar.errors import Fault, OptionsError
from nextdollar.sources import Source

MEDIAN, OFFER = "median_usd", "offer_usd"
"""Columns of changed prices: of all offers, and of one provider."""

_NO_PROVIDER = ("list price", "not named", "cheapest", "dearest", "median of")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs: what it is about, in which column, before and after.

    `before` is empty for what is new. Of prices there is the median of the latest year by accelerator and
    contract, whose `n_new` counts the rows that came, and beside it the price of each provider that was
    quoted before too: a median also moves when other providers are quoted.
    """

    table: str
    key: tuple[str, ...]
    column: str
    before: str
    after: str
    day: date | None
    n_new: int
    source: Source

    @property
    def change_share(self) -> float | None:
        """After over before, less 1; None where they are no numbers or nothing was before."""
        try:
            before, after = float(self.before), float(self.after)
        except ValueError:
            return None
        return None if before == 0 else after / before - 1


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two days, or with the user's `folder`; None for what was not asked."""

    from_day: date | None
    to_day: date | None
    folder: Path | None
    changes: tuple[Change, ...]

    def of_table(self, name: str) -> tuple[Change, ...]:
        """The changes in one table."""
        return tuple(change for change in self.changes if change.table == name)


def catalogue_diff(from_day: date | None = None, to_day: date | None = None) -> Changes:
    """Say what changed in the catalogue.

    Parameters
    ----------
    from_day, to_day : date, optional
        The rows that came after the first day and by the second. Leave both out in a `with
        user_catalogue(folder):` block for what the folder changes.

    Returns
    -------
    Changes
        Prices by accelerator and contract, as the median of the latest year; any other value by its row.

    Raises
    ------
    OptionsError
        If only one day is given, the days are not in order, or there is nothing to compare with.
    """
    active = active_catalogue()
    if from_day is not None and to_day is not None and from_day < to_day:
        found = tuple(_between(from_day, to_day))
        return Changes(from_day, to_day, None if active is None else active.folder, found)
    faults: list[Fault] = []
    if from_day is not None and to_day is not None:
        hint = "the later day is --to"
        faults = [Fault("ND1010", "--from", f"must be before {to_day}", str(from_day), hint)]
    elif from_day is not None or to_day is not None:
        faults = [Fault("ND1010", "--from and --to", "must be given together")]
    elif active is None:
        hint = "for example --from 2026-01-01 --to 2026-06-30, or --catalogue DIR"
        faults = [Fault("ND1010", "diff", "must have two days or a folder to compare", "", hint)]
    if faults or active is None:
        raise OptionsError(faults)
    found = tuple(change for file in active.files.values() for change in _of_file(file))
    return Changes(None, None, active.folder, found)


def _between(from_day: date, to_day: date) -> Iterator[Change]:
    earlier = {(price.accelerator, price.contract): price for price in price_summaries(from_day)}
    for price in price_summaries(to_day):
        pair = (price.accelerator, price.contract)
        before = earlier.get(pair)
        if before is None or price.as_of > from_day:
            yield _price_change(pair, "" if before is None else f"{before.median_usd:g}", price, from_day)
    yield from _same_providers(from_day, to_day)
    for table in TABLES.values():
        if table.day and table.name != PRICES:
            yield from _dated_rows(table, from_day, to_day)


def _price_change(key: tuple[str, str], before: str, price: DatedPrice, from_day: date) -> Change:
    n_new = sum(
        (row.accelerator, row.contract) == key and from_day < row.valid_from <= price.asked_for
        for row in price_rows()
    )
    return Change(PRICES, key, MEDIAN, before, f"{price.median_usd:g}", price.as_of, n_new, price.sources[0])


def _same_providers(from_day: date, to_day: date) -> Iterator[Change]:
    """Yield the price of each provider that was quoted by the first day and again by the second."""
    before: dict[tuple[str, ...], PriceRow] = {}
    after: dict[tuple[str, ...], PriceRow] = {}
    named = (row for row in price_rows() if not row.provider.startswith(_NO_PROVIDER))
    for row in sorted(named, key=lambda row: row.valid_from):
        key = (row.accelerator, row.contract, row.provider)
        if row.valid_from <= from_day:
            before[key] = row
        elif row.valid_from <= to_day:
            after[key] = row
    for both in sorted(before.keys() & after.keys()):
        old, new = before[both], after[both]
        yield Change(
            PRICES, both, OFFER, f"{old.price_usd:g}", f"{new.price_usd:g}", new.valid_from, 1, new.source
        )


def _dated_rows(table: CatalogueTable, from_day: date, to_day: date) -> Iterator[Change]:
    before = {row.key: row for row in _newest_last(table, from_day)}
    for key, row in {row.key: row for row in _newest_last(table, to_day)}.items():
        old = before.get(key)
        if old is not None and old.day == row.day:
            continue
        for column in table.shown:
            was = "" if old is None else old.cells.get(column, "")
            now = row.cells.get(column, "")
            if was != now:
                yield Change(table.name, key, column, was, now, row.day, 1, row.source)


def _newest_last(table: CatalogueTable, day: date) -> list[TableRow]:
    return sorted(table_rows(table, day), key=lambda row: row.day or date.min)


def _of_file(file: OwnFile) -> Iterator[Change]:
    """Yield what a file of the user changes: of prices the median, of any other row each cell."""
    if file.table.name == PRICES:
        yield from _own_prices()
        return
    for row in file.rows:
        key = tuple(row.cells.get(column, "") for column in file.table.keys)
        place = Place(str(file.path), row.line, True)
        source = Source(row.cells.get("source") or "own figure", f"{short_path(place.file)}:{place.line}")
        for column, now in row.cells.items():
            was = "" if row.replaces is None else (row.replaces.get(column) or "").strip()
            if was != now and column not in (*file.table.keys, *SOURCE_COLUMNS):
                yield Change(file.table.name, key, column, was, now, None, 1, source)


def _own_prices() -> Iterator[Change]:
    own = [row for row in price_rows() if row.is_own]
    ours = [row for row in price_rows() if not row.is_own]
    for name, contract in dict.fromkeys((row.accelerator, row.contract) for row in own):
        new = latest_year(own, name, contract=contract, as_of=None)
        old = latest_year(ours, name, contract=contract, as_of=None)
        before = f"{median(row.price_usd for row in old):g}" if old else ""
        after = f"{median(row.price_usd for row in new):g}"
        yield Change(
            PRICES, (name, contract), MEDIAN, before, after, new[0].valid_from, len(new), new[0].source
        )
