"""Tables of runs as JSON: a list of objects, JSON lines, or what W&B's API returns.

`run.history(pandas=False)` of wandb returns a list of dicts with `_step`, `_runtime`, `_timestamp` and
what was logged (docs.wandb.ai, class Run); `runs` written with `config` and `summary` are objects that
hold objects, and the files of a run wrap each setting as {"value": ..., "desc": ...}.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nextdollar.errors import Fault
from nextdollar.research.reading.refusal import refuse, shown
from nextdollar.research.reading.sheet import Sheet
from nextdollar.research.reading.source_file import MAX_CELL_CHARACTERS, SourceFile, check_size, text_of

_MOST_LEVELS = 4
_WRAPPED = ("value", "desc")


class _Number(str):
    """A number as it is written, so that no digit and no exponent is lost before it is judged."""


def read_json(source: SourceFile) -> Sheet:
    """Return the cells of a JSON file, one object a row; objects inside objects become `outer.inner`.

    Raises
    ------
    RunsError
        If the text is not JSON, not a table, or gives one name two values.
    """
    text = text_of(source)
    stripped = text.lstrip()
    if stripped.startswith("["):
        rows, lines = _rows_of_list(_parsed(text, source.name), source.name)
    else:
        rows, lines = _rows_of_lines(text, source.name)
    flat: list[dict[str, str]] = []
    for row, line in zip(rows, lines, strict=True):
        if not isinstance(row, dict):
            fault = Fault("ND1208", "", "each row must be an object", shown(str(row)), "", source.name, line)
            refuse([fault])
        flat.append(_flat(row, source.name))
    names = tuple(dict.fromkeys(name for row in flat for name in row))
    check_size(len(flat), len(names), source.name)
    cells = [[row.get(name, "") for name in names] for row in flat]
    return Sheet(source.name, source.sha256, names, cells, lines)


def _rows_of_list(value: Any, file: str) -> tuple[list[Any], list[int]]:
    if not isinstance(value, list):
        refuse([Fault("ND1208", "", "the file must hold a list of objects", "", "", file)])
    return value, list(range(1, len(value) + 1))


def _rows_of_lines(text: str, file: str) -> tuple[list[Any], list[int]]:
    """Return the objects of JSON lines; a file that is one object may hold its rows under a name."""
    stripped = text.strip()
    if stripped and "\n" in stripped and not _is_whole(stripped.split("\n", 1)[0]):
        return _rows_under_a_name(_parsed(text, file), file)
    rows: list[Any] = []
    lines: list[int] = []
    for line, content in enumerate(text.split("\n"), start=1):
        if content.strip():
            rows.append(_parsed(content, file, line))
            lines.append(line)
    if len(rows) == 1 and isinstance(rows[0], dict):
        return _rows_under_a_name(rows[0], file)
    return rows, lines


def _is_whole(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _rows_under_a_name(value: Any, file: str) -> tuple[list[Any], list[int]]:
    if isinstance(value, dict):
        for name in ("history", "runs", "rows", "data"):
            if isinstance(value.get(name), list) and isinstance(value.get("columns", None), list):
                # A table of W&B: {"columns": [...], "data": [[...], ...]}.
                columns = [str(column) for column in value["columns"]]
                found = [
                    dict(zip(columns, row, strict=False)) for row in value[name] if isinstance(row, list)
                ]
                return _rows_of_list(found, file)
            if isinstance(value.get(name), list):
                return _rows_of_list(value[name], file)
        return [value], [1]
    return _rows_of_list(value, file)


def _parsed(text: str, file: str, line: int = 0) -> Any:
    try:
        return json.loads(
            text, parse_int=_Number, parse_float=_Number, parse_constant=_Number, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        at = line or error.lineno
        refuse([Fault("ND1208", "", "the text must be JSON", error.msg.lower(), "", file, at)])
    except _TwiceError as error:
        refuse([Fault("ND1211", str(error), "must be the name of one value", "", "", file, line)])
    except (RecursionError, MemoryError, ValueError):
        refuse([Fault("ND1208", "", "the objects must not be nested so deep", "", "", file, line)])


class _TwiceError(Exception):
    """A name that an object has twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1)[:60])
    return found


def _flat(row: dict[str, Any], file: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, cell in _cells(row, "", _MOST_LEVELS):
        if len(cell) > MAX_CELL_CHARACTERS:
            rule = f"must have at most {MAX_CELL_CHARACTERS:,} characters"
            refuse([Fault("ND1204", name[:60], rule, f"{len(cell):,}", "", file)])
        found.setdefault(name, cell)
    return found


def _cells(value: dict[str, Any], path: str, levels: int) -> Iterator[tuple[str, str]]:
    """Yield the cells of an object; lists, and objects too deep, are no cells and are left out."""
    for key, item in value.items():
        name = f"{path}.{key}" if path else key
        if isinstance(item, dict):
            if item and set(item) <= set(_WRAPPED) and "value" in item:
                item = item["value"]
            elif levels > 1:
                yield from _cells(item, name, levels - 1)
                continue
        if isinstance(item, _Number | str):
            yield name, str(item)
        elif isinstance(item, bool):
            yield name, "true" if item else "false"
        elif item is None:
            yield name, ""
