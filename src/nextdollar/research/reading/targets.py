"""Models to forecast, from a small table: sizes and tokens, or what they follow from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from nextdollar.errors import Fault
from nextdollar.research.reading.columns import Columns, columns_of
from nextdollar.research.reading.draft import numbers_of
from nextdollar.research.reading.measures import describes
from nextdollar.research.reading.open_table import open_table
from nextdollar.research.reading.refusal import listed, refuse
from nextdollar.research.reading.run_table import Targets
from nextdollar.research.reading.sheet import Sheet, shown_cell
from nextdollar.research.reading.units_of_loss import nats_per_token
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN
from nextdollar.units import FloatArray

_MOST_TARGETS = 10_000
_PAIRS = (
    ("params", "tokens"),
    ("params", "tokens_per_param"),
    ("flops", "params"),
    ("flops", "tokens"),
    ("flops", "tokens_per_param"),
    ("tokens", "tokens_per_param"),
)


def read_targets(path: Path | str, *, columns: Mapping[str, str] | None = None) -> Targets:
    """Return the models that a table asks about: params and tokens, or any two that give them.

    Two of params, tokens, flops (6 N D) and tokens_per_param are enough; a column `name` labels them. A
    column of losses, and columns of scores, say what happened; they may be empty. `columns` says which
    column is what, as for `read_runs`.

    Raises
    ------
    RunsError
        With every fault: columns missing, cells empty or no numbers above 0, no rows, too many.
    """
    sheet = open_table(Path(path))
    if not sheet.rows:
        refuse([sheet.file_fault("ND1210", "the table of targets must have rows", value="a header alone")])
    if len(sheet.rows) > _MOST_TARGETS:
        rule = f"the table of targets must have at most {_MOST_TARGETS:,} rows"
        refuse([sheet.file_fault("ND1204", rule, value=f"{len(sheet.rows):,}")])
    known = columns_of(sheet, columns or {})
    pair = next((pair for pair in _PAIRS if all(known.has(role) for role in pair)), None)
    if pair is None:
        hint = "two of params, tokens, flops, tokens_per_param are enough"
        rule = "the table of targets must say params and tokens"
        refuse([sheet.file_fault("ND1290", rule, value=listed(sheet.names, 12), hint=hint)])
    first, second = _positive(sheet, known, pair)
    params, tokens = _params_and_tokens(pair, first, second)
    _check_range(sheet, params, tokens)
    return Targets(
        params, tokens, _names(sheet, known, params, tokens), _loss_nats(sheet, known), _scores(sheet, known),
        sheet.file, sheet.sha256,
    )  # fmt: skip


def _positive(sheet: Sheet, columns: Columns, roles: Sequence[str]) -> list[FloatArray]:
    """Return columns whose every cell must be a number above 0."""
    faults: list[Fault] = []
    found = []
    for role in roles:
        if role in columns.constants:
            found.append(np.full(len(sheet.rows), columns.constants[role]))
            continue
        name = columns.names[role]
        values, wrong = numbers_of(sheet, name)
        faults += [fault for _, fault in wrong]
        told = {row for row, _ in wrong}
        for row in np.flatnonzero(~(np.isfinite(values) & (values > 0))).tolist():
            if row not in told:
                value = shown_cell(sheet.cell(row, name))
                faults.append(sheet.fault(row, name, "ND1231", "must be a number above 0", value=value))
        found.append(values)
    if faults:
        refuse(faults)
    return found


def _loss_nats(sheet: Sheet, columns: Columns) -> FloatArray | None:
    """Return the loss that each target reached, nan where none is stated."""
    name = columns.names.get("loss")
    if name is None:
        return None
    values, wrong = numbers_of(sheet, name)
    if wrong:
        refuse(fault for _, fault in wrong)
    bytes_of = columns.names.get("bytes_per_token")
    per_token = None if bytes_of is None else numbers_of(sheet, bytes_of)[0]
    nats = nats_per_token(values, columns.loss_unit, per_token, sheet.file)
    return np.where(np.isfinite(nats) & (nats > 0), nats, np.nan)


def _scores(sheet: Sheet, columns: Columns) -> dict[str, FloatArray]:
    """Return the other columns of numbers, nan where empty."""
    taken = set(columns.names.values())
    found = {}
    for name in sheet.names:
        if name in taken or describes(name):
            continue
        values, wrong = numbers_of(sheet, name)
        if not wrong and np.isfinite(values).any():
            found[name] = np.where(np.isfinite(values), values, np.nan)
    return found


def _params_and_tokens(
    pair: tuple[str, str], first: FloatArray, second: FloatArray
) -> tuple[FloatArray, FloatArray]:
    with np.errstate(all="ignore"):
        if pair == ("params", "tokens"):
            return first, second
        if pair == ("params", "tokens_per_param"):
            return first, first * second
        if pair == ("tokens", "tokens_per_param"):
            return first / second, first
        if pair == ("flops", "params"):
            return second, first / (FLOP_PER_PARAM_TOKEN * second)
        if pair == ("flops", "tokens"):
            return first / (FLOP_PER_PARAM_TOKEN * second), second
        params = np.sqrt(first / (FLOP_PER_PARAM_TOKEN * second))
        return params, params * second


def _check_range(sheet: Sheet, params: FloatArray, tokens: FloatArray) -> None:
    for name, values in (("params", params), ("tokens", tokens)):
        wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if wrong.size:
            line = sheet.lines[int(wrong[0])]
            rule = f"must give finite {name} above 0"
            refuse([Fault("ND1231", "", f"the row {rule}", "", "", sheet.file, line)])


def _names(sheet: Sheet, columns: Columns, params: FloatArray, tokens: FloatArray) -> tuple[str, ...]:
    usual = [f"{N:.3g} params, {D:.3g} tokens" for N, D in zip(params, tokens, strict=True)]
    label = columns.names.get("label")
    if label is None:
        return tuple(usual)
    return tuple(cell.strip() or other for cell, other in zip(sheet.column(label), usual, strict=True))
