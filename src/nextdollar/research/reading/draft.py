"""A table on its way from text to runs: the numbers of each role, row by row, and what is wrong in each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from nextdollar.errors import Fault
from nextdollar.research.reading.column_names import REQUIRED
from nextdollar.research.reading.columns import Columns, missing_fault
from nextdollar.research.reading.refusal import refuse
from nextdollar.research.reading.run_table import Flag
from nextdollar.research.reading.sheet import Sheet, number, number_hint, shown_cell
from nextdollar.research.reading.where import Cells, Mask
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.units import FloatArray

COUNTS = ("params", "tokens", "flops", "unique_tokens", "experts", "tokens_per_param", "params_no_embed")
MEASURED = ("loss", "bytes_per_token", "step")
_POSITIVE = ("params", "tokens", "unique_tokens", "experts", "loss", "tokens_per_param", "bytes_per_token")
_INT64_STEPS = 2.0**64
_INT64_LARGEST = 2.0**63


# eq=False: a draft is looked up by identity, and arrays have no plain equality.
@dataclass(frozen=True, eq=False)
class Draft:
    """The numbers of each role, (n_rows,), nan where a cell is empty; faults by row; flags so far."""

    sheet: Sheet
    columns: Columns
    values: dict[str, FloatArray]
    faults: dict[int, list[Fault]]
    flags: list[Flag] = field(default_factory=list)

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return len(self.sheet.rows)

    @cached_property
    def family(self) -> list[str]:
        """The family of each row, "" where none is named."""
        return self.words("family")

    def words(self, role: str) -> list[str]:
        """Return a role of words, one a row, "" where the table has no such column."""
        name = self.columns.names.get(role)
        return [""] * self.n_rows if name is None else [cell.strip() for cell in self.sheet.column(name)]

    def line(self, row: int) -> int:
        """Return where a row stands in the file."""
        return self.sheet.lines[row]


def draft_of(sheet: Sheet, columns: Columns) -> Draft:
    """Return the numbers of a table, with the faults of cells that are none."""
    faults: dict[int, list[Fault]] = {}
    values: dict[str, FloatArray] = {}
    for role in (*COUNTS, *MEASURED):
        if role in columns.constants:
            values[role] = np.full(len(sheet.rows), columns.constants[role])
        elif role in columns.names:
            found, wrong = numbers_of(sheet, columns.names[role], role)
            values[role] = found
            for row, fault in wrong:
                faults.setdefault(row, []).append(fault)
    draft = Draft(sheet, columns, values, faults)
    for row, fault in _domain_faults(draft):
        faults.setdefault(row, []).append(fault)
    _derive(draft)
    _mend_overflow(draft)
    return draft


def numbers_of(sheet: Sheet, name: str, role: str = "") -> tuple[FloatArray, list[tuple[int, Fault]]]:
    """Return a column as numbers, and a fault for each cell that is neither a number nor empty."""
    cells = sheet.column(name)
    found = np.empty(len(cells))
    wrong: list[tuple[int, Fault]] = []
    for row, cell in enumerate(cells):
        try:
            found[row] = number(cell)
        except ValueError as error:
            found[row] = math.nan
            hint = number_hint(cell)
            fault = sheet.fault(row, name, "ND1230", str(error), value=shown_cell(cell), hint=hint)
            wrong.append((row, fault))
    return found, wrong


class TableCells(Mapping[str, Cells]):
    """Every column by its name, and by its role, as an expression sees them; read when asked for."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        roles = {role: name for role, name in draft.columns.names.items() if role not in draft.sheet.names}
        derived = [role for role in draft.values if role not in draft.columns.names]
        self._names = {name: name for name in draft.sheet.names} | roles
        self._derived = {role for role in derived if role not in self._names}
        if "flop" not in self._names and "flops" in self:
            self._names["flop"] = self._names.get("flops", "flops")
            self._derived.add("flop")

    def __getitem__(self, name: str) -> Cells:
        draft = self._draft
        if name in self._derived and name not in draft.sheet.names:
            role = "flops" if name == "flop" else name
            return Cells(np.full(draft.n_rows, "", dtype=object), draft.values[role])
        column = self._names[name]
        role = next((role for role, found in draft.columns.names.items() if found == column), "")
        texts = [cell.strip() for cell in draft.sheet.column(column)]
        numbers = draft.values.get(role)
        return Cells(np.array(texts, dtype=object), _loose_numbers(texts) if numbers is None else numbers)

    def __iter__(self) -> Iterator[str]:
        yield from self._names
        yield from (name for name in self._derived if name not in self._names)

    def __len__(self) -> int:
        return len(list(iter(self)))


def _loose_numbers(texts: list[str]) -> FloatArray:
    """Return cells as numbers, nan where a cell is none."""
    found = np.full(len(texts), math.nan)
    for row, text in enumerate(texts):
        try:
            found[row] = number(text)
        except ValueError:
            continue
    return found


def _domain_faults(draft: Draft) -> Iterator[tuple[int, Fault]]:
    for role in _POSITIVE:
        if role not in draft.columns.names:
            continue
        values = draft.values[role]
        for row in np.flatnonzero((values < 0) & np.isfinite(values)).tolist():
            name = draft.columns.names[role]
            hint = "a count of more than 2^31 may have overflowed" if role in COUNTS else ""
            if role == "loss":
                hint = "a loss is the mean negative log-likelihood, above 0"
            yield int(row), draft.sheet.fault(
                int(row), name, "ND1231", "must be above 0",
                value=shown_cell(draft.sheet.cell(int(row), name)), hint=hint,
            )  # fmt: skip


def _derive(draft: Draft) -> None:
    """Work out tokens, params and flops from one another where the table has only two of the three."""
    values, columns = draft.values, draft.columns
    with np.errstate(all="ignore"):
        if "params" in values and "tokens" not in values and "tokens_per_param" in values:
            values["tokens"] = values["tokens_per_param"] * values["params"]
        for role, other in (("tokens", "params"), ("params", "tokens")):
            if role not in values and other in values and "flops" in values:
                values[role] = values["flops"] / (FLOP_PER_PARAM_TOKEN * values[other])
                words = f"there is no column for {role}"
                draft.flags.append(Flag("ND1277", 0, "", words, f"worked out as flops / (6 x {other})"))
        lacking = [role for role in REQUIRED if role not in values]
        if lacking:
            refuse(missing_fault(draft.sheet, role) for role in lacking)
        if not columns.has("flops"):
            values["flops"] = FLOP_PER_PARAM_TOKEN * values["params"] * values["tokens"]
        else:
            empty = np.isnan(values["flops"]) | (values["flops"] == 0)
            product = FLOP_PER_PARAM_TOKEN * values["params"] * values["tokens"]
            values["flops"] = np.where(empty, product, values["flops"])


def _mend_overflow(draft: Draft) -> None:
    """Take 6 N D in floats where the stated work is what a 64-bit integer wraps 6 N D to."""
    if "flops" not in draft.columns.names:
        return
    stated = draft.values["flops"]
    with np.errstate(all="ignore"):
        product = FLOP_PER_PARAM_TOKEN * draft.values["params"] * draft.values["tokens"]
        wrapped = product - _INT64_STEPS * np.round(product / _INT64_STEPS)
        # A float holds 53 bits, so the product is known to about 1e-15 of itself and no better.
        near = np.abs(stated - wrapped) <= 1e-9 * _INT64_STEPS + 4e-15 * product
    too_large = product >= _INT64_LARGEST
    overflown = too_large & ((stated < 0) | (near & (stated < 0.5 * product)))
    draft.values["flops"] = np.where(overflown, product, stated)
    name = draft.columns.names["flops"]
    rows = np.flatnonzero(overflown)
    if rows.size:
        words = f"{rows.size:,} values are 64-bit integers that overflowed (6 N D above 9.2e18)"
        draft.flags.append(
            Flag("ND1261", draft.line(int(rows[0])), name, words, "recomputed as 6 N D in floats")
        )
    for row in np.flatnonzero((stated < 0) & np.isfinite(stated) & ~overflown).tolist():
        value, hint = shown_cell(draft.sheet.cell(row, name)), "leave it empty to take 6 N D"
        fault = draft.sheet.fault(row, name, "ND1231", "must be above 0", value=value, hint=hint)
        draft.faults.setdefault(row, []).append(fault)


def missing(draft: Draft) -> dict[str, Mask]:
    """Return the rows that lack a number that a run must have, by role: empty, nan, infinite or 0."""
    found = {}
    for role in ("params", "tokens", "loss", "flops"):
        values = draft.values[role]
        found[role] = ~(np.isfinite(values) & (values > 0))
    return found
