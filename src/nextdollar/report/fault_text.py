"""Faults and errors as a reader sees them: text for a terminal, plain objects for JSON."""

from __future__ import annotations

import unicodedata

from nextdollar.errors import Fault, FaultsError, Fix, NextdollarError
from nextdollar.plan.reading.printable import printable

ERROR_SCHEMA = "nextdollar.error/1.0"
MAX_SHOWN_CHARACTERS = 160

JsonScalar = str | int | None
FaultObject = dict[str, JsonScalar | dict[str, JsonScalar]]
ErrorObject = dict[str, str | list[FaultObject]]

_CUT = "..."
_BEFORE_CARET = 60


def fault_text(fault: Fault) -> str:
    """Return a fault as a few lines: what is wrong, where, the line with a caret, and the repair.

    Hidden characters are spelled out and lines of more than `MAX_SHOWN_CHARACTERS` characters are
    cut around the caret, so that no text of a file can disturb a terminal.
    """
    number = str(fault.line or " ")
    gutter = " " * (len(number) + 2)
    lines = [f"error[{fault.code}]: {printable(fault.headline())}"]
    if fault.file:
        numbers = [str(found) for found in (fault.line, fault.column) if found]
        lines.append(f"{gutter[1:]}--> {':'.join([printable(fault.file), *numbers])}")
    hint = printable(fault.hint)
    if fault.line and fault.column:
        shown, before, caret_width = _window(fault.source_line, fault.column, fault.end_column)
        caret = " " * before + "^" * caret_width
        lines.append(f"{gutter}|")
        lines.append(f" {number} | {shown}".rstrip())
        lines.append(f"{gutter}| {caret} {hint}".rstrip())
    elif hint:
        lines.append(f"{gutter}= hint: {hint}")
    if fault.fix is not None:
        lines.append(f"{gutter}= {_repair(fault, fault.fix)}")
    lines.append(f"{gutter}= docs: nextdollar explain {fault.code}")
    return "\n".join(lines)


def fault_object(fault: Fault) -> FaultObject:
    """Return a fault as a JSON object: code, where, rule, value, hint, file, line, columns, fix or null."""
    fix: dict[str, JsonScalar] | None = None
    if fault.fix is not None:
        fix = {
            "line": fault.fix.line,
            "column": fault.fix.column,
            "end_column": fault.fix.end_column,
            "text": fault.fix.text,
        }
    return {
        "code": fault.code,
        "where": fault.where,
        "rule": fault.rule,
        "value": fault.value,
        "hint": fault.hint,
        "file": fault.file,
        "line": fault.line,
        "column": fault.column,
        "end_column": fault.end_column,
        "fix": fix,
    }


def error_object(error: NextdollarError) -> ErrorObject:
    """Return an error as a JSON object, with the faults of a file in their order."""
    faults = error.faults if isinstance(error, FaultsError) else ()
    return {
        "schema": ERROR_SCHEMA,
        "code": error.code,
        "message": str(error),
        "faults": [fault_object(fault) for fault in faults],
    }


def _repair(fault: Fault, fix: Fix) -> str:
    text = printable(fix.text.strip())
    if fix.column == 0:
        return f"write before line {fix.line}: {text}"
    if fix.line != fault.line:
        return f"write in line {fix.line}: {text}"
    line = fault.source_line
    repaired = line[: fix.column - 1] + fix.text + line[fix.end_column - 1 :]
    shown, _, _ = _window(repaired, fix.column, fix.column + len(fix.text))
    return f"write: {shown.strip() or 'an empty line'}"


def _window(line: str, column: int, end_column: int) -> tuple[str, int, int]:
    """Return the printable part of a line around a caret, the caret's offset and its width."""
    start = min(column - 1, len(line))
    end = max(end_column - 1, start + 1)
    first, last = 0, len(line)
    if len(line) > MAX_SHOWN_CHARACTERS:
        first = max(0, min(start - _BEFORE_CARET, len(line) - MAX_SHOWN_CHARACTERS))
        last = first + MAX_SHOWN_CHARACTERS
    left = (_CUT if first else "") + _spelled(line[first:start])
    marked = _spelled(line[start : min(end, last)])
    right = _spelled(line[min(end, last) : last]) + (_CUT if last < len(line) else "")
    return left + marked + right, _width(left), max(1, _width(marked))


def _spelled(text: str) -> str:
    return printable(text.replace("\t", " "))


def _width(text: str) -> int:
    """Return how many columns of a terminal a printable text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
