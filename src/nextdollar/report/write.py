"""The report as a folder: a page, every table as CSV, every chart as PNG and SVG.

Everything is made in memory first, then written beside its place and moved there, the page last: a
folder that cannot take it keeps what it had.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from nextdollar.errors import OutputError
from nextdollar.plan.reading.printable import printable
from nextdollar.report.charts import Picture
from nextdollar.report.page import Page, Part, Told, page
from nextdollar.report.tables import Table, csv_text
from nextdollar.report.tables_plan import View, plan_tables

PAGE = "index.html"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the page, and every file of the folder as its path inside it."""

    page: Path
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extras:
    """What a report on several scenarios adds: parts of the page, their tables, and further files."""

    parts: Sequence[Part] = ()
    tables: Sequence[Table] = ()
    files: Mapping[str, str] | None = None


def write_report(
    views: Sequence[View],
    folder: Path,
    *,
    title: str | None = None,
    labels: Sequence[str] = (),
    extras: Extras | None = None,
) -> Written:
    """Write the report on one or more plans into a folder.

    Parameters
    ----------
    views : sequence of plan views
        What `plan_view` returns.
    folder : Path
        Created if it is not there. Files of an earlier report are replaced, others are left alone.
    title : str, optional
        Heading of the page; the title of the first scenario if it is left out.
    labels : sequence of str
        What each plan is called, where there are several: "From first principles".

    Raises
    ------
    OutputError
        If the folder cannot be written; then nothing in it has changed.
    """
    check_folder(folder)
    return write_files(made_report(views, title=title, labels=labels, extras=extras), folder)


def check_folder(folder: Path) -> None:
    """Refuse a place that is no folder, before any work is spent on it."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file, not a folder; give another name")


def shown_view(view: View) -> dict[str, Any]:
    """Return a view fit for showing: invisible characters spelled out, files by their name alone."""
    found: dict[str, Any] = spelled(view)
    scenario = found["scenario"]
    scenario["file"] = PurePath(scenario["file"]).name
    scenario["files"] = [{**item, "file": PurePath(item["file"]).name} for item in scenario["files"]]
    return found


def spelled(value: Any) -> Any:
    """Return plain data with the invisible characters of every text in it spelled out."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: spelled(item) for key, item in value.items()}
    return [spelled(item) for item in value] if isinstance(value, list | tuple) else value


def made_report(
    views: Sequence[View],
    *,
    title: str | None = None,
    labels: Sequence[str] = (),
    extras: Extras | None = None,
) -> dict[str, bytes]:
    """Return the files of the report, by their path inside its folder; parameters as of `write_report`."""
    extras = extras or Extras()
    told = [_told(shown_view(view), labels[i] if len(views) > 1 else "") for i, view in enumerate(views)]
    heading = title if title is not None else told[0].view["scenario"]["title"]
    return made_files(
        page(told, printable(heading), extras.parts),
        pictures=[
            *(picture for item in told for picture in item.pictures.values()),
            *(picture for part in extras.parts for picture in part.pictures),
        ],
        tables=[*(table for item in told for table in item.tables.values()), *extras.tables],
        files=extras.files or {},
    )


def made_files(
    whole: Page, *, pictures: Iterable[Picture], tables: Iterable[Table], files: Mapping[str, str]
) -> dict[str, bytes]:
    """Return a page with its pictures (PNG and SVG), their tables and others (CSV), by path in the folder."""
    from nextdollar.report.charts_svg import png, saved
    from nextdollar.report.html import html_text

    drawings = list(pictures)
    made: dict[str, bytes] = {}
    for table in (*tables, *(picture.table for picture in drawings)):
        made[f"data/{table.name}.csv"] = csv_text(table).encode()
    for picture in drawings:
        svg = saved(
            picture.wide_svg,
            name=picture.name,
            title=picture.title,
            subtitle=". ".join(filter(None, (picture.subtitle, picture.note))),
            footer=picture.footer,
        )
        made[f"charts/{picture.name}.svg"] = svg.encode()
        made[f"charts/{picture.name}.png"] = png(svg)
    made |= {name: text.encode() for name, text in files.items()}
    made[PAGE] = html_text(whole).encode()
    return made


def _told(view: View, label: str) -> Told:
    from nextdollar.report.charts import pictures
    from nextdollar.report.tables import slug

    prefix = f"{slug(label)}-" if label else ""
    tables = {table.name: replace(table, name=prefix + table.name) for table in plan_tables(view)}
    return Told(view, label, pictures(view, prefix), tables)


def write_files(made: Mapping[str, bytes], folder: Path) -> Written:
    """Write files into a folder, each whole or not at all, the page last.

    Raises
    ------
    OutputError
        If one cannot be written. Until the last byte of the last file is on disk nothing is replaced.
    """
    was_there = folder.exists()
    names = sorted(made, key=lambda name: (name == PAGE, name))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _waiting_room(folder) as room:
            for name in names:
                _write(room / name, made[name])
            for name in names:
                (folder / name).parent.mkdir(exist_ok=True)
                if (folder / name).is_dir():
                    raise IsADirectoryError(0, f"{name} is a folder there")
            for name in names:
                os.replace(room / name, folder / name)
    except OSError as error:
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        raise OutputError(
            f"the report cannot be written to {folder}: {error.strerror or error}; nothing there was changed"
        ) from None
    return Written(folder / PAGE, tuple(names))


@contextlib.contextmanager
def _waiting_room(folder: Path) -> Iterator[Path]:
    """Hold a folder inside the target, on the same disk, that is gone afterwards whatever happens."""
    room = Path(tempfile.mkdtemp(prefix=".nextdollar-", dir=folder))
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
