"""What the YAML scanner objects to, in plain words, with a repair where only one is likely.

The scanner reports in the terms of its own grammar ("mapping values are not allowed here"), and
often at the place where it gave up instead of the place of the slip. Each rule below recognises one
slip that people make; the first that fits speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ruamel.yaml.events import ScalarEvent

from nextdollar.errors import Fault
from nextdollar.plan.reading.printable import printable
from nextdollar.plan.reading.yaml_trouble import (
    Trouble,
    missing_space,
    needs_quotes,
    no_colon,
    without_comment,
)

_BEFORE_TEXT = re.compile(r"""[^#"']*""")
_BLANKS = re.compile(r"[ \t]+")
_HUGE_CHARACTER_CODE = re.compile(r"\\U(?!00(?:0|10))[0-9a-fA-F]{8}")
_MAX_NAME_CHARACTERS = 1000
_PARTS_THAT_BEGIN_WITH_A_SIGN = (
    "while scanning an anchor",
    "while scanning an alias",
    "while scanning a block scalar",
    "while scanning a tag",
    "while scanning an tag",
    "while parsing a tag",
    "while parsing an tag",
    "while parsing a node",
)


def syntax_faults(trouble: Trouble) -> list[Fault]:
    """Return what is wrong where the scanner stopped: one fault, except for tabs, which are all named."""
    # A tab that may be text is not named; the scanner's own word then has to do.
    tabs = _tab_faults(trouble) if "'\\t'" in trouble.problem else []
    if tabs:
        return tabs
    for rule in _RULES:
        fault = rule(trouble)
        if fault is not None:
            return [fault]
    hint = f"the scanner says: {printable(trouble.problem)}"
    return [trouble.word().fault("ND1120", "the line must be YAML", hint=hint)]


def _tab_faults(trouble: Trouble) -> list[Fault]:
    """Name every tab from the trouble on, except behind a quote or a `#`, where it may be text."""
    faults = []
    for number in range(trouble.line, len(trouble.source.shown_lines)):
        line = trouble.source.line(number)
        before_text = _BEFORE_TEXT.match(line)
        for blanks in _BLANKS.finditer(line, 0, before_text.end() if before_text else 0):
            if "\t" not in blanks[0]:
                continue
            place = trouble.source.place(number, *blanks.span())
            if blanks.start() > 0:
                rule, hint, replacement = "spaces must part words, not tabs", "", " "
            else:
                rule, hint = "a line must be indented with spaces, not with tabs", "two spaces a level"
                replacement = blanks[0].replace("\t", "  ") if line.strip() else ""
            faults.append(place.fault("ND1121", rule, hint=hint, replacement=replacement))
    return faults


def _unclosed_quote(trouble: Trouble) -> Fault | None:
    if trouble.context != "while scanning a quoted scalar":
        return None
    line = trouble.source.line(trouble.context_line)
    quote, content = line[trouble.context_column], line[trouble.context_column :].rstrip()
    place = trouble.source.place(trouble.context_line, trouble.context_column, len(line.rstrip()))
    replacement = content + quote if without_comment(content) == content else None
    return place.fault("ND1122", f"a quote must be closed: {quote} has no partner", replacement=replacement)


def _bad_escape(trouble: Trouble) -> Fault | None:
    rule = "a backslash in double quotes must begin a known escape"
    hint = "write \\\\ for a backslash, or use single quotes, where it stands for itself"
    if "unknown escape" in trouble.problem or "expected escape sequence" in trouble.problem:
        backslash = trouble.text().rfind("\\", 0, trouble.column + 1)
        end = max(trouble.column + 1, backslash + 2)
        return trouble.source.place(trouble.line, backslash, end).fault("ND1128", rule, hint=hint)
    if not trouble.context:
        # The scanner hands the code to chr(), which knows no position.
        for number in range(trouble.line, len(trouble.source.shown_lines)):
            huge = _HUGE_CHARACTER_CODE.search(trouble.source.line(number))
            if huge is not None:
                return trouble.source.place(number, *huge.span()).fault("ND1128", rule, hint=hint)
    return None


def _text_after_a_quote(trouble: Trouble) -> Fault | None:
    line = trouble.text()
    before = line[: trouble.column].rstrip()
    if "<scalar>'" not in trouble.problem or not before.endswith(('"', "'")):
        return None
    if line[trouble.column : trouble.column + 1] == ":":
        opening = max(0, line.rfind(before[-1], 0, len(before) - 1))
        place = trouble.source.place(trouble.line, opening, trouble.column + 1)
        repaired = f"{line[opening : trouble.column + 1]} "
        return place.fault("ND1124", "a space must stand after the colon", replacement=repaired)
    hint = "write '' for a quote inside single quotes, \\\" inside double ones"
    last = trouble.last
    if isinstance(last, ScalarEvent) and last.style in ("'", '"') and last.end_mark.line == trouble.line:
        opened = last.start_mark.line
        if opened < trouble.line:
            hint = f"this closes the quote that was opened in line {opened + 1}"
    return trouble.word().fault("ND1122", "nothing must follow a closing quote", hint=hint)


def _unclosed_bracket(trouble: Trouble) -> Fault | None:
    if trouble.context not in ("while parsing a flow sequence", "while parsing a flow mapping"):
        return None
    source, since, at = trouble.source, trouble.context_line, trouble.line
    opening = source.line(since)[trouble.context_column]
    closing = {"[": "]", "{": "}"}.get(opening, "")
    found = trouble.text()[trouble.column : trouble.column + 1]
    if found in ("]", "}"):
        rule = f"{opening} must be closed by {closing}"
        place = source.place(at, trouble.column, trouble.column + 1)
        return place.fault("ND1123", rule, value=found, replacement=closing)
    if at == since and found:
        rule, hint = "a comma must stand between two entries", f"or {closing} is missing before this"
        return trouble.word().fault("ND1123", rule, hint=hint)
    content = without_comment(source.line(since))
    closed_later = any(closing in source.line(number) for number in range(since + 1, at + 1))
    ends_here = not closed_later and not content.endswith((",", "[", "{"))
    return source.place(since, trouble.context_column, len(content)).fault(
        "ND1123",
        f"a bracket must be closed: {opening} has no {closing}",
        hint="" if ends_here else f"or a comma is missing before line {at + 1}",
        replacement=content[trouble.context_column :] + closing if ends_here else None,
    )


def _second_colon(trouble: Trouble) -> Fault | None:
    if trouble.problem != "mapping values are not allowed here":
        return None
    source, line = trouble.source, trouble.text()
    first = re.search(r":[ \t]", line[: trouble.column])
    if first is not None:
        rule = "a value that holds `: ` must stand in quotes"
        return needs_quotes(source, trouble.line, first.end(), "ND1127", rule)
    if trouble.column > _MAX_NAME_CHARACTERS:
        rule = f"a name must have at most {_MAX_NAME_CHARACTERS:,} characters"
        return source.place(trouble.line, 0, trouble.column).fault("ND1137", rule)
    above = trouble.line - 1
    while above > 0 and not without_comment(source.line(above)).strip():
        above -= 1
    content = without_comment(source.line(above)).strip()
    no_space = missing_space(source, trouble.line) or missing_space(source, above)
    if no_space is not None:
        return no_space
    if content and ":" not in content and not content.startswith("- "):
        return no_colon(source, above)
    place = source.place(trouble.line, len(line) - len(line.lstrip()), trouble.column)
    hint = f"line {above + 1} already has a value, so nothing can stand below it"
    return place.fault("ND1125", "the line must be indented like its neighbours", hint=hint)


def _line_without_a_colon(trouble: Trouble) -> Fault | None:
    if trouble.problem != "could not find expected ':'":
        return None
    line = trouble.context_line
    return missing_space(trouble.source, line) or no_colon(trouble.source, line)


def _list_behind_a_name(trouble: Trouble) -> Fault | None:
    if trouble.problem != "sequence entries are not allowed here":
        return None
    rule, hint = "a list must begin on a line of its own", "or in brackets: [first, second]"
    return trouble.word().fault("ND1129", rule, hint=hint)


def _reserved_first_character(trouble: Trouble) -> Fault | None:
    """A value that begins with one of YAML's own signs: % @ ` , ? * & ! | > and stray brackets."""
    inside = trouble.context in _PARTS_THAT_BEGIN_WITH_A_SIGN
    if not (
        inside
        or "cannot start any token" in trouble.problem
        or "expected the node content" in trouble.problem
        or trouble.problem == "mapping keys are not allowed here"
    ):
        return None
    line = trouble.context_line if inside else trouble.line
    column = trouble.context_column if inside else trouble.column
    sign = trouble.source.line(line)[column : column + 1]
    if not sign:
        rule, hint = "a bracket must be closed before the file ends", "or a value is missing here"
        return trouble.word().fault("ND1123", rule, hint=hint)
    if sign == "," or (sign in "]}" and "flow" in trouble.context):
        hint = "delete the comma, or write the value"
        place = trouble.source.place(line, column, column + 1)
        return place.fault("ND1129", f"a value is missing before {sign}", hint=hint)
    rule = f"a value that begins with {printable(sign)} must stand in quotes"
    return needs_quotes(trouble.source, line, column, "ND1126", rule)


def _text_after_an_alias(trouble: Trouble) -> Fault | None:
    """A text such as `note: *about 5 %*`, whose first word reads as an alias."""
    before = trouble.text()[: trouble.column].rstrip()
    word = before.rsplit(maxsplit=1)[-1] if before else ""
    start = len(before) - len(word)
    if not word.startswith("*") or not before[:start].rstrip().endswith((":", "-", ",", "[", "{")):
        return None
    rule = "a value that begins with * must stand in quotes"
    return needs_quotes(trouble.source, trouble.line, start, "ND1126", rule)


def _bad_indentation(trouble: Trouble) -> Fault | None:
    if "<block end>" not in trouble.problem and "<document start>" not in trouble.problem:
        return None
    source, line = trouble.source, trouble.text()
    if source.line(0).startswith("%"):
        rule, hint = "a line `---` must follow a % directive", "or delete the directive"
        return source.place(0, 0, len(source.line(0))).fault("ND1112", rule, hint=hint)
    before = line[: trouble.column].strip()
    if before.endswith(("]", "}")):
        return trouble.word().fault("ND1123", "nothing must follow a closing bracket")
    if before:
        return None
    place = source.place(trouble.line, trouble.column, max(trouble.column, len(without_comment(line))))
    if "'-'" in trouble.problem or "'?'" in trouble.problem:
        rule = "list items (`- item`) and named values (`name: value`) must not stand in one block"
        return place.fault("ND1125", rule, hint="indent the lines that belong to the name above them")
    hint = "names of the same mapping start in the same column; indent with two spaces a level"
    return place.fault("ND1125", "the line must be indented like its neighbours", hint=hint)


def _directive(trouble: Trouble) -> Fault | None:
    if "directive" not in trouble.context + trouble.problem and "version" not in trouble.problem:
        return None
    hint = "put the text in quotes, or delete the line"
    return trouble.word().fault("ND1112", "a line must not begin with %", hint=hint)


_RULES: tuple[Callable[[Trouble], Fault | None], ...] = (
    _unclosed_quote,
    _bad_escape,
    _text_after_a_quote,
    _unclosed_bracket,
    _second_colon,
    _line_without_a_colon,
    _list_behind_a_name,
    _reserved_first_character,
    _text_after_an_alias,
    _bad_indentation,
    _directive,
)
