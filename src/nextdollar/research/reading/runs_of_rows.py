"""Which rows are the same run: checkpoints of one training, tries of one sweep, a row written twice."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from nextdollar.research.reading.column_names import NOT_MEASURES, SWEPT, last_part, plain
from nextdollar.research.reading.draft import Draft
from nextdollar.research.reading.finding import Finding
from nextdollar.research.reading.refusal import counted
from nextdollar.research.reading.run_table import Flag, Keep, LeftOut
from nextdollar.research.reading.where import Mask

_SIGNIFICANT_DIGITS = 6
_OF_A_RUN = frozenset({"seed", "total_steps", "k", "topk", "model", "sweep"})


def repeated_rows(draft: Draft, kept: Mask) -> Finding:
    """Set aside rows that repeat an earlier one, cell by cell."""
    first: dict[tuple[str, ...], int] = {}
    out: dict[int, LeftOut] = {}
    for row in np.flatnonzero(kept).tolist():
        cells = tuple(draft.sheet.rows[row])
        if cells in first:
            out[row] = LeftOut(draft.line(row), "ND1263", "repeated rows")
        else:
            first[cells] = row
    if not out:
        return Finding()
    row = min(out)
    words = f"{counted(len(out), 'row')} equal to an earlier row in every cell"
    return Finding((Flag("ND1263", draft.line(row), "", words, "each kept once"),), out)


def run_keys(draft: Draft) -> list[Hashable]:
    """Return what tells the runs of a table apart, one key a row.

    The name of the run where the table has one. Else rows of one model with equal settings and different
    steps are checkpoints of one run; the second row of a step is the second run of these settings.
    """
    if "run" in draft.columns.names:
        names = draft.words("run")
        return [
            (family, name) if name else row
            for row, (family, name) in enumerate(zip(draft.family, names, strict=True))
        ]
    if not draft.columns.has("step"):
        return list(range(draft.n_rows))
    settings = [name for name in draft.sheet.names if _is_of_a_run(draft, name)]
    columns = [draft.sheet.column(name) for name in settings]
    columns += [
        _texts(draft, role) for role in ("params", "unique_tokens", "experts") if role in draft.values
    ]
    steps = draft.values["step"]
    seen: Counter[Hashable] = Counter()
    keys: list[Hashable] = []
    for row, setting in enumerate(zip(*columns, strict=True)):
        key = (*setting, seen[(*setting, float(steps[row]))])
        seen[(*setting, float(steps[row]))] += 1
        keys.append(key if math.isfinite(steps[row]) else row)
    return keys


def _texts(draft: Draft, role: str) -> list[str]:
    return [_rounded(value) for value in draft.values[role]]


def _is_of_a_run(draft: Draft, name: str) -> bool:
    """Whether a column says which run a row belongs to: its words, and its settings."""
    if name in draft.columns.names.values() and name != draft.columns.names.get("family"):
        return False
    last = last_part(name)
    if last in SWEPT or last in _OF_A_RUN or plain(name) in _OF_A_RUN:
        return True
    if last in NOT_MEASURES:
        return False
    cells = (cell for cell in draft.sheet.column(name) if cell.strip())
    return any(not any(character.isdigit() for character in cell) for cell in cells)


def earlier_checkpoints(draft: Draft, kept: Mask, keys: Sequence[Hashable], keep: Keep) -> Finding:
    """Set aside all but the last checkpoint of each run, or keep them and say so."""
    rows_of = _grouped(kept, keys)
    many = {key: rows for key, rows in rows_of.items() if len(rows) > 1}
    if not many:
        return Finding()
    n_rows = sum(len(rows) for rows in many.values())
    words = f"{n_rows:,} rows are checkpoints of {counted(len(many), 'run')}"
    line = draft.line(min(rows[0] for rows in many.values()))
    if keep != "best":
        return Finding((Flag("ND1265", line, "", words, "all kept, and counted as one run each"),))
    out = {
        row: LeftOut(draft.line(row), "ND1265", "earlier checkpoints of a run")
        for rows in many.values()
        for row in rows
        if row != last_checkpoint(draft, rows)
    }
    return Finding((Flag("ND1265", line, "", words, "the last of each kept"),), out)


def last_checkpoint(draft: Draft, rows: Sequence[int]) -> int:
    """Return the row with most tokens (then steps, then the later line) among checkpoints of a run."""
    steps = draft.values.get("step")
    tokens = draft.values["tokens"]
    return max(rows, key=lambda row: (tokens[row], -1.0 if steps is None else steps[row], row))


def worse_tries(draft: Draft, kept: Mask, keys: Sequence[Hashable]) -> Finding:
    """Set aside tries of a sweep that reached a worse loss than another at the same size and data.

    Rows are tries of one run where family, params, tokens, unique tokens and experts are equal and a
    tuned setting differs. Rows that differ in a seed alone all stay: they show the noise.
    """
    swept = [name for name in draft.sheet.names if last_part(name) in SWEPT]
    last_of = {key: last_checkpoint(draft, rows) for key, rows in _grouped(kept, keys).items()}
    sizes: list[Hashable] = [_size(draft, row) for row in range(draft.n_rows)]
    is_last = np.zeros(draft.n_rows, dtype=bool)
    is_last[list(last_of.values())] = True
    settings = [draft.sheet.column(name) for name in swept]
    loss = draft.values["loss"]
    losers: set[Hashable] = set()
    groups = 0
    repeats = 0
    for rows in _grouped(is_last, sizes).values():
        if len(rows) < 2:
            continue
        if len({tuple(column[row] for column in settings) for row in rows}) < 2:
            repeats += len(rows)
            continue
        groups += 1
        best = min(rows, key=lambda row: (loss[row], row))
        losers |= {keys[row] for row in rows if row != best}
    out = {
        row: LeftOut(draft.line(row), "ND1264", "worse tries of a sweep")
        for row in np.flatnonzero(kept).tolist()
        if keys[row] in losers
    }
    flags = []
    if out:
        words = f"{counted(groups, 'size')} tried with several settings ({', '.join(swept)})"
        flags.append(Flag("ND1264", draft.line(min(out)), "", words, "the best loss of each kept"))
    if repeats:
        words = f"{repeats:,} rows share params and tokens with another and differ in no tuned setting"
        flags.append(Flag("ND1271", 0, "", words, "all kept: they show the noise"))
    return Finding(tuple(flags), out)


def kept_tries(draft: Draft, kept: Mask, keys: Sequence[Hashable]) -> Finding:
    """Say what `worse_tries` would have set aside where every row is kept."""
    found = worse_tries(draft, kept, keys)
    action = "all kept, as asked; laws fitted to all of them are too high"
    flags = tuple(
        Flag(flag.code, flag.row, flag.column, flag.words, action) if flag.code == "ND1264" else flag
        for flag in found.flags
    )
    return Finding(flags)


def _size(draft: Draft, row: int) -> Hashable:
    counts = [draft.values[role][row] for role in ("params", "tokens", "unique_tokens", "experts")
              if role in draft.values]  # fmt: skip
    return (draft.family[row], *(_rounded(value) for value in counts))


def _rounded(value: float) -> str:
    return f"{value:.{_SIGNIFICANT_DIGITS - 1}e}"


def _grouped(kept: Mask, keys: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = defaultdict(list)
    for row in np.flatnonzero(kept).tolist():
        found[keys[row]].append(row)
    return found
