"""Literal repairs of a scenario file: what to write at a place, on a new line, or behind a `#`.

A repair is offered only where it can be written in one line of the file that the fault is in.
"""

from __future__ import annotations

import re
from typing import Any

from nextdollar.errors import Fix
from nextdollar.plan.reading.document import Document, KeyPath
from nextdollar.plan.reading.place import Place
from nextdollar.plan.reading.yaml_scalar import plain_scalar

_NEEDS_QUOTES = re.compile(r"""^[\s,\[\]{}#&*!|>'"%@`]|^[-?:](?:\s|$)|:(?:\s|$)|\s#|\s$""")
_ENDS_A_VALUE_IN_BRACKETS = re.compile(r"[,\[\]{}]")
_DASH = re.compile(r"\s*-\s+")


def value_at(document: Document, path: KeyPath) -> Any:
    """Return the data at a path that exists."""
    value: Any = document.data
    for key in path:
        value = value[key]
    return value


def rewritten(
    document: Document, path: KeyPath, text: str, *, as_is: bool = False, is_name: bool = False
) -> Fix | None:
    """Return the repair that writes a text in place of a value.

    `as_is` is for a text in brackets or quotes, `is_name` for one that must not be read as a number.
    """
    place = document.values.get(path)
    if place is None or not _stands_in_one_line(document, path, place):
        return None
    written = text if as_is else _as_scalar(text, _is_in_brackets(document, path))
    if is_name and not isinstance(plain_scalar(written), str):
        written = f'"{written}"'
    before = place.source_line[place.column - 2 : place.column - 1]
    blank = " " if before == ":" and place.column == place.end_column else ""
    return Fix(place.line, place.column, place.end_column, blank + written)


def renamed(document: Document, path: KeyPath, name: str, *, may_replace: bool = False) -> Fix | None:
    """Return the repair that writes a name in place of another, unless it stands beside it already."""
    place = document.keys.get(path)
    if place is None or (not may_replace and (*path[:-1], name) in document.keys):
        return None
    return Fix(place.line, place.column, place.end_column, name)


def insertion(document: Document, parent: KeyPath, line_text: str) -> Fix | None:
    """Return the repair that adds `key: value` to a mapping of the file, written inline or as a block."""
    inside = [
        path for path in document.keys if len(path) == len(parent) + 1 and path[: len(parent)] == parent
    ]
    around = document.values.get(parent)
    if not inside:
        return rewritten(document, parent, f"{{{line_text}}}", as_is=True) if around else None
    first = document.keys[inside[0]]
    if around is not None and _starts_with(around, "{"):
        return Fix(first.line, first.column, first.column, f"{line_text}, ")
    if first.file != document.values[()].file or first.source_line[: first.column - 1].strip():
        return None
    return Fix(first.line, 0, 0, " " * (first.column - 1) + line_text)


def left_out(document: Document, path: KeyPath) -> Fix | None:
    """Return the repair that turns an entry of a block into a comment, or takes it out of brackets."""
    place = document.values.get(path)
    if not path or place is None or not _stands_in_one_line(document, path, place):
        return None
    siblings = value_at(document, path[:-1])
    start = document.keys[path] if isinstance(path[-1], str) else place
    if start.line != place.line or start.file != place.file:
        return None
    if _is_in_brackets(document, path):
        return _taken_out(start, place) if len(siblings) > 1 else None
    before = place.source_line[: start.column - 1]
    if isinstance(path[-1], int):
        if not _DASH.fullmatch(before):
            return None
        dash = before.index("-") + 1
        return Fix(place.line, dash, dash, "# " if len(siblings) > 1 else "[] # ")
    if before.strip() or len(siblings) < 2:
        return None
    return Fix(place.line, start.column, start.column, "# ")


def for_reader(document: Document, fix: Fix | None, place: Place) -> Fix | None:
    """Return a repair of another line than that of the fault as that whole line, so that it can be read."""
    if fix is None or fix.column == 0 or fix.line == place.line:
        return fix
    line = next(
        (
            other.source_line
            for places in (document.keys, document.values)
            for other in places.values()
            if other.line == fix.line and other.file == place.file
        ),
        None,
    )
    if line is None:
        return None
    start = len(line) - len(line.lstrip())
    text = line[start : fix.column - 1] + fix.text + line[fix.end_column - 1 :]
    return Fix(fix.line, start + 1, len(line) + 1, text)


def _taken_out(start: Place, value: Place) -> Fix:
    line = value.source_line
    behind = re.compile(r"\s*,\s*").match(line, value.end_column - 1)
    if behind:
        return Fix(value.line, start.column, behind.end() + 1, "")
    before = line[: start.column - 1].rstrip()
    column = len(before) if before.endswith(",") else start.column
    return Fix(value.line, column, value.end_column, "")


def _starts_with(place: Place, signs: str) -> bool:
    sign = place.source_line[place.column - 1 : place.column]
    return bool(sign) and sign in signs


def _is_in_brackets(document: Document, path: KeyPath) -> bool:
    """Whether a comma or a bracket would end a value here."""
    above = (document.values.get(path[:length]) for length in range(len(path)))
    return any(place is not None and _starts_with(place, "{[") for place in above)


def _stands_in_one_line(document: Document, path: KeyPath, place: Place) -> bool:
    value = value_at(document, path)
    written = place.source_line[place.column - 1 : place.end_column - 1]
    if isinstance(value, dict | list):
        closing = {"{": "}", "[": "]"}.get(written[:1], "")
        return bool(closing) and written.endswith(closing) and written.count(closing) == written.count(
            written[0]
        )  # fmt: skip
    if written[:1] in ("'", '"'):
        return len(written) > 1 and written.endswith(written[0])
    return not isinstance(value, str) or written == value or written.startswith("*")


def _as_scalar(text: str, in_brackets: bool) -> str:
    """Return a text as YAML reads it back: in quotes where it would mean something else."""
    in_danger = _NEEDS_QUOTES.search(text) or (in_brackets and _ENDS_A_VALUE_IN_BRACKETS.search(text))
    if not in_danger:
        return text
    if isinstance(plain_scalar(text), int | float):
        return text
    return f'"{text}"' if '"' not in text and "\\" not in text else "'" + text.replace("'", "''") + "'"
