"""Which column is what: by its name, by what the caller says, never by a guess that is not reported."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass

from nextdollar.errors import Fault
from nextdollar.research.reading.column_names import (
    ALIASES,
    FIRST_MATCH,
    OTHER_UNITS,
    ROLES,
    last_part,
    plain,
)
from nextdollar.research.reading.refusal import listed, refuse, shown
from nextdollar.research.reading.sheet import Sheet, is_number, number

_BY_LAST_PART = ("params", "tokens", "flops", "unique_tokens", "experts")
_ROLE_WORDS = {"flop": "flops", "D": "tokens", "N": "params", "C": "flops", "name": "label"}
_NUMBERS = frozenset(ROLES) - FIRST_MATCH
_EMPTY_SHARE_LOOKED_AT = 200
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each role stands: the name of a column, or one number for every row.

    `loss_unit` is what the name of the loss column says by itself ("" where it says nothing).
    """

    names: Mapping[str, str]
    constants: Mapping[str, float]
    loss_unit: str = ""

    def has(self, role: str) -> bool:
        """Whether the table says something about a role."""
        return role in self.names or role in self.constants


def columns_of(sheet: Sheet, stated: Mapping[str, str]) -> Columns:
    """Return the columns of a table; `stated` maps roles to names of columns, or to a number.

    Raises
    ------
    RunsError
        If a role is stated that there is not, a column that the table lacks, or if several columns
        could be the same thing and their numbers differ.
    """
    names, constants, faults = _stated(sheet, stated)
    unit = ""
    for role in ROLES:
        if role in names or role in constants:
            continue
        rivals = _rivals(sheet, role)
        if role == "loss" and not rivals:
            unit, rivals = _other_unit(sheet)
        if len(rivals) > 1 and role not in FIRST_MATCH and not _agree(sheet, rivals):
            faults.append(_ambiguous(sheet, role, rivals))
        elif rivals:
            names[role] = rivals[0]
    if faults:
        refuse(faults)
    return Columns(names, constants, unit)


def missing_fault(sheet: Sheet, role: str) -> Fault:
    """Return the fault of a table that has no column for what is needed, with the name that comes nearest."""
    aliases = ALIASES[role]
    near = difflib.get_close_matches(aliases[0], [plain(name) for name in sheet.names], n=3, cutoff=0.5)
    found = [name for name in sheet.names if plain(name) in near and _holds_numbers(sheet, name)]
    hint = f"name it: --columns {role}={found[0] if found else 'COLUMN'}"
    if role != "loss" and not found:
        hint += f", or one number for all rows: --columns {role}=1.3e9"
    if any(name.endswith(("__MIN", "__MAX")) for name in sheet.names):
        # A panel's CSV has one column a run: "NAME - train/loss", "NAME - train/loss__MIN", ...
        hint = "this is the export of a W&B chart; export the table of runs instead, with its config columns"
    rule = f"the table must have a column for {role} ({listed(aliases, 4)})"
    return Fault("ND1220", "", rule, listed(sheet.names, 12), hint, sheet.file)


def _stated(sheet: Sheet, stated: Mapping[str, str]) -> tuple[dict[str, str], dict[str, float], list[Fault]]:
    names: dict[str, str] = {}
    constants: dict[str, float] = {}
    faults: list[Fault] = []
    for given, column in stated.items():
        role = _ROLE_WORDS.get(given, given)
        if role not in ROLES:
            near = difflib.get_close_matches(given, ROLES, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(ROLES)}"
            faults.append(Fault("ND1222", "--columns", "must say what a column is", shown(given), hint))
        elif column in sheet.names:
            names[role] = column
        elif is_number(column) and role in _NUMBERS:
            constants[role] = number(column)
        else:
            near = difflib.get_close_matches(column, sheet.names, n=3, cutoff=0.4)
            hint = f"near it: {listed(near)}" if near else f"columns: {listed(sheet.names, 12)}"
            rule = f"must name a column of {sheet.file}"
            faults.append(Fault("ND1222", f"--columns {role}", rule, shown(column), hint))
    return names, constants, faults


def _rivals(sheet: Sheet, role: str) -> list[str]:
    """Return the columns that could be a role, the likeliest first; only those that hold numbers."""
    found = [name for alias in ALIASES[role] for name in sheet.names if plain(name) == alias or name == alias]
    if not found and role in _BY_LAST_PART:
        found = [name for alias in ALIASES[role] for name in sheet.names if last_part(name) == alias]
    if role == "params" and not found:
        # A table may count active and total, or embedding and other parameters, and no plain ones.
        found = [
            name
            for name in sheet.names
            if last_part(name) in ("params_active", "active_params", "params_total", "total_params")
            or last_part(name) in ALIASES["params_no_embed"]
        ]
    unique = list(dict.fromkeys(found))
    if role in FIRST_MATCH:
        return unique
    # A column of words is something else, unless it has the very name of the role: then its cells are wrong.
    numeric = [name for name in unique if _holds_numbers(sheet, name)]
    return numeric or [name for name in unique if name == role]


def _holds_numbers(sheet: Sheet, name: str) -> bool:
    """Whether a column is not made of words: a number stands somewhere, or nothing at all."""
    cells = [cell for cell in sheet.column(name) if cell.strip()][:_EMPTY_SHARE_LOOKED_AT]
    return not cells or any(character.isdigit() for cell in cells for character in cell)


def _other_unit(sheet: Sheet) -> tuple[str, list[str]]:
    for unit, aliases in OTHER_UNITS.items():
        found = [name for name in sheet.names if plain(name) in aliases]
        if found:
            return unit, found
    return "", []


def _agree(sheet: Sheet, names: list[str]) -> bool:
    """Whether columns hold the same numbers in every row."""
    first, *others = (sheet.column(name) for name in names)
    return all(_same(a, b) for other in others for a, b in zip(first, other, strict=True))


def _same(first: str, second: str) -> bool:
    if first == second:
        return True
    try:
        return math.isclose(number(first), number(second), rel_tol=_SAME)
    except ValueError:
        return False


def _ambiguous(sheet: Sheet, role: str, rivals: list[str]) -> Fault:
    rule = f"{role} could be any of {listed(rivals)}: say which"
    choice = next(
        (name for name in rivals if any(word in name.lower() for word in ("val", "eval"))), rivals[0]
    )
    hint = f"for example --columns {role}={choice}"
    return Fault("ND1221", "", rule, "", hint, sheet.file)
