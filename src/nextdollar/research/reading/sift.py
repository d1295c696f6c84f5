"""Rows set aside one concern after the other, each with its reason."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from nextdollar.research.reading.draft import Draft, missing
from nextdollar.research.reading.finding import Finding
from nextdollar.research.reading.oddities import (
    diverged,
    far_above_the_rest,
    thousandfold_tokens,
    unfinished,
    work_far_from_6nd,
)
from nextdollar.research.reading.refusal import counted, refuse
from nextdollar.research.reading.run_table import Flag, Keep, LeftOut
from nextdollar.research.reading.runs_of_rows import (
    earlier_checkpoints,
    kept_tries,
    last_checkpoint,
    repeated_rows,
    run_keys,
    worse_tries,
)
from nextdollar.research.reading.units_of_loss import check_unit, precision
from nextdollar.research.reading.where import Mask

_FEWEST_TOKENS, _FEWEST_PARAMS = 1e5, 1e2


class Sieve:
    """Rows still in, and the account of those that are out."""

    def __init__(self, draft: Draft, chosen_rows: Mask) -> None:
        self.kept = chosen_rows.copy()
        self.flags: list[Flag] = list(draft.flags)
        self.left_out = [
            LeftOut(draft.line(int(row)), "ND1242", "not chosen by --where")
            for row in np.flatnonzero(~chosen_rows)
        ]

    def apply(self, *findings: Finding) -> None:
        """Take note of findings: their flags, and the rows that they set aside."""
        for finding in findings:
            self.flags += finding.flags
            for row, reason in finding.out.items():
                if self.kept[row]:
                    self.kept[row] = False
                    self.left_out.append(reason)


def sift(draft: Draft, sieve: Sieve, keep: Keep) -> None:
    """Set aside what is no run of its own, and flag what is odd; RunsError where counts cannot be meant."""
    sieve.apply(repeated_rows(draft, sieve.kept), _without_numbers(draft, sieve.kept))
    if keep != "all":
        sieve.apply(unfinished(draft, sieve.kept))
    _check_counts(draft, sieve.kept)
    check_unit(draft, sieve.kept)
    sieve.apply(thousandfold_tokens(draft, sieve.kept))
    keys = run_keys(draft)
    tries = kept_tries if keep == "all" else worse_tries
    sieve.apply(earlier_checkpoints(draft, sieve.kept, keys, keep))
    sieve.apply(tries(draft, sieve.kept, keys))
    sieve.apply(_whole_runs(diverged(draft, _last(draft, sieve.kept, keys)), draft, keys))
    sieve.apply(far_above_the_rest(draft, _last(draft, sieve.kept, keys)))
    sieve.apply(work_far_from_6nd(draft, sieve.kept))
    rows = np.flatnonzero(sieve.kept).tolist()
    sieve.apply(precision(draft.sheet, draft.columns.names.get("loss"), rows))


def _without_numbers(draft: Draft, kept: Mask) -> Finding:
    """Set aside rows that lack params, tokens, work or loss."""
    out: dict[int, LeftOut] = {}
    flags = []
    for role, lacking in missing(draft).items():
        rows = [int(row) for row in np.flatnonzero(kept & lacking) if int(row) not in out]
        if not rows:
            continue
        column = draft.columns.names.get(role, role)
        out |= {row: LeftOut(draft.line(row), "ND1269", f"without {role}") for row in rows}
        words = f"{counted(len(rows), 'row')} without {role} (empty, nan, infinite or 0)"
        flags.append(Flag("ND1269", draft.line(rows[0]), column, words, "set aside"))
    return Finding(tuple(flags), out)


def _check_counts(draft: Draft, kept: Mask) -> None:
    """Refuse a table whose counts are in millions or billions."""
    for role, fewest in (("tokens", _FEWEST_TOKENS), ("params", _FEWEST_PARAMS)):
        values = draft.values[role][kept]
        if float(values.max()) < fewest:
            rule = f"must be a plain count of {role}"
            value = f"at most {values.max():g}"
            hint = f"if it is in billions, multiply it, or compute the column: {values.max():g}e9"
            name = draft.columns.names.get(role, role)
            refuse([draft.sheet.file_fault("ND1232", rule, value=value, hint=hint, where=name)])


def check_any(draft: Draft, kept: Mask) -> None:
    """Refuse a choice of rows none of which has params, tokens and a loss, unless its cells are at fault."""
    lacking = missing(draft)
    complete = kept & ~np.logical_or.reduce(list(lacking.values()))
    faulty = any(kept[row] for row in draft.faults)
    if complete.any() or faulty:
        return
    reasons = [f"{int((kept & rows).sum()):,} without {role}" for role, rows in lacking.items()
               if (kept & rows).any()]  # fmt: skip
    value = f"{counted(int(kept.sum()), 'row')}, {', '.join(reasons)}"
    hint = "another column of losses: --columns loss=NAME" if (kept & lacking["loss"]).any() else ""
    rule = "the table must hold runs with params, tokens and a loss"
    refuse([draft.sheet.file_fault("ND1252", rule, value=value, hint=hint)])


def _last(draft: Draft, kept: Mask, keys: Sequence[Hashable]) -> Mask:
    """Return the last kept row of each run."""
    rows_of: dict[Hashable, list[int]] = {}
    for row in np.flatnonzero(kept).tolist():
        rows_of.setdefault(keys[row], []).append(row)
    found = np.zeros(draft.n_rows, dtype=bool)
    found[[last_checkpoint(draft, rows) for rows in rows_of.values()]] = True
    return found


def _whole_runs(finding: Finding, draft: Draft, keys: Sequence[Hashable]) -> Finding:
    """Return a finding that sets aside every row of the runs that it names."""
    named = {keys[row]: reason for row, reason in finding.out.items()}
    out = {
        row: LeftOut(draft.line(row), named[key].code, named[key].reason)
        for row, key in enumerate(keys)
        if key in named
    }
    return Finding(finding.flags, out)
