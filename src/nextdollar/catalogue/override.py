"""Rows of the user before those of the catalogue: a folder of CSV files with the same names and columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from importlib.resources import files
from pathlib import Path
from typing import Generic, ParamSpec, TypeVar

from nextdollar.catalogue.own_folder import OwnFile, folder_fault, merged, open_folder
from nextdollar.catalogue.tables import TABLES
from nextdollar.errors import CatalogueError, CatalogueFolderError, Fault

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True, eq=False)
class UserCatalogue:
    """A folder of the user's rows.

    `kept` holds what was worked out under it, so that nothing of it is left when it is closed; `used`
    are the tables that were asked for.
    """

    folder: Path
    files: Mapping[str, OwnFile]
    kept: dict[Hashable, object] = field(default_factory=dict, repr=False)
    used: set[str] = field(default_factory=set, repr=False)

    def used_files(self) -> tuple[OwnFile, ...]:
        """Files of which an answer asked for the table, in the order of the catalogue."""
        return tuple(self.files[name] for name in TABLES if name in self.used and name in self.files)


_ACTIVE: ContextVar[UserCatalogue | None] = ContextVar("user_catalogue", default=None)


def active_catalogue() -> UserCatalogue | None:
    """The user's catalogue in whose `with` block this runs; None outside of one."""
    return _ACTIVE.get()


@contextmanager
def user_catalogue(folder: str | Path | None) -> Iterator[UserCatalogue | None]:
    """Put rows of the user before those of the catalogue, for everything in the `with` block.

    Parameters
    ----------
    folder : path, optional
        A folder of CSV files named as the catalogue's: `gpu_prices.csv`, `accelerators.csv`,
        `electricity.csv` ... A row stands in place of the row with the same key and keeps its cells where
        the file lacks the column; any other row is added. Prices of the user for an accelerator and a
        contract leave the catalogue's out from their day on. None changes nothing.

    Yields
    ------
    UserCatalogue or None
        What was read. A block within a block replaces the outer one. The files are read once, at the
        start.

    Raises
    ------
    CatalogueFolderError
        With every fault of every file, each with its line.
    """
    if folder is None:
        yield None
        return
    found, faults = open_folder(Path(folder))
    opened = UserCatalogue(Path(folder), found)
    token = _ACTIVE.set(opened)
    try:
        faults += _check(opened)
        if faults:
            raise CatalogueFolderError(list(dict.fromkeys(faults)))
        yield opened
    finally:
        _ACTIVE.reset(token)


def kept(load: Callable[_Given, _Found]) -> Callable[_Given, _Found]:
    """Keep what a function without side effects returns, apart for each catalogue of a user.

    For functions of hashable arguments that look at the catalogue: `functools.cache` would hand the
    figures of one user catalogue to who asks without it.
    """
    ours: dict[Hashable, object] = {}

    @wraps(load)
    def _loaded(*args: _Given.args, **kwargs: _Given.kwargs) -> _Found:
        active = _ACTIVE.get()
        found = ours if active is None else active.kept
        key: Hashable = (_loaded, args, tuple(sorted(kwargs.items())))
        if key not in found:
            found[key] = load(*args, **kwargs)
        value: _Found = found[key]  # type: ignore[assignment]
        return value

    return _loaded


@dataclass(frozen=True, slots=True)
class _Carried(Generic[_Given, _Found]):
    """A function that opens the folder wherever it is called."""

    function: Callable[_Given, _Found]
    folder: Path

    def __call__(self, *args: _Given.args, **kwargs: _Given.kwargs) -> _Found:
        with user_catalogue(self.folder):
            return self.function(*args, **kwargs)


def carried(function: Callable[_Given, _Found]) -> Callable[_Given, _Found]:
    """Return a function for another process or thread that sees the user's catalogue of this one."""
    active = _ACTIVE.get()
    return function if active is None else _Carried(function, active.folder.absolute())


def read_lines(file: str) -> list[str]:
    """Return the lines of a CSV file of the package, with the user's rows where there are any."""
    text = (files("nextdollar.catalogue") / file).read_text(encoding="utf-8")
    active = _ACTIVE.get()
    name = file.removesuffix(".csv")
    if active is None or name not in active.files:
        return text.splitlines(keepends=True)
    active.used.add(name)
    return merged(text, active.files[name])


def _check(opened: UserCatalogue) -> list[Fault]:
    """Return what is wrong with the tables that the user's rows are part of."""
    faults: list[Fault] = []
    for own in opened.files.values():
        try:
            own.table.read(read_lines(own.table.file), own.table.file)
        except CatalogueError as error:
            whole = folder_fault(own.path, "", str(error), "")
            faults += error.faults or [whole]
    opened.used.clear()
    opened.kept.clear()
    return faults
