"""Where a value stands: its path in the scenario, and its place in a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from nextdollar.errors import Fault, Fix, ScenarioError
from nextdollar.plan.reading.printable import quoted

Key: TypeAlias = str | int
"""A name in a mapping, or the position in a list (from 0)."""

KeyPath: TypeAlias = tuple[Key, ...]
"""The way from the top of a scenario to a value: ("customers", "pro", "churn")."""

MAX_FAULTS = 50
MAX_NAME_CHARACTERS = 60
_SPECIAL_IN_A_NAME = frozenset(".[]\"'=,: \\")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line of a file; lines and columns count from 1, `end_column` is exclusive."""

    file: str
    line: int
    column: int
    end_column: int
    source_line: str

    def fault(
        self,
        code: str,
        rule: str,
        *,
        where: str = "",
        value: str = "",
        hint: str = "",
        replacement: str | None = None,
    ) -> Fault:
        """Return a fault at this place; `replacement` is the text that repairs exactly this stretch."""
        fix = None if replacement is None else Fix(self.line, self.column, self.end_column, replacement)
        return Fault(
            code=code,
            where=where,
            rule=rule,
            value=value,
            hint=hint,
            file=self.file,
            line=self.line,
            column=self.column,
            end_column=self.end_column,
            source_line=self.source_line,
            fix=fix,
        )


@dataclass(frozen=True, slots=True)
class NumberedText:
    """A text cut into its lines, so that a position can be shown.

    `shown_lines` differ from the lines of `text` only for a `--set`, whose value is parsed behind
    blanks of the width of its path.
    """

    file: str
    text: str
    shown_lines: tuple[str, ...]

    def place(self, line: int, column: int, end_column: int) -> Place:
        """Return the place of a stretch, clipped to its line; here lines and columns count from 0."""
        text = self.line(line)
        start = min(column, len(text))
        end = min(max(start, end_column), len(text))
        return Place(self.file, line + 1, start + 1, end + 1, text)

    def line(self, line: int) -> str:
        """Return line number `line` (from 0), empty past the end."""
        return self.shown_lines[line] if 0 <= line < len(self.shown_lines) else ""


def numbered(text: str, file: str) -> NumberedText:
    """Cut a text whose only line break is a line feed into its lines."""
    return NumberedText(file, text, tuple(text.split("\n")))


def path_text(path: KeyPath) -> str:
    """Write a path as a user types it: `customers.pro.churn`, `correlations[0].between`, `"v1.5".params`."""
    written = ""
    for key in path:
        if isinstance(key, int):
            written += f"[{key}]"
            continue
        plain = key.isprintable() and len(key) <= MAX_NAME_CHARACTERS and not _SPECIAL_IN_A_NAME & set(key)
        written += ("." if written else "") + (key if plain and key else quoted(key))
    return written


def refuse(faults: Iterable[Fault]) -> NoReturn:
    """Raise the faults as one ScenarioError in the order of the file, at most `MAX_FAULTS` of them."""
    ordered = sorted(faults, key=lambda fault: (fault.line, fault.column, fault.code))
    left_out = len(ordered) - MAX_FAULTS
    if left_out > 0:
        more = Fault(
            code="ND1149",
            where="",
            rule=f"{left_out:,} more faults are not shown",
            hint="repair these first: later faults are often their echo",
            file=ordered[0].file,
        )
        ordered = [*ordered[:MAX_FAULTS], more]
    raise ScenarioError(ordered)
