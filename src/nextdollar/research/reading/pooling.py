"""Losses that cannot be compared are not pooled: one family, one condition, unless the caller says so."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Sequence

import numpy as np

from nextdollar.errors import Fault
from nextdollar.research.reading.column_names import CONDITIONS, plain
from nextdollar.research.reading.draft import Draft
from nextdollar.research.reading.finding import Finding
from nextdollar.research.reading.refusal import refuse
from nextdollar.research.reading.run_table import Flag
from nextdollar.research.reading.where import Choice

_MOST_SHOWN = 6
_MOST_VALUES = 40
_MOST_CHARACTERS = 500


def pooled(draft: Draft, choice: Choice, where: str | None) -> Finding:
    """Return a flag where the expression itself pools families; refuse what pools them in silence.

    Raises
    ------
    RunsError
        If the rows hold several families, or conditions whose losses or counts differ, and the
        expression names no column that tells them apart. The hint is the expression to write.
    """
    rows = np.flatnonzero(choice.mask)
    flags: list[Flag] = []
    family = draft.columns.names.get("family")
    separating = [] if family is None else [family]
    separating += [name for name in _condition_columns(draft) if name != family]
    mixed = [name for name in separating if len({draft.sheet.cell(int(row), name) for row in rows}) > 1]
    unsaid = [name for name in mixed if not _speaks_of(choice, name, draft)]
    if unsaid:
        _refuse_mixture(draft, rows.tolist(), unsaid, where)
    for name in mixed:
        found = Counter(draft.sheet.cell(int(row), name) for row in rows)
        words = f"{len(found)} values of {name} are pooled"
        flags.append(Flag("ND1272", 0, name, words, "as --where says; their losses must be comparable"))
    return Finding(tuple(flags))


def _condition_columns(draft: Draft) -> list[str]:
    """Return columns of words that are known to make losses incomparable."""
    roles = {name for role, name in draft.columns.names.items() if role not in ("tokenizer", "family")}
    return [
        name
        for name in draft.sheet.names
        if plain(name) in CONDITIONS and name not in roles and _is_of_words(draft, name)
    ]


def _is_of_words(draft: Draft, name: str) -> bool:
    cells = {cell for cell in draft.sheet.column(name) if cell.strip()}
    letters = any(any(character.isalpha() for character in cell) for cell in cells)
    return letters and len(cells) <= _MOST_VALUES


def _speaks_of(choice: Choice, name: str, draft: Draft) -> bool:
    roles = {role for role, column in draft.columns.names.items() if column == name}
    return name in choice.columns or bool(roles & choice.columns)


def _refuse_mixture(draft: Draft, rows: Sequence[int], names: Sequence[str], where: str | None) -> None:
    kinds = Counter(tuple(draft.sheet.cell(row, name) for name in names) for row in rows)
    family = draft.columns.names.get("family")
    code = "ND1250" if family in names else "ND1251"
    what = "family" if list(names) == [family] else "condition"
    counted = [
        f"{' / '.join(value[:40] for value in kind)} ({number})"
        for kind, number in kinds.most_common(_MOST_SHOWN)
    ]
    more = f" and {len(kinds) - _MOST_SHOWN} more" if len(kinds) > _MOST_SHOWN else ""
    largest = kinds.most_common(1)[0][0]
    parts = [equals(name, value) for name, value in zip(names, largest, strict=True)]
    repair = " and ".join([f"({where})"] * bool(where) + parts)
    rule = f"the rows must be of one {what} to be pooled"
    value = f"{', '.join(counted)}{more}"
    hint = f'choose one: --where "{repair}"' if len(repair) <= _MOST_CHARACTERS else "choose one with --where"
    if list(names) == [family]:
        hint += f", or name several with `{_name(names[0])} in (...)` if their losses can be compared"
    refuse([Fault(code, "", rule, value, hint, draft.sheet.file)])


def equals(name: str, value: str) -> str:
    """Return the expression that asks for one value of a column of words."""
    return f"{_name(name)} == {_quoted(value)}"


def _name(name: str) -> str:
    return name if name.isidentifier() and not keyword.iskeyword(name) else f"`{name}`"


def _quoted(text: str) -> str:
    """Return a text as an expression quotes it; a backtick would begin the name of a column."""
    quoted = f"'{text}'" if "'" not in text and "\\" not in text else repr(text)
    return quoted.replace("`", "\\x60")
