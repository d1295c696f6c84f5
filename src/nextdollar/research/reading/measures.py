"""Columns of scores beside the loss: benchmark accuracies, other losses."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import numpy as np

from nextdollar.errors import Fault
from nextdollar.research.reading.column_names import NOT_MEASURES, SWEPT, last_part, plain
from nextdollar.research.reading.draft import Draft, numbers_of
from nextdollar.research.reading.finding import Finding
from nextdollar.research.reading.refusal import counted, listed, refuse, shown
from nextdollar.research.reading.run_table import Flag, LeftOut
from nextdollar.research.reading.where import Mask
from nextdollar.units import FloatArray

_LOOKED_AT = 50


def measures_of(draft: Draft, metric: str | None, kept: Mask) -> tuple[Mapping[str, FloatArray], Finding]:
    """Return the columns that measure a run, (n_rows,), nan where empty; rows without `metric` go.

    A column measures if it holds numbers alone and is neither a role nor a setting; `metric` is taken
    whatever it is.

    Raises
    ------
    RunsError
        If there is no such metric, if its cells are no numbers, or if no row has one.
    """
    taken = set(draft.columns.names.values())
    found: dict[str, FloatArray] = {}
    for name in draft.sheet.names:
        if name in taken or describes(name) or name == metric or not _begins_with_numbers(draft, name):
            continue
        values, wrong = numbers_of(draft.sheet, name)
        if not wrong and np.isfinite(values).any():
            found[name] = np.where(np.isfinite(values), values, np.nan)
    if metric is None:
        return found, Finding()
    if metric not in draft.sheet.names:
        near = difflib.get_close_matches(metric, draft.sheet.names, n=3, cutoff=0.4)
        hint = f"near it: {listed(near)}" if near else f"measures: {listed(found, 12)}"
        refuse([Fault("ND1222", "--metric", "must name a column", shown(metric), hint, draft.sheet.file)])
    values, wrong = numbers_of(draft.sheet, metric)
    faults = [fault for row, fault in wrong if kept[row]]
    if faults:
        refuse(faults)
    found = {metric: np.where(np.isfinite(values), values, np.nan), **found}
    lacking = [int(row) for row in np.flatnonzero(kept & ~np.isfinite(values))]
    if len(lacking) == int(kept.sum()):
        refuse([draft.sheet.file_fault("ND1252", "must have a value in some row", where=metric)])
    out = {row: LeftOut(draft.line(row), "ND1269", f"without {metric}") for row in lacking}
    words = f"{counted(len(lacking), 'row')} without {metric}"
    flags = (Flag("ND1269", draft.line(lacking[0]), metric, words, "set aside"),) if lacking else ()
    return found, Finding(flags, out)


def describes(name: str) -> bool:
    """Whether a column is known to describe a run rather than to measure it."""
    names = {plain(name), last_part(name)}
    return bool(names & (SWEPT | NOT_MEASURES)) or "param" in plain(name)


def _begins_with_numbers(draft: Draft, name: str) -> bool:
    """Whether the first cells of a column look like numbers, so that words are not read to the end."""
    index = draft.sheet.names.index(name)
    first = (row[index].strip() for row in draft.sheet.rows[:_LOOKED_AT])
    return all(not cell or cell[0] in "0123456789+-.nNiI" for cell in first)
