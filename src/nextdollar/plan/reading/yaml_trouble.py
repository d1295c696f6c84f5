"""An objection of the YAML scanner, and the stretches of text around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import Event

from nextdollar.errors import Fault
from nextdollar.plan.reading.place import NumberedText, Place
from nextdollar.plan.reading.printable import quoted

# `churn:4 %`, or a blank behind the colon that is no space (pasted from a web page).
_KEY_WITHOUT_SPACE = re.compile(r"([\w.+-]+:)(?:[^\S \t]+[ \t]*|(?=[^\s:/]))")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_END_OF_VALUE = re.compile(r"\s#|$")
_END_OF_VALUE_IN_BRACKETS = re.compile(r"[,\]}]|\s#|$")
_WORD = re.compile(r"\S*")


@dataclass(frozen=True, slots=True)
class Trouble:
    """An objection of the scanner; lines and columns count from 0.

    `context` says what it was reading and since where, `problem` what it met; `last` is the last
    event that it gave before.
    """

    source: NumberedText
    last: Event | None
    context: str
    problem: str
    context_line: int
    context_column: int
    line: int
    column: int

    def text(self) -> str:
        """Return the line of the problem."""
        return self.source.line(self.line)

    def word(self) -> Place:
        """Return the word at the problem; at the end of the file, the end of the last word before it."""
        line, column = self.line, self.column
        if not self.source.line(line)[column:].strip():
            while line > 0 and not self.source.line(line)[:column].strip():
                line, column = line - 1, len(self.source.line(line - 1))
            column = len(self.source.line(line)[:column].rstrip())
        word = _WORD.match(self.source.line(line), column)
        return self.source.place(line, column, word.end() if word else column)


def trouble_of(error: MarkedYAMLError, source: NumberedText, last: Event | None) -> Trouble:
    """Return the trouble that an error of the scanner or the parser describes."""
    at = error.problem_mark or error.context_mark
    since = error.context_mark or at
    context, problem = error.context or "", error.problem or ""
    return Trouble(source, last, context, problem, since.line, since.column, at.line, at.column)


def trouble_after(last: Event | None, problem: str, source: NumberedText) -> Trouble:
    """Return a trouble of which no more is known than the last event before it."""
    line = last.end_mark.line if last is not None else 0
    column = last.end_mark.column if last is not None else 0
    return Trouble(source, last, "", problem, line, column, line, column)


def without_comment(line: str) -> str:
    """Return a line up to its first ` #`, without blanks at its end."""
    return _COMMENT.sub("", line, count=1).rstrip()


def missing_space(source: NumberedText, line: int) -> Fault | None:
    """Return the fault of a line that begins like `churn:4 %`, or None."""
    text = source.line(line)
    found = _KEY_WITHOUT_SPACE.match(text, len(text) - len(text.lstrip(" -")))
    if found is None:
        return None
    place = source.place(line, found.start(), found.end())
    return place.fault("ND1124", "a space must stand after the colon", replacement=f"{found[1]} ")


def no_colon(source: NumberedText, line: int) -> Fault:
    """Return the fault of a line that is no `name: value`."""
    text = without_comment(source.line(line))
    place = source.place(line, len(text) - len(text.lstrip()), len(text))
    return place.fault("ND1124", "a line must read `name: value`", value=quoted(text.strip()))


def needs_quotes(source: NumberedText, line: int, column: int, code: str, rule: str) -> Fault:
    """Return the fault of a value that needs quotes; the repair quotes it if it holds no quote itself."""
    text = source.line(line)
    in_brackets = "[" in text[:column] or "{" in text[:column]
    end = (_END_OF_VALUE_IN_BRACKETS if in_brackets else _END_OF_VALUE).search(text, column + 1)
    content = text[column : end.start() if end else len(text)].rstrip()
    place = source.place(line, column, column + len(content))
    clean = content and not set(content) & set("\"'\\")
    return place.fault(code, rule, replacement=f'"{content}"' if clean else None)
