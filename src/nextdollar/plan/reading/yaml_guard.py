"""YAML as a stream of events, inside limits that no bomb gets through.

Nothing is built here: every limit bites while the text is still read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
)

from nextdollar.errors import Fault
from nextdollar.plan.reading.place import NumberedText, refuse
from nextdollar.plan.reading.printable import printable, quoted
from nextdollar.plan.reading.yaml_syntax import syntax_faults
from nextdollar.plan.reading.yaml_trouble import trouble_after, trouble_of

MAX_TEXT_BYTES = 256_000
MAX_EVENTS = 50_000
MAX_DEPTH = 50
MAX_ALIASES = 50

# What an editor hides: control characters, line ends that are not line feeds, marks that turn the
# direction of the text, byte order marks inside it, and halves of characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_YAML_1_2 = re.compile(r"%YAML 1\.2\s*(?:#.*)?")


def too_large_fault(file: str, size_bytes: int) -> Fault:
    """Return the fault of a text of more than `MAX_TEXT_BYTES` bytes."""
    size = f"{size_bytes / 1e6:,.1f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:,.1f} kB"
    return Fault(
        code="ND1104",
        where="",
        rule=f"the scenario must be at most {MAX_TEXT_BYTES // 1000} kB of text",
        value=size,
        hint="limit MAX_TEXT_BYTES; tables of runs or usage stand in files of their own",
        file=file,
    )


def check_size(text: str, file: str) -> None:
    """Refuse a text of more than `MAX_TEXT_BYTES` bytes in UTF-8."""
    size_bytes = len(text)
    if size_bytes <= MAX_TEXT_BYTES:
        size_bytes = len(text.encode("utf-8", "surrogatepass"))
    if size_bytes > MAX_TEXT_BYTES:
        refuse([too_large_fault(file, size_bytes)])


def check_characters(source: NumberedText) -> None:
    """Refuse a text that holds hidden characters or begins with YAML directives."""
    if _HIDDEN.search(source.text):
        refuse(_hidden_character_faults(source))
    for number, line in enumerate(source.shown_lines):
        if line.startswith("%") and not _YAML_1_2.fullmatch(line):
            place = source.place(number, 0, len(line.rstrip()))
            refuse(
                [
                    place.fault(
                        "ND1112",
                        "the file must not begin with a % directive",
                        value=quoted(line.rstrip()),
                        hint="delete the line: scenario files are plain YAML 1.2",
                    )
                ]
            )
        if line.strip() and line[0] not in "#%":
            return


def _hidden_character_faults(source: NumberedText) -> Iterator[Fault]:
    """Yield the first hidden character of each line."""
    for number, line in enumerate(source.shown_lines):
        found = _HIDDEN.search(line)
        if found is None:
            continue
        place = source.place(number, *found.span())
        if found.group() == "\x00":
            yield place.fault("ND1105", "the file must be text", value="a NUL byte")
            return
        yield place.fault(
            "ND1108",
            "the text must not hold hidden characters",
            value=printable(found.group()),
            hint="delete the character: an editor does not show it",
            replacement="",
        )


def guarded_events(source: NumberedText) -> Iterator[Event]:
    """Yield the parse events of a text, and refuse it as soon as a limit or a rule of YAML is broken."""
    n_aliases = n_documents = depth = 0
    for n_events, event in enumerate(_parse_events(source), start=1):
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        elif isinstance(event, AliasEvent):
            n_aliases += 1
        elif isinstance(event, DocumentStartEvent):
            n_documents += 1
        for limit, found in zip(_LIMITS, (n_events, depth, n_aliases, n_documents), strict=True):
            if found > limit.most:
                _refuse_at(event, source, limit)
        yield event


@dataclass(frozen=True, slots=True)
class _Limit:
    code: str
    most: int
    rule: str
    hint: str


_LIMITS = (
    _Limit(
        "ND1113",
        MAX_EVENTS,
        f"the file must hold at most {MAX_EVENTS:,} names, values and brackets",
        "limit MAX_EVENTS; tables of runs or usage stand in files of their own",
    ),
    _Limit(
        "ND1114",
        MAX_DEPTH,
        f"values must be nested at most {MAX_DEPTH} deep",
        "limit MAX_DEPTH; a scenario needs five levels",
    ),
    _Limit(
        "ND1115",
        MAX_ALIASES,
        f"the file must use at most {MAX_ALIASES} aliases (*name)",
        "limit MAX_ALIASES; scenarios share values with `extends: base.yaml`",
    ),
    _Limit(
        "ND1111",
        1,
        "the file must hold one scenario",
        "a line `---` begins a second one: put it into a file of its own",
    ),
)


def _refuse_at(event: Event, source: NumberedText, limit: _Limit) -> NoReturn:
    start, end = event.start_mark, event.end_mark
    end_column = end.column if end.line == start.line else len(source.line(start.line))
    place = source.place(start.line, start.column, max(end_column, start.column))
    refuse([place.fault(limit.code, limit.rule, hint=limit.hint)])


def _parse_events(source: NumberedText) -> Iterator[Event]:
    yaml = YAML(typ="safe", pure=True)
    last: Event | None = None
    try:
        for event in yaml.parse(source.text):
            last = event
            yield event
    except MarkedYAMLError as error:
        refuse(syntax_faults(trouble_of(error, source, last)))
    except (YAMLError, ValueError, ArithmeticError, LookupError, TypeError, AssertionError) as error:
        # The scanner converts escapes and versions without looking, so Python's own errors come out.
        refuse(syntax_faults(trouble_after(last, str(error), source)))
