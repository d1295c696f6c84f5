"""The report of a verb on training runs: the same folder as that of a plan, from parts of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

from nextdollar.report.charts import Picture, Plot, drawing
from nextdollar.report.charts_style import NARROW, WIDE
from nextdollar.report.page import Block, Extra, Page, Part
from nextdollar.report.page_verdict import Card, Verdict
from nextdollar.report.research.envelope import View, facts, footer_words, run_words
from nextdollar.report.tables import Table
from nextdollar.report.write import Written, check_folder, made_files, spelled, write_files


@dataclass(frozen=True, slots=True)
class Story:
    """What a report tells: its title, its parts, and what lies in its folder beside them.

    Parts are numbered in their order; references, versions and hashes are added as the last one.
    `tables` are written as CSV without being shown, `files` as they are, by their path in the folder.
    """

    title: str
    parts: Sequence[Part]
    closing: str = ""
    tables: Sequence[Table] = ()
    files: Mapping[str, str] = field(default_factory=dict)


Tell = Callable[[View], Story]


def write_research(view: View, folder: Path, *, tell: Tell) -> Written:
    """Write the report on an answer into a folder: page, charts (PNG and SVG), tables (CSV).

    Parameters
    ----------
    view : mapping
        What the verb prints with `--json` (see `enveloped`).
    folder : Path
        Created if it is not there. Files of an earlier report are replaced, others are left alone.
    tell : function
        Makes the story from the view, in which invisible characters are spelled out by then.

    Raises
    ------
    OutputError
        If the folder cannot be written; then nothing in it has changed.
    """
    check_folder(folder)
    return write_files(made_research(view, tell), folder)


def made_research(view: View, tell: Tell) -> dict[str, bytes]:
    """Return the files of a report by their path in its folder; parameters as of `write_research`."""
    safe = shown(view)
    story = tell(safe)
    last = Part(0, "References and versions", "What this rests on", blocks=[_references(safe)])
    parts = [replace(part, number=i + 1) for i, part in enumerate([*story.parts, last])]
    version = safe["versions"]["nextdollar"]
    closing = " ".join(filter(None, (f"Made by nextdollar {version}.", story.closing)))
    return made_files(
        Page(story.title, run_words(safe), version, closing, False, parts),
        pictures=[picture for part in parts for picture in part.pictures],
        tables=[*(table for part in parts for table in part.tables), *story.tables],
        files=story.files,
    )


def shown(view: View) -> dict[str, Any]:
    """Return a view fit for showing: invisible characters spelled out, files by their name alone."""
    found: dict[str, Any] = spelled(view)
    found["files"] = [{**item, "file": PurePath(item["file"]).name} for item in found["files"]]
    return found


def answer_part(
    topic: str,
    sentence: str,
    *,
    cards: Sequence[Card],
    points: Sequence[str] = (),
    points_heading: str = "",
    notes: Sequence[str] = (),
) -> Part:
    """Return the first part of a page: the answer as a sentence, its numbers, and what to hold against it.

    `points` are listed under `points_heading`; `notes` are set off as warnings.
    """
    verdict = Verdict("", sentence, cards, points, notes, points_heading, "")
    return Part(0, topic, sentence, verdicts=[verdict])


def research_picture(
    name: str,
    title: str,
    *,
    subtitle: str,
    view: View,
    plot: Plot,
    table: Table,
    note: str = "",
) -> Picture:
    """Return a chart drawn for wide and narrow pages.

    Parameters
    ----------
    name : str
        Of its files: letters, digits and hyphens.
    title, subtitle : str
        The finding; and what is plotted, bands and dashes named.
    view : mapping
        What `plot` is handed, and what the footer speaks of.
    plot : function of (view, frame)
        Returns an Altair chart `frame.width_px` wide (see `charts_style`).
    table : Table
        The numbers behind it.
    note : str
        What could not be drawn, in words, without a full stop.
    """
    return Picture(
        name,
        title,
        subtitle,
        footer_words(view),
        note,
        drawing(plot, view, WIDE),
        drawing(plot, view, NARROW),
        table,
    )


def _references(view: View) -> Block:
    extras = [Extra("Draws, versions, hashes", facts=facts(view))]
    if view["sources"]:
        extras.insert(0, Extra("References", references=view["sources"]))
    return Block("", "", extras=extras)
